#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/file_blame.h"
#include "base/json.h"
#include "base/key_index.h"
#include "base/list.h"
#include "base/str.h"
#include "map/stray.h"
#include "model/order_goods.h"
#include "state/checkpoint.h"
#include "sync/choice.h"
#include "sync/demand.h"
#include "sync/sync_priv.h"

/* Counts what is bad on the way to the caller's sink. */
struct counting_sink {
	const struct check_sink *to;
	int bad;
	struct arena *a;
	const char *currency; /* of the end that told it first; NULL = none has */
	/* Documents of the end that is being looked at. */
	struct session *session;
	struct mapper *mapper;
	struct arena *scratch;
	int mapped;
	int arrived,
		shipped; /* orders that a run would take up, and those that the store has shipped of */
	struct pull_request asking; /* see check_sink */
	unsigned loads;             /* kinds whose mapping was seen to load, as bits */
	struct trial {
		const char *id, *label;
		int fault; /* index, -1 = none */
	} * trial;
	size_t n_trials, cap_trials;
	struct key_index trials; /* by id */
	struct fault {
		const char *code, *msg;
	} fault[20];
	int n_faults;
};

/* Documents that are tried: enough to meet the names of a shop, few enough to wait for. */
enum { DOCUMENTS_MAX = 10000 };

static void say(void *ctx, enum check_result result, const char *what, const char *remedy)
{
	struct counting_sink *s = ctx;
	s->bad += result == CHECK_BAD;
	s->to->say(s->to->ctx, result, what, remedy);
}

static void compare_currencies(void *ctx, const char *code, const char *remedy)
{
	struct counting_sink *s = ctx;
	if (!s->currency)
		s->currency = arena_strdup(s->a, code);
	else if (!str_equal(s->currency, code))
		say(s, CHECK_BAD,
		    arena_printf(s->a,
				 "prices of products are in %s at one end and in %s at the other; "
				 "nothing is converted, each product would be parked",
				 s->currency, code),
		    remedy);
}

static const struct pull_request *asking(void *ctx, enum record_kind kind)
{
	struct counting_sink *s = ctx;
	struct sync *r = arena_alloc(s->a, sizeof(*r));
	r->flow = flow_of_kind(kind);
	r->key = r->flow->name;
	r->state = s->session->state;
	s->asking = sync_asking(r);
	return &s->asking;
}

static const char *trial_id(const void *ctx, size_t i)
{
	const struct counting_sink *s = ctx;
	return s->trial[i].id;
}

/* A document is in several exports: as the last one has it, it is judged. */
static struct trial *trial_of(struct counting_sink *s, const struct record *rec)
{
	key_index_room(&s->trials, s->n_trials);
	uint32_t *slot = key_index_slot(&s->trials, rec->id);
	if (!*slot) {
		*LIST_ADD(s->trial, s->n_trials, s->cap_trials,
			  s->a) = (struct trial){.id = arena_strdup(s->a, rec->id),
						 .label = arena_strdup(s->a, rec->label)};
		*slot = (uint32_t)s->n_trials;
	}
	return &s->trial[*slot - 1];
}

/* What no table answers is told for each name; of the rest one of each code. */
static int fault_of(struct counting_sink *s, const struct err *why)
{
	bool by_msg = str_starts(why->code, "unmapped_");
	int i = 0;
	while (i < s->n_faults && !str_equal(by_msg ? s->fault[i].msg : s->fault[i].code,
					     by_msg ? why->msg : why->code))
		i++;
	if (i == sizeof(s->fault) / sizeof(s->fault[0]))
		return -1;
	if (i == s->n_faults)
		s->fault[s->n_faults++] = (struct fault){arena_strdup(s->a, why->code),
							 arena_strdup(s->a, why->msg)};
	return i;
}

/* From before the time that the configuration begins at. */
static bool is_before_since(const struct session *s, const struct flow *f, const struct record *rec)
{
	CLEANUP(json) cJSON *doc = NULL;
	int64_t since = f->chosen_by ? conf_int(s->conf, f->chosen_by, "since") : 0, at;
	return since && json_parse(rec->doc, rec->doc_len, &doc, NULL) == E_OK &&
	       clock_parse(json_str(doc, "created_at"), &at, NULL) == E_OK && at < since;
}

