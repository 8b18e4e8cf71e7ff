#ifndef ERPSYNC_ENTRY_H
#define ERPSYNC_ENTRY_H

#include <stdint.h>

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "output.h"
#include "state/queue.h"

/* An entry of the queue as people and scripts see it; shared by `queue` and `explain`. */

/* "waiting", "sending", "parked", "done": as in the options of `queue list`. */
const char *entry_state(enum queue_state st);
enum style entry_style(enum queue_state st);
/* A version for people: of a hash the beginning tells enough. In the arena. */
const char *entry_version(const char *version, struct arena *a);
/* "unmapped_sku: line 2: …; next try in 5m", or ""; in the arena. */
const char *entry_why(const struct queue_row *row, int64_t now, struct arena *a);
/* All fields but the payload; owned by the caller. */
cJSON *entry_json(const struct queue_row *row);
/* Several lines, each behind two blanks, for one record. */
void entry_print(const struct queue_row *row, int64_t now, struct arena *a);

#endif
