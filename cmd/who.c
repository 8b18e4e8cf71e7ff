#include "who.h"

#include <string.h>

#include "base/str.h"
#include "state/journal.h"
#include "state/link.h"
#include "state/queue.h"

#include "base/banned.h"

const char *who_other(const char *who, struct arena *a)
{
	return who[0] == '#' ? arena_strdup(a, who + 1) : arena_printf(a, "#%s", who);
}

static enum errk note_row(const struct queue_row *row, void *ctx, struct err *e)
{
	(void)row;
	(void)e;
	*(bool *)ctx = true;
	return E_OK;
}

/* Queue, links and journal are purged at different times: any of them will do. */
static enum errk is_known(struct state *s, const char *who, struct arena *a, bool *known,
			  struct err *e)
{
	struct queue_filter filter = {
		.who = who,
		.states = 1 << QUEUE_READY | 1 << QUEUE_SENDING | 1 << QUEUE_PARKED |
			  1 << QUEUE_DONE,
		.limit = 1,
	};
	struct link *links;
	struct journal_line *lines;
	size_t n = 0;
	enum errk rc;

	*known = false;
	rc = queue_each(s, &filter, false, note_row, known, e);
	if (rc != E_OK || *known)
		return rc;
	rc = link_find(s, NULL, who, a, &links, &n, e);
	if (rc == E_OK && n == 0)
		rc = journal_find(s, who, a, &lines, &n, e);
	*known = n > 0;
	return rc;
}

enum errk who_find(struct state *s, const char *who, struct arena *a, const char **as, bool *known,
		   struct err *e)
{
	const char *other = who_other(who, a), *number = NULL;
	enum errk rc = is_known(s, who, a, known, e);

	*as = who;
	if (rc != E_OK || *known || str_blank(other))
		return rc;
	rc = is_known(s, other, a, known, e);
	if (rc == E_OK && *known)
		*as = other;
	if (rc != E_OK || *known || strspn(who, "0123456789") != strlen(who))
		return rc;
	rc = link_by_number(s, who, a, &number, e);
	*known = rc == E_OK && number;
	if (*known)
		*as = number;
	return rc;
}
