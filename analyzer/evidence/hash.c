#include "analyzer/evidence/hash.h"

#include <stdlib.h>

#include <openssl/evp.h>

struct hash {
    EVP_MD_CTX *context;
};

struct hash *
hash_new(void)
{
    struct hash *hash = calloc(1, sizeof(*hash));

    if (!hash)
        return NULL;
    hash->context = EVP_MD_CTX_new();
    if (!hash->context ||
        EVP_DigestInit_ex(hash->context, EVP_sha256(), NULL) != 1) {
        hash_free(hash);
        return NULL;
    }
    return hash;
}

void
hash_free(struct hash *hash)
{
    if (!hash)
        return;
    EVP_MD_CTX_free(hash->context);
    free(hash);
}

bool
hash_add(struct hash *hash, struct sv bytes)
{
    return !bytes.len ||
           EVP_DigestUpdate(hash->context, bytes.at, bytes.len) == 1;
}

bool
hash_finish(struct hash *hash, char ret_hex[65])
{
    static const char digits[] = "0123456789abcdef";
    unsigned char sum[EVP_MAX_MD_SIZE];
    unsigned len = 0;

    if (EVP_DigestFinal_ex(hash->context, sum, &len) != 1 || len != 32)
        return false;
    for (size_t i = 0; i < 32; i++) {
        ret_hex[2 * i] = digits[sum[i] >> 4];
        ret_hex[2 * i + 1] = digits[sum[i] & 15];
    }
    ret_hex[64] = '\0';
    return true;
}
