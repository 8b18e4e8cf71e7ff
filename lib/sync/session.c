#include "sync/session.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/secrets.h"
#include "base/str.h"
#include "sync/sync_priv.h"

/* Where the configuration is when nobody says: nearest first. */
static const char *find_conf(struct session *s)
{
	const char *named = s->options.conf_path ? s->options.conf_path : getenv("ERPSYNC_CONF");
	if (!str_blank(named))
		return named;
	const char *home = getenv("HOME");
	const char *places[] = {
		"erpsync.conf",
		home ? path_join(s->arena, home, ".config/erpsync/erpsync.conf") : NULL,
		"/etc/erpsync/erpsync.conf",
	};
	for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
		if (places[i] && file_exists(places[i]))
			return places[i];
	return NULL;
}

static const char *conf_dir(const struct conf *c, struct arena *a)
{
	return path_folder(a, path_absolute(a, conf_path(c)));
}

static enum errk open_log(struct session *s, struct err *e)
{
	static const char *const levels[] = {"error", "warn", "info", "debug"};
	const char *level = conf_text(s->conf, "log", "level");
	enum log_level least = LOG_LEVEL_INFO;
	for (int i = 0; i < 4; i++)
		if (str_equal(level, levels[i]))
			least = (enum log_level)i;
	bool json = str_equal(conf_text(s->conf, "log", "format"), "json");
	const char *path = conf_text(s->conf, "log", "path");
	enum errk rc = E_OK;
	if (path && *path && !str_equal(path, "syslog")) {
		path = path_relative_to(s->arena, conf_dir(s->conf, s->arena), path);
		rc = conf_spare(s->conf, path, "log", e);
	}
	if (rc != E_OK)
		return err_wrap(e, "%s", conf_where(s->conf, "log", "path", s->arena));
	return log_open(path, json ? LOG_FORMAT_JSON : LOG_FORMAT_KV, least, e);
}

enum errk session_open(struct session *s, const struct session_options *o, struct err *e)
{
	*s = (struct session){.options = *o, .arena = arena_new()};
	const char *path = find_conf(s);
	if (!path)
		return err_set(e, E_LOCAL, "no_config",
			       "no configuration found: name one with -c FILE, or put it in "
			       "./erpsync.conf, ~/.config/erpsync/erpsync.conf or "
			       "/etc/erpsync/erpsync.conf; erpsync.conf(5) describes it");
	size_t n;
	const struct conf_key *const *tables = settings_tables(&n);
	enum errk rc = conf_load(path, tables, n, &s->conf, e);
	if (rc == E_OK)
		rc = open_log(s, e);
	s->tokens = session_tokens(s);
	s->connector_state = session_connector_state(s);
	return rc;
}

/* "PATH.dry-run-4711" and what SQLite and the lock put beside it. */
static const char DRY_MARK[] = ".dry-run-";

const char *session_plain_path(const char *state, struct arena *a)
{
	const char *slash = strrchr(state, '/'), *mark = strstr(slash ? slash : state, DRY_MARK);
	return mark ? arena_strndup(a, state, (size_t)(mark - state)) : state;
}

static bool is_alive(const char *pid)
{
	long n = strtol(pid, NULL, 10);
	return n > 0 && (kill((pid_t)n, 0) == 0 || errno == EPERM);
}

/*
 * Removes the copies of this process, and those that a killed dry run left behind: they hold
 * personal data.
 */
static void remove_dry_states(struct session *s)
{
	const char *path = path_absolute(s->arena, state_path(s->state));
	const char *slash = strrchr(path, '/');
	const char *dir = slash == path ? "/"
					: arena_strndup(s->arena, path, (size_t)(slash - path));
	const char *prefix = arena_printf(s->arena, "%s%s", slash + 1, DRY_MARK);
	struct file_entry *file;
	size_t n;
	struct err ignored;
	if (dir_list(dir, s->arena, &file, &n, &ignored) != E_OK)
		return;
	for (size_t i = 0; i < n; i++) {
		const char *pid = file[i].name + strlen(prefix);
		if (str_starts(file[i].name, prefix) &&
		    (strtol(pid, NULL, 10) == (long)getpid() || !is_alive(pid)))
			unlink(path_join(s->arena, dir, file[i].name));
	}
}

