#ifndef ERPSYNC_BASE_LOG_H
#define ERPSYNC_BASE_LOG_H

#include "base/err.h"

/*
 * The log: one event a line, key=value or JSON, to a file, to syslog, or nowhere. stderr
 * is not the log: what a person must see goes there from cmd/. Values never hold secrets
 * or personal data; that is the caller's promise, checked by the flow tests.
 */
enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARN, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };
enum log_format { LOG_FORMAT_KV, LOG_FORMAT_JSON };

/*
 * path NULL or "" = no log, "syslog" = syslog(3), else a file, created 0600, opened for
 * append and never reopened: rotate with copytruncate or between runs. E_LOCAL.
 */
MUST_CHECK enum errk log_open(const char *path, enum log_format format, enum log_level level,
			      struct err *e);
void log_close(void);
/*
 * Fields that each later line carries (run id, flow); NULL clears. The text is copied. At
 * most 8 keys shorter than 32 bytes; log_close() forgets them.
 */
void log_context(const char *key, const char *value);

/*
 * log_event(LOG_LEVEL_INFO, "delivered", "record", "#1001", "ms", "12", NULL): an event
 * name and NULL-terminated pairs of text. A NULL value prints as empty. A line that can't
 * be written is lost: a full disk must not stop the run being logged.
 */
void log_event(enum log_level level, const char *event, ...) __attribute__((sentinel));

#endif