bool sync_is_over(const struct session *s, const struct flow *f, const struct record *rec)
{
	bool known = false, waits = false;
	struct err ignored;
	return queue_knows(s->state, f->name, rec->id, rec->version, &known, &waits, &ignored) ==
		       E_OK &&
	       !waits && (known || is_before_since(s, f, rec));
}

/* What a run writes of it, but for one place, and parks. */
static enum errk find_problem(const char *doc, struct err *why)
{
	CLEANUP(json) cJSON *parsed = NULL;
	if (json_parse(doc, strlen(doc), &parsed, NULL) != E_OK)
		return E_OK;
	JSON_EACH (entry, json_at(parsed, "quantities")) {
		const char *text = json_str(entry, "problem.text");
		const char *code = json_str(entry, "problem.code");
		if (text && code)
			return err_set(why, E_RECORD, code, "%s", text);
	}
	return E_OK;
}

static void count_shipped(struct counting_sink *s, const struct flow *f, const struct record *rec)
{
	CLEANUP(json) cJSON *doc = NULL;
	if (!f->arrives || json_parse(rec->doc, rec->doc_len, &doc, NULL) != E_OK)
		return;
	s->arrived++;
	s->shipped += order_goods(doc) != ORDER_GOODS_OPEN;
}

static void say_shipped(struct counting_sink *s)
{
	const struct flow *f = flow_of_kind(KIND_ORDER);
	if (s->shipped)
		say(s, CHECK_OK,
		    arena_printf(
			    s->a,
			    "of %d orders that were looked at, and are not in the ERP, the store has shipped %d "
			    "already, wholly or in part: [%s] fulfilled = %s",
			    s->arrived, s->shipped, f->section,
			    conf_text(s->session->conf, f->section, "fulfilled")),
		    NULL);
	s->arrived = s->shipped = 0;
}

static bool try_document(void *ctx, const struct record *rec, enum record_kind kind)
{
	struct counting_sink *s = ctx;
	const struct flow *f = flow_of_kind(kind);
	const char *target = conf_text(s->session->conf, side_section(f->to), "connector"), *doc;
	struct err why;
	enum errk rc = E_OK;
	if (!s->mapper && target)
		rc = session_mapper(s->session, target, &s->mapper, &why);
	if (target && rc == E_OK && !(s->loads & 1u << kind))
		rc = map_check(s->mapper, record_kind_name(kind), &why);
	/* What does not load was told with the mappings. */
	if (!target || rc != E_OK || s->mapped >= DOCUMENTS_MAX)
		return false;
	s->loads |= 1u << kind;
	struct trial *t = trial_of(s, rec);
	t->fault = -1;
	if (sync_is_over(s->session, f, rec))
		return true;
	s->mapped++;
	count_shipped(s, f, rec);
	arena_reset(s->scratch);
	rc = map_run(s->mapper, record_kind_name(kind), rec->doc, rec->doc_len, s->scratch, &doc,
		     &why);
	if (rc == E_OK && kind == KIND_STOCK)
		rc = find_problem(doc, &why);
	if (rc != E_OK)
		foreign_mapping(kind, rec->doc, s->scratch, &why);
	if (rc == E_RECORD)
		t->fault = fault_of(s, &why);
	/* It loads, and gives what ends a run: nothing, two documents, none that is one. */
	if (rc == E_LOCAL)
		say(s, CHECK_BAD, arena_printf(s->a, "the mapping of %s: %s", rec->label, why.msg),
		    NULL);
	return rc == E_OK || rc == E_RECORD;
}

static void say_faults(struct counting_sink *s)
{
	for (int k = 0; k < s->n_faults; k++) {
		const char *first = NULL;
		int n = 0;
		for (size_t i = 0; i < s->n_trials; i++)
			if (s->trial[i].fault == k) {
				first = first ? first : s->trial[i].label;
				n++;
			}
		if (first)
			say(s, CHECK_WARN,
			    arena_printf(s->a, "%d would be parked, the first is %s: %s", n, first,
					 s->fault[k].msg),
			    NULL);
	}
	s->n_faults = 0;
	s->n_trials = 0;
	key_index_release(&s->trials);
	s->trials = (struct key_index){.key = trial_id, .ctx = s};
	mapper_free(s->mapper);
	s->mapper = NULL;
	s->loads = 0;
}

