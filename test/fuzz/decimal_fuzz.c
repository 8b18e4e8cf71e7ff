/* Any text: a number or refused; a number survives text, rounding and arithmetic. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/decimal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void numbers(const char *text)
{
	struct decimal d, back, sum;
	char out[DECIMAL_TEXT_MAX];
	struct err e;

	if (decimal_parse(text, &d, &e) != E_OK)
		return;
	if (decimal_parse(decimal_text(d, out), &back, &e) != E_OK || decimal_cmp(d, back) != 0)
		BUG("'%s' became '%s'", text, out);
	if (decimal_parse(decimal_text_short(d, out), &back, &e) != E_OK ||
	    decimal_cmp(d, back) != 0)
		BUG("'%s' became '%s'", text, out);
	for (int scale = 0; scale <= 9; scale++) {
		struct decimal r = decimal_round(d, scale);

		if (r.scale > scale || (scale >= d.scale && decimal_cmp(r, d) != 0))
			BUG("'%s' rounded to %d decimals", text, scale);
	}
	if (decimal_add(d, d, &sum, &e) == E_OK &&
	    (decimal_sub(sum, d, &back, &e) != E_OK || decimal_cmp(back, d) != 0))
		BUG("'%s': sum and difference disagree", text);
}

static void times(const char *text)
{
	char out[CLOCK_TEXT_MAX];
	int64_t t, back, ms;
	struct err e;

	if (clock_parse(text, &t, &e) == E_OK && t >= -62167219200 && t <= 253402300799 &&
	    (clock_parse(clock_text(t, out), &back, &e) != E_OK || back != t))
		BUG("time '%s' became '%s'", text, out);
	if (clock_parse_human(text, 1795423500, &t, &e) == E_OK)
		clock_text(t, out);
	if (duration_parse(text, &ms, &e) == E_OK)
		duration_text(ms, out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);

	if (!text)
		return 0;
	if (size)
		memcpy(text, data, size);
	text[size] = '\0';
	numbers(text);
	times(text);
	free(text);
	return 0;
}
