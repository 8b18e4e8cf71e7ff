#include "base/log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/file_blame.h"
#include "base/str.h"

#include "base/banned.h"

enum { CONTEXT_MAX = 8, KEY_SIZE = 32, VALUE_SIZE = 128, LINE_LIMIT = 64 * 1024 };

static struct {
	int fd;
	bool syslog, on;
	enum log_format format;
	enum log_level level;
	struct {
		char key[KEY_SIZE], value[VALUE_SIZE];
	} context[CONTEXT_MAX];
	size_t n_context;
} out = {.fd = -1};

static const char *const LEVEL_NAMES[] = {"error", "warn", "info", "debug"};
static const int PRIORITIES[] = {LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG};

enum errk log_open(const char *path, enum log_format format, enum log_level level, struct err *e)
{
	int fd = -1;
	bool to_syslog = str_equal(path, "syslog");

	if (path && *path && !to_syslog) {
		fd = file_open_append(path);
		if (fd < 0) {
			int error = errno;

			err_set(e, E_LOCAL, "log_file", "%s: log can't be opened (%s)", path,
				file_reason(error));
			return file_blame_add(e, path, error, NULL);
		}
		file_give(fd, path);
	}
	log_close();
	if (to_syslog)
		openlog("erpsync", LOG_PID, LOG_DAEMON);
	out.fd = fd;
	out.syslog = to_syslog;
	out.on = fd >= 0 || to_syslog;
	out.format = format;
	out.level = level;
	return E_OK;
}

void log_close(void)
{
	if (out.fd >= 0)
		close(out.fd);
	if (out.syslog)
		closelog();
	out.fd = -1;
	out.syslog = out.on = false;
	out.n_context = 0;
}

void log_context(const char *key, const char *value)
{
	size_t i = 0;

	while (i < out.n_context && !str_equal(out.context[i].key, key))
		i++;
	if (!value) {
		if (i < out.n_context) {
			memmove(&out.context[i], &out.context[i + 1],
				(out.n_context - i - 1) * sizeof(out.context[0]));
			out.n_context--;
		}
		return;
	}
	if (i == CONTEXT_MAX || strlen(key) >= KEY_SIZE)
		BUG("log_context: no room for '%s'", key);
	if (i == out.n_context)
		out.n_context++;
	snprintf(out.context[i].key, KEY_SIZE, "%s", key);
	str_ellipsis(out.context[i].value, VALUE_SIZE, value, VALUE_SIZE);
}

/*
 * A log line is one line of valid UTF-8 whatever a server sent: control characters
 * become \uXXXX and invalid bytes U+FFFD. In kv form the same escapes are used inside
 * quotes.
 */
static void add_escaped(struct str *line, const char *value)
{
	size_t len = strlen(value);

	for (size_t at = 0; at < len;) {
		size_t valid = str_utf8_prefix(value + at, len - at);

		for (size_t i = at, n; i < at + valid; i += n ? n : 1) {
			n = str_control(value + i);
			if (value[i] == '"' || value[i] == '\\')
				str_addf(line, "\\%c", value[i]);
			else if (value[i] == '\n')
				str_add(line, "\\n");
			else if (n)
				str_addf(line, "\\u%04x", str_code(value + i, n));
			else
				str_addc(line, value[i]);
		}
		at += valid;
		if (at < len) {
			str_add(line, "\xef\xbf\xbd");
			at++;
		}
	}
}

static bool is_plain(const char *value)
{
	for (const char *p = value; *p; p++)
		if (*p == ' ' || str_control(p) || *p == '"' || *p == '=' || *p == '\\')
			return false;
	return str_utf8_valid(value, strlen(value));
}

static void add_field(struct str *line, const char *key, const char *value)
{
	bool json = out.format == LOG_FORMAT_JSON;

	value = value ? value : "";
	if (json) {
		str_add(line, line->len == 0 ? "{\"" : ",\"");
		add_escaped(line, key);
		str_add(line, "\":\"");
		add_escaped(line, value);
		str_addc(line, '"');
		return;
	}
	if (line->len > 0)
		str_addc(line, ' ');
	str_addf(line, "%s=", key);
	if (is_plain(value)) {
		str_add(line, value);
		return;
	}
	str_addc(line, '"');
	add_escaped(line, value);
	str_addc(line, '"');
}

/* One write, so that lines of two processes that share the file never mix (O_APPEND). */
static void emit(struct str *line, enum log_level level)
{
	ssize_t n;

	if (out.format == LOG_FORMAT_JSON)
		str_addc(line, '}');
	if (out.syslog) {
		syslog(PRIORITIES[level], "%s", line->buf);
		return;
	}
	str_addc(line, '\n');
	do
		n = write(out.fd, line->buf, line->len);
	while (n < 0 && errno == EINTR);
	/* Anything else, a full disk say, must not stop the run that is being logged. */
}

void log_event(enum log_level level, const char *event, ...)
{
	struct str line;
	char ts[CLOCK_TEXT_MAX];
	const char *key;
	va_list args;

	if (!out.on || level > out.level)
		return;
	str_init(&line, LINE_LIMIT);
	add_field(&line, "ts", clock_text(clock_now(), ts));
	add_field(&line, "level", LEVEL_NAMES[level]);
	add_field(&line, "event", event);
	for (size_t i = 0; i < out.n_context; i++)
		add_field(&line, out.context[i].key, out.context[i].value);

	va_start(args, event);
	while ((key = va_arg(args, const char *)) != NULL) {
		const char *value = va_arg(args, const char *);
		char shown[8192];

		str_ellipsis(shown, sizeof(shown), value, sizeof(shown));
		/*
		 * Escaped, a byte takes six at most; a field that might not fit is left out
		 * whole.
		 */
		if (line.len + 6 * (strlen(key) + strlen(shown)) + 16 < LINE_LIMIT)
			add_field(&line, key, shown);
	}
	va_end(args);
	emit(&line, level);
	str_release(&line);
}