/*
 * A dry run changes nothing: it plays the run on a copy of the state, beside the file itself,
 * because it holds the same personal data and must not end up in a shared /tmp.
 */
static enum errk open_dry_state(struct session *s, struct err *e)
{
	remove_dry_states(s);
	const char *copy = arena_printf(s->arena, "%s%s%ld", state_path(s->state), DRY_MARK,
					(long)getpid());
	enum errk rc = state_copy(s->state, copy, e);
	return rc == E_OK ? state_open(copy, &s->dry_state, e) : rc;
}

enum errk session_open_state(struct session *s, struct err *e)
{
	/* Beside what is no file there is no place for another: /dev/null would get one in /dev. */
	if (!conf_is_set(s->conf, "state", "path") && !file_exists(conf_path(s->conf)))
		return err_set(e, E_LOCAL, "bad_config",
			       "the configuration %s is no regular file, beside which the state "
			       "file would stand; set [state] path",
			       conf_path(s->conf));
	enum errk rc = state_open(conf_text(s->conf, "state", "path"), &s->state, e);
	if (rc == E_OK && s->options.dry_run)
		rc = open_dry_state(s, e);
	return rc;
}

enum errk session_open_wire(struct session *s, struct err *e)
{
	struct http_options o = {
		.user_agent = "erpsync/" ERPSYNC_VERSION,
		.connect_timeout_ms = conf_int(s->conf, "net", "connect_timeout"),
		.total_timeout_ms = conf_int(s->conf, "net", "timeout"),
		.retries = (int)conf_int(s->conf, "net", "retries"),
		.max_wait_ms = conf_int(s->conf, "net", "max_wait"),
		.dry_run = s->options.dry_run,
		.trace_path = s->options.trace_path,
	};
	enum errk rc = E_OK;
	if (s->options.trace_path)
		rc = conf_spare(s->conf, s->options.trace_path, "trace", e);
	return rc == E_OK ? http_open(&o, &s->http, e) : rc;
}

void session_release(struct session *s)
{
	http_close(s->http);
	state_close(s->dry_state);
	if (s->state && s->options.dry_run)
		remove_dry_states(s);
	state_close(s->state);
	conf_free(s->conf);
	log_close();
	secrets_forget();
	arena_free(s->arena);
	*s = (struct session){0};
}

/* The installed mappings, or those of the source tree while nothing is installed. */
const char *session_shipped_mappings(void)
{
	const char *own = getenv("ERPSYNC_MAPPINGS");
	if (!str_blank(own))
		return own;
	return dir_exists(ERPSYNC_MAPPINGS_DIR) ? ERPSYNC_MAPPINGS_DIR
						: ERPSYNC_SOURCE_MAPPINGS_DIR;
}

enum errk session_mapper(struct session *s, const char *system, struct mapper **out, struct err *e)
{
	enum errk rc = mapper_open(system, conf_text(s->conf, "mappings", "path"),
				   session_shipped_mappings(), out, e);
	if (rc == E_OK)
		mapper_limit(*out, conf_int(s->conf, "mappings", "max_time"));
	return rc;
}

enum errk session_connector(struct session *s, const char *section, const char *type,
			    const char *path, struct notices *notices, struct connector **out,
			    struct err *e)
{
	if (!type)
		type = conf_text(s->conf, section, "connector");
	if (!type)
		return err_set(e, E_LOCAL, "bad_config", "%s: [%s] connector= is not set",
			       conf_path(s->conf), section);
	const struct connector_type *found =
		connector_find(type, strcmp(section, "store") == 0 ? SIDE_STORE : SIDE_ERP);
	if (!found)
		return err_set(e, E_LOCAL, "bad_config", "there is no connector '%s'", type);
	struct connector_env env = {
		.conf = s->conf,
		.section = section,
		.path = path,
		.http = s->http,
		.tokens = &s->tokens,
		.state = &s->connector_state,
		.dry_run = s->options.dry_run,
		.notice = notice_say,
		.notice_ctx = notices,
	};
	return found->open(&env, out, e);
}

void connector_close(struct connector *c)
{
	if (c)
		c->type->close(c);
}
