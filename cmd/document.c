#include "document.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"
#include "map/canonical.h"
#include "map/map.h"

#include "base/banned.h"

static const char TARGET_MARK[] = " > ";

const struct flow *flow_of_name(const char *name, struct arena *a, const char **system)
{
	const char *mark = strstr(name, TARGET_MARK);
	size_t len = mark ? (size_t)(mark - name) : strlen(name);

	if (system)
		*system = NULL;
	if (system && mark) {
		const char *target = mark + strlen(TARGET_MARK);

		*system = arena_strndup(a, target, strcspn(target, ":"));
	}
	for (const struct flow *f = flows; f->noun; f++)
		if (strlen(f->name) == len && memcmp(f->name, name, len) == 0)
			return f;
	return NULL;
}

enum errk document_shown(const char *kind, const char *doc, bool personal, struct arena *a,
			 const char **out, struct err *e)
{
	CLEANUP(json) cJSON *json = NULL;
	enum errk rc = json_parse(doc, strlen(doc), &json, e);

	if (rc != E_OK)
		return rc;
	if (!personal)
		canonical_mask(kind, json);
	*out = json_text(json, a);
	return E_OK;
}

enum errk document_mapped(struct session *s, const char *system, const char *kind, const char *doc,
			  bool personal, struct arena *a, const char **out, struct err *e)
{
	CLEANUP(mapper) struct mapper *mapper = NULL;
	const char *masked = NULL, *section = "erp";
	enum errk rc;

	for (const struct flow *f = flows; f->noun; f++)
		if (str_equal(record_kind_name(f->kind), kind))
			section = side_section(f->to);
	if (!system)
		system = conf_text(s->conf, section, "connector");
	if (!system)
		return err_set(e, E_LOCAL, "bad_config", "%s: [%s] connector is not set",
			       conf_path(s->conf), section);
	rc = session_mapper(s, system, &mapper, e);
	if (rc == E_OK)
		rc = map_run(mapper, kind, doc, strlen(doc), a, out, e);
	if (rc != E_OK || personal)
		return rc;
	rc = document_shown(kind, doc, false, a, &masked, e);
	if (rc == E_OK)
		rc = map_run(mapper, kind, masked, strlen(masked), a, out, e);
	if (rc == E_RECORD)
		return err_set(
			e, rc, e->code,
			"the mapping works, but not with personal data masked; add --personal");
	return rc;
}
