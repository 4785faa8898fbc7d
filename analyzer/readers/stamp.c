/*
 * stamp.c: what stands before the text of a record: the stamp in its four
 * forms, the pid, the message id (exim-log-format 1).
 */
#include "analyzer/readers/grammar.h"

#define STAMP_LENGTH 19
#define MINUTE_MS INT64_C(60000)

static bool
is_leap(unsigned year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days since 1970-01-01 (Hinnant's civil calendar, March first). */
static int64_t
days_since_1970(unsigned year, unsigned month, unsigned day)
{
    unsigned shifted = month <= 2 ? year - 1 : year;
    unsigned era = shifted / 400;
    unsigned of_era = shifted - era * 400;
    unsigned of_year =
        (153 * (month + (month > 2 ? -3u : 9u)) + 2) / 5 + day - 1;
    unsigned day_of_era = of_era * 365 + of_era / 4 - of_era / 100 + of_year;

    return (int64_t)era * 146097 + day_of_era - 719468;
}

int64_t
stamp_make(unsigned year, unsigned month, unsigned day, unsigned hour,
           unsigned minute, unsigned second)
{
    static const unsigned char month_days[13] = { 0,  31, 28, 31, 30, 31, 30,
                                                  31, 31, 30, 31, 30, 31 };
    unsigned last;

    if (year < 1970 || year > 9999 || month < 1 || month > 12)
        return -1;
    last = month_days[month] + (month == 2 && is_leap(year) ? 1u : 0u);
    if (day < 1 || day > last || hour > 23 || minute > 59 || second > 60)
        return -1;
    return ((days_since_1970(year, month, day) * 24 + hour) * 60 + minute) *
               MINUTE_MS +
           (int64_t)second * 1000;
}

/* Two digits; a bit of *bad is set when they are none. */
static unsigned
two_digits(const char *at, unsigned *bad)
{
    unsigned tens = (unsigned char)at[0] - (unsigned)'0';
    unsigned ones = (unsigned char)at[1] - (unsigned)'0';

    *bad |= (tens > 9) | (ones > 9);
    return tens * 10 + ones;
}

/* "2024-03-05 09:15:01" as -1 or milliseconds. */
static int64_t
stamp_digits(const char *at)
{
    unsigned bad = 0;
    unsigned year;
    unsigned month;
    unsigned day;
    unsigned clock[3];

    if (at[4] != '-' || at[7] != '-' || at[10] != ' ' || at[13] != ':' ||
        at[16] != ':')
        return -1;
    year = two_digits(at, &bad) * 100 + two_digits(at + 2, &bad);
    month = two_digits(at + 5, &bad);
    day = two_digits(at + 8, &bad);
    clock[0] = two_digits(at + 11, &bad);
    clock[1] = two_digits(at + 14, &bad);
    clock[2] = two_digits(at + 17, &bad);
    if (bad)
        return -1;
    return stamp_make(year, month, day, clock[0], clock[1], clock[2]);
}

/* " +0100" at the start of `rest`: its length, or 0. */
static size_t
zone_take(struct sv rest, struct stamp *stamp)
{
    unsigned bad = 0;
    unsigned hours;
    unsigned minutes;

    if (rest.len < 6 || rest.at[0] != ' ' ||
        (rest.at[1] != '+' && rest.at[1] != '-') ||
        (rest.len > 6 && rest.at[6] != ' '))
        return 0;
    hours = two_digits(rest.at + 2, &bad);
    minutes = two_digits(rest.at + 4, &bad);
    if (bad || hours > 15 || minutes > 59)
        return 0;
    minutes += hours * 60;
    stamp->zone_minutes =
        (int16_t)(rest.at[1] == '-' ? -(int)minutes : (int)minutes);
    stamp->has_zone = true;
    return 6;
}

size_t
stamp_take(struct sv text, struct stamp *ret_stamp)
{
    struct stamp stamp = { 0 };
    size_t length = STAMP_LENGTH;

    if (text.len < STAMP_LENGTH)
        return 0;
    stamp.at_ms = stamp_digits(text.at);
    if (stamp.at_ms < 0)
        return 0;
    if (text.len >= length + 4 && text.at[length] == '.' &&
        byte_is_digit(text.at[20]) && byte_is_digit(text.at[21]) &&
        byte_is_digit(text.at[22])) {
        stamp.at_ms += (text.at[20] - '0') * INT64_C(100) +
                       (text.at[21] - '0') * INT64_C(10) + text.at[22] - '0';
        stamp.has_millis = true;
        length += 4;
    }
    if (text.len > length && text.at[length] != ' ')
        return 0;
    if (text.len > length + 1 &&
        (text.at[length + 1] == '+' || text.at[length + 1] == '-'))
        length += zone_take(view_drop(text, length), &stamp);
    *ret_stamp = stamp;
    return length;
}

bool
stamp_read(struct sv line, int64_t *ret_at_ms)
{
    struct stamp stamp;

    if (!stamp_take(line, &stamp))
        return false;
    *ret_at_ms = stamp.at_ms;
    return true;
}

size_t
stamp_find(struct sv text, size_t from)
{
    size_t at = view_index(text, '-', from);

    while (at + STAMP_LENGTH - 4 <= text.len) {
        if (at >= from + 4 && text.at[at + 3] == '-' &&
            stamp_digits(text.at + at - 4) >= 0)
            return at - 4;
        at = view_index(text, '-', at + 1);
    }
    return text.len;
}

/* "[1234] " */
static void
pid_skip(struct sv *rest, struct event *event)
{
    uint64_t pid = 0;
    size_t at = 1;

    while (at < 20 && byte_is_digit(view_byte(*rest, at)))
        pid = pid * 10 + (uint64_t)(rest->at[at++] - '0');
    if (at == 1 || view_byte(*rest, at) != ']' ||
        (rest->len > at + 1 && rest->at[at + 1] != ' '))
        return;
    event->pid = pid;
    event->has_pid = true;
    view_skip(rest, at + 2 < rest->len ? at + 2 : rest->len);
}

void
prefix_read_id(struct sv rest, struct event *event)
{
    struct message_id again;
    size_t length;

    if (view_byte(rest, 0) == '[')
        pid_skip(&rest, event);
    length = message_id_read(rest, &event->id);
    if (length && rest.len > length && rest.at[length] != ' ') {
        event->id = (struct message_id){ 0 };
        length = 0;
    }
    if (length)
        view_skip(&rest, length < rest.len ? length + 1 : length);
    /* up to 4.96 some texts repeat the id (1.5) */
    if (length && view_byte(rest, 6) == '-') {
        size_t twice = message_id_read(rest, &again);

        if (twice && message_id_eq(again, event->id) &&
            view_byte(rest, twice) == ' ')
            view_skip(&rest, twice + 1);
    }
    event->text = rest;
}

bool
prefix_read(struct sv record, struct event *event)
{
    struct stamp stamp;
    size_t length = stamp_take(record, &stamp);

    if (!length)
        return false;
    event->at_ms = stamp.at_ms;
    event->zone_minutes = stamp.zone_minutes;
    event->has_zone = stamp.has_zone;
    event->has_millis = stamp.has_millis;
    event->has_stamp = true;
    view_skip(&record, length < record.len ? length + 1 : length);
    prefix_read_id(record, event);
    return true;
}
