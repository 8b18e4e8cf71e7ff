#include "base/name_order.h"

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

/* The number that the next n digits are; -1: there are fewer. */
static int digits(const char **p, const char *end, int n)
{
	int number = 0;

	for (; n; n--, ++*p) {
		if (*p == end || !isdigit((unsigned char)**p))
			return -1;
		number = number * 10 + (**p - '0');
	}
	return number;
}

static bool is_year(int n)
{
	return n >= 1900 && n <= 2099;
}

/* "2026-11-30", "20261130", with a time or without, "2026-11": what comes first weighs most. */
static bool begins_with_year(struct at at)
{
	int year = digits(&at.p, at.end, 4), month, day;

	while (at.p < at.end && is_sign(*at.p))
		at.p++;
	month = digits(&at.p, at.end, 2);
	while (at.p < at.end && is_sign(*at.p))
		at.p++;
	if (!is_year(year) || month < 1 || month > 12)
		return false;
	if (at.p == at.end || !isdigit((unsigned char)*at.p))
		return true;
	day = digits(&at.p, at.end, 2);
	return day >= 1 && day <= 31;
}

static bool is_day(int n)
{
	return n >= 1 && n <= 31;
}

/*
 * "30112026", "301126", maybe with a time behind it and without a zero in front: whichever of day and month is in front, and of
 * a short one the year as well.
 */
static bool is_date(const struct part *number, int year_digits, int time_digits, int field[3])
{
	const int n = (int)number->n, whole = 4 + year_digits + time_digits;
	const char *p = number->text, *end = number->text + number->n;

	if (n != whole && n != whole - 1)
		return false;
	field[0] = digits(&p, end, n == whole ? 2 : 1);
	field[1] = digits(&p, end, 2);
	field[2] = digits(&p, end, year_digits);
	return is_day(field[0]) && is_day(field[1]) && (field[0] <= 12 || field[1] <= 12) &&
	       (year_digits == 2 || is_year(field[2]));
}

/* More than one of their day, month and year is another one. */
static bool are_dates_apart(const struct part *x, const struct part *y)
{
	static const int time_digits[] = {0, 4, 6};
	int a[3], b[3];

	for (int year = 2; year <= 4; year += 2)
		for (size_t i = 0; i < sizeof(time_digits) / sizeof(*time_digits); i++)
			if (is_date(x, year, time_digits[i], a) &&
			    is_date(y, year, time_digits[i], b) &&
			    (a[0] != b[0]) + (a[1] != b[1]) + (a[2] != b[2]) > 1)
				return true;
	return false;
}

/* "PM", "p.m.": the next word says which half of a day a time is in. */
static bool is_half_day(struct at at)
{
	if (at.p == at.end || (lower(*at.p) != 'a' && lower(*at.p) != 'p'))
		return false;
	at.p++;
	if (at.p < at.end && *at.p == '.')
		at.p++;
	if (at.p == at.end || lower(*at.p) != 'm')
		return false;
	at.p++;
	return at.p == at.end || !isalpha((unsigned char)*at.p);
}

/* Numbers and signs up to "AM": "-15 AM" behind "10". */
static bool is_of_12_hours(struct at at)
{
	for (;;) {
		struct part part;

		if (is_half_day(at))
			return true;
		part = next(&at);
		if (part.kind != PART_SIGNS && part.kind != PART_NUMBER)
			return false;
	}
}

static bool is_same_rest(struct at a, struct at b)
{
	for (;;) {
		struct part x = next(&a), y = next(&b);

		if (compare_parts(&x, &y))
			return false;
		if (x.kind == PART_END)
			return true;
	}
}

/* A date that has its year in front, or a time behind it, maybe after a T. */
struct dated {
	bool is;
	int to_come; /* numbers of the date: those behind them are of the time */
};

static void follow_date(struct dated *d, bool years, const struct part *x)
{
	if (years)
		*d = (struct dated){.is = true, .to_come = x->n == 4 ? 3 : 1};
	else
		d->is = d->is && (x->kind != PART_LETTER || lower(*x->text) == 't');
	d->to_come -= d->to_come && x->kind == PART_NUMBER;
}

/*
 * Of two names, the first numbers that differ are x and y: they tell the order if nothing behind them differs. Else what is
 * behind them may weigh more: "30.11.2026" and "01.12.2026". 9 PM is later than 10 AM, and 12 AM is before both.
 */
static bool is_number_telling(const struct part *x, struct at a, const struct part *y, struct at b)
{
	return is_same_rest(a, b) && !are_dates_apart(x, y);
}

/* *known: as name_order_known. */
static int compare(const char *a, const char *b, bool *known)
{
	struct at in_a = begin(a), in_b = begin(b);
	struct dated dated = {0};

	for (;;) {
		const bool years = begins_with_year(in_a) && begins_with_year(in_b);
		struct part x = next(&in_a), y = next(&in_b);
		int d = compare_parts(&x, &y);
		const bool numbers = x.kind == PART_NUMBER && y.kind == PART_NUMBER;
		const bool of_day = years || dated.to_come > 0;

		follow_date(&dated, years, &x);
		if (!d)
			*known = strcmp(a, b) == 0;
		else if (numbers && years && x.n != y.n)
			*known = false; /* the one has more of it in a number than the other */
		else if (numbers)
			*known = (dated.is || is_number_telling(&x, in_a, &y, in_b)) &&
				 ((dated.is && of_day) ||
				  !(is_of_12_hours(in_a) || is_of_12_hours(in_b)));
		else
			*known = x.kind == PART_END || y.kind == PART_END;
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