/* Names that the mapping's tables give, looked up at the end that must know them. */
static enum errk check_answers(struct session *s, struct connector *c, unsigned put,
			       const struct check_sink *sink, struct err *e)
{
	const struct answer_column *column = c->type->examination.answer_columns;
	CLEANUP(mapper) struct mapper *m = NULL;
	struct err why;
	enum errk rc = column ? session_mapper(s, c->type->name, &m, &why) : E_OK;
	for (int k = 0; k < KIND_COUNT_ && m && rc == E_OK; k++)
		if (put & (1u << k))
			rc = map_check(m, record_kind_name((enum record_kind)k), &why);
	/* What does not load was told with the mappings. */
	if (rc != E_OK || !m)
		return E_OK;
	for (; column->table && rc == E_OK; column++) {
		const char **answer;
		size_t n;
		map_answers(m, column->table, column->column, s->arena, &answer, &n);
		for (size_t i = 0; i < n && rc == E_OK; i++)
			rc = c->type->examination.check_answer(c, column, answer[i], sink, e);
	}
	return rc;
}

/* Names that documents of this source carry, of which the mapping's tables must know. */
static enum errk check_names(struct session *s, struct connector *c, const struct flow *f,
			     const struct name_table *keys, const struct check_sink *sink,
			     struct err *e)
{
	const char *table = keys->table;
	const char *target = conf_text(s->conf, side_section(f->to), "connector");
	CLEANUP(mapper) struct mapper *m = NULL;
	const char *const *name;
	size_t n;
	struct err why;
	/* What does not load was told with the mappings. */
	enum errk rc = session_mapper(s, target, &m, &why);
	if (rc == E_OK)
		rc = map_check(m, record_kind_name(f->kind), &why);
	if (rc != E_OK)
		return E_OK;
	rc = c->type->examination.names(c, keys, s->arena, &name, &n, &why);
	if (rc != E_OK && rc != E_LOCAL) {
		sink->say(sink->ctx, CHECK_BAD, why.msg, NULL);
		return E_OK;
	}
	for (size_t i = 0; i < n && rc == E_OK; i++) {
		const char *answer = NULL;
		rc = map_answer(m, table, keys->column, name[i], s->arena, &answer, &why);
		if (rc == E_OK && !answer)
			sink->say(
				sink->ctx, keys->optional ? CHECK_WARN : CHECK_BAD,
				arena_printf(s->arena, "tables/%s.csv has no row for '%s' of %s",
					     table, name[i], c->type->title),
				keys->optional
					? "the name goes over as it is; add a row if it is another "
					  "one on the other side"
					: "add one, with - as the answer if it is to be left out; "
					  "what names it is parked until then");
		else if (rc == E_OK)
			sink->say(sink->ctx, CHECK_OK,
				  arena_printf(s->arena,
					       "tables/%s.csv answers '%s' for '%s' of %s", table,
					       answer, name[i], c->type->title),
				  NULL);
	}
	if (rc != E_OK)
		*e = why;
	return rc;
}

/* Would a run be refused, because the state file is not the one of what was written? */
static enum errk check_history(struct session *s, struct connector *c, enum side side,
			       struct counting_sink *sink, struct err *e)
{
	enum errk rc = E_OK;
	for (const struct flow *f = flows; f->noun && rc == E_OK; f++) {
		struct behind b = {0};
		if (f->to == side && flow_is_set_up(f, s->conf))
			rc = sync_find_behind(s->state, f->name, f, c, s->arena, &b, e);
		if (rc == E_OK && b.is)
			say(sink, CHECK_BAD, b.why.msg, NULL);
	}
	return rc;
}

struct answers {
	struct session *s;
	const struct flow *f;
	struct counting_sink *sink;
};

