/*
 * message_id.c: Exim's message ids as values. Both forms keep their fraction
 * in microseconds, so that ids from before and after an upgrade compare.
 */
#include "analyzer/readers/grammar.h"

#define SHORT_LENGTH 16
#define LONG_LENGTH 23
#define FRACTION_UNIT                                                          \
    500                  /* microseconds in 1/2000 s, the short form's unit    \
                          */
#define FRACTION_BITS 25 /* 24 of fraction, one for the form */
#define DIGIT_NONE 0x80  /* set in the value of what is no digit */
#define DIGITS_SAFE 10   /* so many fit in 64 bits whatever they are */

static const unsigned char digit_values[256] = {
#define NONE8 255, 255, 255, 255, 255, 255, 255, 255
    NONE8, NONE8, NONE8, NONE8, NONE8, NONE8, 0,     1,     2,     3,     4,
    5,     6,     7,     8,     9,     255,   255,   255,   255,   255,   255,
    255,   10,    11,    12,    13,    14,    15,    16,    17,    18,    19,
    20,    21,    22,    23,    24,    25,    26,    27,    28,    29,    30,
    31,    32,    33,    34,    35,    255,   255,   255,   255,   255,   255,
    36,    37,    38,    39,    40,    41,    42,    43,    44,    45,    46,
    47,    48,    49,    50,    51,    52,    53,    54,    55,    56,    57,
    58,    59,    60,    61,    255,   255,   255,   255,   255,   NONE8, NONE8,
    NONE8, NONE8, NONE8, NONE8, NONE8, NONE8, NONE8, NONE8, NONE8, NONE8, NONE8,
    NONE8, NONE8, NONE8,
#undef NONE8
};
static const char digit_signs[] =
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static bool
base62_read(const char *at, size_t count, uint64_t *ret_value)
{
    size_t safe = count < DIGITS_SAFE ? count : DIGITS_SAFE;
    uint64_t value = 0;
    unsigned seen = 0;

    for (size_t i = 0; i < safe; i++) {
        unsigned digit = digit_values[(unsigned char)at[i]];

        seen |= digit;
        value = value * 62 + digit;
    }
    for (size_t i = safe; i < count; i++) {
        unsigned digit = digit_values[(unsigned char)at[i]];

        seen |= digit;
        if (value > (UINT64_MAX - digit) / 62)
            return false;
        value = value * 62 + digit;
    }
    *ret_value = value;
    return !(seen & DIGIT_NONE);
}

static void
base62_print(uint64_t value, size_t count, char *at)
{
    for (size_t i = count; i > 0; i--) {
        at[i - 1] = digit_signs[value % 62];
        value /= 62;
    }
}

size_t
message_id_read(struct sv text, struct message_id *ret_id)
{
    bool is_long = view_byte(text, 18) == '-' && view_byte(text, 13) != '-';
    size_t length = is_long ? LONG_LENGTH : SHORT_LENGTH;
    size_t dash = is_long ? 18 : 13;
    uint64_t seconds;
    uint64_t process;
    uint64_t fraction;

    if (text.len < length || text.at[6] != '-' || text.at[dash] != '-' ||
        byte_is_alnum(view_byte(text, length)))
        return 0;
    if (!base62_read(text.at, 6, &seconds) ||
        !base62_read(text.at + 7, dash - 7, &process) ||
        !base62_read(text.at + dash + 1, length - dash - 1, &fraction) ||
        !seconds)
        return 0;
    if (!is_long)
        fraction *= FRACTION_UNIT;
    *ret_id =
        (struct message_id){ seconds << FRACTION_BITS | fraction << 1 | is_long,
                             process };
    return length;
}

size_t
message_id_print(struct message_id id, char text[MESSAGE_ID_MAX + 1])
{
    bool is_long = id.when & 1;
    size_t dash = is_long ? 18 : 13;
    size_t length = is_long ? LONG_LENGTH : SHORT_LENGTH;
    uint64_t fraction = id.when >> 1 & ((1u << (FRACTION_BITS - 1)) - 1);

    if (!is_long)
        fraction /= FRACTION_UNIT;
    base62_print(id.when >> FRACTION_BITS, 6, text);
    text[6] = '-';
    base62_print(id.process, dash - 7, text + 7);
    text[dash] = '-';
    base62_print(fraction, length - dash - 1, text + dash + 1);
    text[length] = '\0';
    return length;
}
