#include "report/preserve.h"

#include "report/model.h"
#include "report/shell.h"

#include <stdio.h>
#include <string.h>

enum server_bit { /* whose habits a command follows */
                  ON_CPANEL = 1 << 0,
                  ON_DEBIAN = 1 << 1,
                  ON_DIRECTADMIN = 1 << 2,
                  ON_OTHER = 1 << 3,
                  ON_ALL = ON_CPANEL | ON_DEBIAN | ON_DIRECTADMIN | ON_OTHER
};

enum horizon { /* how long it will be there */
               WITHIN_MINUTES = 0,
               WITHIN_A_DAY,
               UNTIL_CLEANED,
               WITHIN_DAYS,
               WITHIN_WEEKS,
               HORIZON_COUNT
};

static const char *const horizon_words[HORIZON_COUNT] = {
    [WITHIN_MINUTES] = "gone within minutes: what runs, and what is queued",
    [WITHIN_A_DAY] = "gone within a day: web logs, deleted once counted",
    [UNTIL_CLEANED] = "gone once somebody cleans: the site and its settings",
    [WITHIN_DAYS] = "gone within days: logs that rotate by size or day",
    [WITHIN_WEEKS] = "gone within weeks: the mail server's own records",
};

enum once_per { PER_CASE = 0, PER_FINDING, PER_DIR, PER_QUEUED };

/* What a command needs to be worth printing. */
enum need { NEED_NOTHING = 0, NEED_ACCOUNT, NEED_DOMAIN, NEED_MAILBOX };

#define KEEP "cp -a --parents -t /root/incident "
#define SAVE " >/root/incident/"

static const struct preserve_row {
    enum horizon horizon;
    uint32_t servers;
    enum once_per per;
    enum need need;
    const char *command;
} rows[] = {
    { WITHIN_MINUTES, ON_ALL, PER_CASE, 0,
      "install -d -m 0700 /root/incident" },
    { WITHIN_MINUTES, ON_ALL, PER_CASE, 0, "ps auxwwf" SAVE "processes" },
    { WITHIN_MINUTES, ON_ALL, PER_CASE, 0, "ss -tunap" SAVE "sockets" },
    { WITHIN_MINUTES, ON_ALL, PER_FINDING, NEED_MAILBOX,
      "doveadm who {mailbox} >>/root/incident/logged-in" },
    { WITHIN_MINUTES, ON_ALL, PER_FINDING, NEED_ACCOUNT,
      "lsof -nP -u {account} >>/root/incident/open-files" },
    { WITHIN_MINUTES, ON_CPANEL | ON_DIRECTADMIN | ON_OTHER, PER_CASE, 0,
      "exim -bpr" SAVE "queue" },
    { WITHIN_MINUTES, ON_DEBIAN, PER_CASE, 0, "exim4 -bpr" SAVE "queue" },
    { WITHIN_MINUTES, ON_CPANEL, PER_QUEUED, 0,
      KEEP "/var/spool/exim/{input,msglog}/?/{message_id}*" },
    { WITHIN_MINUTES, ON_DEBIAN, PER_QUEUED, 0,
      KEEP "/var/spool/exim4/{input,msglog}/{message_id}*" },
    { WITHIN_MINUTES, ON_DIRECTADMIN | ON_OTHER, PER_QUEUED, 0,
      KEEP "/var/spool/exim/{input,msglog}/{,?/}{message_id}*" },
    { WITHIN_A_DAY, ON_CPANEL, PER_FINDING, NEED_DOMAIN,
      KEEP "/etc/apache2/logs/domlogs/{domain}*" },
    { WITHIN_A_DAY, ON_CPANEL, PER_FINDING, NEED_DOMAIN,
      KEEP "/etc/apache2/logs/domlogs/ftp.{domain}-ftp_log*" },
    { WITHIN_A_DAY, ON_CPANEL, PER_FINDING, NEED_ACCOUNT,
      KEEP "/etc/apache2/logs/domlogs/{account}" },
    { WITHIN_A_DAY, ON_DIRECTADMIN, PER_FINDING, NEED_DOMAIN,
      KEEP "/var/log/httpd/domains/{domain}*" },
    { WITHIN_A_DAY, ON_DEBIAN | ON_OTHER, PER_CASE, 0,
      KEEP "/var/log/apache2 /var/log/httpd /var/log/nginx" },
    { UNTIL_CLEANED, ON_ALL, PER_DIR, 0,
      "find {dir} -xdev -printf '%T+ %C+ %u %m %s %p\\n' "
      ">>/root/incident/script-files" },
    { UNTIL_CLEANED, ON_ALL, PER_DIR, 0, KEEP "{dir}" },
    { UNTIL_CLEANED, ON_ALL, PER_FINDING, NEED_ACCOUNT,
      "crontab -u {account} -l >>/root/incident/crontabs" },
    { UNTIL_CLEANED, ON_ALL, PER_FINDING, NEED_ACCOUNT,
      KEEP "/var/spool/cron/{account} /var/spool/cron/crontabs/{account}" },
    { UNTIL_CLEANED, ON_ALL, PER_FINDING, NEED_ACCOUNT,
      KEEP "~{account}/.ssh/authorized_keys ~{account}/.forward" },
    { UNTIL_CLEANED, ON_CPANEL, PER_FINDING, NEED_DOMAIN,
      KEEP "/etc/{valiases,vfilters,vdomainaliases}/{domain}" },
    { UNTIL_CLEANED, ON_DIRECTADMIN, PER_FINDING, NEED_DOMAIN,
      KEEP "/etc/virtual/{domain}" },
    { UNTIL_CLEANED, ON_CPANEL, PER_FINDING, NEED_MAILBOX,
      KEEP "~{account}/etc/{domain}/{passwd,shadow} "
           "~{account}/etc/{domain}/{mailbox_local}" },
    { WITHIN_DAYS, ON_CPANEL, PER_CASE, 0,
      KEEP "/usr/local/cpanel/logs/"
           "{access_log,login_log,session_log,api_log}*" },
    { WITHIN_DAYS, ON_CPANEL, PER_CASE, 0,
      KEEP "/usr/local/cpanel/logs/{cphulkd.log,tailwatch_log}*" },
    { WITHIN_DAYS, ON_CPANEL, PER_CASE, 0, KEEP "/var/cpanel/roundcube/log" },
    { WITHIN_DAYS, ON_CPANEL, PER_CASE, 0,
      KEEP "/usr/local/cpanel/3rdparty/mailman/logs" },
    { WITHIN_DAYS, ON_DIRECTADMIN, PER_CASE, 0, KEEP "/var/log/directadmin" },
    { WITHIN_DAYS, ON_DEBIAN, PER_CASE, 0, KEEP "/var/log/exim4" },
    { WITHIN_DAYS, ON_ALL, PER_CASE, 0,
      KEEP
      "/var/log/{maillog,mail.log,secure,auth.log,cron,messages,syslog}*" },
    { WITHIN_WEEKS, ON_CPANEL, PER_CASE, 0, KEEP "/var/log/exim_*" },
    { WITHIN_WEEKS, ON_DIRECTADMIN | ON_OTHER, PER_CASE, 0,
      KEEP "/var/log/exim" },
    { WITHIN_WEEKS, ON_CPANEL, PER_CASE, 0,
      KEEP "/var/cpanel/email_send_limits" },
    { WITHIN_WEEKS, ON_CPANEL, PER_FINDING, 0,
      "whmapi1 --output=jsonpretty emailtrack_user_stats "
      "deliverytype=remote-or-faildefer starttime={since} endtime={until} "
      ">>/root/incident/emailtrack" },
    { WITHIN_WEEKS, ON_ALL, PER_CASE, 0,
      "find /root/incident -type f ! -name SHA256SUMS -exec sha256sum {} + "
      ">/root/incident/SHA256SUMS" },
};
#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static uint32_t
server_of(const char *kind)
{
    static const struct {
        const char *name;
        uint32_t bit;
    } kinds[] = {
        { "cpanel", ON_CPANEL },
        { "debian", ON_DEBIAN },
        { "directadmin", ON_DIRECTADMIN },
    };

    for (size_t i = 0; kind && i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].name, kind) == 0)
            return kinds[i].bit;
    }
    return ON_OTHER;
}

