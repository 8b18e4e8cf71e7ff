#include "base/shell_word.h"

#include "base/cleanup.h"
#include "base/str.h"

#include "base/banned.h"

const char *shell_word(const char *text, struct arena *a)
{
	CLEANUP(str) struct str out = {0};

	str_init(&out, 0);
	str_addc(&out, '\'');
	for (; *text; text++)
		if (*text == '\'')
			str_add(&out, "'\\''");
		else
			str_addc(&out, *text);
	str_addc(&out, '\'');
	return arena_strndup(a, out.buf, out.len);
}
