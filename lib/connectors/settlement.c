#include "connectors/connector.h"

#include <string.h>
#include <strings.h>

#include "base/str.h"

static const char *without_hash(const char *name)
{
	return name + (*name == '#');
}

/* The 5600000000000 of "gid://shopify/Order/5600000000000", as an ERP may know it. */
static const char *number_of(const char *record)
{
	const char *slash = strrchr(record, '/');

	return slash ? slash + 1 : record;
}

bool settlement_means(const struct settlement *s, const char *record, const char *label)
{
	return !s->record || str_equal(s->record, record) ||
	       str_equal(s->record, number_of(record)) ||
	       strcasecmp(without_hash(s->record), without_hash(label)) == 0;
}

bool settlement_names(const struct settlement *s)
{
	return s->record &&
	       (*s->record == '#' || str_starts(s->record, "csv:") || strstr(s->record, "://"));
}
