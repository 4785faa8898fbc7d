/*
 * hash.c: SipHash-1-3 (Aumasson, Bernstein). What fills our tables was written
 * by strangers, who could make a plain hash's chains as long as the log; this
 * one's need the key.
 */
#include "analyzer/base.h"

#include <stdatomic.h>
#include <string.h>
#include <sys/random.h>

#define ROTATE(x, b) (uint64_t)(((x) << (b)) | ((x) >> (64 - (b))))

static void
sip_round(uint64_t v[4])
{
    v[0] += v[1];
    v[1] = ROTATE(v[1], 13) ^ v[0];
    v[0] = ROTATE(v[0], 32);
    v[2] += v[3];
    v[3] = ROTATE(v[3], 16) ^ v[2];
    v[0] += v[3];
    v[3] = ROTATE(v[3], 21) ^ v[0];
    v[2] += v[1];
    v[1] = ROTATE(v[1], 17) ^ v[2];
    v[2] = ROTATE(v[2], 32);
}

static uint64_t
sip_hash(struct sv text, uint64_t key0, uint64_t key1)
{
    uint64_t v[4] = { key0 ^ 0x736f6d6570736575u, key1 ^ 0x646f72616e646f6du,
                      key0 ^ 0x6c7967656e657261u, key1 ^ 0x7465646279746573u };
    uint64_t word = (uint64_t)text.len << 56;
    size_t whole = text.len & ~(size_t)7;

    for (size_t i = 0; i < whole; i += 8) {
        uint64_t block;

        memcpy(&block, text.at + i, 8);
        v[3] ^= block;
        sip_round(v);
        v[0] ^= block;
    }
    for (size_t i = whole; i < text.len; i++)
        word |= (uint64_t)(unsigned char)text.at[i] << (8 * (i - whole));
    v[3] ^= word;
    sip_round(v);
    v[0] ^= word;
    v[2] ^= 0xff;
    for (int i = 0; i < 3; i++)
        sip_round(v);
    return v[0] ^ v[1] ^ v[2] ^ v[3];
}

/* Drawn once; two threads that race draw one key, as the first store wins. */
static uint64_t
key_word(_Atomic uint64_t *key)
{
    uint64_t now = atomic_load_explicit(key, memory_order_relaxed);
    uint64_t drawn = 0;

    if (now)
        return now;
    if (getrandom(&drawn, sizeof(drawn), GRND_NONBLOCK) !=
            (ssize_t)sizeof(drawn) ||
        !drawn)
        drawn = (uint64_t)(uintptr_t)key | 1; /* the address is random too */
    if (atomic_compare_exchange_strong(key, &now, drawn))
        return drawn;
    return now;
}

uint64_t
sv_hash(struct sv text)
{
    static _Atomic uint64_t key[2];

    return sip_hash(text, key_word(&key[0]), key_word(&key[1]));
}

uint64_t
sv_hash_stable(struct sv text)
{
    return sip_hash(text, 0x6578696e71756573u, 0x74206c6564676572u);
}