struct preserving {
    const struct casefile *casefile;
    struct names *said; /* commands that stand there already */
    struct buf *out;
    struct buf line;
};

/* ---------------------------------------------------------- one line */

#define VALUES 8

struct values {
    struct shell_value at[VALUES];
    char since[24];
    char until[24];
};

static void
values_fill(struct values *values, const struct case_finding *finding,
            const char *dir, const char *message_id)
{
    *values = (struct values){ 0 };
    if (finding->onset != TIME_UNKNOWN)
        snprintf(values->since, sizeof(values->since), "%lld",
                 (long long)finding->onset);
    if (finding->last != TIME_UNKNOWN)
        snprintf(values->until, sizeof(values->until), "%lld",
                 (long long)finding->last);
    values->at[0] =
        (struct shell_value){ SV("account"), sv_of(finding->account) };
    values->at[1] =
        (struct shell_value){ SV("domain"), sv_of(finding->domain) };
    values->at[2] =
        (struct shell_value){ SV("mailbox"), sv_of(finding->mailbox) };
    values->at[3] = (struct shell_value){ SV("dir"), sv_of(dir) };
    values->at[4] = (struct shell_value){ SV("message_id"), sv_of(message_id) };
    values->at[5] = (struct shell_value){ SV("since"), sv_of(values->since) };
    values->at[6] = (struct shell_value){ SV("until"), sv_of(values->until) };
}

