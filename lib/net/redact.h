#ifndef ERPSYNC_NET_REDACT_H
#define ERPSYNC_NET_REDACT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/*
 * Masks what must not leave the process in a trace: secrets (tokens, passwords, keys) and
 * personal data (names, addresses, mails, telephone numbers, notes). By key name, for any
 * system, JSON and form bodies; a body of another kind is replaced by its size.
 */
bool redact_header_is_secret(const char *name);
/*
 * A masked copy of a body in the arena. content_type may be NULL. Masks too much rather
 * than too little.
 */
const char *redact_body(const char *content_type, const char *body, size_t len, struct arena *a);
/*
 * A text that has no key: mail addresses, telephone numbers with "+" and well-known forms
 * of tokens inside it are masked.
 */
const char *redact_text(const char *text, struct arena *a);
/* The same, but for words in quotes, 'TEE-M', that stay as they are: a SKU may look like a telephone number. */
const char *redact_text_but(const char *text, bool (*stays)(const void *ctx, const char *word),
			    const void *ctx, struct arena *a);
/*
 * A URL without user info, and with the values of query parameters masked that are secret
 * or personal.
 */
const char *redact_url(const char *url, struct arena *a);
/*
 * True if a JSON key names personal data or a secret ("firstName", "first_name", "email",
 * "access_token").
 */
bool redact_key(const char *key);

#endif
