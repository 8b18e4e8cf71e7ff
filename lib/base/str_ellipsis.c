#include <stdlib.h>
#include <string.h>

#include "base/die.h"
#include "base/secrets.h"
#include "base/str.h"

#include "base/banned.h"

/* Apart from str.c, which secrets.c is made with. */
void str_ellipsis(char *out, size_t size, const char *utf8, size_t max)
{
	char *text = strdup(utf8 ? utf8 : "");

	if (!text)
		die(70, "out of memory");
	secrets_hide(text);
	str_cut(out, size, text, max);
	free(text);
}
