#ifndef ERPSYNC_BASE_CONF_PRIV_H
#define ERPSYNC_BASE_CONF_PRIV_H

#include "base/conf.h"

/* Shared by the conf*.c files: reading the file, its values, asking for them, secrets. */

enum secret_form { SECRET_INLINE, SECRET_FILE, SECRET_ENV, SECRET_COMMAND };
enum { N_SECRET_FORMS = 4 };

/* One table row and what the file says about it. */
struct conf_value {
	const struct conf_key *key;
	const char *text; /* paths made absolute; NULL = neither set nor defaulted */
	int64_t number;   /* CONF_BOOL, CONF_INT, CONF_DURATION, CONF_TIME */
	int line;         /* 0 = not set */
	enum secret_form form;
	bool odd;           /* CONF_SECRET: where it is said to be looks like the secret itself */
	const char *secret; /* CONF_SECRET, once fetched */
};

struct conf {
	struct arena *arena; /* holds all text, secrets too: wiped at the end */
	const char *path, *dir;
	struct conf_value *values;
	size_t n_values;
	int64_t command_limit_ms;
};

/* "", "_file", "_env", "_command" */
extern const char *const conf_secret_suffix[N_SECRET_FORMS];

/* The connector of a section; of a section without one, that of the first that has one. */
const struct conf_value *conf_connector(const struct conf *c, const char *section);
/* The row's connector is the selected one, or the row needs none. */
bool conf_is_active(const struct conf *c, const struct conf_key *row);

/*
 * Reads text as v->key demands into v; v is untouched on failure. E_LOCAL without file
 * and line.
 */
MUST_CHECK enum errk conf_value_read(const struct conf *c, const char *text, struct conf_value *v,
				     struct err *e);

/* What is, by the line that is told, a secret in the wrong place, goes to secrets.h before anything is said of the line. */
void conf_hide_line(const struct conf *c, const char *section, const char *name, const char *value);
/* Text that names a file or a variable, but looks like the secret that should be there. */
bool conf_looks_misplaced(enum secret_form form, const char *text);
/* Always fails: where a secret belongs that stands at v. E_LOCAL without file and line. */
enum errk conf_misplaced(const struct conf *c, const struct conf_value *v, struct err *e);
/* CONF_URL: no user, password or query, without quoting them. */
MUST_CHECK enum errk conf_address_read(const struct conf *c, const struct conf_value *v,
				       const char *text, struct err *e);

/*
 * The row that the selected connector makes valid, else NULL; BUG if it is in no table
 * at all.
 */
struct conf_value *conf_find(const struct conf *c, const char *section, const char *name);

#endif
