#ifndef ERPSYNC_OUTPUT_H
#define ERPSYNC_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cjson/cJSON.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/str.h"

/* What people and scripts see: text, JSON, colour. */

/* Of the JSON documents; a change that breaks readers raises it. */
enum { OUTPUT_FORMAT = 1 };

bool out_is_tty(FILE *f);
int out_width(FILE *f); /* columns of the terminal; 80 if it does not say */

/*
 * Colours only on a terminal that has them and where NO_COLOR is not set (no-color.org).
 */
enum style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_RED, STYLE_GREEN, STYLE_YELLOW };
const char *style_on(FILE *f, enum style s);
const char *style_off(FILE *f, enum style s);

/*
 * Text that came from elsewhere, with what could move a terminal's cursor or end a line
 * replaced by "?". NULL gives "". In the arena.
 */
const char *clean_text(const char *text, struct arena *a);
/* The same, padded with blanks to `width` characters. */
const char *clean_cell(const char *text, size_t width, struct arena *a);

/* "2026-11-23 09:45:00Z (2d 3h ago)", "(in 5m 0s)"; 0 gives "never". */
const char *when_text(int64_t t, int64_t now, struct arena *a);
/* "2d 3h"; never negative. */
const char *age_text(int64_t since, int64_t now, struct arena *a);

/*
 * Appends valid JSON text with two blanks per level, short lists in one line, each line
 * behind `indent`; no number is touched.
 */
void json_pretty(struct str *out, const char *json, const char *indent);
void print_json(FILE *f, const char *json, const char *indent);

/* JSON text as it may be shown: no secret, controls escaped. In the arena. */
const char *shown_json(const char *json, struct arena *a);

/* {"format": 1} to which a command adds its answer. */
cJSON *answer_begin(void);
/* Prints it on stdout and frees it. */
void answer_print(cJSON *answer, struct arena *a);
/* A time as RFC 3339 text; 0 is null. */
void json_add_time(cJSON *obj, const char *key, int64_t t);

#endif
