#include "cmd.h"

#include <stdio.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/shell_word.h"
#include "base/str.h"
#include "document.h"
#include "entry.h"
#include "remedy.h"
#include "state/journal.h"
#include "state/link.h"
#include "sync/sync.h"
#include "who.h"

#include "base/banned.h"

/*
 * One record as the state file knows it. Either printed as text while it is read, or
 * collected in `answer`.
 */
struct story {
	struct cmd *cmd;
	const char *who;
	bool personal;
	int64_t now;
	cJSON *answer; /* NULL: text */
	cJSON *entries;
	const char *flow, *document; /* of the newest entry that still has its payload */
	size_t n_entries;
};

static void title(const char *text)
{
	printf("\n%s%s%s\n", style_on(stdout, STYLE_BOLD), text, style_off(stdout, STYLE_BOLD));
}

static enum errk read_entry(const struct queue_row *row, void *ctx, struct err *e)
{
	struct story *s = ctx;
	CLEANUP(arena) struct arena *a = arena_new();

	(void)e;
	s->n_entries++;
	if (row->payload) {
		s->flow = arena_strdup(s->cmd->arena, row->flow);
		s->document = arena_strdup(s->cmd->arena, row->payload);
	}
	if (s->answer) {
		json_push(s->entries, entry_json(row));
		return E_OK;
	}
	title("In the queue");
	entry_print(row, s->now, a);
	return E_OK;
}

static enum errk tell_queue(struct story *s, struct err *e)
{
	struct queue_filter filter = {
		.who = s->who,
		.states = 1 << QUEUE_READY | 1 << QUEUE_SENDING | 1 << QUEUE_PARKED |
			  1 << QUEUE_DONE,
	};
	enum errk rc;

	if (s->answer)
		s->entries = json_add_array(s->answer, "queue");
	rc = queue_each(s->cmd->session.state, &filter, true, read_entry, s, e);
	if (rc == E_OK && !s->answer && s->n_entries == 0) {
		title("In the queue");
		puts("  nothing: it is not waiting for delivery");
	}
	return rc;
}

static void tell_link(const struct story *s, const struct link *l, struct arena *a)
{
	printf("  %s: ", clean_text(l->flow, a));
	if (l->delivered_at)
		printf("%s%sfirst delivered %s\n", clean_text(target_text(&l->target, a), a),
		       target_is(&l->target) ? ", " : "", when_text(l->delivered_at, s->now, a));
	else
		puts("never delivered");
	if (l->delivered_at && l->changed_at != l->delivered_at)
		printf("    last change %s\n", when_text(l->changed_at, s->now, a));
	if (l->dropped)
		printf("    version %s was dropped by a person; %s\n", entry_version(l->dropped, a),
		       l->for_good ? "a newer one does not come back, unless --only names it"
				   : "a newer one will be delivered");
	if (l->acknowledged)
		printf("    the target's answer: %s\n",
		       remedy_text(l->acknowledged, l->flow, l->label, a));
}

static enum errk tell_links(struct story *s, struct err *e)
{
	struct arena *a = s->cmd->arena;
	cJSON *list = s->answer ? json_add_array(s->answer, "delivered") : NULL;
	struct link *links;
	size_t n;
	enum errk rc = link_find(s->cmd->session.state, NULL, s->who, a, &links, &n, e);

	if (rc != E_OK)
		return rc;
	if (!list)
		title("On the other side");
	for (size_t i = 0; i < n; i++) {
		cJSON *o;

		if (!list) {
			tell_link(s, &links[i], a);
			continue;
		}
		o = json_object();
		json_push(list, o);
		json_add_str(o, "flow", links[i].flow);
		json_add_str(o, "record", links[i].record);
		json_add_str(o, "name", links[i].label);
		json_add_str(o, "target", target_text(&links[i].target, a));
		json_add_str(o, "version", links[i].version);
		json_add_str(o, "dropped_version", links[i].dropped);
		json_add_time(o, "delivered_at", links[i].delivered_at);
		json_add_time(o, "changed_at", links[i].changed_at);
		json_add_str(o, "answer", links[i].acknowledged);
	}
	if (!list && n == 0)
		puts("  nothing was delivered yet");
	return E_OK;
}

static void tell_line(const struct journal_line *l, struct arena *a)
{
	char at[CLOCK_TEXT_MAX];

	printf("  %s  %-9s %-10s", clock_text(l->at, at), clean_text(l->action, a),
	       clean_text(l->outcome, a));
	if (l->run)
		printf(" run %lld", (long long)l->run);
	if (l->detail)
		printf("  %s", remedy_text(l->detail, l->flow, l->label, a));
	putchar('\n');
}

static void add_line(cJSON *list, const struct journal_line *l)
{
	cJSON *o = json_object();

	json_push(list, o);
	json_add_time(o, "at", l->at);
	json_add_int(o, "run", l->run);
	json_add_str(o, "flow", l->flow);
	json_add_str(o, "action", l->action);
	json_add_str(o, "outcome", l->outcome);
	json_add_int(o, "requests", l->requests);
	json_add_str(o, "detail", l->detail);
}

