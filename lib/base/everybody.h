#ifndef ERPSYNC_BASE_EVERYBODY_H
#define ERPSYNC_BASE_EVERYBODY_H

#include "base/err.h"

/*
 * What decides where orders and secrets go must not be for every user of the machine to change. A
 * group may write: whom the merchant put into it is trusted.
 *
 * E_LOCAL "writable_by_all", with the chmod that mends it, if every user may write the file or folder
 * at path, or replace it: the folders above it count too, but for those with the sticky bit (/tmp).
 * What is not there is fine: whoever opens it will say so.
 */
MUST_CHECK enum errk everybody_writes(const char *path, struct err *e);
/* The same of a folder and all that is in it, some folders deep. */
MUST_CHECK enum errk everybody_writes_below(const char *folder, struct err *e);

#endif
