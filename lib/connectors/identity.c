#include <ctype.h>
#include <string.h>

#include "connectors/connector.h"

const char *identity_host(const char *host, struct arena *a)
{
	size_t n = host[0] == '[' ? strcspn(host, "]") : 0;
	char *name = arena_strndup(a, host, n + strcspn(host + n, ":/"));

	for (char *p = name; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return name;
}