static bool
put_command(struct preserving *preserving, const char *command,
            const struct values *values)
{
    struct buf *line = &preserving->line;
    uint32_t before = names_count(preserving->said);

    line->len = 0;
    if (!shell_expand(sv_of(command), values ? values->at : NULL,
                      values ? VALUES : 0, line) ||
        !names_add(preserving->said, buf_sv(line)))
        return false;
    if (names_count(preserving->said) == before)
        return true; /* said before, for another finding */
    return buf_add(preserving->out, buf_sv(line)) &&
           buf_add_char(preserving->out, '\n');
}

static bool
has(const struct case_finding *finding, enum need need)
{
    const char *const values[] = {
        [NEED_NOTHING] = "-",
        [NEED_ACCOUNT] = finding->account,
        [NEED_DOMAIN] = finding->domain,
        [NEED_MAILBOX] = finding->mailbox,
    };

    return values[need] && values[need][0];
}

/* ----------------------------------------------------------- one row */

static bool
put_dirs(struct preserving *preserving, const struct preserve_row *row,
         const struct case_finding *finding)
{
    struct values values;

    for (size_t i = 0; i < finding->script_dirs.count; i++) {
        values_fill(&values, finding, finding->script_dirs.items[i], NULL);
        if (!put_command(preserving, row->command, &values))
            return false;
    }
    return true;
}

/* Of the messages that a report shows, those that are still there. */
static bool
put_queued(struct preserving *preserving, const struct preserve_row *row,
           const struct case_finding *finding)
{
    struct values values;

    for (size_t i = 0; i < finding->sample_count; i++) {
        const struct case_sample *sample = &finding->samples[i];

        if (!sample->state || strcmp(sample->state, "queued") != 0)
            continue;
        values_fill(&values, finding, NULL, sample->message_id);
        if (!put_command(preserving, row->command, &values))
            return false;
    }
    return true;
}

static bool
put_row(struct preserving *preserving, const struct preserve_row *row)
{
    const struct casefile *casefile = preserving->casefile;
    struct values values;
    bool put = true;

    if (row->per == PER_CASE)
        return put_command(preserving, row->command, NULL);
    for (size_t i = 0; put && i < casefile->finding_count; i++) {
        const struct case_finding *finding = &casefile->findings[i];

        values_fill(&values, finding, NULL, NULL);
        if (row->per == PER_DIR)
            put = put_dirs(preserving, row, finding);
        else if (row->per == PER_QUEUED)
            put = put_queued(preserving, row, finding);
        else if (has(finding, row->need))
            put = put_command(preserving, row->command, &values);
    }
    return put;
}

/* ---------------------------------------------------------- the page */

static bool
put_time(struct buf *out, const char *before, int64_t at)
{
    char text[MODEL_TIME_BYTES];

    return at == TIME_UNKNOWN || !model_time_print(at, text) ||
           buf_printf(out, "%s%s", before, text);
}

static bool
put_head(const struct casefile *casefile, struct buf *out)
{
    static const char head[] =
        "# What to copy before anything is cleaned; what disappears first is "
        "on top.\n"
        "# exinquest printed this and ran none of it. The names come from logs "
        "that\n"
        "# strangers wrote to: read each line before you paste it. A word in "
        "CAPITALS\n"
        "# stands where a name was not what it should be, or is not known. "
        "Files that\n"
        "# are not there are named by cp and passed over. All lines only read, "
        "and\n"
        "# write to /root/incident alone; see that it has the room (df -h "
        "/root).\n";

    /* made printable once more: no case.xml may end the comment */
    if (casefile->case_id && (!buf_add(out, SV("# Case ")) ||
                              !sv_printable(sv_of(casefile->case_id), out) ||
                              !buf_add_char(out, '\n')))
        return false;
    if (!buf_add(out, sv_of(head)))
        return false;
    for (size_t i = 0; i < casefile->finding_count; i++) {
        const struct case_finding *finding = &casefile->findings[i];

        if (!buf_printf(out, "# %s %s", finding->id, finding->kind) ||
            !put_time(out, ", from ", finding->onset) ||
            !put_time(out, " to ", finding->last) || !buf_add_char(out, '\n'))
            return false;
    }
    return true;
}

static bool
put_all(struct preserving *preserving)
{
    uint32_t server = server_of(preserving->casefile->server_kind);

    if (!put_head(preserving->casefile, preserving->out))
        return false;
    for (int horizon = 0; horizon < HORIZON_COUNT; horizon++) {
        if (!buf_printf(preserving->out, "\n# %d. %s\n", horizon + 1,
                        horizon_words[horizon]))
            return false;
        for (size_t i = 0; i < ROW_COUNT; i++) {
            if ((int)rows[i].horizon == horizon && (rows[i].servers & server) &&
                !put_row(preserving, &rows[i]))
                return false;
        }
    }
    return true;
}

enum status
preserve_print(const struct casefile *casefile, struct buf *out,
               struct fault *fault)
{
    struct preserving preserving = { .casefile = casefile,
                                     .said = names_new(),
                                     .out = out };
    bool printed = preserving.said && put_all(&preserving);

    names_free(preserving.said);
    buf_clear(&preserving.line);
    return printed ? STATUS_OK
                   : fault_set(fault, STATUS_NOMEM, "out of memory");
}
