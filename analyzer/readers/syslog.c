/*
 * syslog.c: Exim's lines as a syslog daemon wrote them (exim-log-format 1.7):
 * the classic outer stamp without a year, or an ISO 8601 one.
 *
 * A classic stamp gets its year from what is near: the time in the message id
 * of the same line, else the last full stamp seen. Before either was seen it
 * has none, and the event no time.
 */
#include "analyzer/readers/grammar.h"

#define YEARLESS 1972 /* a leap year, so that 29 February stands */
#define PROGRAM_MAX 48

static unsigned
month_of(struct sv text)
{
    static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

    for (unsigned i = 0; i < 12; i++) {
        if (memcmp(text.at, names + 3 * i, 3) == 0)
            return i + 1;
    }
    return 0;
}

static bool
clock_read(const char *at, unsigned clock[3])
{
    for (int i = 0; i < 3; i++) {
        if (!byte_is_digit(at[3 * i]) || !byte_is_digit(at[3 * i + 1]) ||
            (i < 2 && at[3 * i + 2] != ':'))
            return false;
        clock[i] =
            (unsigned)(at[3 * i] - '0') * 10 + (unsigned)(at[3 * i + 1] - '0');
    }
    return true;
}

/* "Mar  5 09:15:01 " */
static bool
classic_skip(struct sv *rest, struct syslog_line *line)
{
    unsigned clock[3];
    unsigned month;
    unsigned day;

    if (rest->len < 17 || rest->at[3] != ' ' || rest->at[6] != ' ' ||
        rest->at[15] != ' ' || !byte_is_digit(rest->at[5]) ||
        (rest->at[4] != ' ' && !byte_is_digit(rest->at[4])))
        return false;
    month = month_of(*rest);
    if (!month || !clock_read(rest->at + 7, clock))
        return false;
    day = (unsigned)(rest->at[5] - '0');
    if (rest->at[4] != ' ')
        day += (unsigned)(rest->at[4] - '0') * 10;
    line->at_ms =
        stamp_make(YEARLESS, month, day, clock[0], clock[1], clock[2]);
    return line->at_ms >= 0 && view_skip(rest, 16);
}

/* "Z" or "+01:00" and the space after it */
static bool
iso_zone_skip(struct sv *rest, struct syslog_line *line)
{
    int minutes;

    line->has_zone = true;
    if (SKIP(rest, "Z "))
        return true;
    if (rest->len < 7 || (rest->at[0] != '+' && rest->at[0] != '-') ||
        rest->at[3] != ':' || rest->at[6] != ' ')
        return false;
    for (int i = 1; i < 6; i++) {
        if (i != 3 && !byte_is_digit(rest->at[i]))
            return false;
    }
    minutes = ((rest->at[1] - '0') * 10 + rest->at[2] - '0') * 60 +
              (rest->at[4] - '0') * 10 + rest->at[5] - '0';
    line->zone_minutes = (int16_t)(rest->at[0] == '-' ? -minutes : minutes);
    return view_skip(rest, 7);
}

/* "2024-03-05T09:15:01.123456+01:00 " */
static bool
iso_skip(struct sv *rest, struct syslog_line *line)
{
    char plain[19];
    struct stamp stamp;

    if (rest->len < 21 || rest->at[10] != 'T')
        return false;
    memcpy(plain, rest->at, sizeof(plain));
    plain[10] = ' ';
    if (!stamp_take((struct sv){ plain, sizeof(plain) }, &stamp))
        return false;
    line->at_ms = stamp.at_ms;
    line->has_year = true;
    view_skip(rest, sizeof(plain));
    if (view_byte(*rest, 0) == '.') {
        int64_t unit = 100;

        view_skip(rest, 1);
        while (rest->len && byte_is_digit(rest->at[0])) {
            line->at_ms += (rest->at[0] - '0') * unit;
            unit /= 10;
            view_skip(rest, 1);
        }
    }
    return iso_zone_skip(rest, line);
}

