#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "base/conf_priv.h"
#include "base/file.h"
#include "base/secret_look.h"
#include "base/secrets.h"
#include "base/str.h"

#include "base/banned.h"

/*
 * A secret may stand where none belongs: behind the wrong key, or a mistyped one, or in an address. Each line is looked at
 * here before anything is said of it, and what looks like one is told to secrets.h, so that no text quotes it.
 */

enum { SHORT_MAX = 8 };

const char *const conf_secret_suffix[N_SECRET_FORMS] = {"", "_file", "_env", "_command"};

static bool names_secret(const char *name)
{
	static const char *const parts[] = {"secr", "token", "passw", "pwd", "key", "credential"};

	for (int i = 1; i < N_SECRET_FORMS; i++)
		if (str_ends(name, conf_secret_suffix[i]))
			return false;
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (strcasestr(name, parts[i]))
			return true;
	return false;
}

/* "/etc/erpsync/key", "keys/shop.txt", "client-secret": nothing that a password would be, as "sunflower" would. */
static bool is_file_name(const char *text)
{
	const char *dot = strrchr(text, '.');

	if (strchr("/.~", *text) || strchr(text, '/') ||
	    (!strpbrk(text, "0123456789") && names_secret(text)))
		return true;
	return dot && dot[1] && !dot[1 + strspn(dot + 1, "abcdefghijklmnopqrstuvwxyz")];
}

/* "SHOP_SECRET", "shop_secret". */
static bool is_variable(const char *text)
{
	size_t len = strlen(text);

	if (isdigit((unsigned char)*text))
		return false;
	if (strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789") == len)
		return true;
	return strspn(text, "abcdefghijklmnopqrstuvwxyz_") == len && strchr(text, '_');
}

bool conf_looks_misplaced(enum secret_form form, const char *text)
{
	if (secret_looks(text))
		return true;
	return form == SECRET_FILE ? !is_file_name(text) : form == SECRET_ENV && !is_variable(text);
}

static void hide(struct arena *a, const char *from, size_t len, bool sure)
{
	if (sure || len >= SHORT_MAX)
		secrets_add(arena_strndup(a, from, len));
}

/* "user:password@" and "?token=…" of an address. */
static void hide_in_address(struct arena *a, const char *url)
{
	const char *host = strstr(url, "://"), *at, *colon, *more;

	host = host ? host + 3 : url;
	at = strrchr(host, '@');
	colon = at ? memchr(host, ':', (size_t)(at - host)) : NULL;
	if (at)
		hide(a, host, (size_t)(at - host), colon != NULL);
	if (colon)
		hide(a, colon + 1, (size_t)(at - colon - 1), true);
	more = strpbrk(at ? at : host, "?#");
	if (more)
		hide(a, more + 1, strlen(more + 1), true);
	for (size_t n; more && *more; more += n) {
		more += strspn(more, "?#&");
		n = strcspn(more, "#&");
		const char *is = memchr(more, '=', n);
		if (is)
			hide(a, is + 1, (size_t)(more + n - is - 1),
			     names_secret(arena_strndup(a, more, (size_t)(is - more))));
	}
}

/* Of "client_secret shpss_…", a line without "=" that has one further on, what follows the first word. */
static void hide_in_name(struct arena *a, const char *name)
{
	const char *rest = name + strcspn(name, " \t"),
		   *key = arena_strndup(a, name, (size_t)(rest - name));

	secret_look_hide(name);
	if (*rest && names_secret(key))
		secrets_add(rest + strspn(rest, " \t"));
}

void conf_hide_line(const struct conf *c, const char *section, const char *name, const char *value)
{
	struct arena *a = c->arena;
	enum secret_form form = str_ends(name, conf_secret_suffix[SECRET_FILE])  ? SECRET_FILE
				: str_ends(name, conf_secret_suffix[SECRET_ENV]) ? SECRET_ENV
										 : SECRET_INLINE;

	secret_look_hide(section);
	hide_in_name(a, name);
	if (names_secret(name))
		secrets_add(value);
	if (strstr(value, "://") || str_equal(name, "url"))
		hide_in_address(a, value);
	/* What is there by that name is no secret, whatever it looks like. */
	if (form != SECRET_ENV && access(path_relative_to(a, c->dir, value), F_OK) == 0)
		return;
	if (form != SECRET_INLINE && conf_looks_misplaced(form, value))
		secrets_add(value);
	secret_look_hide(value);
}

/* "client_secret_file or access_token_file", of the selected connector; NULL: the section has no secret. */
static const char *keys_of_secrets(const struct conf *c, const struct conf_key *key)
{
	bool any = str_equal(key->name, "connector");
	const char *all = NULL;

	for (size_t i = 0; i < c->n_values; i++) {
		const struct conf_key *row = c->values[i].key;

		if (row->type != CONF_SECRET || !str_equal(row->section, key->section) ||
		    !(any || conf_is_active(c, row)))
			continue;
		all = all ? arena_printf(c->arena, "%s or %s_file", all, row->name)
			  : arena_printf(c->arena, "%s_file", row->name);
	}
	return all;
}

enum errk conf_misplaced(const struct conf *c, const struct conf_value *v, struct err *e)
{
	const char *keys = keys_of_secrets(c, v->key);

	if (v->key->type == CONF_SECRET && v->form == SECRET_FILE)
		return err_set(e, E_LOCAL, "bad_secret",
			       "names a file that is not there, and what stands there looks like "
			       "the secret itself; if it is, write it into a file that only "
			       "erpsync's user may read (umask 077; cat > FILE), and name that "
			       "file here");
	if (v->key->type == CONF_SECRET)
		return err_set(e, E_LOCAL, "bad_secret",
			       "names a variable of the environment that is not set, and what "
			       "stands there looks like the secret itself; if it is, write it into "
			       "a file that only erpsync's user may read (umask 077; cat > FILE), "
			       "and name that file by %s_file",
			       v->key->name);
	return err_set(e, E_LOCAL, "bad_config", "holds what looks like a secret%s%s%s",
		       keys ? ", which belongs in a file that " : "", keys ? keys : "",
		       keys ? " names" : ", which has no place here");
}

enum errk conf_address_read(const struct conf *c, const struct conf_value *v, const char *text,
			    struct err *e)
{
	const char *keys = keys_of_secrets(c, v->key);
	bool comment = strstr(text, " ;") || strstr(text, " #");

	if (!strpbrk(text, "@?#"))
		return E_OK;
	return err_set(
		e, E_LOCAL, "bad_config",
		"holds more than the address of a server%s; write https://HOST alone, without "
		"user, '?' or '#'%s%s%s",
		comment ? " (a comment needs a line of its own)" : "",
		keys ? "; a secret belongs in a file that " : "", keys ? keys : "",
		keys ? " names" : "");
}
