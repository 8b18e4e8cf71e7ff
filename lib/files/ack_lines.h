#ifndef ERPSYNC_FILES_ACK_LINES_H
#define ERPSYNC_FILES_ACK_LINES_H

#include "connectors/connector.h"

/* What the lines of an acknowledgement say. */
struct ack_answers {
	const char *target; /* the batch … */
	bool changed;       /* … and it is one of changes */
	bool ok, refused;   /* of the whole batch */
	bool hedged;        /* an ok that takes something back in its own line */
	const char *why;    /* of the whole batch; or the first line that nobody understands */
	struct acknowledgement *each;
	size_t n;
	struct acknowledgement
		*doubt; /* what is neither yes nor no, see enum acknowledgement_doubt */
	size_t n_doubts;
};

/* The text is cut up. A line ends at LF, CR or both, and at what ack_sign() finds. */
struct ack_answers ack_parse(char *text, size_t len, const char *target, bool changed,
			     struct arena *a);

/* Some order may be confirmed by an ok that does not name it. */
bool ack_has_plain_ok(const struct ack_answers *all);

/*
 * What no text has (NUL, control characters but tab, CR and LF, line and paragraph separators), as a person is told
 * of it; NULL = there is none.
 */
const char *ack_sign(const char *text, size_t len, struct arena *a);

#endif
