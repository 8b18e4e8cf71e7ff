#include "base/hash.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "base/cleanup.h"
#include "base/file.h"

#include "base/banned.h"

struct hash {
	EVP_MD_CTX *md;
};

static void start(struct hash *h)
{
	/*
	 * libcrypto fails here only without memory, or in a FIPS set-up that has no
	 * SHA-256.
	 */
	if (EVP_DigestInit_ex(h->md, EVP_sha256(), NULL) != 1)
		die(70, "libcrypto has no SHA-256");
}

static void to_hex(const unsigned char *bytes, size_t n, char *out)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		*out++ = hex[bytes[i] >> 4];
		*out++ = hex[bytes[i] & 15];
	}
	*out = '\0';
}

struct hash *hash_new(void)
{
	struct hash *h = malloc(sizeof(*h));

	if (!h || !(h->md = EVP_MD_CTX_new()))
		die(70, "out of memory");
	start(h);
	return h;
}

void hash_add(struct hash *h, const void *data, size_t len)
{
	if (EVP_DigestUpdate(h->md, data, len) != 1)
		die(70, "libcrypto failed in SHA-256");
}

void hash_finish(struct hash *h, char out[HASH_HEX_SIZE])
{
	unsigned char sum[EVP_MAX_MD_SIZE];
	unsigned int n = 0;

	if (EVP_DigestFinal_ex(h->md, sum, &n) != 1 || n != 32)
		die(70, "libcrypto failed in SHA-256");
	to_hex(sum, n, out);
	start(h);
}

void hash_free(struct hash *h)
{
	if (!h)
		return;
	EVP_MD_CTX_free(h->md);
	free(h);
}

void hash_hex(const void *data, size_t len, char out[HASH_HEX_SIZE])
{
	CLEANUP(hash) struct hash *h = hash_new();

	hash_add(h, data, len);
	hash_finish(h, out);
}

enum errk hash_file(const char *path, char out[HASH_HEX_SIZE], struct err *e)
{
	CLEANUP(hash) struct hash *h = hash_new();
	CLEANUP(fd) int fd = file_open(path);
	char chunk[16384];
	ssize_t n = 0;

	while (fd >= 0 && (n = read(fd, chunk, sizeof(chunk))) != 0) {
		if (n > 0)
			hash_add(h, chunk, (size_t)n);
		else if (errno != EINTR)
			break;
	}
	if (fd < 0 || n < 0)
		return err_set(e, E_LOCAL, "file_error", "%s: can't be read (%s)", path,
			       file_reason(errno));
	hash_finish(h, out);
	return E_OK;
}

static void random_bytes(void *out, size_t n)
{
	/*
	 * Up to 256 bytes come whole and without EINTR once the kernel's pool is ready:
	 * getrandom(2).
	 */
	while (getrandom(out, n, 0) != (ssize_t)n)
		if (errno != EINTR)
			die(70, "no random numbers (%s)", strerror(errno));
}

void random_hex(char out[RANDOM_HEX_SIZE])
{
	unsigned char bytes[8];

	random_bytes(bytes, sizeof(bytes));
	to_hex(bytes, sizeof(bytes), out);
}

uint32_t random_below(uint32_t n)
{
	uint32_t r, fair;

	if (n == 0)
		BUG("random_below(0)");
	fair = UINT32_MAX - UINT32_MAX % n; /* a multiple of n: no value comes more often */
	do
		random_bytes(&r, sizeof(r));
	while (r >= fair);
	return r % n;
}
