#include "connectors/connector.h"

#include "base/str.h"

bool settlement_means(const struct settlement *s, const char *record, const char *label)
{
	return !s->record || str_equal(s->record, record) || str_equal(s->record, label);
}
