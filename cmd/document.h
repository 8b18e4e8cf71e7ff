#ifndef ERPSYNC_DOCUMENT_H
#define ERPSYNC_DOCUMENT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/err.h"
#include "sync/flow.h"
#include "sync/session.h"

/* Canonical documents, and what a mapping makes of them, as a person may see them. */

/*
 * The flow of a name in the state file ("orders export", "orders export > csv:/srv/out");
 * NULL if this build has none. *system (may be NULL): "csv" of the longer form, else
 * NULL; in the arena.
 */
const struct flow *flow_of_name(const char *name, struct arena *a, const char **system);

/*
 * The document with personal values masked unless `personal`; compact JSON in the arena.
 * E_RECORD "bad_json".
 */
MUST_CHECK enum errk document_shown(const char *kind, const char *doc, bool personal,
				    struct arena *a, const char **out, struct err *e);

/*
 * Runs the mapping of a system (NULL = the target of the kind's flow) on a canonical document. The
 * verdict is that of the real document; what is shown is, unless `personal`, made from
 * the masked one. Kinds as map_run.
 */
MUST_CHECK enum errk document_mapped(struct session *s, const char *system, const char *kind,
				     const char *doc, bool personal, struct arena *a,
				     const char **out, struct err *e);

#endif
