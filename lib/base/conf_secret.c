#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/conf_priv.h"
#include "base/file.h"
#include "base/file_blame.h"
#include "base/stop.h"
#include "base/everybody.h"
#include "base/secrets.h"
#include "base/str.h"

#include "base/banned.h"

enum { SECRET_MAX = 65536, LOOK_MS = 100 };

/*
 * Where a secret stands before it is known to be good; wiped when it goes out of scope.
 */
struct scratch {
	char text[SECRET_MAX + 1];
	size_t len;
};

static void cleanup_scratch(struct scratch *s)
{
	explicit_bzero(s, sizeof(*s));
}

static enum errk bad_secret(struct err *e, const char *fmt, ...) PRINTF_LIKE(2, 3);
static enum errk bad_secret(struct err *e, const char *fmt, ...)
{
	char msg[ERR_MSG_MAX];
	va_list args;

	va_start(args, fmt);
	vsnprintf(msg, sizeof(msg), fmt, args);
	va_end(args);
	return err_set(e, E_LOCAL, "bad_secret", "%s", msg);
}

static enum errk check_mode(const char *path, const struct stat *st, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();

	if (!(st->st_mode & S_IROTH))
		return E_OK;
	return bad_secret(e, "%s holds a secret and every user may read it; run: chmod 600 %s",
			  path, file_shell_name(path, a));
}

static enum errk from_config(const struct conf *c, const struct conf_value *v, struct scratch *out,
			     struct err *e)
{
	struct stat st;
	size_t len = strlen(v->text);

	if (stat(c->path, &st) != 0)
		return bad_secret(e, "%s: can't be examined (%s)", c->path, strerror(errno));
	if (check_mode(c->path, &st, e) != E_OK)
		return E_LOCAL;
	if (len > SECRET_MAX)
		return bad_secret(e, "is longer than %d bytes", SECRET_MAX);
	memcpy(out->text, v->text, len);
	out->len = len;
	return E_OK;
}

/*
 * Reads what fits; false and errno on failure. One byte too many tells that it didn't
 * fit.
 */
static bool read_some(int fd, struct scratch *out, bool *end)
{
	ssize_t n;

	do
		n = read(fd, out->text + out->len, sizeof(out->text) - out->len);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return false;
	out->len += (size_t)n;
	*end = n == 0 || out->len > SECRET_MAX;
	return true;
}

static enum errk from_file(const char *path, struct scratch *out, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	enum errk rc = everybody_writes(path, e);
	CLEANUP(fd) int fd = file_open(path);
	struct stat st;
	bool end = false;

	if (rc != E_OK)
		return rc;
	if (fd < 0 || fstat(fd, &st) != 0) {
		int error = errno;

		bad_secret(e, "%s: can't be opened (%s)", path, file_reason(error));
		return file_blame_add(e, path, error,
				      arena_printf(a,
						   "write it there, for its owner alone: umask 077 "
						   "&& cat > %s",
						   file_shell_name(path, a)));
	}
	if (check_mode(path, &st, e) != E_OK)
		return E_LOCAL;
	while (!end)
		if (!read_some(fd, out, &end))
			return bad_secret(e, "%s: can't be read (%s)", path, strerror(errno));
	return E_OK;
}

static enum errk from_environment(const char *name, struct scratch *out, struct err *e)
{
	const char *value = getenv(name);
	size_t len = value ? strlen(value) : 0;

	if (!value)
		return bad_secret(e, "the environment has no variable %s", name);
	if (len > SECRET_MAX)
		return bad_secret(e, "is longer than %d bytes", SECRET_MAX);
	memcpy(out->text, value, len);
	out->len = len;
	return E_OK;
}

/*
 * Runs the command in a process group of its own, so that a timeout ends all it started.
 * Its stderr goes nowhere: cron would mail it, and nobody knows what it says.
 */
static int spawn(const char *command, int output, pid_t *pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	char sh[] = "sh", c[] = "-c";
	char *copy = strdup(command);
	char *argv[] = {sh, c, copy, NULL};
	int error;

	if (!copy)
		die(70, "out of memory");
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, output, 1); /* first: it may itself be 0 or 2 */
	posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
	posix_spawnattr_init(&attr);
	posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETPGROUP);
	posix_spawnattr_setpgroup(&attr, 0);
	error = posix_spawn(pid, "/bin/sh", &actions, &attr, argv, environ);
	posix_spawnattr_destroy(&attr);
	posix_spawn_file_actions_destroy(&actions);
	free(copy);
	return error;
}

static bool out_of_time(int64_t deadline)
{
	return clock_mono_ms() >= deadline || stop_requested();
}

/* False when the time is up or the output can't be read. */
static bool read_output(int fd, int64_t deadline, struct scratch *out)
{
	bool end = false;

	while (!end) {
		struct pollfd p = {.fd = fd, .events = POLLIN};
		int n = poll(&p, 1, LOOK_MS);

		if (n < 0 && errno != EINTR)
			return false;
		if (n <= 0 && out_of_time(deadline))
			return false;
		if (n > 0 && !read_some(fd, out, &end))
			return false;
	}
	return true;
}

