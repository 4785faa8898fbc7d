<?xml version="1.0" encoding="UTF-8"?>
<!--
  recheck.xsl: one page for the ticket that the case came with: which findings
  are over, which are not, and of which these logs cannot tell. The answers
  stand in the case as `recheck`.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:import href="common.xsl"/>

  <xsl:variable name="recheck" select="/case/recheck"/>

  <xsl:template match="/case">
    <document audience="ticket" label="{$label}" case="{case/id}"
              title="doc.recheck" digest="{$digest}" as-of="{$recheck/@last}{case/as_of[not($recheck/@last)]}">
      <xsl:call-template name="furniture"/>
      <section id="front" kind="front">
        <heading>
          <xsl:choose>
            <xsl:when test="not($findings)"><t id="recheck.title.none"/></xsl:when>
            <xsl:when test="$recheck/@failed &gt; 0">
              <t id="recheck.title.failed"><arg name="count"><num value="{$recheck/@failed}"/></arg></t>
            </xsl:when>
            <xsl:when test="$recheck/@unknown &gt; 0">
              <t id="recheck.title.unknown"><arg name="count"><num value="{$recheck/@unknown}"/></arg></t>
            </xsl:when>
            <xsl:otherwise><t id="recheck.title.passed"/></xsl:otherwise>
          </xsl:choose>
        </heading>
        <para><xsl:call-template name="seen"/></para>
        <xsl:if test="$findings">
          <facts>
            <xsl:call-template name="tally"><xsl:with-param name="name">passed</xsl:with-param></xsl:call-template>
            <xsl:call-template name="tally"><xsl:with-param name="name">failed</xsl:with-param></xsl:call-template>
            <xsl:call-template name="tally"><xsl:with-param name="name">unknown</xsl:with-param></xsl:call-template>
          </facts>
        </xsl:if>
        <xsl:if test="$recheck/@completeness != 'complete'">
          <callout kind="warning">
            <para><t id="recheck.{$recheck/@completeness}"/></para>
          </callout>
        </xsl:if>
      </section>
      <xsl:apply-templates select="$recheck/checked"/>
      <section id="next" kind="body">
        <heading><t id="recheck.next"/></heading>
        <para>
          <xsl:choose>
            <xsl:when test="$recheck/@failed &gt; 0"><t id="recheck.next.failed"/></xsl:when>
            <xsl:when test="$recheck/@unknown &gt; 0"><t id="recheck.next.unknown"/></xsl:when>
            <xsl:otherwise><t id="recheck.next.passed"/></xsl:otherwise>
          </xsl:choose>
        </para>
      </section>
    </document>
  </xsl:template>

  <xsl:template name="seen">
    <xsl:choose>
      <xsl:when test="$recheck/@first">
        <t id="recheck.seen">
          <arg name="since"><time at="{$recheck/@since}" form="minute"/></arg>
          <arg name="first"><time at="{$recheck/@first}" form="minute"/></arg>
          <arg name="last"><time at="{$recheck/@last}" form="minute"/></arg>
          <arg name="seen"><duration value="{$recheck/@seen}"/></arg>
        </t>
      </xsl:when>
      <xsl:otherwise>
        <t id="recheck.seen.nothing">
          <arg name="since"><time at="{$recheck/@since}" form="minute"/></arg>
        </t>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template name="tally">
    <xsl:param name="name"/>
    <fact>
      <label><t id="recheck.verdict.{$name}"/></label>
      <value><num value="{$recheck/@*[name() = $name]}"/></value>
    </fact>
  </xsl:template>

  <xsl:template match="@verdict" mode="tag">
    <xsl:choose>
      <xsl:when test=". = 'passed'"><tag kind="good"><t id="recheck.verdict.passed"/></tag></xsl:when>
      <xsl:when test=". = 'failed'"><tag kind="critical"><t id="recheck.verdict.failed"/></tag></xsl:when>
      <xsl:otherwise><tag kind="warning"><t id="recheck.verdict.unknown"/></tag></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <xsl:template match="checked">
    <xsl:variable name="id" select="@id"/>
    <xsl:variable name="finding" select="$findings[id = $id]"/>
    <section id="checked-{@id}" kind="body">
      <heading>
        <xsl:value-of select="@id"/><xsl:text> </xsl:text>
        <xsl:apply-templates select="$finding" mode="say">
          <xsl:with-param name="id">kind</xsl:with-param>
        </xsl:apply-templates>
        <xsl:text> </xsl:text>
        <xsl:apply-templates select="@verdict" mode="tag"/>
      </heading>
      <xsl:if test="$finding/account or $finding/mailbox">
        <para>
          <t id="recheck.own"><arg name="count"><num value="{@own}"/></arg></t>
          <xsl:if test="@own_last">
            <xsl:text> </xsl:text>
            <t id="recheck.own.last"><arg name="last"><time at="{@own_last}" form="minute"/></arg></t>
          </xsl:if>
        </para>
      </xsl:if>
      <list kind="bullet">
        <!-- What would have been in the way is told only when it was. -->
        <xsl:for-each select="answer[@verdict != 'passed' or (@question != 'servers' and @question != 'held')]">
          <item>
            <xsl:apply-templates select="@verdict" mode="tag"/>
            <xsl:text> </xsl:text>
            <t id="recheck.{@question}.{@verdict}">
              <arg name="count"><num value="{@count}"/></arg>
              <arg name="seen"><duration value="{$recheck/@seen}"/></arg>
              <arg name="needed"><duration value="{../@needed}"/></arg>
            </t>
          </item>
        </xsl:for-each>
      </list>
      <xsl:if test="sample">
        <table id="against-{@id}">
          <xsl:if test="@against &gt; count(sample)">
            <xsl:attribute name="total"><xsl:value-of select="@against"/></xsl:attribute>
          </xsl:if>
          <caption><t id="recheck.against"/></caption>
          <column type="time"><t id="recheck.column.time"/></column>
          <column type="id"><t id="recheck.column.message"/></column>
          <column type="address"><t id="recheck.column.source"/></column>
          <column type="text"><t id="recheck.column.subject"/></column>
          <xsl:for-each select="sample">
            <row>
              <cell><time at="{@at}" form="second"/></cell>
              <cell><v kind="queue-id"><xsl:value-of select="@message_id"/></v></cell>
              <cell><v kind="text"><xsl:value-of select="@source"/></v></cell>
              <cell><v kind="subject"><xsl:value-of select="@subject"/></v></cell>
            </row>
          </xsl:for-each>
          <xsl:call-template name="cut">
            <xsl:with-param name="total" select="@against"/>
            <xsl:with-param name="shown" select="count(sample)"/>
          </xsl:call-template>
        </table>
      </xsl:if>
    </section>
  </xsl:template>
</xsl:stylesheet>
