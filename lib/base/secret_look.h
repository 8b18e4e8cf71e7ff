#ifndef ERPSYNC_BASE_SECRET_LOOK_H
#define ERPSYNC_BASE_SECRET_LOOK_H

#include <stdbool.h>
#include <stddef.h>

/* What looks like a secret, wherever it stands: nobody has said that it is one. */

/* Length of a token at p that its maker names by what it begins with ("shpss_"); 0: there is none. */
size_t secret_named_at(const char *p);
/* One begins in it, where a word may, and is as long and mixed as its maker makes it: no name that begins so. */
bool secret_named_within(const char *text);
/*
 * Letters and digits as no person mixes them: 16 and more hexadecimal ones, 20 and more of base64. Names of
 * databases, shops and folders ("main-2026-1234567", "0cf1b2-3d.myshopify.com") are none, paths never.
 */
bool secret_looks(const char *word);
/* Tells secrets.h of all of either kind in a text. */
void secret_look_hide(const char *text);

#endif
