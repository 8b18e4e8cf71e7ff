#ifndef ERPSYNC_MAP_CANONICAL_SHORT_H
#define ERPSYNC_MAP_CANONICAL_SHORT_H

#include "map/canonical.h"

/* Short names for the cells of long field tables, one row a line. Included by such tables only. */
#define T        CANONICAL_TEXT
#define I        CANONICAL_ID
#define D        CANONICAL_DECIMAL
#define N        CANONICAL_COUNT
#define B        CANONICAL_BOOL
#define W        CANONICAL_TIME
#define O        CANONICAL_OBJECT
#define A        CANONICAL_ARRAY
#define MUST     true
#define MAY      false
#define PERSONAL true
#define OPEN     false

#endif
