#ifndef ERPSYNC_BASE_CONF_H
#define ERPSYNC_BASE_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/hash.h"

/*
 * The INI file, read by inih against tables of keys. A key that no table names is
 * E_LOCAL with file:line and the nearest known name. Each table row is also what
 * erpsync.conf(5) must say.
 */
enum conf_type {
	CONF_TEXT,
	CONF_URL,      /* the address of a server: no user, no query */
	CONF_PATH,     /* relative to the folder of the configuration file; "~/" allowed */
	CONF_BOOL,     /* yes/no, true/false, on/off, 1/0 */
	CONF_INT,      /* min..max of the row */
	CONF_DURATION, /* "10m"; value in ms */
	CONF_TIME,     /* RFC 3339, a date, or "-60d" */
	CONF_CHOICE,   /* one of choices, separated by "|" */
	CONF_SECRET,   /* also as NAME_file, NAME_env, NAME_command */
};

struct conf_key {
	const char *section, *name;
	/* Only with [section] connector= this, or the first section's that has one; NULL = always. */
	const char *connector;
	enum conf_type type;
	const char *fallback; /* the default as it would be written; NULL = none */
	const char *choices;  /* CONF_CHOICE: "a|b|c"; CONF_PATH: words that are no path */
	int64_t min, max;     /* CONF_INT and CONF_DURATION (ms); both 0 = any */
	const char *help;     /* one sentence; checked against the manual */
};

struct conf;

/*
 * A line is [section], "key = value", a comment that begins with ; or #, or empty;
 * indentation means nothing. A value is all that follows, blanks around it cut: there
 * are no comments behind a value, no quotes and no continuation lines, so that a
 * password may hold any of ; # " '.
 *
 * tables: n_tables arrays of rows, each ended by a row with section NULL; they must
 * outlive the result. Checks syntax, names, duplicates and values. E_LOCAL
 * "bad_config". What looks like a secret is told to secrets.h, whatever key it stands behind.
 */
MUST_CHECK enum errk conf_load(const char *path, const struct conf_key *const *tables,
			       size_t n_tables, struct conf **out, struct err *e);
void conf_free(struct conf *c); /* takes NULL; wipes secrets */
const char *conf_path(const struct conf *c);

/*
 * Values; asking for a key that is in no table is a BUG. Text lives as long as c. NULL,
 * false, 0 when neither set nor defaulted, as is every key of a connector that isn't the
 * selected one.
 */
const char *conf_text(const struct conf *c, const char *section, const char *name);
bool conf_bool(const struct conf *c, const char *section, const char *name);
/* CONF_INT, CONF_DURATION (ms), CONF_TIME (s). */
int64_t conf_int(const struct conf *c, const char *section, const char *name);
/* True if written in the file. */
bool conf_is_set(const struct conf *c, const char *section, const char *name);
/* True if any key of the section is written in the file. */
bool conf_has_section(const struct conf *c, const char *section);
/* "erpsync.conf:12" of a key that is set, else "erpsync.conf, [section] name". */
const char *conf_where(const struct conf *c, const char *section, const char *name,
		       struct arena *a);

/* Adds what is in force in a section, but no secret: another hash, other settings. */
void conf_hash(const struct conf *c, const char *section, struct hash *h);

/*
 * May a log or a trace (what) be written to this path? It is added to whatever is there, and must be neither the
 * configuration nor a file or folder that it names: secrets, the state file and what stands beside it, tables, what is
 * exchanged. In such a folder a name that ends in .log or .trace will do. E_LOCAL "not_spare".
 */
MUST_CHECK enum errk conf_spare(const struct conf *c, const char *path, const char *what,
				struct err *e);

/*
 * Fetches a secret when it is needed: inline (only if the file is not readable by
 * others), from NAME_file (same rule; line ends at its end are cut), from the
 * environment variable NAME_env, or the first line that NAME_command prints (sh -c, at
 * most 30 s, its stderr is dropped). *out is NULL when the key is set in no form; else
 * it lives in c and is wiped with it. E_LOCAL "bad_secret"; the message never holds the
 * value.
 */
MUST_CHECK enum errk conf_secret(struct conf *c, const char *section, const char *name,
				 const char **out, struct err *e);

static inline void cleanup_conf(struct conf **p)
{
	conf_free(*p);
}

#endif
