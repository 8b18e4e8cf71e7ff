#include "files/name_order.h"

#include <ctype.h>
#include <string.h>

#include "base/banned.h"

/* What a name is made of, in the order in which they sort: nothing more, signs between words, a number, a letter. */
enum kind { PART_END, PART_SIGNS, PART_NUMBER, PART_LETTER };

struct at {
	const char *p, *end;
};

/* Without its ending, ".csv". */
static struct at begin(const char *name)
{
	const char *dot = strrchr(name, '.');

	return (struct at){name, dot && dot > name ? dot : name + strlen(name)};
}

static bool is_sign(char c)
{
	return isspace((unsigned char)c) || ispunct((unsigned char)c);
}

struct part {
	enum kind kind;
	const char *text; /* a letter, or the digits of a number without zeros in front */
	size_t n;
};

/* Which signs separate words, and how many, says nothing. */
static struct part next(struct at *at)
{
	struct part part = {.kind = PART_LETTER, .text = at->p};

	if (at->p == at->end)
		part.kind = PART_END;
	else if (isdigit((unsigned char)*at->p)) {
		part.kind = PART_NUMBER;
		while (at->p < at->end && isdigit((unsigned char)*at->p))
			at->p++;
		while (part.text + 1 < at->p && *part.text == '0')
			part.text++;
	} else if (is_sign(*at->p)) {
		part.kind = PART_SIGNS;
		while (at->p < at->end && is_sign(*at->p))
			at->p++;
	} else
		at->p++;
	part.n = (size_t)(at->p - part.text);
	return part;
}

static int lower(char c)
{
	return tolower((unsigned char)c);
}

static int compare_parts(const struct part *x, const struct part *y)
{
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (x->kind == PART_LETTER)
		return lower(*x->text) - lower(*y->text);
	if (x->kind != PART_NUMBER)
		return 0;
	return x->n != y->n ? (x->n < y->n ? -1 : 1) : memcmp(x->text, y->text, x->n);
}

/* *known: as name_order_known. */
static int compare(const char *a, const char *b, bool *known)
{
	struct at in_a = begin(a), in_b = begin(b);

	for (;;) {
		struct part x = next(&in_a), y = next(&in_b);
		int d = compare_parts(&x, &y);

		*known = d ? x.kind == PART_END || y.kind == PART_END ||
					 (x.kind == PART_NUMBER && y.kind == PART_NUMBER)
			   : strcmp(a, b) == 0;
		if (d || x.kind == PART_END)
			return d ? d : strcmp(a, b);
	}
}

int name_order(const char *a, const char *b)
{
	bool known;

	return compare(a, b, &known);
}

bool name_order_known(const char *a, const char *b)
{
	bool known;

	(void)compare(a, b, &known);
	return known;
}
