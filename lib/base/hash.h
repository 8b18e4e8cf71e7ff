#ifndef ERPSYNC_BASE_HASH_H
#define ERPSYNC_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* SHA-256 by OpenSSL's libcrypto, and random bytes for identifiers. */
enum { HASH_HEX_SIZE = 65, RANDOM_HEX_SIZE = 17 };

void hash_hex(const void *data, size_t len, char out[HASH_HEX_SIZE]);

/* Streaming form, for files and for documents that are never whole in memory. */
struct hash;
struct hash *hash_new(void);
void hash_add(struct hash *h, const void *data, size_t len);
void hash_finish(struct hash *h, char out[HASH_HEX_SIZE]); /* h can be used again afterwards */
void hash_free(struct hash *h);                            /* takes NULL */

MUST_CHECK enum errk hash_file(const char *path, char out[HASH_HEX_SIZE], struct err *e);

void random_hex(char out[RANDOM_HEX_SIZE]); /* 64 random bits */
uint32_t random_below(uint32_t n);          /* 0 <= r < n, for jitter */

static inline void cleanup_hash(struct hash **p)
{
	hash_free(*p);
}

#endif
