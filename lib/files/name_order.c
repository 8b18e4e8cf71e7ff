#include "files/name_order.h"

#include <ctype.h>
#include <string.h>

#include "base/banned.h"

/* What a name is made of, in the order in which they sort: nothing more, signs between words, a number, a letter. */
enum part { PART_END, PART_SIGNS, PART_NUMBER, PART_LETTER };

struct at {
	const char *p, *end;
};

/* Without its ending, ".csv". */
static struct at begin(const char *name)
{
	const char *dot = strrchr(name, '.');

	return (struct at){name, dot && dot > name ? dot : name + strlen(name)};
}

/* The next part; of a number its digits, *n of them. Which signs separate words, and how many, says nothing. */
static enum part next(struct at *at, const char **from, size_t *n)
{
	enum part part = PART_LETTER;

	*from = at->p;
	if (at->p == at->end)
		part = PART_END;
	else if (isdigit((unsigned char)*at->p)) {
		for (part = PART_NUMBER; at->p < at->end && isdigit((unsigned char)*at->p);)
			at->p++;
		while (*from + 1 < at->p && **from == '0')
			(*from)++;
	} else if (isspace((unsigned char)*at->p) || ispunct((unsigned char)*at->p)) {
		for (part = PART_SIGNS; at->p < at->end && (isspace((unsigned char)*at->p) ||
							    ispunct((unsigned char)*at->p));)
			at->p++;
	} else
		at->p++;
	*n = (size_t)(at->p - *from);
	return part;
}

static int compare_numbers(const char *x, size_t nx, const char *y, size_t ny)
{
	return nx != ny ? (nx < ny ? -1 : 1) : memcmp(x, y, nx);
}

/* *known: as name_order_known. */
static int compare(const char *a, const char *b, bool *known)
{
	struct at x = begin(a), y = begin(b);
	int d = 0;

	*known = true;
	while (d == 0) {
		const char *from_x, *from_y;
		size_t nx, ny;
		enum part px = next(&x, &from_x, &nx), py = next(&y, &from_y, &ny);

		*known = px == PART_END || py == PART_END ||
			 (px == PART_NUMBER && py == PART_NUMBER);
		if (px != py)
			return px < py ? -1 : 1;
		if (px == PART_END)
			break;
		if (px == PART_NUMBER)
			d = compare_numbers(from_x, nx, from_y, ny);
		else if (px == PART_LETTER)
			d = tolower((unsigned char)*from_x) - tolower((unsigned char)*from_y);
	}
	if (d == 0)
		*known = strcmp(a, b) == 0;
	return d ? d : strcmp(a, b);
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