/* All stay where they are, those too that a run will read. */
static enum errk say_unknown(void *ctx, const struct acknowledgement *said, struct err *e)
{
	struct answers *x = ctx;
	enum delivered_known known;
	enum errk rc = delivered_known(x->s->state, x->f->name, said->document, &known, e);
	if (rc == E_OK && known != DELIVERED_KNOWN)
		say(x->sink, CHECK_WARN,
		    arena_printf(x->s->arena, "%s: %s", said->document, sync_unknown_answer),
		    sync_unknown_answer_remedy);
	return rc == E_OK ? err_set(e, E_RECORD, "only_looked", "%s: not read", said->document)
			  : rc;
}

/* Answers that no run will read, and what would end a run that reads them. */
static void check_acknowledgements(struct session *s, struct connector *c, enum side side,
				   struct counting_sink *sink)
{
	for (const struct flow *f = flows; f->noun; f++) {
		const struct sink *to = c->type->sink[side][f->kind];
		struct answers x = {s, f, sink};
		struct err why;
		if (f->to == side && flow_is_set_up(f, s->conf) && to && to->acknowledgements &&
		    to->acknowledgements(c, s->arena, say_unknown, &x, &why) != E_OK)
			say(sink, CHECK_BAD, why.msg, NULL);
	}
}

/* Would a run be refused, because another system answers than the state file knows? */
static enum errk check_identity(struct session *s, struct connector *c, enum side side,
				struct counting_sink *sink, struct err *e)
{
	const char *told = NULL;
	enum errk rc = E_OK;
	for (const struct flow *f = flows; f->noun && rc == E_OK; f++) {
		struct err why = {.kind = E_OK};
		if (flow_is_set_up(f, s->conf))
			rc = sync_find_other(s->state, f, side, c, s->arena, &why, e);
		if (rc != E_OK || why.kind == E_OK || str_equal(told, why.code))
			continue;
		told = arena_strdup(s->arena, why.code);
		say(sink, CHECK_BAD, why.msg, NULL);
	}
	/* That it does not answer was said. */
	return rc == E_BUSY || rc == E_REFUSED ? E_OK : rc;
}

static void say_lacks(struct session *s, const struct connector_type *t, enum side side,
		      struct counting_sink *sink)
{
	for (const struct flow *f = flows; f->noun; f++) {
		const struct source *from = t->source[side][f->kind];
		if (f->from != side || !from || !flow_is_set_up(f, s->conf))
			continue;
		for (const char *const *lack = from->lacks; lack && *lack; lack++)
			say(sink, CHECK_WARN, *lack, NULL);
	}
}

static enum errk check_end(struct session *s, enum side side, struct counting_sink *sink,
			   struct err *e)
{
	const char *section = side_section(side);
	struct check_sink inner = {say, compare_currencies, try_document, asking, sink};
	struct err why;
	if (!conf_text(s->conf, section, "connector")) {
		say(sink, CHECK_BAD, arena_printf(s->arena, "[%s] connector= is not set", section),
		    "set it in the configuration; erpsync.conf(5) names the choices");
		return E_OK;
	}
	CLEANUP(connector) struct connector *c = NULL;
	unsigned pull = 0, put = 0;
	for (const struct flow *f = flows; f->noun; f++) {
		if (!flow_is_set_up(f, s->conf))
			continue;
		if (f->to == side && flow_check_arrival(f, s->conf, &why) != E_OK)
			say(sink, CHECK_BAD, why.msg, NULL);
		pull |= f->from == side ? 1u << f->kind : 0;
		put |= f->to == side ? 1u << f->kind : 0;
	}
	enum errk rc = session_connector(s, section, NULL, NULL, NULL, &c, &why);
	if (rc != E_OK) {
		bool named = strstr(why.msg, arena_printf(s->arena, "[%s]", section)) != NULL;
		say(sink, CHECK_BAD,
		    named ? why.msg : arena_printf(s->arena, "[%s] %s", section, why.msg), NULL);
		return E_OK;
	}
	say_lacks(s, c->type, side, sink);
	rc = c->type->examination.check(c, pull, put, &inner, e);
	say_faults(sink);
	say_shipped(sink);
	if (rc == E_OK)
		rc = check_identity(s, c, side, sink, e);
	if (rc == E_OK)
		rc = check_history(s, c, side, sink, e);
	if (rc == E_OK)
		check_acknowledgements(s, c, side, sink);
	if (rc == E_OK && put)
		rc = check_answers(s, c, put, &inner, e);
	for (const struct name_table *t = c->type->examination.name_tables;
	     t && t->table && rc == E_OK; t++) {
		const struct flow *f = flow_of_kind(t->kind);
		if (f->from == side && flow_is_set_up(f, s->conf))
			rc = check_names(s, c, f, t, &inner, e);
	}
	return rc;
}

