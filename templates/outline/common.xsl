<?xml version="1.0" encoding="UTF-8"?>
<!--
  common.xsl: one template a block. It chooses and orders; it knows no language
  (every sentence is a `t` for the catalogue) and computes no number that the
  case does not hold. Outlines import it, and a house's own style sheet may
  import an outline and override single templates.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:output method="xml" encoding="UTF-8"/>

  <xsl:param name="label"/>
  <xsl:param name="digest"/>

  <!-- Where a table is cut. -->
  <xsl:variable name="rows" select="25"/>

  <xsl:variable name="root" select="/case"/>
  <xsl:variable name="findings" select="/case/findings/finding"/>
  <xsl:variable name="first" select="$findings[1]"/>
  <xsl:variable name="abuse" select="$findings[compromise='true']"/>

  <!-- ============================================ what back-ends say -->

  <xsl:template name="furniture">
    <xsl:param name="audience"/>
    <furniture>
      <word id="contents"><t id="furniture.contents"/></word>
      <word id="skip"><t id="furniture.skip"/></word>
      <word id="numbers"><t id="furniture.numbers"/></word>
      <word id="page"><t id="furniture.page"/></word>
      <word id="case"><t id="furniture.case"/></word>
      <word id="audience"><t id="furniture.audience.{$audience}"/></word>
      <word id="as_of">
        <t id="furniture.as_of"><arg name="at"><time at="{/case/case/as_of}" form="minute"/></arg></t>
      </word>
      <word id="digest"><t id="furniture.digest"/></word>
      <word id="yes"><t id="furniture.yes"/></word>
      <word id="no"><t id="furniture.no"/></word>
      <word id="missing"><t id="furniture.missing"/></word>
      <word id="reads"><t id="furniture.reads"/></word>
      <word id="changes"><t id="furniture.changes"/></word>
      <word id="destroys"><t id="furniture.destroys"/></word>
      <word id="done"><t id="furniture.done"/></word>
      <word id="mark"><t id="furniture.mark"/></word>
      <word id="more_bytes"><t id="furniture.more_bytes"/></word>
      <word id="shortened"><t id="furniture.shortened"/></word>
      <word id="table"><t id="furniture.table"/></word>
      <word id="figure"><t id="furniture.figure"/></word>
    </furniture>
    <xsl:for-each select="/case/brand">
      <brand name="{@name}">
        <xsl:copy-of select="@accent | @accent-dark"/>
        <xsl:copy-of select="logo"/>
        <xsl:copy-of select="contact"/>
        <xsl:copy-of select="legal"/>
      </brand>
    </xsl:for-each>
  </xsl:template>

  <!-- ======================================== values in sentences -->

  <!-- A claim's or an event's values, each by its kind. -->
  <xsl:template match="value" mode="arg">
    <arg name="{name}">
      <xsl:choose>
        <xsl:when test="kind='number'"><num value="{is}"/></xsl:when>
        <xsl:when test="kind='time'"><time at="{is}" form="second"/></xsl:when>
        <xsl:when test="kind='duration'"><duration value="{is}"/></xsl:when>
        <xsl:when test="kind='percent'"><percent value="{is}"/></xsl:when>
        <xsl:otherwise><v kind="login"><xsl:value-of select="is"/></v></xsl:otherwise>
      </xsl:choose>
    </arg>
  </xsl:template>

  <!-- Who or what a finding is about: the most exact name that it has. -->
  <xsl:template match="finding" mode="who">
    <xsl:choose>
      <xsl:when test="mailbox"><v kind="address"><xsl:value-of select="mailbox"/></v></xsl:when>
      <xsl:when test="script_dirs/dir"><v kind="path"><xsl:value-of select="script_dirs/dir[1]"/></v></xsl:when>
      <xsl:when test="account"><v kind="login"><xsl:value-of select="account"/></v></xsl:when>
      <xsl:when test="domain"><v kind="domain"><xsl:value-of select="domain"/></v></xsl:when>
      <xsl:when test="hosts/host"><v kind="domain"><xsl:value-of select="hosts/host[1]"/></v></xsl:when>
      <xsl:when test="source_ips/ip"><v kind="ip"><xsl:value-of select="source_ips/ip[1]"/></v></xsl:when>
      <xsl:otherwise><t id="who.server"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- The numbers that sentences about a finding may use. -->
  <xsl:template match="finding" mode="args">
    <arg name="who"><xsl:apply-templates select="." mode="who"/></arg>
    <arg name="count"><num value="{messages}"/></arg>
    <arg name="recipients"><num value="{recipients}"/></arg>
    <arg name="delivered"><num value="{delivered}"/></arg>
    <arg name="deferred"><num value="{deferred}"/></arg>
    <arg name="failed"><num value="{failed}"/></arg>
    <arg name="onset"><time at="{onset}" form="minute"/></arg>
    <arg name="last"><time at="{last}" form="minute"/></arg>
    <arg name="span"><duration from="{onset}" to="{last}"/></arg>
  </xsl:template>

  <!-- A sentence about a finding: what.compromised_mailbox and the like. -->
  <xsl:template match="finding" mode="say">
    <xsl:param name="id"/>
    <t id="{$id}.{kind}">
      <xsl:apply-templates select="." mode="args"/>
      <otherwise>
        <t id="{$id}.unexplained"><xsl:apply-templates select="." mode="args"/></t>
      </otherwise>
    </t>
  </xsl:template>

  <xsl:template match="citation" mode="cite">
    <xsl:text> </xsl:text>
    <cite to="L{@l}">L<xsl:value-of select="@l"/></cite>
  </xsl:template>

  <xsl:template match="claim" mode="sentence">
    <t id="claim.{rule}">
      <xsl:apply-templates select="values/value" mode="arg"/>
      <otherwise><v kind="text"><xsl:value-of select="text"/></v></otherwise>
    </t>
  </xsl:template>

  <xsl:template match="finding" mode="severity">
    <tag kind="{severity}"><t id="severity.{severity}"/></tag>
  </xsl:template>

  <!-- Confidence as a word and a number. -->
  <xsl:template match="confidence" mode="words">
    <xsl:choose>
      <xsl:when test=". &gt;= 0.9"><t id="confidence.high"/></xsl:when>
      <xsl:when test=". &gt;= 0.7"><t id="confidence.good"/></xsl:when>
      <xsl:when test=". &gt;= 0.4"><t id="confidence.fair"/></xsl:when>
      <xsl:otherwise><t id="confidence.low"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- ================================================ the sentence -->

  <xsl:template name="title-sentence">
    <xsl:choose>
      <xsl:when test="$first">
        <xsl:apply-templates select="$first" mode="say">
          <xsl:with-param name="id">title</xsl:with-param>
        </xsl:apply-templates>
      </xsl:when>
      <xsl:otherwise><t id="title.clean"/></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- Still going on? -->
  <xsl:template match="finding" mode="state">
    <xsl:choose>
      <xsl:when test="ongoing='true'">
        <t id="state.ongoing"><xsl:apply-templates select="." mode="args"/></t>
      </xsl:when>
      <xsl:when test="ended_by">
        <t id="state.ended.{ended_by}">
          <xsl:apply-templates select="." mode="args"/>
          <otherwise><t id="state.ended"><xsl:apply-templates select="." mode="args"/></t></otherwise>
        </t>
      </xsl:when>
      <xsl:otherwise>
        <t id="state.ended"><xsl:apply-templates select="." mode="args"/></t>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- Done so far. -->
  <xsl:template match="finding" mode="done">
    <xsl:choose>
      <xsl:when test="discarded_by_limit &gt; 0">
        <t id="done.limit">
          <arg name="count"><num value="{discarded_by_limit}"/></arg>
          <arg name="queued"><num value="{queued}"/></arg>
        </t>
      </xsl:when>
      <xsl:when test="ended_by">
        <t id="done.{ended_by}">
          <arg name="count"><num value="{queued}"/></arg>
          <otherwise><t id="done.nothing"><arg name="count"><num value="{queued}"/></arg></t></otherwise>
        </t>
      </xsl:when>
      <xsl:otherwise>
        <t id="done.nothing"><arg name="count"><num value="{queued}"/></arg></t>
      </xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- The five sentences that stand alone. -->
  <xsl:template name="lead">
    <lead>
      <xsl:choose>
        <xsl:when test="$first">
          <para><em><xsl:apply-templates select="$first" mode="state"/></em></para>
          <para>
            <xsl:apply-templates select="$first" mode="say">
              <xsl:with-param name="id">what</xsl:with-param>
            </xsl:apply-templates>
          </para>
          <para><xsl:apply-templates select="$first" mode="done"/></para>
          <para>
            <xsl:apply-templates select="$first" mode="say">
              <xsl:with-param name="id">todo</xsl:with-param>
            </xsl:apply-templates>
          </para>
          <para>
            <xsl:apply-templates select="$first" mode="say">
              <xsl:with-param name="id">check</xsl:with-param>
            </xsl:apply-templates>
          </para>
        </xsl:when>
        <xsl:otherwise>
          <para><em><t id="clean.state"/></em></para>
          <para>
            <t id="clean.what">
              <arg name="count"><num value="{/case/totals/messages}"/></arg>
              <arg name="lines"><num value="{/case/totals/lines}"/></arg>
              <arg name="first"><time at="{/case/period/first}" form="minute"/></arg>
              <arg name="last"><time at="{/case/period/last}" form="minute"/></arg>
            </t>
          </para>
          <para><t id="clean.done"/></para>
          <para><t id="clean.todo"/></para>
          <para><t id="clean.check"/></para>
        </xsl:otherwise>
      </xsl:choose>
    </lead>
  </xsl:template>

  <!-- The badge: how much was read, and whether it is all there is. -->
  <xsl:template name="examined">
    <para>
      <tag>
        <xsl:attribute name="kind">
          <xsl:choose>
            <xsl:when test="/case/completeness='complete'">good</xsl:when>
            <xsl:otherwise>warning</xsl:otherwise>
          </xsl:choose>
        </xsl:attribute>
        <t id="badge.{/case/completeness}"/>
      </tag>
      <xsl:text> </xsl:text>
      <t id="badge.examined">
        <arg name="count"><num value="{count(/case/evidence/file)}"/></arg>
        <arg name="lines"><num value="{/case/totals/lines}"/></arg>
        <arg name="first"><time at="{/case/period/first}" form="minute"/></arg>
        <arg name="last"><time at="{/case/period/last}" form="minute"/></arg>
      </t>
    </para>
  </xsl:template>

  <!-- Damage and gaps that touch a conclusion, where they are read. -->
  <xsl:template name="completeness">
    <xsl:if test="/case/completeness != 'complete'">
      <callout kind="warning">
        <heading><t id="completeness.{/case/completeness}"/></heading>
        <para>
          <t id="completeness.where">
            <arg name="count"><num value="{count(/case/evidence/file/warnings/warning)}"/></arg>
          </t>
        </para>
      </callout>
    </xsl:if>
  </xsl:template>

  <!-- ==================================================== charts -->

  <xsl:template name="series-outcome">
    <series ink="delivered"><t id="outcome.delivered"/></series>
    <series ink="deferred"><t id="outcome.deferred"/></series>
    <series ink="failed"><t id="outcome.failed"/></series>
  </xsl:template>

  <!-- Numbered moments of one finding, in the order of time: those of the
       timeline that a chart has room for. -->
  <xsl:template name="marks">
    <xsl:param name="finding"/>
    <xsl:for-each select="$finding/timeline/event[what='first_probe' or what='onset' or what='limit' or what='last'][position() &lt;= 6]">
      <mark at="{at}" no="{position()}"><t id="moment.{what}"/></mark>
    </xsl:for-each>
  </xsl:template>

  <xsl:template name="marks-caption">
    <xsl:param name="finding"/>
    <xsl:for-each select="$finding/timeline/event[what='first_probe' or what='onset' or what='limit' or what='last'][position() &lt;= 6]">
      <xsl:text> </xsl:text>
      <t id="caption.mark">
        <arg name="no"><num value="{position()}"/></arg>
        <arg name="what"><t id="moment.{what}"/></arg>
        <arg name="at"><time at="{at}" form="minute"/></arg>
      </t>
    </xsl:for-each>
  </xsl:template>

  <!-- Messages per hour by outcome. `hours` holds `hour` elements. -->
  <xsl:template name="figure-hourly">
    <xsl:param name="id"/>
    <xsl:param name="hours"/>
    <xsl:param name="finding"/>
    <xsl:param name="caption">caption.hourly</xsl:param>
    <xsl:if test="sum($hours/hour/@deliveries) + sum($hours/hour/@deferrals) + sum($hours/hour/@failures) &gt; 0">
      <figure id="{$id}">
        <chart kind="hourly">
          <axis><t id="axis.lines"/></axis>
          <xsl:call-template name="series-outcome"/>
          <xsl:for-each select="$hours/hour">
            <point at="{@at}" values="{@deliveries} {@deferrals} {@failures}"/>
          </xsl:for-each>
          <xsl:call-template name="marks">
            <xsl:with-param name="finding" select="$finding"/>
          </xsl:call-template>
        </chart>
        <caption>
          <t id="{$caption}"/>
          <xsl:call-template name="marks-caption">
            <xsl:with-param name="finding" select="$finding"/>
          </xsl:call-template>
        </caption>
        <alt>
          <t id="alt.hourly">
            <arg name="count"><num value="{count($hours/hour)}"/></arg>
            <arg name="delivered"><num value="{sum($hours/hour/@deliveries)}"/></arg>
            <arg name="deferred"><num value="{sum($hours/hour/@deferrals)}"/></arg>
            <arg name="failed"><num value="{sum($hours/hour/@failures)}"/></arg>
            <arg name="first"><time at="{$hours/hour[1]/@at}" form="minute"/></arg>
            <arg name="last"><time at="{$hours/hour[last()]/@at}" form="minute"/></arg>
          </t>
          <xsl:if test="$finding/peak_hour">
            <xsl:text> </xsl:text>
            <t id="alt.peak">
              <arg name="count"><num value="{$finding/peak_messages}"/></arg>
              <arg name="at"><time at="{$finding/peak_hour}" form="minute"/></arg>
            </t>
          </xsl:if>
        </alt>
        <table id="{$id}-numbers" total="{count($hours/hour)}">
          <caption><t id="{$caption}"/></caption>
          <column type="time"><t id="column.hour"/></column>
          <column type="num"><t id="column.arrivals"/></column>
          <column type="num"><t id="outcome.delivered"/></column>
          <column type="num"><t id="outcome.deferred"/></column>
          <column type="num"><t id="outcome.failed"/></column>
          <xsl:for-each select="$hours/hour[position() &lt;= 168]">
            <row>
              <cell><time at="{@at}" form="minute"/></cell>
              <cell><num value="{@arrivals}"/></cell>
              <cell><num value="{@deliveries}"/></cell>
              <cell><num value="{@deferrals}"/></cell>
              <cell><num value="{@failures}"/></cell>
            </row>
          </xsl:for-each>
          <xsl:call-template name="cut">
            <xsl:with-param name="total" select="count($hours/hour)"/>
            <xsl:with-param name="shown" select="168"/>
          </xsl:call-template>
        </table>
      </figure>
    </xsl:if>
  </xsl:template>

  <!-- "25 of 212 rows": the table's note, when something was cut. -->
  <xsl:template name="cut">
    <xsl:param name="total"/>
    <xsl:param name="shown" select="$rows"/>
    <xsl:if test="$total &gt; $shown">
      <note>
        <t id="table.cut">
          <arg name="shown"><num value="{$shown}"/></arg>
          <arg name="total"><num value="{$total}"/></arg>
        </t>
      </note>
    </xsl:if>
  </xsl:template>

  <!-- Recipients by provider and outcome. -->
  <xsl:template match="finding" mode="figure-hit">
    <xsl:if test="providers/provider">
      <xsl:variable name="rest" select="providers/provider[position() &gt; 8]"/>
      <figure id="fig-hit-{id}">
        <chart kind="hit">
          <axis><t id="axis.recipients"/></axis>
          <xsl:call-template name="series-outcome"/>
          <xsl:for-each select="providers/provider[position() &lt;= 8]">
            <bar values="{delivered} {deferred} {failed}"><xsl:value-of select="name"/></bar>
          </xsl:for-each>
          <xsl:if test="$rest">
            <bar values="{sum($rest/delivered)} {sum($rest/deferred)} {sum($rest/failed)}"><t id="bar.rest"><arg name="count"><num value="{count($rest)}"/></arg></t></bar>
          </xsl:if>
        </chart>
        <caption><t id="caption.hit"/></caption>
        <alt>
          <t id="alt.hit">
            <arg name="count"><num value="{provider_total}"/></arg>
            <arg name="delivered"><num value="{delivered}"/></arg>
            <arg name="deferred"><num value="{deferred}"/></arg>
            <arg name="failed"><num value="{failed}"/></arg>
          </t>
        </alt>
        <table id="fig-hit-{id}-numbers" total="{provider_total}">
          <caption><t id="caption.hit"/></caption>
          <column type="address"><t id="column.provider"/></column>
          <column type="num"><t id="column.recipients"/></column>
          <column type="num"><t id="outcome.delivered"/></column>
          <column type="num"><t id="outcome.deferred"/></column>
          <column type="num"><t id="outcome.failed"/></column>
          <xsl:for-each select="providers/provider[position() &lt;= $rows]">
            <row>
              <cell><v kind="domain"><xsl:value-of select="name"/></v></cell>
              <cell><num value="{recipients}"/></cell>
              <cell><num value="{delivered}"/></cell>
              <cell><num value="{deferred}"/></cell>
              <cell><num value="{failed}"/></cell>
            </row>
          </xsl:for-each>
          <xsl:call-template name="cut">
            <xsl:with-param name="total" select="provider_total"/>
          </xsl:call-template>
        </table>
      </figure>
    </xsl:if>
  </xsl:template>

  <!-- Logins or submissions by hour and weekday, server time. -->
  <xsl:template match="finding" mode="figure-heat">
    <xsl:if test="heat/day">
      <figure id="fig-heat-{id}">
        <chart kind="heat">
          <xsl:for-each select="heat/day">
            <bar>
              <xsl:attribute name="values">
                <xsl:for-each select="h">
                  <xsl:value-of select="."/><xsl:text> </xsl:text>
                </xsl:for-each>
              </xsl:attribute>
              <t id="weekday.{position()}"/>
            </bar>
          </xsl:for-each>
        </chart>
        <caption><t id="caption.heat"/></caption>
        <alt>
          <t id="alt.heat"><arg name="count"><num value="{sum(heat/day/h)}"/></arg></t>
        </alt>
      </figure>
    </xsl:if>
  </xsl:template>

  <!-- ==================================================== steps -->

  <!-- The steps of one phase for one finding, from the server's own list,
       which report.c puts into the case as `steps`. -->
  <xsl:template match="step" mode="checklist">
    <xsl:param name="finding"/>
    <xsl:param name="prefix"/>
    <step id="{$prefix}-{@id}" when="{@when}" who="{@who}" done="false">
      <heading>
        <t id="step.{@id}"/>
        <xsl:text> </xsl:text>
        <tag kind="plain"><t id="phase.{@phase}"/></tag>
        <xsl:if test="@who != 'host'">
          <xsl:text> </xsl:text>
          <tag kind="info"><t id="who.{@who}"/></tag>
        </xsl:if>
      </heading>
      <para><t id="step.{@id}.does"/></para>
      <xsl:for-each select="command">
        <xsl:call-template name="command">
          <xsl:with-param name="finding" select="$finding"/>
        </xsl:call-template>
      </xsl:for-each>
      <!-- Steps that only look have nothing to undo. -->
      <xsl:if test="not(command) or command[@effect!='reads']">
        <para>
          <em><t id="step.changes"/></em><xsl:text> </xsl:text>
          <t id="step.{@id}.changes"><otherwise><t id="step.changes.nothing"/></otherwise></t>
        </para>
        <para>
          <em><t id="step.undo"/></em><xsl:text> </xsl:text>
          <t id="step.{@id}.undo"><otherwise><t id="step.undo.nothing"/></otherwise></t>
        </para>
      </xsl:if>
      <xsl:for-each select="undo">
        <xsl:call-template name="command">
          <xsl:with-param name="finding" select="$finding"/>
        </xsl:call-template>
      </xsl:for-each>
      <para>
        <em><t id="step.check"/></em><xsl:text> </xsl:text>
        <t id="step.{@id}.check"/>
      </para>
      <xsl:for-each select="check">
        <xsl:call-template name="command">
          <xsl:with-param name="finding" select="$finding"/>
        </xsl:call-template>
      </xsl:for-each>
    </step>
  </xsl:template>

  <!-- The names are filled in, checked and quoted after this, in C. -->
  <xsl:template name="command">
    <xsl:param name="finding"/>
    <command effect="{@effect}" account="{$finding/account}"
             domain="{$finding/domain}" mailbox="{$finding/mailbox}"
             dir="{$finding/script_dirs/dir[1]}"
             message_id="{$finding/samples/sample[1]/message_id}"
             ip="{$finding/source_ips/ip[1]}"
             since="{$finding/onset}" until="{$finding/last}">
      <xsl:value-of select="."/>
    </command>
  </xsl:template>
</xsl:stylesheet>
