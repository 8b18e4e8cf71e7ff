#include <string.h>

#include "base/str.h"
#include "connectors/odoo/call.h"
#include "net/redact.h"

#include "base/banned.h"

/*
 * What Odoo's failures ask of us; the first row that fits counts. Sources: odoo/http.py
 * (status by exception), odoo/exceptions.py, and both APIs of 14.0 and 19.0 as they answer.
 *
 * A call that failed with an exception was rolled back, so E_BUSY is right for conflicts of
 * writes too. 404 and 500 each have two meanings: a page in HTML comes from the server around Odoo
 * (database not there, PostgreSQL down), JSON from Odoo itself; psycopg2.* passes, builtins.*
 * stays.
 */
static const struct row {
	long status;      /* 0 = any */
	const char *name; /* how the exception's name begins; "" = any; NULL = no Odoo error */
	const char *text; /* part of Odoo's message; NULL = any */
	enum errk kind;
	const char *code, *remedy;
} rows[] = {
	{401, "", NULL, E_REFUSED, "bad_credentials",
	 "the API key is wrong, expired or of another database; make a new one in Odoo "
	 "(Preferences > Account Security) and set [erp] api_key_file"},
	{0, "odoo.exceptions.AccessDenied", NULL, E_REFUSED, "bad_credentials",
	 "login and API key (or password) don't fit; check [erp] login and api_key_file"},
	{401, NULL, NULL, E_REFUSED, "bad_credentials", "check [erp] api_key_file"},
	{403, NULL, NULL, E_REFUSED, "forbidden", "something in front of Odoo forbids access"},
	{404, NULL, NULL, E_BUSY, "no_database",
	 "no database answers: its PostgreSQL is down, or [erp] database is wrong"},
	{0, "odoo.exceptions.MissingError", NULL, E_RECORD, "missing_in_odoo", NULL},
	{404, "", NULL, E_REFUSED, "not_there",
	 "this Odoo lacks it; check that the apps Sales, Inventory and Invoicing are installed"},
	{0, "odoo.exceptions.UserError", "doesn't exist", E_REFUSED, "not_there",
	 "this Odoo lacks it; check that the apps Sales, Inventory and Invoicing are installed"},
	{0, "odoo.exceptions.AccessError", NULL, E_REFUSED, "access_denied",
	 "give the user of the API key the right in Odoo (Settings > Users)"},
	{0, "odoo.exceptions.LockError", NULL, E_BUSY, "locked", NULL},
	{0, "odoo.exceptions.", NULL, E_RECORD, "refused_by_odoo", NULL},
	{0, "psycopg2.OperationalError", "does not exist", E_REFUSED, "no_database",
	 "there is no such database; check [erp] database"},
	{0, "psycopg2.errors.SerializationFailure", NULL, E_BUSY, "conflict", NULL},
	{0, "psycopg2.errors.DeadlockDetected", NULL, E_BUSY, "conflict", NULL},
	{0, "psycopg2.errors.LockNotAvailable", NULL, E_BUSY, "locked", NULL},
	{0, "psycopg2.errors.UniqueViolation", NULL, E_RECORD, "refused_by_odoo", NULL},
	{0, "psycopg2.errors.NotNullViolation", NULL, E_RECORD, "refused_by_odoo", NULL},
	{0, "psycopg2.errors.ForeignKeyViolation", NULL, E_RECORD, "refused_by_odoo", NULL},
	{0, "psycopg2.errors.CheckViolation", NULL, E_RECORD, "refused_by_odoo", NULL},
	/* The connection to the database broke: at a commit, perhaps. */
	{0, "psycopg2.", NULL, E_UNSURE, "database_error", NULL},
	{413, "", NULL, E_RECORD, "too_big", NULL},
	{413, NULL, NULL, E_RECORD, "too_big",
	 "the server in front of Odoo takes no body of this size"},
	{422, "", NULL, E_RECORD, "refused_by_odoo", NULL},
	{0, "builtins.", NULL, E_RECORD, "bad_request", NULL},
	{0, "werkzeug.exceptions.", NULL, E_REFUSED, "bad_request", NULL},
	{400, NULL, NULL, E_REFUSED, "bad_request", "check [erp] url"},
	{415, NULL, NULL, E_REFUSED, "bad_request", "check [erp] url"},
	/* Exceptions of addons and of Python's own modules: of this request, as far as is known. */
	{0, "", NULL, E_RECORD, "refused_by_odoo", NULL},
};

static bool fits(const struct row *r, const struct odoo_failure *f)
{
	if (r->status && r->status != f->status)
		return false;
	if (!r->name || !f->name)
		return !r->name && !f->name && r->status;
	return str_starts(f->name, r->name) && (!r->text || (f->text && strstr(f->text, r->text)));
}

enum errk odoo_failure(const struct odoo_failure *f, const char *subject, struct arena *a,
		       struct err *e)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct row *r = &rows[i];
		enum errk kind = r->kind;
		char text[400];

		if (!fits(r, f))
			continue;
		if (kind == E_UNSURE && f->intent == HTTP_READ)
			kind = E_BUSY;
		str_ellipsis(text, sizeof(text), f->text ? redact_text(f->text, a) : "", 300);
		if (!*text)
			return err_set(e, kind, r->code, "%s: Odoo answered %ld%s%s", subject,
				       f->status, r->remedy ? ": " : "",
				       r->remedy ? r->remedy : "");
		return err_set(e, kind, r->code, "%s: Odoo says: %s%s%s", subject, text,
			       r->remedy ? "; " : "", r->remedy ? r->remedy : "");
	}
	return E_OK;
}