/* Own tables that nothing reads. */
static void check_strays(struct session *s, struct counting_sink *sink)
{
	const char *own = conf_text(s->conf, "mappings", "path");
	struct stray *stray;
	struct err why;
	size_t n;
	if (map_strays(own, session_shipped_mappings(), s->arena, &stray, &n, &why) != E_OK) {
		say(sink, CHECK_WARN, why.msg, NULL);
		return;
	}
	for (size_t i = 0; i < n; i++)
		say(sink, CHECK_WARN,
		    arena_printf(s->arena, "%s is ignored: %s", stray[i].path, stray[i].why),
		    stray[i].near
			    ? arena_printf(s->arena,
					   "did you mean %s? Then run: mkdir -p %s && mv -n %s "
					   "%s",
					   stray[i].near,
					   file_shell_name(path_join(s->arena, own, "tables"),
							   s->arena),
					   file_shell_name(stray[i].path, s->arena),
					   file_shell_name(path_join(s->arena, own, stray[i].near),
							   s->arena))
			    : "take it away, or correct its name");
}

/* Without a row every article would be parked. */
static void check_locations(struct session *s, const struct flow *f, const struct mapper *m,
			    struct counting_sink *sink)
{
	const char **answer;
	size_t n;
	if (f->kind != KIND_STOCK)
		return;
	map_answers(m, "locations", "store_location", s->arena, &answer, &n);
	if (!n)
		say(sink, CHECK_WARN,
		    "tables/locations.csv has no row: no stock can be placed, and all of it would be "
		    "parked",
		    "write one for each warehouse of the ERP" OWN_TABLE);
}

static enum errk check_mappings(struct session *s, struct counting_sink *sink, struct err *e)
{
	const char *told = NULL; /* a table's fault is that of each mapping */
	for (const struct flow *f = flows; f->noun; f++) {
		const char *system = conf_text(s->conf, side_section(f->to), "connector");
		const char *kind = record_kind_name(f->kind);
		CLEANUP(mapper) struct mapper *m = NULL;
		struct err why;
		if (!flow_is_set_up(f, s->conf))
			continue;
		enum errk rc = session_mapper(s, system, &m, &why);
		if (rc == E_OK)
			rc = map_check(m, kind, &why);
		if (rc == E_OK)
			say(sink, CHECK_OK,
			    arena_printf(s->arena, "mapping %s/%s.jq compiles, its tables load",
					 system, kind),
			    NULL);
		if (rc == E_OK)
			check_locations(s, f, m, sink);
		else if (!str_equal(told, why.msg))
			say(sink, CHECK_BAD, told = arena_strdup(s->arena, why.msg), NULL);
	}
	check_strays(s, sink);
	(void)e;
	return E_OK;
}

static enum errk check_since(struct session *s, struct counting_sink *sink, struct err *e)
{
	for (const struct flow *f = flows; f->noun; f++) {
		struct choice_since since;
		char text[CLOCK_TEXT_MAX];
		/* Told once, of the flow whose own they are. */
		if (!f->chosen_by || strcmp(f->chosen_by, f->section) != 0)
			continue;
		enum errk rc = choice_since(s->state, s->conf, f, f->name, s->arena, &since, e);
		if (rc != E_OK)
			return rc;
		const char *ahead = choice_ahead(s->conf, f, &since, s->arena);
		if (ahead)
			say(sink, CHECK_WARN, ahead, NULL);
		if (!conf_is_set(s->conf, f->section, "since"))
			say(sink, CHECK_WARN,
			    arena_printf(
				    s->arena,
				    "[%s] since= is not set: the first run of %s sends every %s "
				    "that the %s shows",
				    f->section, f->name, f->label, side_section(f->from)),
			    "set it to the day from which the ERP has none of them yet");
		else if (!since.day && clock_is_day(conf_text(s->conf, f->section, "since")))
			say(sink, CHECK_OK,
			    arena_printf(
				    s->arena,
				    "[%s] since = %s: %s has read from %s on, and stays with it",
				    f->section, conf_text(s->conf, f->section, "since"), f->name,
				    clock_text(since.at, text)),
			    NULL);
	}
	return E_OK;
}

