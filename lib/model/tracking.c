#include "model/tracking.h"

#include <stddef.h>
#include <string.h>

#include "base/str.h"

#include "base/banned.h"

bool tracking_is_none(const char *text)
{
	static const char *const words[] = {"n/a",  "n.a.",    "na",     "nan", "none",  "null",
					    "nil",  "no",      "false",  "tbd", "keine", "kein",
					    "k.A.", "nein",    "aucun",  "non", "sans",  "nessuno",
					    "geen", "ninguno", "unknown"};

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (str_equal_nocase(text, words[i]))
			return true;
	return !text[strspn(text, "0-./_?* ")];
}
