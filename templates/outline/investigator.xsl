<?xml version="1.0" encoding="UTF-8"?>
<!--
  investigator.xsl: everything, in the order in which it is asked for. Page 1
  stands alone; every sentence after it can be checked.
-->
<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">
  <xsl:import href="common.xsl"/>

  <!-- Findings that get steps and details of their own. -->
  <xsl:variable name="detailed" select="$findings[position() &lt;= 12]"/>

  <xsl:template match="/case">
    <document audience="investigator" label="{$label}" case="{case/id}"
              title="doc.investigator" digest="{$digest}" as-of="{case/as_of}">
      <xsl:call-template name="furniture">
        <xsl:with-param name="audience">investigator</xsl:with-param>
      </xsl:call-template>
      <xsl:call-template name="front"/>
      <xsl:call-template name="do-now"/>
      <xsl:call-template name="causes"/>
      <xsl:call-template name="timeline"/>
      <xsl:call-template name="sources"/>
      <xsl:call-template name="families"/>
      <xsl:call-template name="hit"/>
      <xsl:call-template name="limits-of-this-report"/>
      <xsl:call-template name="evidence"/>
      <xsl:call-template name="method"/>
      <xsl:call-template name="citations"/>
      <section id="numbers" kind="appendix" number="D">
        <heading><t id="section.numbers"/></heading>
        <para><t id="numbers.intro"/></para>
        <numbers/>
      </section>
    </document>
  </xsl:template>

  <!-- ================================================== page 1 -->

  <xsl:template name="front">
    <section id="front" kind="front">
      <heading><xsl:call-template name="title-sentence"/></heading>
      <xsl:call-template name="lead"/>
      <xsl:call-template name="facts"/>
      <xsl:call-template name="examined"/>
      <xsl:call-template name="completeness"/>
      <xsl:choose>
        <xsl:when test="$first"><xsl:call-template name="now-callout"/></xsl:when>
        <xsl:otherwise>
          <callout kind="good">
            <heading><t id="clean.heading"/></heading>
            <para><t id="clean.examined"><arg name="count"><num value="{count(/case/evidence/file)}"/></arg></t></para>
          </callout>
        </xsl:otherwise>
      </xsl:choose>
      <xsl:call-template name="figure-hourly">
        <xsl:with-param name="id">fig-hourly</xsl:with-param>
        <xsl:with-param name="hours" select="/case/series"/>
        <xsl:with-param name="finding" select="$first"/>
      </xsl:call-template>
    </section>
  </xsl:template>

  <xsl:template name="facts">
    <facts>
      <xsl:choose>
        <xsl:when test="$first">
          <fact>
            <label><t id="fact.messages"/></label>
            <value><num value="{$first/messages}"/></value>
            <note>
              <t id="fact.messages.note">
                <arg name="count"><num value="{$first/recipients}"/></arg>
              </t>
            </note>
          </fact>
          <fact>
            <label><t id="fact.since"/></label>
            <value><time at="{$first/onset}" form="minute"/></value>
            <note><t id="fact.since.note"><arg name="span"><duration from="{$first/onset}" to="{$first/last}"/></arg></t></note>
          </fact>
          <fact>
            <label><t id="fact.delivered"/></label>
            <value><num value="{$first/delivered}"/></value>
            <note>
              <t id="fact.delivered.note">
                <arg name="failed"><num value="{$first/failed}"/></arg>
                <arg name="deferred"><num value="{$first/deferred}"/></arg>
              </t>
            </note>
          </fact>
          <xsl:if test="$first/source_ips/ip">
            <fact>
              <label><t id="fact.networks"/></label>
              <value><num value="{count($first/source_ips/ip)}"/></value>
            </fact>
          </xsl:if>
          <xsl:if test="$first/queued">
            <fact>
              <label><t id="fact.queued"/></label>
              <value><num value="{$first/queued}"/></value>
            </fact>
          </xsl:if>
          <fact>
            <label><t id="fact.confidence"/></label>
            <value><percent share="{$first/confidence}"/></value>
            <note><xsl:apply-templates select="$first/confidence" mode="words"/></note>
          </fact>
        </xsl:when>
        <xsl:otherwise>
          <fact>
            <label><t id="fact.examined"/></label>
            <value><num value="{/case/totals/messages}"/></value>
          </fact>
          <fact>
            <label><t id="fact.lines"/></label>
            <value><num value="{/case/totals/lines}"/></value>
          </fact>
          <fact>
            <label><t id="fact.deliveries"/></label>
            <value><num value="{/case/totals/deliveries}"/></value>
          </fact>
        </xsl:otherwise>
      </xsl:choose>
    </facts>
  </xsl:template>

  <!-- What to do first, and what else was found. -->
  <xsl:template name="now-callout">
    <xsl:variable name="urgent">
      <xsl:choose>
        <xsl:when test="$first/compromise='true'">critical</xsl:when>
        <xsl:otherwise>info</xsl:otherwise>
      </xsl:choose>
    </xsl:variable>
    <callout kind="{$urgent}">
      <heading>
        <xsl:choose>
          <xsl:when test="$abuse"><t id="now.heading"/></xsl:when>
          <xsl:otherwise><t id="now.lookalike"/></xsl:otherwise>
        </xsl:choose>
      </heading>
      <list kind="number">
        <xsl:for-each select="/case/steps/step[@when='now' and @once='yes'][position() &lt;= 1]">
          <item><ref to="all-{@id}"><t id="step.{@id}"/></ref></item>
        </xsl:for-each>
        <xsl:for-each select="$detailed[position() &lt;= 3]">
          <xsl:variable name="finding" select="."/>
          <xsl:for-each select="/case/steps/step[@when='now' and not(@once) and @phase!='preserve'][contains(concat(' ', @for, ' '), concat(' ', $finding/kind, ' '))][position() &lt;= 3]">
            <item>
              <ref to="{$finding/id}-{@id}"><t id="step.{@id}"/></ref>
              <xsl:text> </xsl:text>
              <t id="now.of"><arg name="who"><xsl:apply-templates select="$finding" mode="who"/></arg></t>
            </item>
          </xsl:for-each>
        </xsl:for-each>
        <item><ref to="now"><t id="now.rest"/></ref></item>
      </list>
      <xsl:if test="count($findings) &gt; 1">
        <para>
          <t id="now.others"><arg name="count"><num value="{count($findings) - 1}"/></arg></t>
          <xsl:for-each select="$findings[position() &gt; 1 and position() &lt;= 6]">
            <xsl:text> </xsl:text>
            <ref to="{id}"><xsl:value-of select="id"/><xsl:text> </xsl:text><t id="kindname.{kind}"/></ref>
            <xsl:text> </xsl:text>
            <xsl:apply-templates select="." mode="severity"/>
          </xsl:for-each>
        </para>
      </xsl:if>
    </callout>
  </xsl:template>

  <!-- =================================================== 1 do now -->

  <xsl:template name="do-now">
    <section id="now" kind="body" number="1">
      <heading><t id="section.now"/></heading>
      <xsl:choose>
        <xsl:when test="$first">
          <para><t id="now.intro"/></para>
          <section id="now-first" kind="body">
            <heading><t id="now.first"/></heading>
            <checklist>
              <xsl:apply-templates select="/case/steps/step[@once='yes' and @phase='preserve']" mode="checklist">
                <xsl:with-param name="prefix">all</xsl:with-param>
                <xsl:with-param name="finding" select="$first"/>
              </xsl:apply-templates>
            </checklist>
          </section>
          <xsl:apply-templates select="$detailed" mode="steps"/>
          <section id="now-after" kind="body">
            <heading><t id="now.after"/></heading>
            <checklist>
              <xsl:apply-templates select="/case/steps/step[@once='yes' and @phase!='preserve']" mode="checklist">
                <xsl:with-param name="prefix">all</xsl:with-param>
                <xsl:with-param name="finding" select="$first"/>
              </xsl:apply-templates>
            </checklist>
          </section>
        </xsl:when>
        <xsl:otherwise><para><t id="now.nothing"/></para></xsl:otherwise>
      </xsl:choose>
    </section>
  </xsl:template>

  <xsl:template match="finding" mode="steps">
    <xsl:variable name="finding" select="."/>
    <xsl:variable name="steps" select="/case/steps/step[not(@once)][contains(concat(' ', @for, ' '), concat(' ', $finding/kind, ' '))]"/>
    <xsl:if test="$steps">
      <section id="now-{id}" kind="body">
        <heading>
          <xsl:value-of select="id"/><xsl:text>: </xsl:text>
          <t id="kind.{kind}"><xsl:apply-templates select="." mode="args"/></t>
        </heading>
        <checklist>
          <xsl:apply-templates select="$steps" mode="checklist">
            <xsl:with-param name="finding" select="$finding"/>
            <xsl:with-param name="prefix" select="id"/>
          </xsl:apply-templates>
        </checklist>
      </section>
    </xsl:if>
  </xsl:template>

  <!-- =================================================== 2 causes -->

  <xsl:template name="causes">
    <section id="causes" kind="body" number="2">
      <heading><t id="section.causes"/></heading>
      <xsl:choose>
        <xsl:when test="$first">
          <para><t id="causes.intro"/></para>
          <xsl:apply-templates select="$findings" mode="cause"/>
        </xsl:when>
        <xsl:otherwise><para><t id="causes.none"/></para></xsl:otherwise>
      </xsl:choose>
    </section>
  </xsl:template>

  <xsl:template match="finding" mode="cause">
    <finding id="{id}" severity="{severity}" confidence="{confidence}">
      <heading>
        <xsl:value-of select="id"/><xsl:text> </xsl:text>
        <t id="kind.{kind}"><xsl:apply-templates select="." mode="args"/></t>
        <xsl:text> </xsl:text>
        <xsl:apply-templates select="." mode="severity"/>
      </heading>
      <para>
        <t id="finding.confidence">
          <arg name="word"><xsl:apply-templates select="confidence" mode="words"/></arg>
          <arg name="percent"><percent share="{confidence}"/></arg>
        </t>
        <xsl:text> </xsl:text>
        <xsl:choose>
          <xsl:when test="compromise='true'"><t id="finding.compromise"/></xsl:when>
          <xsl:otherwise><t id="finding.lookalike"/></xsl:otherwise>
        </xsl:choose>
      </para>
      <xsl:if test="claims/claim or unknowns/unknown">
        <weighing>
          <xsl:for-each select="claims/claim[supports='true']">
            <reason for="yes" weight="+{weight}">
              <xsl:apply-templates select="." mode="sentence"/>
              <xsl:apply-templates select="citations/citation" mode="cite"/>
            </reason>
          </xsl:for-each>
          <xsl:for-each select="claims/claim[supports='false']">
            <reason for="no" weight="&#x2212;{weight}">
              <xsl:apply-templates select="." mode="sentence"/>
              <xsl:apply-templates select="citations/citation" mode="cite"/>
            </reason>
          </xsl:for-each>
          <xsl:for-each select="unknowns/unknown">
            <reason for="missing">
              <xsl:call-template name="unknown"/>
            </reason>
          </xsl:for-each>
        </weighing>
      </xsl:if>
      <xsl:if test="alternatives/alternative">
        <table id="{id}-alternatives">
          <caption><t id="table.alternatives"/></caption>
          <column type="text"><t id="column.cause"/></column>
          <column type="num"><t id="column.confidence"/></column>
          <column type="text"><t id="column.why"/></column>
          <xsl:for-each select="alternatives/alternative[position() &lt;= $rows]">
            <row>
              <cell><t id="kindname.{kind}"/></cell>
              <cell><percent share="{confidence}"/></cell>
              <cell><v kind="text"><xsl:value-of select="why"/></v></cell>
            </row>
          </xsl:for-each>
        </table>
      </xsl:if>
    </finding>
  </xsl:template>

  <!-- "code: English sentence" -->
  <xsl:template name="unknown">
    <xsl:choose>
      <xsl:when test="contains(., ': ')">
        <t id="unknown.{substring-before(., ': ')}">
          <otherwise><v kind="text"><xsl:value-of select="substring-after(., ': ')"/></v></otherwise>
        </t>
      </xsl:when>
      <xsl:otherwise><v kind="text"><xsl:value-of select="."/></v></xsl:otherwise>
    </xsl:choose>
  </xsl:template>

  <!-- ================================================= 3 timeline -->

  <xsl:template name="timeline">
    <section id="timeline" kind="body" number="3">
      <heading><t id="section.timeline"/></heading>
      <xsl:choose>
        <xsl:when test="$first"><xsl:apply-templates select="$detailed" mode="timeline"/></xsl:when>
        <xsl:otherwise><para><t id="timeline.none"/></para></xsl:otherwise>
      </xsl:choose>
    </section>
  </xsl:template>

  <xsl:template match="finding" mode="timeline">
    <section id="timeline-{id}" kind="body">
      <heading><xsl:value-of select="id"/><xsl:text> </xsl:text><t id="kindname.{kind}"/></heading>
      <xsl:call-template name="figure-hourly">
        <xsl:with-param name="id">fig-hours-<xsl:value-of select="id"/></xsl:with-param>
        <xsl:with-param name="hours" select="hours"/>
        <xsl:with-param name="finding" select="."/>
        <xsl:with-param name="caption">caption.hours</xsl:with-param>
      </xsl:call-template>
      <xsl:if test="timeline/event">
        <table id="timeline-{id}-events" total="{count(timeline/event)}">
          <caption><t id="table.events"/></caption>
          <column type="time"><t id="column.utc"/></column>
          <column type="time"><t id="column.server_time"/></column>
          <column type="text"><t id="column.event"/></column>
          <xsl:for-each select="timeline/event[position() &lt;= $rows]">
            <row>
              <cell><time at="{at}" form="second"/></cell>
              <cell><time at="{at}" form="second" zone="server"/></cell>
              <cell>
                <xsl:call-template name="event"/>
                <xsl:apply-templates select="citations/citation" mode="cite"/>
              </cell>
            </row>
          </xsl:for-each>
          <xsl:call-template name="cut">
            <xsl:with-param name="total" select="count(timeline/event)"/>
          </xsl:call-template>
        </table>
      </xsl:if>
      <xsl:apply-templates select="." mode="figure-heat"/>
    </section>
  </xsl:template>

  <xsl:template name="event">
    <t id="event.{what}">
      <xsl:apply-templates select="values/value" mode="arg"/>
      <otherwise>
        <xsl:value-of select="translate(what, '_', ' ')"/>
        <xsl:for-each select="values/value[kind='text']">
          <xsl:text> </xsl:text><v kind="text"><xsl:value-of select="is"/></v>
        </xsl:for-each>
      </otherwise>
    </t>
  </xsl:template>

  <!-- ================================================== 4 sources -->

  <xsl:template name="sources">
    <section id="sources" kind="body" number="4">
      <heading><t id="section.sources"/></heading>
      <xsl:call-template name="principals"/>
      <xsl:apply-templates select="$detailed[sources/source]" mode="sources"/>
    </section>
  </xsl:template>

  <xsl:template name="principals">
    <xsl:variable name="all" select="/case/principals/principal"/>
    <xsl:if test="$all">
      <xsl:variable name="total" select="/case/principals/@total"/>
      <xsl:variable name="shown" select="$all[position() &lt;= 10]"/>
      <figure id="fig-sources">
        <chart kind="sources">
          <axis><t id="axis.messages"/></axis>
          <series ink="accent"><t id="axis.messages"/></series>
          <xsl:for-each select="$shown">
            <bar values="{messages}">
              <xsl:choose>
                <xsl:when test="name"><xsl:value-of select="name"/></xsl:when>
                <xsl:otherwise><t id="principal.{kind}"/></xsl:otherwise>
              </xsl:choose>
            </bar>
          </xsl:for-each>
          <xsl:if test="$total &gt; 10">
            <bar values="{/case/principals/@messages - sum($shown/messages)}"><t id="bar.rest"><arg name="count"><num value="{$total - 10}"/></arg></t></bar>
          </xsl:if>
        </chart>
        <caption><t id="caption.sources"/></caption>
        <alt>
          <t id="alt.sources">
            <arg name="count"><num value="{$total}"/></arg>
            <arg name="most"><num value="{$all[1]/messages}"/></arg>
          </t>
        </alt>
        <table id="fig-sources-numbers" total="{$total}">
          <caption><t id="caption.sources"/></caption>
          <column type="address"><t id="column.sender"/></column>
          <column type="text"><t id="column.kind"/></column>
          <column type="num"><t id="column.messages"/></column>
          <column type="num"><t id="column.recipients"/></column>
          <column type="num"><t id="outcome.delivered"/></column>
          <column type="num"><t id="outcome.deferred"/></column>
          <column type="num"><t id="outcome.failed"/></column>
          <column type="num"><t id="column.addresses"/></column>
          <xsl:for-each select="$all[position() &lt;= $rows]">
            <row>
              <cell>
                <xsl:choose>
                  <xsl:when test="name"><v kind="login"><xsl:value-of select="name"/></v></xsl:when>
                  <xsl:otherwise><t id="principal.{kind}"/></xsl:otherwise>
                </xsl:choose>
              </cell>
              <cell><t id="principal.{kind}"><otherwise><xsl:value-of select="translate(kind, '_', ' ')"/></otherwise></t></cell>
              <cell><num value="{messages}"/></cell>
              <cell><num value="{recipients}"/></cell>
              <cell><num value="{delivered}"/></cell>
              <cell><num value="{deferred}"/></cell>
              <cell><num value="{failed}"/></cell>
              <cell><num value="{source_ips}"/></cell>
            </row>
          </xsl:for-each>
          <xsl:call-template name="cut">
            <xsl:with-param name="total" select="$total"/>
          </xsl:call-template>
        </table>
      </figure>
    </xsl:if>
  </xsl:template>

  <xsl:template match="finding" mode="sources">
    <section id="sources-{id}" kind="body">
      <heading><xsl:value-of select="id"/><xsl:text> </xsl:text><t id="kindname.{kind}"/></heading>
      <xsl:if test="usual_messages_per_day">
        <para>
          <t id="sources.usual">
            <arg name="count"><num value="{usual_messages_per_day}"/></arg>
            <arg name="now"><num value="{messages}"/></arg>
          </t>
        </para>
      </xsl:if>
      <table id="sources-{id}-table" total="{count(sources/source)}">
        <caption><t id="table.sources"/></caption>
        <column type="text"><t id="column.kind"/></column>
        <column type="address"><t id="column.source"/></column>
        <column type="num"><t id="column.messages"/></column>
        <column type="time"><t id="column.first"/></column>
        <column type="time"><t id="column.last"/></column>
        <column type="text"><t id="column.usual"/></column>
        <xsl:for-each select="sources/source[position() &lt;= $rows]">
          <row>
            <cell><t id="source.{kind}"><otherwise><xsl:value-of select="translate(kind, '_', ' ')"/></otherwise></t></cell>
            <cell><v kind="helo"><xsl:value-of select="name"/></v></cell>
            <cell><num value="{messages}"/></cell>
            <cell><time at="{first}" form="minute"/></cell>
            <cell><time at="{last}" form="minute"/></cell>
            <cell><t id="usual.{usual}"/></cell>
          </row>
        </xsl:for-each>
        <xsl:call-template name="cut">
          <xsl:with-param name="total" select="count(sources/source)"/>
        </xsl:call-template>
      </table>
    </section>
  </xsl:template>

  <!-- ================================================= 5 families -->

  <xsl:template name="families">
    <section id="families" kind="body" number="5">
      <heading><t id="section.families"/></heading>
      <xsl:choose>
        <xsl:when test="$findings/families/family or $findings/samples/sample">
          <xsl:apply-templates select="$detailed[families/family or samples/sample]" mode="families"/>
        </xsl:when>
        <xsl:otherwise><para><t id="families.none"/></para></xsl:otherwise>
      </xsl:choose>
    </section>
  </xsl:template>

  <xsl:template match="finding" mode="families">
    <section id="families-{id}" kind="body">
      <heading><xsl:value-of select="id"/><xsl:text> </xsl:text><t id="kindname.{kind}"/></heading>
      <xsl:if test="families/family">
        <table id="families-{id}-table" total="{family_total}">
          <caption><t id="table.families"/></caption>
          <column type="text"><t id="column.subject"/></column>
          <column type="num"><t id="column.messages"/></column>
          <column type="num"><t id="column.recipients"/></column>
          <column type="num"><t id="column.size"/></column>
          <column type="time"><t id="column.first"/></column>
          <column type="time"><t id="column.last"/></column>
          <xsl:for-each select="families/family[position() &lt;= $rows]">
            <row>
              <cell>
                <xsl:choose>
                  <xsl:when test="subject"><v kind="subject"><xsl:value-of select="subject"/></v></xsl:when>
                  <xsl:otherwise><t id="families.no_subject"/></xsl:otherwise>
                </xsl:choose>
              </cell>
              <cell><num value="{messages}"/></cell>
              <cell><num value="{recipients}"/></cell>
              <cell>
                <bytes value="{smallest_bytes}"/>
                <xsl:if test="largest_bytes and largest_bytes != smallest_bytes">
                  <xsl:text>&#x2013;</xsl:text><bytes value="{largest_bytes}"/>
                </xsl:if>
              </cell>
              <cell><time at="{first}" form="minute"/></cell>
              <cell><time at="{last}" form="minute"/></cell>
            </row>
          </xsl:for-each>
          <xsl:call-template name="cut">
            <xsl:with-param name="total" select="family_total"/>
            <xsl:with-param name="shown" select="count(families/family[position() &lt;= $rows])"/>
          </xsl:call-template>
        </table>
      </xsl:if>
      <xsl:apply-templates select="samples/sample[position() &lt;= 3]" mode="sample"/>
    </section>
  </xsl:template>

  <xsl:template match="sample" mode="sample">
    <xsl:variable name="name" select="concat(../../id, '-', position())"/>
    <figure id="sample-{$name}">
      <chart kind="lane">
        <xsl:for-each select="lines/line[at]">
          <xsl:variable name="ink">
            <xsl:choose>
              <xsl:when test="kind='arrival'">accent</xsl:when>
              <xsl:when test="kind='delivery'">delivered</xsl:when>
              <xsl:when test="kind='deferral'">deferred</xsl:when>
              <xsl:when test="kind='failure'">failed</xsl:when>
              <xsl:otherwise>other</xsl:otherwise>
            </xsl:choose>
          </xsl:variable>
          <point at="{at}" row="0" ink="{$ink}"><t id="sign.{kind}"><otherwise/></t></point>
        </xsl:for-each>
        <bar><xsl:value-of select="message_id"/></bar>
      </chart>
      <caption>
        <t id="caption.sample">
          <arg name="no"><num value="{position()}"/></arg>
          <arg name="state"><t id="state.message.{state}"/></arg>
        </t>
      </caption>
      <alt>
        <t id="alt.sample">
          <arg name="count"><num value="{lines_total}"/></arg>
          <arg name="at"><time at="{at}" form="second"/></arg>
          <arg name="state"><t id="state.message.{state}"/></arg>
        </t>
      </alt>
    </figure>
    <para>
      <t id="sample.what">
        <arg name="id"><v kind="queue-id"><xsl:value-of select="message_id"/></v></arg>
        <arg name="sender"><v kind="address"><xsl:value-of select="sender"/></v></arg>
        <arg name="subject"><v kind="subject"><xsl:value-of select="subject"/></v></arg>
        <arg name="size"><bytes value="{size_bytes}"/></arg>
        <arg name="count"><num value="{count(recipients/recipient)}"/></arg>
      </t>
    </para>
    <xsl:if test="lines/line">
      <lines>
        <xsl:for-each select="lines/line">
          <line evidence="{citation/@e}" no="{citation/line}"><xsl:value-of select="citation/text"/></line>
        </xsl:for-each>
      </lines>
    </xsl:if>
    <xsl:if test="lines_total &gt; count(lines/line)">
      <para>
        <t id="sample.cut">
          <arg name="shown"><num value="{count(lines/line)}"/></arg>
          <arg name="count"><num value="{lines_total}"/></arg>
        </t>
      </para>
    </xsl:if>
  </xsl:template>

  <!-- ====================================================== 6 hit -->

  <xsl:template name="hit">
    <section id="hit" kind="body" number="6">
      <heading><t id="section.hit"/></heading>
      <xsl:if test="not($first) and not(/case/limits/limit)">
        <para><t id="hit.none"/></para>
      </xsl:if>
      <xsl:apply-templates select="$detailed" mode="hit"/>
      <xsl:if test="/case/limits/limit">
        <table id="limits-table" total="{count(/case/limits/limit)}">
          <caption><t id="table.limits"/></caption>
          <column type="address"><t id="column.domain"/></column>
          <column type="text"><t id="column.limit"/></column>
          <column type="num"><t id="column.lines"/></column>
          <column type="time"><t id="column.first"/></column>
          <column type="time"><t id="column.last"/></column>
          <column type="text"><t id="column.text"/></column>
          <xsl:for-each select="/case/limits/limit[position() &lt;= $rows]">
            <row>
              <cell><v kind="domain"><xsl:value-of select="domain"/></v></cell>
              <cell><t id="limit.{kind}"/></cell>
              <cell><num value="{lines}"/></cell>
              <cell><time at="{first}" form="minute"/></cell>
              <cell><time at="{last}" form="minute"/></cell>
              <cell><v kind="text"><xsl:value-of select="text"/></v></cell>
            </row>
          </xsl:for-each>
          <xsl:call-template name="cut">
            <xsl:with-param name="total" select="count(/case/limits/limit)"/>
          </xsl:call-template>
        </table>
      </xsl:if>
    </section>
  </xsl:template>

  <xsl:template match="finding" mode="hit">
    <section id="hit-{id}" kind="body">
      <heading><xsl:value-of select="id"/><xsl:text> </xsl:text><t id="kindname.{kind}"/></heading>
      <para>
        <t id="hit.summary">
          <arg name="count"><num value="{distinct_recipients}"/></arg>
          <arg name="delivered"><num value="{delivered}"/></arg>
          <arg name="failed"><num value="{failed}"/></arg>
          <arg name="deferred"><num value="{deferred}"/></arg>
          <arg name="discarded"><num value="{discarded_by_limit}"/></arg>
        </t>
        <xsl:if test="queued">
          <xsl:text> </xsl:text>
          <t id="hit.queued"><arg name="count"><num value="{queued}"/></arg></t>
        </xsl:if>
      </para>
      <xsl:apply-templates select="." mode="figure-hit"/>
      <xsl:if test="refusals/refusal">
        <table id="refusals-{id}" total="{count(refusals/refusal)}">
          <caption><t id="table.refusals"/></caption>
          <column type="text"><t id="column.reason"/></column>
          <column type="num"><t id="column.recipients"/></column>
          <column type="num"><t id="column.lines"/></column>
          <column type="text"><t id="column.still"/></column>
          <column type="text"><t id="column.answer"/></column>
          <xsl:for-each select="refusals/refusal[position() &lt;= $rows]">
            <row>
              <cell>
                <t id="refusal.{reason}"><otherwise><xsl:value-of select="translate(reason, '_', ' ')"/></otherwise></t>
              </cell>
              <cell><num value="{recipients}"/></cell>
              <cell><num value="{lines}"/></cell>
              <cell>
                <t id="final.{final}"/>
                <xsl:if test="standing='true'"><xsl:text> </xsl:text><tag kind="warning"><t id="refusal.standing"/></tag></xsl:if>
              </cell>
              <cell>
                <xsl:if test="provider"><v kind="domain"><xsl:value-of select="provider"/></v><xsl:text>: </xsl:text></xsl:if>
                <v kind="text"><xsl:value-of select="sample"/></v>
              </cell>
            </row>
          </xsl:for-each>
          <xsl:call-template name="cut">
            <xsl:with-param name="total" select="count(refusals/refusal)"/>
          </xsl:call-template>
        </table>
      </xsl:if>
      <xsl:if test="replays/replay">
        <figure id="fig-replay-{id}">
          <chart kind="replay">
            <axis><t id="axis.recipients"/></axis>
            <series ink="delivered"><t id="replay.stopped"/></series>
            <series ink="failed"><t id="replay.innocent"/></series>
            <xsl:for-each select="replays/replay">
              <bar values="{stopped} {innocent_hit}"><t id="replay.cap"><arg name="count"><num value="{cap_per_hour}"/></arg></t></bar>
            </xsl:for-each>
          </chart>
          <caption><t id="caption.replay"/></caption>
          <alt>
            <xsl:for-each select="replays/replay">
              <t id="alt.replay">
                <arg name="cap"><num value="{cap_per_hour}"/></arg>
                <arg name="stopped"><num value="{stopped}"/></arg>
                <arg name="hit"><num value="{innocent_hit}"/></arg>
                <arg name="count"><num value="{innocents}"/></arg>
              </t>
              <xsl:text> </xsl:text>
            </xsl:for-each>
          </alt>
          <table id="fig-replay-{id}-numbers">
            <caption><t id="caption.replay"/></caption>
            <column type="num"><t id="column.cap"/></column>
            <column type="num"><t id="replay.stopped"/></column>
            <column type="num"><t id="replay.innocent"/></column>
            <column type="num"><t id="column.innocents"/></column>
            <xsl:for-each select="replays/replay">
              <row>
                <cell><num value="{cap_per_hour}"/></cell>
                <cell><num value="{stopped}"/></cell>
                <cell><num value="{innocent_hit}"/></cell>
                <cell><num value="{innocents}"/></cell>
              </row>
            </xsl:for-each>
          </table>
        </figure>
      </xsl:if>
    </section>
  </xsl:template>

  <!-- =================================================== 7 limits -->

  <xsl:template name="limits-of-this-report">
    <section id="limits" kind="body" number="7">
      <heading><t id="section.limits"/></heading>
      <para><t id="limits.intro"/></para>
      <list kind="bullet">
        <item><t id="limits.completeness.{/case/completeness}"/></item>
        <xsl:for-each select="/case/selectors/selector[state!='on']">
          <item>
            <t id="selector.{name}.{state}">
              <otherwise>
                <t id="selector.{state}"><arg name="name"><code><xsl:value-of select="name"/></code></arg></t>
              </otherwise>
            </t>
          </item>
        </xsl:for-each>
        <xsl:if test="/case/case/scope/since or /case/case/scope/until">
          <item>
            <t id="limits.scope">
              <arg name="since"><time at="{/case/case/scope/since}" form="minute"/></arg>
              <arg name="until"><time at="{/case/case/scope/until}" form="minute"/></arg>
            </t>
          </item>
        </xsl:if>
        <item><t id="limits.bodies"/></item>
        <item><t id="limits.confidence"/></item>
      </list>
      <xsl:if test="/case/evidence/file/warnings/warning">
        <table id="warnings-table" total="{count(/case/evidence/file/warnings/warning)}">
          <caption><t id="table.warnings"/></caption>
          <column type="id"><t id="column.evidence"/></column>
          <column type="text"><t id="column.kind"/></column>
          <column type="num"><t id="column.line"/></column>
          <column type="text"><t id="column.text"/></column>
          <xsl:for-each select="/case/evidence/file/warnings/warning[position() &lt;= $rows]">
            <row>
              <cell><xsl:value-of select="../../@e"/></cell>
              <cell><t id="warning.{topic}"><otherwise><xsl:value-of select="translate(topic, '_', ' ')"/></otherwise></t></cell>
              <cell><xsl:if test="line"><num value="{line}"/></xsl:if></cell>
              <cell><v kind="text"><xsl:value-of select="text"/></v></cell>
            </row>
          </xsl:for-each>
          <xsl:call-template name="cut">
            <xsl:with-param name="total" select="count(/case/evidence/file/warnings/warning)"/>
          </xsl:call-template>
        </table>
      </xsl:if>
      <xsl:if test="/case/shapes/shape">
        <table id="shapes-table" total="{/case/shape_total}">
          <caption><t id="table.shapes"/></caption>
          <column type="text"><t id="column.shape"/></column>
          <column type="num"><t id="column.lines"/></column>
          <column type="text"><t id="column.sample"/></column>
          <xsl:for-each select="/case/shapes/shape[position() &lt;= $rows]">
            <row>
              <cell><v kind="text"><xsl:value-of select="shape"/></v></cell>
              <cell><num value="{lines}"/></cell>
              <cell>
                <xsl:value-of select="sample/@e"/>:<xsl:value-of select="sample/line"/>
                <xsl:text> </xsl:text><v kind="text"><xsl:value-of select="sample/text"/></v>
              </cell>
            </row>
          </xsl:for-each>
          <xsl:call-template name="cut">
            <xsl:with-param name="total" select="/case/shape_total"/>
            <xsl:with-param name="shown" select="count(/case/shapes/shape[position() &lt;= $rows])"/>
          </xsl:call-template>
        </table>
      </xsl:if>
    </section>
  </xsl:template>

  <!-- ================================================= A evidence -->

  <xsl:template name="evidence">
    <section id="evidence" kind="appendix" number="A">
      <heading><t id="section.evidence"/></heading>
      <xsl:choose>
        <xsl:when test="/case/evidence/file">
          <para><t id="evidence.intro"><arg name="count"><num value="{count(/case/evidence/file)}"/></arg></t></para>
          <table id="evidence-table" total="{count(/case/evidence/file)}">
            <caption><t id="table.evidence"/></caption>
            <column type="id"><t id="column.no"/></column>
            <column type="text"><t id="column.file"/></column>
            <column type="text"><t id="column.kind"/></column>
            <column type="time"><t id="column.first"/></column>
            <column type="time"><t id="column.last"/></column>
            <column type="num"><t id="column.lines"/></column>
            <column type="num"><t id="column.understood"/></column>
            <column type="num"><t id="column.not_needed"/></column>
            <column type="num"><t id="column.not_understood"/></column>
            <xsl:for-each select="/case/evidence/file[position() &lt;= $rows]">
              <row>
                <cell><xsl:value-of select="@e"/></cell>
                <cell><v kind="path"><xsl:value-of select="path"/></v></cell>
                <cell>
                  <code><xsl:value-of select="kind"/></code>
                  <xsl:if test="compression!='none'"><xsl:text> </xsl:text><code><xsl:value-of select="compression"/></code></xsl:if>
                </cell>
                <cell><time at="{first}" form="minute"/></cell>
                <cell><time at="{last}" form="minute"/></cell>
                <cell><num value="{lines}"/></cell>
                <cell><num value="{lines_parsed}"/></cell>
                <cell><num value="{lines_recognised}"/></cell>
                <cell><num value="{lines_unparsed}"/></cell>
              </row>
            </xsl:for-each>
            <xsl:call-template name="cut">
              <xsl:with-param name="total" select="count(/case/evidence/file)"/>
            </xsl:call-template>
          </table>
          <table id="bytes-table" total="{count(/case/evidence/file)}">
            <caption><t id="table.bytes"/></caption>
            <column type="id"><t id="column.no"/></column>
            <column type="num"><t id="column.stored"/></column>
            <column type="num"><t id="column.text_bytes"/></column>
            <column type="num"><t id="column.understood"/></column>
            <column type="num"><t id="column.not_needed"/></column>
            <column type="num"><t id="column.not_understood"/></column>
            <column type="num"><t id="column.damaged"/></column>
            <xsl:for-each select="/case/evidence/file[position() &lt;= $rows]">
              <row>
                <cell><xsl:value-of select="@e"/></cell>
                <cell><num value="{stored_bytes}"/></cell>
                <cell><num value="{text_bytes}"/></cell>
                <cell><num value="{accounting/parsed}"/></cell>
                <cell><num value="{accounting/recognised}"/></cell>
                <cell><num value="{accounting/unparsed}"/></cell>
                <cell><num value="{accounting/damaged}"/></cell>
              </row>
            </xsl:for-each>
            <note><t id="table.bytes.note"/></note>
          </table>
          <table id="hash-table" total="{count(/case/evidence/file)}">
            <caption><t id="table.hashes"/></caption>
            <column type="id"><t id="column.no"/></column>
            <column type="text"><t id="column.sha_stored"/></column>
            <column type="text"><t id="column.sha_text"/></column>
            <xsl:for-each select="/case/evidence/file[position() &lt;= $rows]">
              <row>
                <cell><xsl:value-of select="@e"/></cell>
                <cell><code><xsl:value-of select="sha256"/></code></cell>
                <cell><code><xsl:value-of select="text_sha256"/></code></cell>
              </row>
            </xsl:for-each>
          </table>
        </xsl:when>
        <xsl:otherwise><para><t id="evidence.none"/></para></xsl:otherwise>
      </xsl:choose>
    </section>
  </xsl:template>

  <!-- =================================================== B method -->

  <xsl:template name="method">
    <section id="method" kind="appendix" number="B">
      <heading><t id="section.method"/></heading>
      <para>
        <t id="method.version">
          <arg name="name"><xsl:value-of select="/case/generator/name"/></arg>
          <arg name="version"><xsl:value-of select="/case/generator/version"/></arg>
          <arg name="schema"><code><xsl:value-of select="/case/@schema"/></code></arg>
        </t>
      </para>
      <list kind="bullet">
        <item><t id="method.reading"/></item>
        <item><t id="method.charge"/></item>
        <item><t id="method.weigh"/></item>
        <item><t id="method.times"/></item>
      </list>
      <xsl:apply-templates select="/case/identity"/>
      <xsl:if test="/case/clock/span">
        <table id="clock-table">
          <caption><t id="table.clock"/></caption>
          <column type="address"><t id="column.server"/></column>
          <column type="time"><t id="column.first"/></column>
          <column type="time"><t id="column.last"/></column>
          <column type="id"><t id="column.offset"/></column>
          <column type="num"><t id="column.votes"/></column>
          <xsl:for-each select="/case/clock/span[position() &lt;= $rows]">
            <row>
              <cell>
                <xsl:choose>
                  <xsl:when test="server!=''"><v kind="domain"><xsl:value-of select="server"/></v></xsl:when>
                  <xsl:otherwise><t id="who.server"/></xsl:otherwise>
                </xsl:choose>
              </cell>
              <cell><time at="{from}" form="minute"/></cell>
              <cell><time at="{to}" form="minute"/></cell>
              <cell><xsl:value-of select="utc_offset"/></cell>
              <cell><num value="{votes}"/></cell>
            </row>
          </xsl:for-each>
        </table>
      </xsl:if>
      <table id="totals-table">
        <caption><t id="table.totals"/></caption>
        <column type="text"><t id="column.what"/></column>
        <column type="num"><t id="column.count"/></column>
        <xsl:for-each select="/case/totals/*">
          <row>
            <cell><t id="total.{name()}"/></cell>
            <cell><num value="{.}"/></cell>
          </row>
        </xsl:for-each>
      </table>
      <xsl:if test="/case/house/setting">
        <table id="settings-table">
          <caption><t id="table.settings"/></caption>
          <column type="id"><t id="column.key"/></column>
          <column type="text"><t id="column.value"/></column>
          <column type="address"><t id="column.origin"/></column>
          <xsl:for-each select="/case/house/setting">
            <row>
              <cell><xsl:value-of select="@key"/></cell>
              <cell><v kind="text"><xsl:value-of select="@value"/></v></cell>
              <cell><v kind="path"><xsl:value-of select="@origin"/></v></cell>
            </row>
          </xsl:for-each>
        </table>
      </xsl:if>
    </section>
  </xsl:template>

  <!-- accepted = delivered + failed + discarded + queued + cut off -->
  <xsl:template match="identity">
    <xsl:if test="accepted">
      <para>
        <t id="method.identity">
          <arg name="accepted"><num value="{accepted}"/></arg>
          <arg name="delivered"><num value="{delivered}"/></arg>
          <arg name="failed"><num value="{failed}"/></arg>
          <arg name="discarded"><num value="{discarded}"/></arg>
          <arg name="queued"><num value="{queued}"/></arg>
          <arg name="cut_off"><num value="{cut_off}"/></arg>
        </t>
      </para>
    </xsl:if>
  </xsl:template>

  <!-- ================================================ C citations -->

  <xsl:template name="citations">
    <section id="citations" kind="appendix" number="C">
      <heading><t id="section.citations"/></heading>
      <para><t id="citations.intro"/></para>
      <command effect="reads">exinquest verify case.xml EVIDENCE</command>
      <xsl:variable name="cited" select="$findings/*/*/citations/citation[@first]"/>
      <xsl:choose>
        <xsl:when test="$cited">
          <lines>
            <xsl:for-each select="$cited">
              <line id="L{@l}" evidence="{@e}" no="{line}"><xsl:value-of select="text"/></line>
            </xsl:for-each>
          </lines>
        </xsl:when>
        <xsl:otherwise><para><t id="citations.none"/></para></xsl:otherwise>
      </xsl:choose>
    </section>
  </xsl:template>
</xsl:stylesheet>
