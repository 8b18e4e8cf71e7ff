#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "state/checkpoint.h"
#include "state/link.h"
#include "state/connector_state.h"
#include "sync/sync_priv.h"

#include "base/banned.h"

/*
 * What the state file remembers was delivered to one system, and read from one. Another one that answers in its place has
 * none of it, or calls other things by the same ids; taking it for the first would leave out all that was
 * delivered there. So each flow notes who its two ends are, and does nothing with another.
 */

/* So that `state moved` forgets them all. */
#define SEALS "keep identity "

static const char *seal_key(const char *key, enum side side, struct arena *a)
{
	return arena_printf(a, SEALS "%s of %s;", side_section(side), key);
}

/* In what was written to Odoo, whichever flow reads it. */
static const char name_key[] = "keep name of the shop;";

static bool differs(const char *was, const char *is)
{
	return was && is && strcmp(was, is) != 0;
}

/* What of the memory would be wrong of another system. */
static enum errk remembers(struct state *s, const char *key, const struct flow *f, enum side side,
			   struct arena *a, bool *any, struct err *e)
{
	struct queue_counts counts = {0};
	const char *cursor = NULL;
	int64_t links, moved;
	enum errk rc = link_count(s, key, &links, e);

	if (rc == E_OK && side == f->to)
		rc = queue_count(s, key, clock_now(), &counts, e);
	if (rc == E_OK && side == f->from)
		rc = checkpoint_get(s, key, a, &cursor, &moved, e);
	*any = rc == E_OK && (links || counts.sending || cursor);
	return rc;
}

static enum errk judge_name(struct state *s, const struct identity *id, struct arena *a,
			    struct err *why, struct err *e)
{
	const char *was;
	int64_t at, links = 0;
	enum errk rc = id->shop ? connector_state_get(s, name_key, a, &was, &at, e) : E_OK;

	if (rc != E_OK || !id->shop || !differs(was, id->shop))
		return rc;
	rc = link_count(s, flow_of_kind(KIND_ORDER)->name, &links, e);
	if (rc == E_OK && links)
		err_set(why, E_LOCAL, "shop_renamed",
			"what was delivered has the name '%s' of the shop in its external ids, and would "
			"be looked for by '%s' now, which finds nothing; set %s = %s",
			was, id->shop, id->shop_key, was);
	return rc;
}

static const char *title_of(const char *name, enum side side)
{
	const struct connector_type *t = connector_find(name, side);

	return t ? t->title : name;
}

static void refuse(struct state *s, const struct flow *f, enum side side, const struct connector *c,
		   const struct identity *id, const cJSON *was, struct arena *a, struct err *why)
{
	const char *section = side_section(side), *state = session_plain_path(state_path(s), a);
	const char *type = json_str(was, "connector"), *place = json_str(was, "place"), *what;
	const char *did = side == f->to ? "delivered to" : "read from";
	bool other_type = differs(type, c->type->name);

	if (other_type)
		what = arena_printf(a, "[%s] is %s now, and state file %s remembers what was %s %s",
				    section, c->type->title, state, did, title_of(type, side));
	else if (differs(place, id->place))
		what = arena_printf(a, "[%s] is %s now, and state file %s remembers what was %s %s",
				    section, id->place, state, did, place);
	else
		what = arena_printf(a,
				    "[%s], %s, is not the one that state file %s remembers: it has "
				    "%s, and that one had %s",
				    section, id->place, state, id->mark, json_str(was, "mark"));
	err_set(why, E_LOCAL, side == SIDE_STORE ? "other_store" : "other_erp",
		"%s; so nothing is read or written: what is known of one is not true of another. If it is "
		"another one, give it a state file of its own ([state] path), and before the first run "
		"link the orders that the ERP has already: erpsync adopt orders --dry-run, then the "
		"same without --dry-run%s",
		what,
		other_type ? ""
			   : ". If it is the same one at another address: erpsync state moved");
}

/* Of the one that is there now; what was not asked this time stays as it was. */
static enum errk save(struct state *s, const char *key, enum side side, const struct connector *c,
		      const struct identity *id, const char *mark, struct arena *a, struct err *e)
{
	CLEANUP(json) cJSON *doc = json_object();
	enum errk rc;

	json_add_str(doc, "connector", c->type->name);
	json_add_str(doc, "place", id->place);
	json_add_str(doc, "mark", mark);
	rc = connector_state_set(s, seal_key(key, side, a), json_text(doc, a), clock_now(), e);
	return rc == E_OK && id->shop ? connector_state_set(s, name_key, id->shop, clock_now(), e)
				      : rc;
}

static enum errk judge(struct state *s, const char *key, const struct flow *f, enum side side,
		       struct connector *c, bool ask, bool keep, struct arena *a, struct err *why,
		       struct err *e)
{
	CLEANUP(json) cJSON *was = NULL;
	struct identity id = {0};
	const char *text = NULL, *mark;
	int64_t at;
	bool other, any = false;
	enum errk rc = c->type->identify ? c->type->identify(c, ask, a, &id, e) : E_OK;

	*why = (struct err){.kind = E_OK};
	if (rc == E_OK)
		rc = connector_state_get(s, seal_key(key, side, a), a, &text, &at, e);
	if (rc != E_OK)
		return rc;
	if (text && json_parse(text, strlen(text), &was, e) != E_OK)
		return err_wrap(e, "who %s is", side_section(side));
	other = differs(json_str(was, "connector"), c->type->name) ||
		differs(json_str(was, "place"), id.place) ||
		differs(json_str(was, "mark"), id.mark);
	if (other)
		rc = remembers(s, key, f, side, a, &any, e);
	if (rc == E_OK && any)
		refuse(s, f, side, c, &id, was, a, why);
	else if (rc == E_OK)
		rc = judge_name(s, &id, a, why, e);
	if (rc != E_OK || why->kind != E_OK || !keep)
		return rc;
	mark = id.mark || other ? id.mark : json_str(was, "mark");
	if (was && !other && str_equal(mark, json_str(was, "mark")))
		return E_OK;
	return save(s, key, side, c, &id, mark, a, e);
}

enum errk sync_find_other(struct state *s, const struct flow *f, enum side side,
			  struct connector *c, struct arena *a, struct err *why, struct err *e)
{
	return judge(s, f->name, f, side, c, true, false, a, why, e);
}

static enum errk know(struct sync *r, enum side side, bool ask, struct err *e)
{
	CLEANUP(arena) struct arena *a = arena_new();
	struct connector *c = side == r->flow->to ? r->target : r->source;
	struct err why;
	enum errk rc;

	if (r->known[side])
		return E_OK;
	rc = judge(r->state, r->key, r->flow, side, c, ask, true, a, &why, e);
	if (rc == E_OK && why.kind != E_OK) {
		*e = why;
		return why.kind;
	}
	r->known[side] = rc == E_OK && ask;
	return rc;
}

enum errk sync_know_ends(struct sync *r, struct err *e)
{
	enum errk rc = know(r, r->flow->from, false, e);

	if (rc == E_OK)
		rc = know(r, r->flow->to, false, e);
	/* Else one that has nothing any more would be believed to have it all. */
	return rc == E_OK && r->options->full ? know(r, r->flow->to, true, e) : rc;
}

enum errk sync_know_target(struct sync *r, struct err *e)
{
	return know(r, r->flow->to, true, e);
}

enum errk sync_know_source(struct sync *r, struct err *e)
{
	return know(r, r->flow->from, true, e);
}

enum errk sync_moved(struct state *s, struct err *e)
{
	return connector_state_drop(s, SEALS, e);
}