/* "exim[31337]: " */
static bool
program_skip(struct sv *rest, struct syslog_line *line)
{
    size_t end = 0;
    size_t name;

    while (end < rest->len && end < PROGRAM_MAX && rest->at[end] != ':' &&
           rest->at[end] != '[' && rest->at[end] != ' ')
        end++;
    name = end;
    if (view_byte(*rest, end) == '[') {
        size_t close = view_index(*rest, ']', end);

        if (close == rest->len ||
            !sv_to_u64(view_between(rest->at + end + 1, rest->at + close),
                       UINT64_MAX, &line->pid))
            return false;
        line->has_pid = true;
        end = close + 1;
    }
    if (!name || view_byte(*rest, end) != ':')
        return false;
    line->is_exim = name >= 4 && memcmp(rest->at, "exim", 4) == 0;
    view_skip(rest, end + 1);
    if (view_byte(*rest, 0) == ' ')
        view_skip(rest, 1);
    return true;
}

/* "[1/3] " or "[1\3] " */
static void
part_skip(struct syslog_line *line)
{
    struct sv rest = line->body;
    uint32_t numbers[2] = { 0, 0 };
    char joint = '\0';
    size_t at = 1;

    if (view_byte(rest, 0) != '[')
        return;
    for (int i = 0; i < 2; i++) {
        size_t from = at;

        while (at < from + 4 && byte_is_digit(view_byte(rest, at)))
            numbers[i] = numbers[i] * 10 + (uint32_t)(rest.at[at++] - '0');
        if (i == 0)
            joint = view_byte(rest, at++);
    }
    if ((joint != '/' && joint != '\\') || view_byte(rest, at) != ']' ||
        view_byte(rest, at + 1) != ' ' || !numbers[0] ||
        numbers[0] > numbers[1])
        return;
    line->part = numbers[0];
    line->parts = numbers[1];
    line->joint = joint;
    view_skip(&line->body, at + 2);
}

bool
syslog_unwrap(struct sv line, struct syslog_line *ret_line)
{
    struct syslog_line found = { 0 };
    struct sv rest = line;
    struct stamp stamp;
    size_t space;

    if (view_byte(rest, 0) == '<') { /* "<22>", a relayed priority */
        size_t close = view_index(rest, '>', 0);

        if (close == rest.len || close > 4)
            return false;
        view_skip(&rest, close + 1);
    }
    if (!classic_skip(&rest, &found) && !iso_skip(&rest, &found))
        return false;
    space = view_index(rest, ' ', 0);
    if (!space || space == rest.len)
        return false;
    found.host = (struct sv){ rest.at, space };
    view_skip(&rest, space + 1);
    if (!program_skip(&rest, &found))
        return false;
    found.body = rest;
    part_skip(&found);
    found.is_exim = found.is_exim || stamp_take(found.body, &stamp) != 0;
    *ret_line = found;
    return true;
}

/* The same day and time in another year; a missing 29 February moves on. */
static int64_t
in_year(int64_t at_ms, unsigned year)
{
    int64_t of_year = at_ms - stamp_make(YEARLESS, 1, 1, 0, 0, 0);
    int64_t march = stamp_make(YEARLESS, 3, 1, 0, 0, 0) -
                    stamp_make(YEARLESS, 1, 1, 0, 0, 0);

    if (of_year >= march)
        return stamp_make(year, 3, 1, 0, 0, 0) + of_year - march;
    return stamp_make(year, 1, 1, 0, 0, 0) + of_year;
}

int64_t
syslog_at_ms(const struct syslog_line *line, int64_t near_ms)
{
    unsigned year = 1970 + (unsigned)(near_ms / INT64_C(31556952000));
    int64_t best = in_year(line->at_ms, year);

    if (line->has_year)
        return line->at_ms;
    for (unsigned other = year > 1970 ? year - 1 : year; other <= year + 1;
         other++) {
        int64_t at_ms = in_year(line->at_ms, other);
        int64_t far = at_ms > near_ms ? at_ms - near_ms : near_ms - at_ms;
        int64_t best_far = best > near_ms ? best - near_ms : near_ms - best;

        if (far < best_far)
            best = at_ms;
    }
    return best;
}
