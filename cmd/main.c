#include "cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/conf.h"
#include "base/file.h"
#include "base/json.h"
#include "base/stop.h"
#include "base/str.h"
#include "help.h"
#include "output.h"
#include "remedy.h"
#include "sync/sync.h"

#include "base/banned.h"

enum { EXIT_USAGE = 64 };

/*
 * With a standard descriptor closed (erpsync >&-), the next file opened would take its
 * number, and a message could be written into the state file.
 */
static void hold_standard_descriptors(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
		if (fd < 0)
			exit(err_exit_status(E_LOCAL));
	} while (fd <= STDERR_FILENO);
	close(fd);
}

/*
 * A closed pipe shows as a failed write, so that a run ends in order. A handler, not
 * SIG_IGN: the commands that print secrets would inherit that.
 */
static void on_closed_pipe(int sig)
{
	(void)sig;
}

static int exit_status(const struct err *e)
{
	return is_usage_error(e) ? EXIT_USAGE : err_exit_status(e->kind);
}

/*
 * A mail from cron means that a person is needed: "try later" is not worth one. Who asked for something once
 * must be told that it was not done, and so must who asked what a run would do.
 */
static void complain(const struct cmd *c, const struct err *e)
{
	bool later = exit_status(e) == err_exit_status(E_BUSY);

	if (later && c->command->needs & BY_CRON && !c->verbose && !c->session.options.dry_run &&
	    !out_is_tty(stderr))
		return;
	fflush(stdout);
	fprintf(stderr, "%serpsync: %s%s\n", style_on(stderr, STYLE_RED),
		remedy_text(e->msg, NULL, NULL, c->arena), style_off(stderr, STYLE_RED));
}

/* A reader of --json gets a document whatever happens. */
static void answer_error(struct cmd *c, const struct err *e)
{
	cJSON *answer, *error;

	if (!c->json || c->answered)
		return;
	answer = answer_begin();
	error = json_add_object(answer, "error");
	json_add_str(error, "kind", errk_name(e->kind));
	json_add_str(error, "code", e->code);
	json_add_str(error, "message", e->msg);
	json_add_int(answer, "exit", exit_status(e));
	answer_print(answer, c->arena);
}

static enum errk open_session(struct cmd *c, struct err *e)
{
	const struct session_options o = {
		.conf_path = args_text(c->args, "config"),
		.trace_path = args_text(c->args, "trace"),
		.dry_run = args_knows(c->args, "dry-run") && args_flag(c->args, "dry-run"),
	};
	enum errk rc = E_OK;

	if (c->command->needs)
		rc = session_open(&c->session, &o, e);
	if (rc == E_OK && c->command->needs & NEED_STATE)
		rc = session_open_state(&c->session, e);
	if (rc == E_OK && c->command->needs & NEED_WIRE)
		rc = session_open_wire(&c->session, e);
	return rc;
}

static enum errk check_operands(const struct command *k, const struct args *a, struct err *e)
{
	const char *name = command_name(k, a->arena);

	if (a->n_operands < k->min_operands)
		return usage_error(e, "%s needs %s", name, k->operands);
	if (a->n_operands > k->max_operands)
		return usage_error(e, "%s: unexpected argument '%s'", name,
				   a->operands[k->max_operands]);
	return E_OK;
}

static void print_help(const char *noun, const struct command *k, struct arena *a)
{
	struct str text = {0};

	str_init(&text, 0);
	if (k)
		help_command(&text, k, a);
	else if (noun)
		help_noun(&text, noun, a);
	else
		help_overview(&text, a);
	fputs(text.buf, stdout);
	str_release(&text);
}

/* Help and version need no command to be complete: true if one of them was asked for. */
static bool asked_for_help(const struct args *a, const char *noun, const struct command *k)
{
	if (args_flag(a, "help"))
		print_help(noun, k, a->arena);
	else if (args_flag(a, "version"))
		puts("erpsync " ERPSYNC_VERSION);
	else
		return false;
	return true;
}

/* Global options, the noun, more of them, and the verb if the noun has any; NULL if missing. */
static enum errk read_words(struct args *a, const char **noun, const char **verb, struct err *e)
{
	enum errk rc = args_read(a, false, e);

	*noun = *verb = NULL;
	if (rc != E_OK)
		return rc;
	*noun = args_word(a);
	if (!*noun || !noun_has_verbs(*noun))
		return E_OK;
	rc = args_read(a, false, e);
	if (rc == E_OK)
		*verb = args_word(a);
	return rc;
}

/* *found = false when help was shown instead. */
static enum errk read_line(struct args *a, struct command *k, bool *found, struct err *e)
{
	const char *noun, *verb;
	bool complete;
	enum errk rc;

