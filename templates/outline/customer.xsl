<?xml version="1.0" encoding="UTF-8"?>
<!--
  customer.xsl: for the owner of an account: what happened, what to do, by when.
  No finding numbers, no scores, no log lines, nobody else's data (the case was
  redacted before it came here). All sentences are customer.*
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:import href="common.xsl"/>

  <xsl:variable name="told" select="$findings[position() &lt;= 4]"/>

  <xsl:template match="/case">
    <document audience="customer" label="{$label}" case="{case/id}"
              title="doc.customer" digest="{$digest}" as-of="{case/as_of}">
      <xsl:call-template name="furniture">
        <xsl:with-param name="audience">customer</xsl:with-param>
      </xsl:call-template>
      <section id="front" kind="front">
        <heading>
          <xsl:choose>
            <xsl:when test="$first">
              <xsl:apply-templates select="$first" mode="say">
                <xsl:with-param name="id">customer.title</xsl:with-param>
              </xsl:apply-templates>
            </xsl:when>
            <xsl:otherwise><t id="customer.title.clean"/></xsl:otherwise>
          </xsl:choose>
        </heading>
        <xsl:call-template name="what-happened"/>
        <xsl:call-template name="figure-hourly">
          <xsl:with-param name="id">fig-hourly</xsl:with-param>
          <xsl:with-param name="hours" select="/case/series"/>
          <xsl:with-param name="finding" select="/.."/>
          <xsl:with-param name="caption">customer.caption.hourly</xsl:with-param>
        </xsl:call-template>
      </section>
      <xsl:if test="$first">
        <section id="found" kind="body">
          <heading><t id="customer.section.found"/></heading>
          <xsl:apply-templates select="$told" mode="found"/>
        </section>
        <section id="done" kind="body">
          <heading><t id="customer.section.done"/></heading>
          <xsl:apply-templates select="$first" mode="our-part"/>
        </section>
      </xsl:if>
      <section id="todo" kind="body">
        <heading><t id="customer.section.todo"/></heading>
        <xsl:if test="$first and /case/brand/@by">
          <para><em><t id="customer.deadline"><arg name="by"><time at="{/case/brand/@by}" form="day"/></arg></t></em></para>
        </xsl:if>
        <xsl:call-template name="todo"/>
      </section>
      <xsl:if test="$first">
        <section id="meaning" kind="body">
          <heading><t id="customer.section.meaning"/></heading>
          <xsl:apply-templates select="$first" mode="meaning"/>
        </section>
        <section id="check" kind="body">
          <heading><t id="customer.section.check"/></heading>
          <para>
            <t id="customer.check">
              <arg name="at"><time at="{case/as_of}" form="day"/></arg>
            </t>
          </para>
        </section>
      </xsl:if>
      <section id="unknown" kind="body">
        <heading><t id="customer.section.unknown"/></heading>
        <list kind="bullet">
          <item><t id="customer.unknown.text"/></item>
          <xsl:if test="$abuse"><item><t id="customer.unknown.password"/></item></xsl:if>
          <xsl:if test="/case/completeness != 'complete'">
            <item><t id="customer.unknown.gaps"/></item>
          </xsl:if>
        </list>
      </section>
      <section id="reference" kind="body">
        <heading><t id="customer.section.reference"/></heading>
        <para>
          <t id="customer.reference">
            <arg name="first"><time at="{period/first}" form="minute"/></arg>
            <arg name="last"><time at="{period/last}" form="minute"/></arg>
            <arg name="as_of"><time at="{case/as_of}" form="minute"/></arg>
          </t>
        </para>
      </section>
    </document>
  </xsl:template>

  <xsl:template name="what-happened">
    <lead>
      <xsl:choose>
        <xsl:when test="$first">
          <para>
            <xsl:apply-templates select="$first" mode="say">
              <xsl:with-param name="id">customer.what</xsl:with-param>
            </xsl:apply-templates>
          </para>
          <para>
            <xsl:choose>
              <xsl:when test="$first/ongoing='true'">
                <t id="customer.state.ongoing"><xsl:apply-templates select="$first" mode="args"/></t>
              </xsl:when>
              <xsl:otherwise>
                <t id="customer.state.ended"><xsl:apply-templates select="$first" mode="args"/></t>
              </xsl:otherwise>
            </xsl:choose>
          </para>
          <para>
            <em>
              <xsl:choose>
                <xsl:when test="$abuse"><t id="customer.act"/></xsl:when>
                <xsl:otherwise><t id="customer.calm"/></xsl:otherwise>
              </xsl:choose>
            </em>
          </para>
        </xsl:when>
        <xsl:otherwise>
          <para><t id="customer.clean.what"/></para>
          <para><t id="customer.clean.todo"/></para>
        </xsl:otherwise>
      </xsl:choose>
    </lead>
  </xsl:template>

  <xsl:template match="finding" mode="found">
    <para>
      <xsl:apply-templates select="." mode="say">
        <xsl:with-param name="id">customer.found</xsl:with-param>
      </xsl:apply-templates>
      <xsl:text> </xsl:text>
      <xsl:choose>
        <xsl:when test="confidence &gt;= 0.9"><t id="customer.sure.high"/></xsl:when>
        <xsl:when test="confidence &gt;= 0.7"><t id="customer.sure.good"/></xsl:when>
        <xsl:otherwise><t id="customer.sure.fair"/></xsl:otherwise>
      </xsl:choose>
    </para>
    <facts>
      <fact>
        <label><t id="customer.fact.messages"/></label>
        <value><num value="{messages}"/></value>
      </fact>
      <fact>
        <label><t id="customer.fact.first"/></label>
        <value><time at="{onset}" form="minute"/></value>
      </fact>
      <fact>
        <label><t id="customer.fact.last"/></label>
        <value><time at="{last}" form="minute"/></value>
      </fact>
      <fact>
        <label><t id="customer.fact.reached"/></label>
        <value><num value="{delivered}"/></value>
      </fact>
    </facts>
  </xsl:template>

  <xsl:template match="finding" mode="our-part">
    <list kind="bullet">
      <xsl:choose>
        <xsl:when test="discarded_by_limit &gt; 0">
          <item><t id="customer.done.limit"><arg name="count"><num value="{discarded_by_limit}"/></arg></t></item>
        </xsl:when>
        <xsl:otherwise><item><t id="customer.done.noticed"/></item></xsl:otherwise>
      </xsl:choose>
      <xsl:if test="ended_by='hold' or ended_by='suspension'">
        <item><t id="customer.done.stopped"/></item>
      </xsl:if>
      <item><t id="customer.done.examined"/></item>
    </list>
  </xsl:template>

  <xsl:template name="todo">
    <xsl:choose>
      <xsl:when test="$first">
        <checklist>
          <xsl:for-each select="/case/customer-steps/step">
            <xsl:variable name="step" select="."/>
            <xsl:if test="$told[contains(concat(' ', $step/@for, ' '), concat(' ', kind, ' '))]">
              <step id="todo-{@id}" when="{@when}" who="owner" done="false">
                <heading>
                  <t id="customer.step.{@id}"/>
                  <xsl:text> </xsl:text>
                  <tag kind="info"><t id="customer.when.{@when}"/></tag>
                </heading>
                <para><t id="customer.step.{@id}.how"/></para>
              </step>
            </xsl:if>
          </xsl:for-each>
        </checklist>
      </xsl:when>
      <xsl:otherwise><para><t id="customer.clean.todo"/></para></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="finding" mode="meaning">
    <list kind="bullet">
      <item>
        <xsl:choose>
          <xsl:when test="compromise='true'"><t id="customer.meaning.recipients"><arg name="count"><num value="{delivered}"/></arg></t></xsl:when>
          <xsl:otherwise><t id="customer.meaning.recipients.calm"><arg name="count"><num value="{delivered}"/></arg></t></xsl:otherwise>
        </xsl:choose>
      </item>
      <xsl:if test="discarded_by_limit &gt; 0"><item><t id="customer.meaning.own"/></item></xsl:if>
      <xsl:if test="refusals/refusal[standing='true']"><item><t id="customer.meaning.refused"/></item></xsl:if>
      <item><t id="customer.meaning.received"/></item>
    </list>
  </xsl:template>
</xsl:stylesheet>
