#ifndef ERPSYNC_BASE_SECRETS_H
#define ERPSYNC_BASE_SECRETS_H

#include <stddef.h>

/*
 * The secrets that this process holds: API keys, passwords, access tokens. Each is told here where
 * it comes into being, and taken out of every text that leaves the process: a server may quote what
 * it was sent. Errors, log, trace, lists and the state file's reasons all pass by secrets_hide().
 *
 * A secret is found in any case, and URL-encoded, escaped (JSON, HTML, Python), in hex, in base64 and
 * base64url, also as a part of what was encoded ("user:password"); cut off in front or behind, where 12
 * characters are left and a word begins and ends there, but for an end that is plain words ("… the battery"
 * of a password) which nothing shows to be cut; and broken by line ends, blanks and dashes, also behind the
 * "=" of quoted-printable. Shorter than 8 characters it is found as a whole word only, or it would blot out
 * innocent texts; shorter than 4 not at all.
 */
void secrets_add(const char *text); /* copied; NULL, "" and known ones do nothing */
/* In place; "***" is never longer than what it stands for. */
void secrets_hide(char *text);
void secrets_forget(void); /* wipes all */

/*
 * The same for other texts that must not be quoted: words and phrases, whole, in any case, also
 * URL-encoded or escaped. Of fewer than three bytes: nothing.
 */
struct hidden;
struct hidden *hidden_new(void);
void hidden_free(struct hidden *h); /* takes NULL */
void hidden_add(struct hidden *h, const char *text);
void hidden_hide(const struct hidden *h, char *text);

static inline void cleanup_hidden(struct hidden **h)
{
	hidden_free(*h);
}

#endif