	*found = false;
	a->tables[0] = global_options;
	rc = read_words(a, &noun, &verb, e);
	if (rc != E_OK)
		return rc;
	complete = noun && (verb || !noun_has_verbs(noun));
	if (complete) {
		rc = command_find(noun, verb, k, e);
		if (rc != E_OK)
			return rc;
		a->tables[1] = k->options;
		rc = args_read(a, true, e);
		if (rc != E_OK)
			return rc;
	}
	if (asked_for_help(a, noun, complete ? k : NULL))
		return E_OK;
	if (!noun)
		return usage_error(e, "say what to do; 'erpsync help' lists the commands");
	*found = complete;
	return complete ? check_operands(k, a, e) : command_find(noun, verb, k, e);
}

/* A run of cron's that never ends would keep out all that come after it. */
static void limit_unwatched(const struct cmd *c)
{
	if (!out_is_tty(stderr) && !out_is_tty(stdout))
		stop_set_deadline_ms(conf_int(c->session.conf, "run", "max_runtime"));
}

/* What a person must say to have this configuration read, wherever that is said; NULL: nothing. */
static const char *named_conf(const struct args *a)
{
	const char *conf = args_text(a, "config");

	conf = conf ? conf : getenv("ERPSYNC_CONF");
	return conf && *conf ? path_absolute(a->arena, conf) : NULL;
}

/* As remedy_options() takes it. */
static const char *named_flow(const struct command *k, const struct args *a)
{
	const char *to = args_knows(a, "to") ? args_text(a, "to") : NULL;
	const char *flow = args_knows(a, "flow") ? args_text(a, "flow") : NULL;
	const struct flow *f = k->flow   ? k->flow
			       : k->verb ? flow_of_noun(k->verb) /* adopt */
					 : NULL;
	size_t system = to ? strcspn(to, ":") : 0;

	/* As the state file keeps it: the same place, whatever folder it is named from. */
	if (f && to && to[system])
		return arena_printf(a->arena, "%s > %.*s:%s", f->name, (int)system, to,
				    path_absolute(a->arena, to + system + 1));
	return flow || !k->flow || !remedy_names_flow(k->flow->name) ? flow : k->flow->name;
}

static enum errk run(struct cmd *c, struct args *a, struct command *k, struct err *e)
{
	bool found, given;
	enum errk rc = read_line(a, k, &found, e);

	c->verbose = args_flag(a, "verbose");
	c->json = args_knows(a, "json") && args_flag(a, "json");
	if (rc != E_OK || !found)
		return rc;
	remedy_options(named_conf(a), named_flow(k, a));
	/* Only what talks to others can be asked to end in order; the rest just ends. */
	if (k->needs & NEED_WIRE)
		stop_install();
	given = args_knows(a, "max-runtime") && args_text(a, "max-runtime");
	if (given)
		stop_set_deadline_ms(args_number(a, "max-runtime"));
	rc = open_session(c, e);
	if (rc == E_OK && k->needs & NEED_WIRE && !given)
		limit_unwatched(c);
	if (rc == E_OK)
		rc = k->run(c, e);
	return rc;
}

/* Whoever closed a pipe early wanted no more of it: that is no failure. */
static bool reader_left(void)
{
	struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};

	return poll(&out, 1, 0) == 1 && out.revents & POLLERR;
}

/* The answer was lost if standard output failed, now or at an earlier write. */
static int close_stdout(int status)
{
	errno = 0;
	if (fflush(stdout) == 0 && !ferror(stdout))
		return status;
	if (errno == EPIPE || reader_left())
		return status;
	fprintf(stderr, "erpsync: standard output can't be written%s%s\n", errno ? ": " : "",
		errno ? strerror(errno) : "");
	return status ? status : err_exit_status(E_LOCAL);
}

int main(int argc, char **argv)
{
	struct args args = {0};
	struct command command = {0};
	struct cmd c = {.command = &command, .args = &args};
	struct err e = {0};
	int status = 0;

	hold_standard_descriptors();
	umask(0077);
	signal(SIGPIPE, on_closed_pipe);
	setlocale(LC_CTYPE, "");
	command_table(commands_at);
	c.arena = args.arena = arena_new();
	args.words = (const char *const *)argv + 1;
	args.n = argc > 0 ? (size_t)argc - 1 : 0;

	if (run(&c, &args, &command, &e) != E_OK) {
		answer_error(&c, &e);
		complain(&c, &e);
		/*
		 * A run that ended early may have parked records all the same: see
		 * sync_exit_status.
		 */
		status = c.status ? c.status : exit_status(&e);
	} else {
		status = c.status;
	}
	session_release(&c.session);
	status = close_stdout(status);
	arena_free(c.arena);
	return status;
}
