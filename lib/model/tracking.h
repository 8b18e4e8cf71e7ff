#ifndef ERPSYNC_MODEL_TRACKING_H
#define ERPSYNC_MODEL_TRACKING_H

#include <stdbool.h>

/* What stands where there is no tracking number: 0, -, n/a, none, … */
bool tracking_is_none(const char *text);

#endif
