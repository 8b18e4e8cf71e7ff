#ifndef ERPSYNC_STATE_DELIVERED_H
#define ERPSYNC_STATE_DELIVERED_H

#include "state/state.h"

/* A record that went over in a document of the target, or was found in it, whatever has become of it since. */
struct delivered {
	const char *record, *label;
};

/*
 * All records that this document held: those whose link points to it, and those of which the journal still
 * says so. A record may be among them twice, under an earlier name. Reads the flow's whole journal.
 */
MUST_CHECK enum errk delivered_as(struct state *s, const char *flow, const char *target_id,
				  struct arena *a, struct delivered **out, size_t *n,
				  struct err *e);
enum delivered_known {
	DELIVERED_KNOWN,   /* it held some */
	DELIVERED_UNKNOWN, /* none is known that went over in it … */
	DELIVERED_ABSENT,  /* … and that was journaled: by then nothing was */
};
/* Whether this document held any record; reads the flow's journal once, until an answer to it was journaled as "unknown". */
MUST_CHECK enum errk delivered_known(struct state *s, const char *flow, const char *target_id,
				     enum delivered_known *out, struct err *e);
/*
 * Is this the document that the target first got the record by, as far as the journal reaches: was it never
 * delivered as new after that one?
 */
MUST_CHECK enum errk delivered_first_as(struct state *s, const char *flow, const char *record,
					const char *target_id, bool *first, struct err *e);
/* Has this run read that the target refuses it? */
MUST_CHECK enum errk delivered_refused_in(struct state *s, const char *flow, const char *record,
					  int64_t run, bool *refused, struct err *e);

#endif
