#include "cmd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/json.h"
#include "base/str.h"
#include "document.h"
#include "map/canonical.h"
#include "output.h"

#include "base/banned.h"

enum { DOCUMENT_MAX = 16 * 1024 * 1024 };

static enum errk read_stdin(struct arena *a, char **out, struct err *e)
{
	struct str text = {0};
	char part[8192];
	size_t n;
	enum errk rc = E_OK;

	str_init(&text, DOCUMENT_MAX);
	while ((n = fread(part, 1, sizeof(part), stdin)) > 0)
		str_addn(&text, part, n);
	if (ferror(stdin))
		rc = err_set(e, E_LOCAL, "bad_file", "standard input: %s", strerror(errno));
	else if (text.overflow)
		rc = err_set(e, E_LOCAL, "bad_file", "standard input: more than %d MiB",
			     DOCUMENT_MAX / 1024 / 1024);
	else if (strlen(text.buf) != text.len)
		rc = err_set(e, E_RECORD, "bad_json", "standard input: holds a NUL byte");
	else
		*out = arena_strndup(a, text.buf, text.len);
	str_release(&text);
	return rc;
}

static enum errk check_names(const char *kind, const char *system, struct err *e)
{
	const char *kinds[KIND_COUNT_];

	if (system && !connector_find(system, SIDE_ERP))
		return usage_error(e, "--system: no system is called '%s'", system);
	if (canonical_fields(kind))
		return E_OK;
	for (int i = 0; i < KIND_COUNT_; i++)
		kinds[i] = record_kind_name((enum record_kind)i);
	return usage_error(e, "map: no kind of record is called '%s'; there is e.g. '%s'", kind,
			   str_nearest(kind, kinds, KIND_COUNT_)
				   ? str_nearest(kind, kinds, KIND_COUNT_)
				   : kinds[0]);
}

/* What `queue show --json` prints is taken as it is: the one document of its entries. */
static enum errk document_of_queue(struct arena *a, char **doc, struct err *e)
{
	CLEANUP(json) cJSON *root = NULL;
	const cJSON *found = NULL;
	size_t n = 0;

	/* What is no JSON is told where it is mapped. */
	if (!*doc || json_parse(*doc, strlen(*doc), &root, NULL) != E_OK ||
	    !json_at(root, "entries"))
		return E_OK;
	JSON_EACH (entry, json_at(root, "entries")) {
		const cJSON *x = json_at(entry, "document");

		n += x != NULL;
		found = x ? x : found;
	}
	if (n != 1)
		return err_set(e, E_RECORD, "bad_document",
			       "the entries of the queue hold %zu documents; one is mapped%s", n,
			       n ? ": leave one entry"
				 : ", and a document is kept for a while only");
	*doc = arena_strdup(a, json_text(found, a));
	return E_OK;
}

enum errk cmd_map(struct cmd *c, struct err *e)
{
	const char *kind = c->args->operands[0], *path = c->args->operands[1];
	const char *system = args_text(c->args, "system"), *mapped;
	bool personal = args_flag(c->args, "personal");
	char *doc = NULL;
	enum errk rc = check_names(kind, system, e);

	if (rc == E_OK)
		rc = str_equal(path, "-") ? read_stdin(c->arena, &doc, e)
					  : file_read(path, DOCUMENT_MAX, c->arena, &doc, NULL, e);
	if (rc != E_OK)
		return rc;
	rc = document_of_queue(c->arena, &doc, e);
	if (rc == E_OK)
		rc = document_mapped(&c->session, system, kind, doc, personal, c->arena, &mapped,
				     e);
	if (rc != E_OK) {
		err_wrap(e, "%s", str_equal(path, "-") ? "standard input" : path);
		return rc;
	}
	print_json(stdout, mapped, "");
	if (!personal && out_is_tty(stdout) && out_is_tty(stderr))
		fputs("erpsync: note: personal data is masked; --personal shows it\n", stderr);
	return E_OK;
}
