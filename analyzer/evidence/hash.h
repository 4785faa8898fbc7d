/* hash.h: SHA-256 of bytes that come in pieces. */
#ifndef ANALYZER_EVIDENCE_HASH_H
#define ANALYZER_EVIDENCE_HASH_H

#include "analyzer/base.h"

struct hash;

struct hash *hash_new(void); /* NULL when out of memory */
void hash_free(struct hash *hash);
/* False when libcrypto ran out of memory. */
bool hash_add(struct hash *hash, struct sv bytes);
/* Ends the sum and writes 64 digits and a NUL; false as above. */
bool hash_finish(struct hash *hash, char ret_hex[65]);

#endif
