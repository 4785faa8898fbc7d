<?xml version="1.0" encoding="UTF-8"?>
<!--
  ticket.xsl: what fits into a ticket: the verdict, five facts, three next
  steps, when to look again, and the reference. As text at most 1,500
  characters; text.c leaves out from the end of the middle when names are long.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:import href="common.xsl"/>

  <xsl:template match="/case">
    <document audience="ticket" label="{$label}" case="{case/id}"
              title="doc.ticket" digest="{$digest}" as-of="{case/as_of}">
      <xsl:call-template name="furniture">
        <xsl:with-param name="audience">ticket</xsl:with-param>
      </xsl:call-template>
      <section id="front" kind="front">
        <heading><xsl:call-template name="title-sentence"/></heading>
        <xsl:choose>
          <xsl:when test="$first">
            <para><xsl:apply-templates select="$first" mode="state"/></para>
            <xsl:apply-templates select="$first" mode="five"/>
          </xsl:when>
          <xsl:otherwise>
            <para>
              <t id="clean.what">
                <arg name="count"><num value="{totals/messages}"/></arg>
                <arg name="lines"><num value="{totals/lines}"/></arg>
                <arg name="first"><time at="{period/first}" form="minute"/></arg>
                <arg name="last"><time at="{period/last}" form="minute"/></arg>
              </t>
            </para>
          </xsl:otherwise>
        </xsl:choose>
      </section>
      <xsl:if test="$first">
        <section id="next" kind="body">
          <heading><t id="ticket.next"/></heading>
          <list kind="number">
            <xsl:for-each select="steps/step[@when='now'][not(@once)][@phase!='preserve'][contains(concat(' ', @for, ' '), concat(' ', $first/kind, ' '))][position() &lt;= 3]">
              <item><t id="step.{@id}"/></item>
            </xsl:for-each>
            <xsl:if test="not(steps/step[@when='now'][not(@once)][@phase!='preserve'][contains(concat(' ', @for, ' '), concat(' ', $first/kind, ' '))])">
              <item>
                <xsl:apply-templates select="$first" mode="say">
                  <xsl:with-param name="id">todo</xsl:with-param>
                </xsl:apply-templates>
              </item>
            </xsl:if>
          </list>
        </section>
      </xsl:if>
      <section id="reference" kind="body">
        <heading><t id="ticket.reference"/></heading>
        <para>
          <t id="ticket.again"/>
          <xsl:if test="/case/completeness != 'complete'">
            <xsl:text> </xsl:text><t id="ticket.incomplete"/>
          </xsl:if>
        </para>
      </section>
    </document>
  </xsl:template>

  <xsl:template match="finding" mode="five">
    <facts>
      <fact>
        <label><t id="ticket.cause"/></label>
        <value><t id="kindname.{kind}"/></value>
        <note><xsl:apply-templates select="confidence" mode="words"/></note>
      </fact>
      <fact>
        <label><t id="ticket.account"/></label>
        <value><xsl:apply-templates select="." mode="who"/></value>
      </fact>
      <fact>
        <label><t id="fact.messages"/></label>
        <value><num value="{messages}"/></value>
        <note>
          <t id="fact.messages.note"><arg name="count"><num value="{recipients}"/></arg></t>
        </note>
      </fact>
      <fact>
        <label><t id="ticket.period"/></label>
        <value><time at="{onset}" form="minute"/><xsl:text> &#x2013; </xsl:text><time at="{last}" form="minute"/></value>
      </fact>
      <fact>
        <label><t id="ticket.outcome"/></label>
        <value>
          <t id="ticket.outcome.numbers">
            <arg name="delivered"><num value="{delivered}"/></arg>
            <arg name="failed"><num value="{failed}"/></arg>
            <arg name="deferred"><num value="{deferred}"/></arg>
          </t>
        </value>
      </fact>
    </facts>
    <xsl:if test="count($findings) &gt; 1">
      <para><t id="ticket.others"><arg name="count"><num value="{count($findings) - 1}"/></arg></t></para>
    </xsl:if>
  </xsl:template>
</xsl:stylesheet>
