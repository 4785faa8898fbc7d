#include "report/words.h"

#include <stdlib.h>

#define DAY_S 86400

bool
format_number(const struct words_format *format, int64_t value, struct buf *out)
{
    char digits[24];
    size_t count = 0;
    uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;
    bool ok = value >= 0 || buf_add_char(out, '-');

    do {
        digits[count++] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest > 0);
    /* Four digits read well as they are. */
    for (size_t i = count; ok && i > 0; i--) {
        ok = buf_add_char(out, digits[i - 1]);
        if (ok && count > 4 && i > 1 && (i - 1) % 3 == 0)
            ok = buf_add(out, format->group);
    }
    return ok;
}

bool
format_percent(const struct words_format *format, struct sv text,
               struct buf *out)
{
    struct sv tail = text;
    struct sv head = sv_cut(&tail, '.');
    uint64_t whole;
    uint64_t part = 0;

    if (!sv_to_u64(head, 1000000, &whole))
        return buf_add(out, format->unknown);
    for (size_t i = 0; i < 2; i++) {
        bool digit = i < tail.len && tail.at[i] >= '0' && tail.at[i] <= '9';

        part = part * 10 + (digit ? (uint64_t)(tail.at[i] - '0') : 0);
    }
    return format_number(format, (int64_t)(whole * 100 + part), out) &&
           buf_add(out, SV("\xc2\xa0%"));
}

bool
format_bytes(const struct words_format *format, int64_t value, struct buf *out)
{
    static const char *const units[] = { "B", "KB", "MB", "GB", "TB" };
    size_t unit = 0;
    int64_t tenths = value > INT64_MAX / 10 ? INT64_MAX : value * 10;

    while (tenths >= 10000 && unit < 4) {
        tenths = tenths / 1000 + (tenths % 1000 >= 500);
        unit++;
    }
    if (!format_number(format, tenths / 10, out))
        return false;
    if (unit > 0 && tenths < 1000 && tenths % 10 != 0 &&
        !(buf_add(out, format->decimal) &&
          buf_add_char(out, (char)('0' + tenths % 10))))
        return false;
    return buf_add(out, SV("\xc2\xa0")) && buf_add(out, sv_of(units[unit]));
}

static bool
add_units(struct sv unit, int64_t count, struct buf *out)
{
    return buf_printf(out, "%lld\xc2\xa0" SV_FMT, (long long)count,
                      SV_ARG(unit));
}

bool
format_duration(const struct words_format *format, int64_t seconds,
                struct buf *out)
{
    static const int64_t sizes[] = { DAY_S, 3600, 60, 1 };
    struct sv rest = format->units;
    struct sv unit = sv_cut(&rest, ' ');
    size_t at = 0;

    if (seconds < 0)
        seconds = 0;
    for (; at < 3 && seconds < sizes[at]; at++)
        unit = sv_cut(&rest, ' ');
    if (!add_units(unit, seconds / sizes[at], out))
        return false;
    seconds %= sizes[at];
    if (at >= 2 || seconds / sizes[at + 1] == 0)
        return true; /* minutes are exact enough */
    return buf_add_char(out, ' ') &&
           add_units(sv_cut(&rest, ' '), seconds / sizes[at + 1], out);
}

struct civil {
    int64_t year;
    int64_t month;
    int64_t day;
};

/* Days since 1970 to a date of the Gregorian calendar. */
static struct civil
civil_of(int64_t days)
{
    int64_t shifted = days + 719468;
    int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
    int64_t of_era = shifted - era * 146097;
    int64_t year =
        (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * year + year / 4 - year / 100);
    int64_t month = (5 * of_year + 2) / 153;
    struct civil civil = { .year = year + era * 400 + (month >= 10),
                           .month = month < 10 ? month + 3 : month - 9,
                           .day = of_year - (153 * month + 2) / 5 + 1 };

    return civil;
}

static int64_t
days_of(struct civil civil)
{
    int64_t year = civil.year - (civil.month <= 2);
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t of_era = year - era * 400;
    int64_t month = civil.month > 2 ? civil.month - 3 : civil.month + 9;
    int64_t of_year = (153 * month + 2) / 5 + civil.day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
           719468;
}

bool
format_time(struct sv pattern, int64_t at, struct buf *out)
{
    int64_t days = at / DAY_S - (at % DAY_S < 0);
    int64_t of_day = at - days * DAY_S;
    struct civil civil = civil_of(days);
    bool ok = true;

    for (size_t i = 0; ok && i < pattern.len; i++) {
        char code = i + 2 < pattern.len ? pattern.at[i + 1] : '\0';
        int64_t value = code == 'm'   ? civil.month
                        : code == 'd' ? civil.day
                        : code == 'H' ? of_day / 3600
                        : code == 'M' ? of_day / 60 % 60
                        : code == 'S' ? of_day % 60
                                      : -1;

        if (pattern.at[i] != '{' || pattern.at[i + 2] != '}') {
            ok = buf_add_char(out, pattern.at[i]);
            continue;
        }
        ok = code == 'Y'
                 ? buf_printf(out, "%04lld", (long long)civil.year)
                 : value < 0 || buf_printf(out, "%02lld", (long long)value);
        i += 2;
    }
    return ok;
}

/* Digits at fixed places. */
static bool
digits_at(struct sv text, size_t from, size_t count, int64_t *ret_value)
{
    uint64_t value;

    if (text.len < from + count ||
        !sv_to_u64((struct sv){ text.at + from, count }, 9999, &value))
        return false;
    *ret_value = (int64_t)value;
    return true;
}

bool
time_parse(struct sv text, int64_t *ret_at)
{
    static const char shape[] = "dddd-dd-ddTdd:dd:ddZ";
    struct civil civil;
    int64_t hour;
    int64_t minute;
    int64_t second;

    if (text.len != sizeof(shape) - 1)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (shape[i] != 'd' && text.at[i] != shape[i])
            return false;
    }
    if (!digits_at(text, 0, 4, &civil.year) ||
        !digits_at(text, 5, 2, &civil.month) ||
        !digits_at(text, 8, 2, &civil.day) || !digits_at(text, 11, 2, &hour) ||
        !digits_at(text, 14, 2, &minute) || !digits_at(text, 17, 2, &second))
        return false;
    if (civil.month < 1 || civil.month > 12 || civil.day < 1 ||
        civil.day > 31 || hour > 23 || minute > 59 || second > 60)
        return false;
    *ret_at = days_of(civil) * DAY_S + hour * 3600 + minute * 60 + second;
    return true;
}

bool
offset_parse(struct sv text, int64_t *ret_seconds)
{
    int64_t hours;
    int64_t minutes;

    if (text.len != 6 || (text.at[0] != '+' && text.at[0] != '-') ||
        text.at[3] != ':' || !digits_at(text, 1, 2, &hours) ||
        !digits_at(text, 4, 2, &minutes))
        return false;
    *ret_seconds = (hours * 3600 + minutes * 60) * (text.at[0] == '-' ? -1 : 1);
    return true;
}