static enum errk tell_history(struct story *s, struct err *e)
{
	struct arena *a = s->cmd->arena;
	cJSON *list = s->answer ? json_add_array(s->answer, "history") : NULL;
	struct journal_line *lines;
	size_t n;
	enum errk rc = journal_find(s->cmd->session.state, s->who, a, &lines, &n, e);

	if (rc != E_OK)
		return rc;
	if (s->answer)
		json_add_time(s->answer, "first_seen", n ? lines[0].at : 0);
	else
		title("What happened");
	if (!s->answer && n)
		printf("  first seen %s\n", when_text(lines[0].at, s->now, a));
	for (size_t i = 0; i < n; i++)
		if (list)
			add_line(list, &lines[i]);
		else
			tell_line(&lines[i], a);
	return E_OK;
}

static void tell_document(const struct story *s, const char *key, const char *heading,
			  const char *doc)
{
	if (s->answer) {
		json_add(s->answer, key, cJSON_Parse(doc));
		return;
	}
	title(s->personal
		      ? heading
		      : arena_printf(s->cmd->arena,
				     "%s (personal data masked; --personal shows it)", heading));
	print_json(stdout, doc, "  ");
}

/* A mapping that fails is part of the story, not the end of it. */
static enum errk tell_mapping(const struct story *s, const char *system, const char *kind,
			      struct err *e)
{
	struct arena *a = s->cmd->arena;
	const char *mapped = NULL;
	struct err why = {0};
	enum errk rc = document_mapped(&s->cmd->session, system, kind, s->document, s->personal, a,
				       &mapped, &why);

	(void)e;
	if (rc == E_OK) {
		tell_document(s, "mapped", "What the mapping makes of it now", mapped);
		return E_OK;
	}
	if (s->answer) {
		cJSON *o = json_add_object(s->answer, "mapping_error");

		json_add_str(o, "code", why.code);
		json_add_str(o, "message", why.msg);
		return E_OK;
	}
	title("What the mapping makes of it now");
	printf("  %s%s: %s%s\n", style_on(stdout, STYLE_RED), why.code,
	       remedy_text(why.msg, s->flow, NULL, a), style_off(stdout, STYLE_RED));
	return E_OK;
}

static enum errk tell_payload(const struct story *s, struct err *e)
{
	struct arena *a = s->cmd->arena;
	const char *system, *shown;
	const struct flow *f = s->flow ? flow_of_name(s->flow, a, &system) : NULL;
	enum errk rc;

	if (!f)
		return E_OK;
	rc = document_shown(record_kind_name(f->kind), s->document, s->personal, a, &shown, e);
	if (rc != E_OK)
		return rc;
	tell_document(s, "document", "The document as it was read", shown);
	return tell_mapping(s, system, record_kind_name(f->kind), e);
}

static void tell_unknown(const struct story *s)
{
	const char *who = clean_text(s->who, s->cmd->arena);

	if (s->answer)
		return;
	printf("Nothing is known of %s: no run has seen it, it is younger than a minute (the next run "
	       "takes it), or it was left out (a test order, one older than [orders] since, or with fulfilled = skip one that was shipped). Without --dry-run the first of these takes it over all the "
	       "same:\n",
	       who);
	for (const struct flow *f = flows; f->noun; f++)
		if (flow_is_set_up(f, s->cmd->session.conf))
			printf("  %-54s says whether it would go over\n",
			       remedy_text(arena_printf(s->cmd->arena,
							"erpsync %s %s --dry-run --only %s",
							f->noun, f->verb,
							shell_word(who, s->cmd->arena)),
					   NULL, NULL, s->cmd->arena));
	printf("  %-54s tells how far the last run read, and when\n",
	       remedy_text("erpsync status", NULL, NULL, s->cmd->arena));
}

static enum errk tell(struct story *s, struct err *e)
{
	enum errk rc = tell_queue(s, e);

	if (rc == E_OK)
		rc = tell_links(s, e);
	if (rc == E_OK)
		rc = tell_history(s, e);
	if (rc == E_OK)
		rc = tell_payload(s, e);
	return rc;
}

enum errk cmd_explain(struct cmd *c, struct err *e)
{
	CLEANUP(json) cJSON *answer = c->json ? answer_begin() : NULL;
	struct story s = {.cmd = c,
			  .personal = args_flag(c->args, "personal"),
			  .now = clock_now(),
			  .answer = answer};
	bool known;
	enum errk rc = who_find(c->session.state, c->args->operands[0], c->arena, &s.who, &known,
				e);

	if (rc != E_OK)
		return rc;
	if (answer) {
		json_add_str(answer, "who", s.who);
		json_add_bool(answer, "known", known);
	} else if (known) {
		printf("%s%s%s\n", style_on(stdout, STYLE_BOLD), clean_text(s.who, c->arena),
		       style_off(stdout, STYLE_BOLD));
	}
	if (known)
		rc = tell(&s, e);
	else
		tell_unknown(&s);
	c->status = known ? 0 : err_exit_status(E_RECORD);
	if (rc == E_OK && answer)
		answer_print(TAKE(answer), c->arena);
	return rc;
}
