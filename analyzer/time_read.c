/* A point in time as people write it on a command line. */
#include "analyzer/analyze.h"

struct when {
    int64_t year, month, day, hour, minute, second, zone_minutes;
};

static bool
digits(struct sv *rest, size_t count, int64_t *ret)
{
    uint64_t value;

    if (rest->len < count || !sv_to_u64(sv_head(*rest, count), 9999, &value))
        return false;
    *rest = sv_drop(*rest, count);
    *ret = (int64_t)value;
    return true;
}

static int64_t
days_of_month(int64_t year, int64_t month)
{
    static const int64_t days[] = { 31, 28, 31, 30, 31, 30,
                                    31, 31, 30, 31, 30, 31 };
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

/* Days since 1970-01-01 of the proleptic Gregorian calendar. */
static int64_t
days_since_1970(int64_t year, int64_t month, int64_t day)
{
    int64_t y = year - (month <= 2);
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t of_era = y - era * 400;
    int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;

    return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
           719468;
}

static bool
read_date(struct sv *rest, struct when *when)
{
    return digits(rest, 4, &when->year) && sv_skip_prefix(rest, SV("-")) &&
           digits(rest, 2, &when->month) && sv_skip_prefix(rest, SV("-")) &&
           digits(rest, 2, &when->day) && when->month >= 1 &&
           when->month <= 12 && when->day >= 1 &&
           when->day <= days_of_month(when->year, when->month);
}

static bool
read_clock(struct sv *rest, struct when *when)
{
    if (!digits(rest, 2, &when->hour) || !sv_skip_prefix(rest, SV(":")) ||
        !digits(rest, 2, &when->minute))
        return false;
    if (sv_skip_prefix(rest, SV(":")) && !digits(rest, 2, &when->second))
        return false;
    return when->hour <= 23 && when->minute <= 59 && when->second <= 60;
}

static bool
read_zone(struct sv *rest, struct when *when)
{
    int64_t hours = 0, minutes = 0, sign;

    if (!rest->len || sv_skip_prefix(rest, SV("Z")))
        return true;
    sign = rest->at[0] == '-' ? -1 : 1;
    if (!sv_skip_prefix(rest, SV("+")) && !sv_skip_prefix(rest, SV("-")))
        return false;
    if (!digits(rest, 2, &hours))
        return false;
    sv_skip_prefix(rest, SV(":"));
    if (!digits(rest, 2, &minutes) || hours > 14 || minutes > 59)
        return false;
    when->zone_minutes = sign * (hours * 60 + minutes);
    return true;
}

static bool
read_back(struct sv rest, int64_t last, int64_t *ret_time)
{
    static const struct {
        char unit;
        int64_t seconds;
    } units[] = { { 'm', 60 }, { 'h', 3600 }, { 'd', 86400 }, { 'w', 604800 } };
    uint64_t count;

    if (rest.len < 2)
        return false;
    for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
        if (rest.at[rest.len - 1] != units[i].unit)
            continue;
        if (!sv_to_u64(sv_head(rest, rest.len - 1), 1000000, &count))
            return false;
        *ret_time = last - (int64_t)count * units[i].seconds;
        return true;
    }
    return false;
}

bool
time_read(const char *text, int64_t last, int64_t *ret_time)
{
    struct sv rest = sv_of(text);
    struct when when = { 0 };

    if (sv_skip_prefix(&rest, SV("-")))
        return read_back(rest, last, ret_time);
    if (!read_date(&rest, &when))
        return false;
    if (sv_skip_prefix(&rest, SV("T")) || sv_skip_prefix(&rest, SV(" "))) {
        if (!read_clock(&rest, &when))
            return false;
    }
    if (!read_zone(&rest, &when) || rest.len)
        return false;
    *ret_time = days_since_1970(when.year, when.month, when.day) * 86400 +
                when.hour * 3600 + when.minute * 60 + when.second -
                when.zone_minutes * 60;
    return true;
}
