#ifndef ERPSYNC_BASE_FILE_BLAME_H
#define ERPSYNC_BASE_FILE_BLAME_H

#include "base/arena.h"
#include "base/err.h"

/*
 * What a person does about a path of the configuration of which the system said this (errno), as the end of a message:
 * "; …", with the command where there is one; "" = nothing is known. absent: what to do where nothing but the
 * file itself is not there; NULL = nothing.
 */
const char *file_blame(const char *path, int error, const char *absent, struct arena *a);
/* Adds it to a message, and returns its kind. */
enum errk file_blame_add(struct err *e, const char *path, int error, const char *absent);

/* A path as a shell takes it: in quotes where that needs them. */
const char *file_shell_name(const char *path, struct arena *a);
/* As whom this runs. */
const char *file_user(struct arena *a);

#endif
