#ifndef ERPSYNC_BASE_ERR_H
#define ERPSYNC_BASE_ERR_H

#include <stdarg.h>
#include <stdint.h>

#include "base/die.h"

/* Marks functions whose result must be looked at; works through function pointers too. */
#define MUST_CHECK __attribute__((warn_unused_result))

/*
 * What the caller may do next, not what happened. Each kind is one decision:
 * see erpsync(1), EXIT STATUS, for what the whole program does with it.
 */
enum errk {
	E_OK,      /* goes on */
	E_RECORD,  /* this record can't go over: park it with its reason, go on */
	E_UNSURE,  /* a write was sent and no answer came back: look before the next put */
	E_BUSY,    /* 429, throttled, 5xx, no route, timeout on a read: later may work */
	E_REFUSED, /* credentials, scope, version, licence: every record would fail */
	E_LOCAL,   /* our side: configuration, disk, lock, state file */
};

enum { ERR_MSG_MAX = 1024, ERR_CODE_MAX = 40 };

/*
 * Lives on the stack of the caller, allocates nothing. Filled only on failure.
 * The message is complete enough to be shown to a person as it is: it names the
 * record, the field and the remedy, and never holds a secret or personal data.
 */
struct err {
	enum errk kind;
	int64_t wait_ms;         /* E_BUSY: the wait they asked for; 0 = not said */
	char code[ERR_CODE_MAX]; /* short and stable, for filters: "unmapped_sku" */
	char msg[ERR_MSG_MAX];   /* one line, no trailing newline or full stop */
};

/*
 * Fills e (may be NULL) and returns kind, so that `return err_set(e, E_BUSY, "timeout",
 * "…")` reads well. Control characters become blanks; a long message is cut between
 * characters.
 */
enum errk err_set(struct err *e, enum errk kind, const char *code, const char *fmt, ...)
	PRINTF_LIKE(4, 5);
enum errk err_vset(struct err *e, enum errk kind, const char *code, const char *fmt, va_list args)
	PRINTF_LIKE(4, 0);

/*
 * Puts "context: " before the message, keeps kind, code and wait. Returns e->kind, so e
 * must not be NULL.
 */
enum errk err_wrap(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* Adds text at the message's end: a remedy, what was tried. Otherwise as err_wrap. */
enum errk err_append(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* "record", "unsure", "busy", … for logs and JSON output. */
const char *errk_name(enum errk kind);

#endif
