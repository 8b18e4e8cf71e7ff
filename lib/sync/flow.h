#ifndef ERPSYNC_SYNC_FLOW_H
#define ERPSYNC_SYNC_FLOW_H

#include <stdbool.h>

#include "base/conf.h"
#include "connectors/connector.h"

/*
 * A flow is one kind of record in one direction, a row of one table: a new flow is a row, not code.
 * "export" and "push" read the store and write the ERP or the reverse; the row says which. What
 * differs between flows stands in the row too; options, help, checks and messages follow from it.
 */
struct flow {
	const char *noun, *verb; /* erpsync <noun> <verb> */
	const char *name;        /* "orders export": key in the state file */
	enum record_kind kind;
	enum side from, to;
	const char *section; /* its configuration section: "orders" */
	const char *label;   /* for messages about one record: "order" */
	const char *help;    /* one sentence */
	/* What records left out by rule are, for the summary; NULL = the flow leaves none out. */
	const char *excluded;
	/*
	 * A key of the section without which the flow does not run, and why a person must decide;
	 * NULL = it runs as it is. While the key is not set, `check` leaves the flow aside.
	 */
	const char *must_set, *must_set_because;

	/*
	 * Most merchants do without it: `check`, and commands that take all flows, leave it aside until
	 * the configuration has its section.
	 */
	bool opt_in;
	/*
	 * The section whose since= and include_test= say which records are read, also of those that belong to them: so its flow
	 * has the options --since and --until. NULL = all are.
	 */
	const char *chosen_by;
	/*
	 * Each record belongs to one of that kind, which its document names in the member of that name, by id and name: it goes over
	 * after that one, see relative.c. [section] wait_for_<member>= says how long it waits.
	 */
	bool belongs;
	enum record_kind owner;
	bool arrives;   /* has [section] fulfilled= and on_hold=, see arrival.c */
	bool to_option; /* may write elsewhere: option --to */
	bool master;    /* has [section] master=, which must name the side it reads */
	bool max_age;   /* has [section] max_age=: what was read longer ago is not delivered */
	/* --full puts unchanged records too: the target compares with what it really has. */
	bool reconciles;
	/*
	 * Documents stay for [state] keep_payloads after delivery, for a person to look at. Stock
	 * of an hour ago is of no use to anybody, and there is much of it.
	 */
	bool keeps_documents;
	/*
	 * Much of it changes all the time: the journal has one line per run and record, with what was
	 * written, and keeps it for [section] keep_journal in place of [state] keep_journal.
	 */
	bool brief;
	/* A record that is parked once more for the same reason is no news: no mail about it. */
	bool quiet_repeats;
	/* But a newer version that is parked as well is: somebody has corrected it, and not enough. */
	bool versions_are_news;
};

/* In the order in which one slot runs them; ended by a row with noun NULL. */
extern const struct flow flows[];
const struct flow *flow_find(const char *noun, const char *verb); /* NULL if unknown */
const struct flow *flow_of_kind(enum record_kind kind);           /* the first; NULL if none */
const struct flow *flow_of_noun(const char *noun);

/* The configured connectors can do it … */
bool flow_is_possible(const struct flow *f, const struct conf *c);
/* … what must be set is set, and what is opt-in was opted into. */
bool flow_is_set_up(const struct flow *f, const struct conf *c);
/* As sink.by_hand of its target; *out.where NULL: nothing is brought further by hand there. */
MUST_CHECK enum errk flow_by_hand(const struct flow *f, struct conf *c, struct arena *a,
				  struct files_by_hand *out, struct err *e);
/* Does the other side answer what it gets by it, so that it is not known before? */
bool flow_is_answered(const struct conf *c, const struct flow *f);

/*
 * May the flow run as the configuration stands? E_LOCAL "source_of_truth": [section] master= says
 * that the other side rules, with file:line of the key. E_LOCAL "bad_config": must_set is not set.
 */
MUST_CHECK enum errk flow_check_allowed(const struct flow *f, const struct conf *c, struct err *e);
/* E_LOCAL "bad_config": [section] fulfilled= or on_hold= asks for orders that are there unconfirmed, and its target has no such. */
MUST_CHECK enum errk flow_check_arrival(const struct flow *f, const struct conf *c, struct err *e);

#endif
