#ifndef ERPSYNC_NET_REDACT_PRIV_H
#define ERPSYNC_NET_REDACT_PRIV_H

#include "net/redact.h"

/* Shared by redact.c (keys, URLs), redact_text.c (texts) and redact_body.c (bodies). */

/*
 * Names a person, or a place, only beside other such keys: "name" of a customer, but not
 * of an order.
 */
bool redact_key_in_context(const char *key);
/* Marks its object as a person or a place: "firstName", "city", "email". */
bool redact_key_is_mark(const char *key);
/* Holds a person: "customer", "partner_id", "shipTo". */
bool redact_key_is_person(const char *key);
/*
 * Holds a list of {key, value} that shops and customers fill freely: "customAttributes".
 */
bool redact_key_is_attributes(const char *key);
/* "a%40b+c" as "a@b c", in the arena. */
char *redact_unescape(const char *text, size_t len, struct arena *a);
/* "a=1&token=x" with values masked. */
const char *redact_pairs(const char *pairs, size_t len, struct arena *a);

#endif