/* A command may close its output and go on; it has until the deadline all the same. */
static bool wait_for(pid_t pid, int64_t deadline, int *status)
{
	const struct timespec pause = {.tv_nsec = 2000000};

	for (;;) {
		pid_t done = waitpid(pid, status, WNOHANG);

		if (done == pid)
			return true;
		if (done < 0 && errno != EINTR)
			return false;
		if (out_of_time(deadline))
			return false;
		nanosleep(&pause, NULL);
	}
}

static enum errk from_command(const struct conf *c, const char *command, struct scratch *out,
			      struct err *e)
{
	int64_t deadline = clock_mono_ms() + c->command_limit_ms;
	char limit[CLOCK_TEXT_MAX];
	int ends[2], error, status = 0;
	bool in_time, too_long;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC) != 0)
		return bad_secret(e, "the command can't be run (%s)", strerror(errno));
	error = spawn(command, ends[1], &pid);
	close(ends[1]);
	if (error) {
		close(ends[0]);
		return bad_secret(e, "the command can't be run (%s)", strerror(error));
	}
	in_time = read_output(ends[0], deadline, out);
	close(ends[0]);
	too_long = out->len > SECRET_MAX;
	if (!in_time || too_long || !wait_for(pid, deadline, &status)) {
		kill(-pid, SIGKILL);
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		if (too_long)
			return bad_secret(e, "the command printed more than %d bytes", SECRET_MAX);
		if (stop_requested())
			return err_set(e, E_BUSY, "stopped",
				       "stopped (%s) while the command was running", stop_reason());
		return bad_secret(e, "the command took longer than %s",
				  duration_text(c->command_limit_ms, limit));
	}
	if (WIFSIGNALED(status))
		return bad_secret(e, "the command was ended by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		return bad_secret(e, "the command exited with status %d; run it by hand to see why",
				  WEXITSTATUS(status));
	return E_OK;
}

/*
 * Cuts line ends, and the mark that editors put in front of UTF-8; a command's further lines are comments,
 * as with pass(1).
 */
static void trim(struct scratch *s, bool first_line)
{
	static const char mark[] = "\xef\xbb\xbf";

	if (s->len >= 3 && memcmp(s->text, mark, 3) == 0) {
		s->len -= 3;
		memmove(s->text, s->text + 3, s->len);
	}
	if (first_line) {
		const char *end = memchr(s->text, '\n', s->len);

		s->len = end ? (size_t)(end - s->text) : s->len;
	}
	while (s->len > 0 && (s->text[s->len - 1] == '\n' || s->text[s->len - 1] == '\r'))
		s->len--;
	s->text[s->len] = '\0';
}

static enum errk fetch(const struct conf *c, const struct conf_value *v, struct scratch *s,
		       struct err *e)
{
	enum errk k = E_OK;

	switch (v->form) {
	case SECRET_INLINE:
		k = from_config(c, v, s, e);
		break;
	case SECRET_FILE:
		if (v->odd && access(v->text, F_OK) != 0)
			return conf_misplaced(c, v, e);
		k = from_file(v->text, s, e);
		break;
	case SECRET_ENV:
		if (v->odd && !getenv(v->text))
			return conf_misplaced(c, v, e);
		k = from_environment(v->text, s, e);
		break;
	case SECRET_COMMAND:
		k = from_command(c, v->text, s, e);
		break;
	}
	if (k != E_OK)
		return k;
	if (s->len > SECRET_MAX)
		return bad_secret(e, "is longer than %d bytes", SECRET_MAX);
	trim(s, v->form == SECRET_COMMAND);
	if (s->len == 0)
		return bad_secret(e, "is empty");
	if (strlen(s->text) != s->len)
		return bad_secret(e, "holds a NUL byte");
	return E_OK;
}

enum errk conf_secret(struct conf *c, const char *section, const char *name, const char **out,
		      struct err *e)
{
	CLEANUP(scratch) struct scratch s = {.len = 0};
	struct conf_value *v = conf_find(c, section, name);
	struct err ours;

	if (v && v->key->type != CONF_SECRET)
		BUG("[%s] %s is not CONF_SECRET", section, name);
	if (!v || !v->text) {
		*out = NULL;
		return E_OK;
	}
	if (!v->secret) {
		if (fetch(c, v, &s, &ours) != E_OK) {
			err_wrap(&ours, "%s:%d: %s%s", c->path, v->line, name,
				 conf_secret_suffix[v->form]);
			if (e)
				*e = ours;
			return ours.kind;
		}
		v->secret = arena_strndup(c->arena, s.text, s.len);
		secrets_add(v->secret);
	}
	*out = v->secret;
	return E_OK;
}
