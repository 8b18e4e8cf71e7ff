#ifndef ERPSYNC_CONNECTORS_ODOO_ANSWER_H
#define ERPSYNC_CONNECTORS_ODOO_ANSWER_H

#include "connectors/odoo/odoo.h"

/*
 * What an answer must be before anything is taken from it. One that is not what was asked for ends as
 * E_BUSY "bad_answer", whose message names the record and the field: nothing of it is believed, and the
 * next run asks again. Behind these checks a reader may take lists for lists and fields for what they
 * are; only Odoo's false, which stands for an empty text or relation, is left for it to see.
 */

/*
 * Rows of search_read: a list of objects, each with an id of its own and with every field that was
 * asked for, of the type that field has; in order of id unless another was asked for; no more than the
 * limit, none before the page, none that was not asked for, and with `whole` all that were.
 */
MUST_CHECK enum errk odoo_answer_rows(const struct odoo_read *r, const char *host,
				      const cJSON *list, struct arena *a, struct err *e);
/* get_external_id: exactly these records, each with its text; no text twice but "". */
MUST_CHECK enum errk odoo_answer_external_ids(const cJSON *answer, const char *model,
					      const int64_t *ids, size_t n, struct arena *a,
					      struct err *e);
/* fields_get: fields by name, each with its type. */
MUST_CHECK enum errk odoo_answer_fields(const cJSON *answer, const char *model, struct arena *a,
					struct err *e);
/* A number that can be an id of Odoo's; 0: it is none. */
int64_t odoo_answer_id(const cJSON *answer);
/* A list of n ids. */
bool odoo_answer_are_ids(const cJSON *answer, size_t n);
/* The same, each another one. */
bool odoo_answer_is_ids(const cJSON *answer, size_t n, struct arena *a);

#endif
