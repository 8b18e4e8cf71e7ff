#ifndef ERPSYNC_OPTIONS_H
#define ERPSYNC_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/*
 * The command line against tables of options. Each row also stands in `--help`, in the
 * bash completion and in erpsync(1); a test compares them. Every failure is E_LOCAL
 * "usage", which main() turns into exit status 64.
 */
enum opt_type {
	OPT_FLAG, /* takes no value */
	OPT_TEXT,
	OPT_FILE,     /* a path; the same as text, completed as a file */
	OPT_TIME,     /* RFC 3339, a date, "-7d"; number in seconds */
	OPT_DURATION, /* "12m"; number in ms */
	OPT_COUNT,    /* a whole number above 0 */
	OPT_LIST,     /* one or more words, up to the next option; may be repeated */
};

struct opt {
	const char *name; /* without the dashes */
	char letter;      /* its short form, 0 = none */
	enum opt_type type;
	const char *arg;      /* as shown: "TIME"; NULL for a flag */
	const char *fallback; /* its default as shown to people; NULL = none */
	const char *help;     /* what it does, no capital, no full stop */
	bool hidden;          /* not for people: left out of help, completion and manual */
};

/* "-v, --verbose", "--since TIME", "--only NAME..." */
const char *opt_spec(const struct opt *o, struct arena *a);

/* A command line being read from left to right. Zero it but for words, n and arena. */
enum { ARGS_TABLES_MAX = 2 };
struct args {
	const char *const *words;
	size_t n, at;
	struct arena *arena;

	/* Each is ended by a row with name NULL. */
	const struct opt *tables[ARGS_TABLES_MAX];
	struct arg_value *values; /* options as they came */
	size_t n_values;
	const char **operands;
	size_t n_operands;
};

/*
 * Reads options up to the first word that is none, or, with operands_too, to the end of
 * the line, collecting the words between them. `tables` may grow between calls, but a row
 * that a value was read by must stay. "--" ends the options.
 */
MUST_CHECK enum errk args_read(struct args *a, bool operands_too, struct err *e);
/* The next word, which is no option, or NULL at the end or before an option. */
const char *args_word(struct args *a);

/* Whether any table has this option, so that asking for it is no BUG. */
bool args_knows(const struct args *a, const char *name);
/* What was given; asking for a name that is in no table is a BUG. The last value wins. */
bool args_flag(const struct args *a, const char *name);
const char *args_text(const struct args *a, const char *name); /* NULL if not given */
int64_t args_number(const struct args *a, const char *name);   /* 0 if not given */
/* All values of an OPT_LIST in order, in the arena. */
const char *const *args_list(const struct args *a, const char *name, size_t *n);

/* E_LOCAL "usage" with the message; for checks that concern several options. */
enum errk usage_error(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);
bool is_usage_error(const struct err *e);

#endif
