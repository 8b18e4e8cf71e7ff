#include "connectors/connector.h"

#include <ctype.h>
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

bool acknowledgement_means(const struct acknowledgement *s, const char *record, const char *label)
{
	return !s->record || str_equal(s->record, record) ||
	       str_equal(s->record, number_of(record)) ||
	       strcasecmp(without_hash(s->record), without_hash(label)) == 0;
}

bool acknowledgement_names(const struct acknowledgement *s)
{
	return s->record &&
	       (*s->record == '#' || str_starts(s->record, "csv:") || strstr(s->record, "://"));
}

bool acknowledgement_may_mean_any(const struct acknowledgement *s)
{
	return !s->further || acknowledgement_names(s);
}

/* As a whole: no "1001" in "11001". */
static bool holds(const char *text, const char *name)
{
	size_t len = strlen(name);
	const char *at = len ? strcasestr(text, name) : NULL;

	for (; at; at = strcasestr(at + 1, name))
		if ((at == text || !isalnum((unsigned char)at[-1])) &&
		    !isalnum((unsigned char)at[len]))
			return true;
	return false;
}

bool acknowledgement_mentions(const char *text, const char *record, const char *label)
{
	return holds(text, without_hash(label)) || holds(text, number_of(record));
}
