#include "entry.h"

#include <stdio.h>

#include "base/json.h"
#include "base/str.h"
#include "remedy.h"

#include "base/banned.h"

const char *entry_state(enum queue_state st)
{
	switch (st) {
	case QUEUE_READY:
		return "waiting";
	case QUEUE_SENDING:
		return "sending";
	case QUEUE_PARKED:
		return "parked";
	case QUEUE_DONE:
		return "done";
	}
	BUG("no such queue state: %d", (int)st);
}

enum style entry_style(enum queue_state st)
{
	return st == QUEUE_PARKED ? STYLE_RED : st == QUEUE_DONE ? STYLE_DIM : STYLE_PLAIN;
}

const char *entry_version(const char *version, struct arena *a)
{
	enum { SHOWN = 24 };
	char text[SHOWN * 4 + 4]; /* UTF-8 */

	str_ellipsis(text, sizeof(text), clean_text(version, a), SHOWN);
	return arena_strdup(a, text);
}

const char *entry_why(const struct queue_row *row, int64_t now, struct arena *a)
{
	const char *text = "";

	if (row->code)
		text = arena_printf(a, "%s: %s", row->code,
				    remedy_text(row->reason, row->flow, row->label, a));
	if (row->state == QUEUE_SENDING && !*text)
		return "under way, or interrupted: the next run looks what became of it";
	if (row->state != QUEUE_READY || row->next_attempt <= now)
		return text;
	return arena_printf(a, "%s%snext try in %s", text, *text ? "; " : "",
			    age_text(now, row->next_attempt, a));
}

cJSON *entry_json(const struct queue_row *row)
{
	cJSON *o = json_object();

	json_add_str(o, "flow", row->flow);
	json_add_str(o, "record", row->record);
	json_add_str(o, "name", row->label);
	json_add_str(o, "version", row->version);
	json_add_str(o, "state", entry_state(row->state));
	json_add_str(o, "origin", row->origin);
	json_add_int(o, "attempts", row->attempts);
	json_add_str(o, "code", row->code);
	json_add_str(o, "reason", row->reason);
	json_add_time(o, "queued_at", row->enqueued_at);
	json_add_time(o, "changed_at", row->changed_at);
	json_add_time(o, "next_attempt", row->state == QUEUE_READY ? row->next_attempt : 0);
	json_add_str(o, "batch", row->batch);
	return o;
}

static void field(const char *name, const char *value)
{
	if (value && *value)
		printf("  %-14s %s\n", name, value);
}

void entry_print(const struct queue_row *row, int64_t now, struct arena *a)
{
	enum style style = entry_style(row->state);

	printf("  %-14s %s%s%s since %s\n", "state", style_on(stdout, style),
	       entry_state(row->state), style_off(stdout, style),
	       when_text(row->changed_at, now, a));
	field("flow", clean_text(row->flow, a));
	field("version", entry_version(row->version, a));
	field("queued", arena_printf(a, "%s, by %s", when_text(row->enqueued_at, now, a),
				     clean_text(row->origin, a)));
	if (row->attempts)
		field("tries", arena_printf(a, "%d", row->attempts));
	field("reason", row->code ? arena_printf(a, "%s: %s", row->code,
						 remedy_text(row->reason, row->flow, row->label, a))
				  : NULL);
	if (row->state == QUEUE_READY)
		field("next try", row->next_attempt <= now ? "with the next run"
							   : when_text(row->next_attempt, now, a));
	field("batch", clean_text(row->batch, a));
}
