#include "analyzer/trace/line.h"

#include <string.h>

#include "analyzer/readers/grammar.h"
#include "analyzer/readers/reader.h"

#define STAMP_LEN 19
#define OFFSET_STEP 900        /* zones differ by quarters of an hour */
#define OFFSET_MAX (15 * 3600) /* the widest zone is +14:00 */

static bool
is_digit(char byte)
{
    return byte >= '0' && byte <= '9';
}

/* Does `text` begin like `shape`, where a 0 stands for any digit? */
static bool
has_shape(struct sv text, struct sv shape)
{
    if (text.len < shape.len)
        return false;
    for (size_t i = 0; i < shape.len; i++) {
        bool same = shape.at[i] == '0' ? is_digit(text.at[i])
                                       : text.at[i] == shape.at[i];
        if (!same)
            return false;
    }
    return true;
}

static size_t
digits_at(struct sv text, size_t from)
{
    size_t end = from;

    while (end < text.len && is_digit(text.at[end]))
        end++;
    return end - from;
}

/* The zone behind the stamp, "+0100 ", if there is one. */
static bool
has_zone(struct sv rest)
{
    return rest.len && (rest.at[0] == '+' || rest.at[0] == '-') &&
           has_shape(sv_drop(rest, 1), SV("0000 "));
}

/*
 * Eight bytes at once against a shape like has_shape()'s: the difference of
 * a byte may be 9 at most where the shape has a digit, else 0. `slack` holds
 * what carries any more into the top bit.
 */
static bool
word_fits(const char *at, const char shape[8], const char slack[8])
{
    const uint64_t tops = UINT64_C(0x8080808080808080);
    uint64_t bytes;
    uint64_t wanted;
    uint64_t add;

    memcpy(&bytes, at, sizeof(bytes));
    memcpy(&wanted, shape, sizeof(wanted));
    memcpy(&add, slack, sizeof(add));
    bytes ^= wanted;
    return ((bytes | (bytes + add)) & tops) == 0;
}

/* "2024-03-05 09:15:01 ", or a point in place of the last space. */
static bool
is_stamp(struct sv line)
{
    return line.len > STAMP_LEN &&
           word_fits(line.at, "0000-00-", "vvvv\x7fvv\x7f") &&
           word_fits(line.at + 8, "00 00:00", "vv\x7fvv\x7fvv") &&
           word_fits(line.at + 11, "00:00:00", "vv\x7fvv\x7fvv");
}

/* Length of "stamp(.frac)? (zone )?", 0 when the line starts otherwise. */
static size_t
stamp_length(struct sv line)
{
    size_t len = STAMP_LEN;

    if (!is_stamp(line))
        return 0;
    if (line.at[len] == '.') {
        size_t digits = digits_at(line, len + 1);

        if (!digits)
            return 0;
        len += 1 + digits;
    }
    if (len >= line.len || line.at[len] != ' ')
        return 0;
    len++;
    return has_zone(sv_drop(line, len)) ? len + 6 : len;
}

/* Drops ".*? exim\b.*?: " as exigrep does; or leaves the line as it is. */
static bool
syslog_strip(struct sv *line)
{
    struct sv name = SV(" exim");
    struct sv rest = *line;
    ptrdiff_t at;

    for (at = sv_find(rest, name); at >= 0; at = sv_find(rest, name)) {
        char next;

        rest = sv_drop(rest, (size_t)at + name.len);
        next = rest.len ? rest.at[0] : ' ';
        if (!is_digit(next) && next != '_' &&
            !((next | 32) >= 'a' && (next | 32) <= 'z'))
            break;
    }
    at = at < 0 ? -1 : sv_find(rest, SV(": "));
    if (at < 0)
        return false;
    *line = sv_drop(rest, (size_t)at + 2);
    return true;
}

/* Drops "[1/3] ": syslog had the record in parts. */
static void
part_strip(struct sv raw, struct log_line *line)
{
    struct syslog_line outer;

    if (!line->body.len || line->body.at[0] != '[' ||
        !syslog_unwrap(raw, &outer) || outer.parts < 2)
        return;
    line->body = outer.body;
    line->part = outer.part;
    line->pid = outer.pid;
}

/* Drops "[pid] ". */
static struct sv
pid_strip(struct sv rest)
{
    size_t digits;

    if (!rest.len || rest.at[0] != '[')
        return rest;
    digits = digits_at(rest, 1);
    if (digits && has_shape(sv_drop(rest, digits + 1), SV("] ")))
        return sv_drop(rest, digits + 3);
    return rest;
}

void
log_line_read(struct sv raw, struct log_line *ret_line)
{
    struct log_line line = { .body = raw };
    size_t stamp = stamp_length(raw);

    if (!stamp && !has_shape(raw, SV("0000-"))) {
        line.wrapped = syslog_strip(&line.body);
        if (line.wrapped)
            part_strip(raw, &line);
        stamp = stamp_length(line.body);
    }
    line.text = line.body;
    if (stamp && line.part <= 1) {
        line.stamped = true;
        line.text = pid_strip(sv_drop(line.body, stamp));
        if (line.text.len > 6 && line.text.at[6] == '-')
            line.text =
                sv_drop(line.text, message_id_read(line.text, &line.id));
    }
    *ret_line = line;
}

bool
log_line_ends_message(const struct log_line *line)
{
    static const struct sv words[] = {
        { SV_LIT(" Completed") },
        { SV_LIT(" rejected") },
        { SV_LIT(" SMTP data timeout") },
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (sv_starts(line->text, words[i]))
            return true;
    }
    return false;
}

int64_t
log_line_seconds(const struct log_line *line)
{
    int64_t at_ms;
    int64_t seconds;
    int64_t minutes;
    size_t len = stamp_length(line->body);
    struct sv zone;

    if (!len || !stamp_read(line->body, &at_ms))
        return 0;
    seconds = at_ms / 1000 - (at_ms % 1000 < 0);
    if (!log_line_has_zone(line))
        return seconds;
    zone = sv_drop(line->body, len - 6);
    minutes = ((zone.at[1] - '0') * 10 + (zone.at[2] - '0')) * 60 +
              (zone.at[3] - '0') * 10 + (zone.at[4] - '0');
    return seconds - (zone.at[0] == '+' ? minutes : -minutes) * 60;
}

bool
log_line_has_zone(const struct log_line *line)
{
    size_t len = stamp_length(line->body);

    return len >= STAMP_LEN + 7 && has_zone(sv_drop(line->body, len - 6));
}

bool
log_offset_read(struct sv lines, int64_t *ret_offset_seconds)
{
    int64_t least = INT64_MAX;

    while (lines.len) {
        struct log_line line;
        int64_t ahead;

        log_line_read(line_take(&lines), &line);
        if (!message_id_is(line.id) || !sv_starts(line.text, SV(" <= ")))
            continue;
        ahead = log_line_seconds(&line) - message_id_seconds(line.id);
        if (ahead > -OFFSET_MAX && ahead < OFFSET_MAX && ahead < least)
            least = ahead;
    }
    if (least == INT64_MAX)
        return false;
    least += OFFSET_STEP / 15; /* a clock that was set back a little */
    *ret_offset_seconds =
        (least - (least % OFFSET_STEP + OFFSET_STEP) % OFFSET_STEP);
    return true;
}

struct sv
line_take(struct sv *rest)
{
    const char *end = rest->len ? memchr(rest->at, '\n', rest->len) : NULL;
    struct sv line =
        sv_head(*rest, end ? (size_t)(end - rest->at) + 1 : rest->len);

    *rest = sv_drop(*rest, line.len);
    return line;
}