static void say_notice(void *ctx, const char *text)
{
	say(ctx, CHECK_WARN, text, NULL);
}

/* Would a run of stock be refused, because it is not known what was sold? Before the first run it is no fault yet. */
static enum errk check_orders_read(struct session *s, struct counting_sink *sink, struct err *e)
{
	const struct flow *stock = flow_of_kind(KIND_STOCK), *orders = flow_of_kind(KIND_ORDER);
	struct notices notices = {.a = s->arena, .on = say_notice, .ctx = sink};
	struct mapper *none = NULL;
	struct err why;
	int64_t whole = 0;
	if (!flow_is_set_up(stock, s->conf) || !flow_is_set_up(orders, s->conf))
		return E_OK;
	enum errk rc = checkpoint_whole(s->state, orders->name, &whole, e);
	if (rc != E_OK)
		return rc;
	struct demand *look = demand_new(s->state, s->conf, &none, &notices);
	rc = demand_check(look, &why);
	demand_free(look);
	if (rc == E_LOCAL && str_equal(why.code, "orders_behind")) {
		say(sink, whole ? CHECK_BAD : CHECK_WARN,
		    arena_printf(s->arena, "%s would be refused now: %s", stock->name, why.msg),
		    NULL);
		return E_OK;
	}
	if (rc != E_OK)
		*e = why;
	return rc;
}

/* What is written to the ERP of its orders, and nobody has asked for. */
static void check_left_aside(struct session *s, struct counting_sink *sink)
{
	for (const struct flow *f = flows; f->noun; f++)
		if (f->belongs && flow_is_possible(f, s->conf) && !flow_is_set_up(f, s->conf) &&
		    flow_is_set_up(flow_of_kind(f->owner), s->conf))
			say(sink, CHECK_WARN,
			    arena_printf(
				    s->arena,
				    "the %s is not told the %s of its %s: there is no section [%s]",
				    side_name(f->to), record_kind_plural(f->kind),
				    record_kind_plural(f->owner), f->section),
			    arena_printf(
				    s->arena,
				    "write into the configuration, on two lines: [%s] and wait_for_%s = 7d; then run: erpsync %s",
				    f->section, record_kind_name(f->owner), f->name));
}

enum errk sync_check(struct session *s, const struct check_sink *sink, int *bad, struct err *e)
{
	CLEANUP(arena) struct arena *scratch = arena_new();
	struct counting_sink counting = {.to = sink,
					 .a = s->arena,
					 .session = s,
					 .scratch = scratch,
					 .trials = {.key = trial_id, .ctx = &counting}};
	say(&counting, CHECK_OK,
	    arena_printf(s->arena, "configuration %s is valid", conf_path(s->conf)), NULL);
	say(&counting, CHECK_OK,
	    arena_printf(s->arena, "state file %s opens", state_path(s->state)), NULL);
	check_left_aside(s, &counting);
	enum errk rc = check_since(s, &counting, e);
	if (rc == E_OK)
		rc = check_orders_read(s, &counting, e);
	if (rc == E_OK)
		rc = check_mappings(s, &counting, e);
	if (rc == E_OK)
		rc = check_end(s, SIDE_STORE, &counting, e);
	if (rc == E_OK)
		rc = check_end(s, SIDE_ERP, &counting, e);
	const char *off = sync_clock_off(s->http, s->arena);
	if (off)
		say(&counting, CHECK_WARN, off, SYNC_CLOCK_REMEDY);
	if (rc == E_OK)
		*bad = counting.bad;
	return rc;
}
