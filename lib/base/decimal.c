#include "base/decimal.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"

#include "base/banned.h"

enum { MAX_SCALE = 9 };
static const int64_t LIMIT = INT64_C(1000000000000000000); /* |units| stays below */
static const int64_t POWER[MAX_SCALE + 1] = {
	1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000, 1000000000,
};

static enum errk bad_number(const char *text, const char *why, struct err *e)
{
	char shown[64];

	str_ellipsis(shown, sizeof(shown), text, 40);
	return err_set(e, E_RECORD, "bad_number", "'%s' %s", shown, why);
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Appends a digit; false when the bound would be passed. */
static bool push_digit(int64_t *units, char c)
{
	if (*units >= LIMIT / 10)
		return false;
	*units = *units * 10 + (c - '0');
	return true;
}

enum errk decimal_parse(const char *text, struct decimal *out, struct err *e)
{
	const char *p = text;
	struct decimal d = DECIMAL_ZERO;
	bool negative;

	if (!text)
		return err_set(e, E_RECORD, "bad_number", "a number is missing");
	negative = *p == '-';
	if (*p == '-' || *p == '+')
		p++;
	if (!is_digit(*p))
		return bad_number(text, "is not a number", e);
	for (; is_digit(*p); p++)
		if (!push_digit(&d.units, *p))
			return bad_number(text, "is too large a number", e);
	if (*p == '.') {
		p++;
		if (!is_digit(*p))
			return bad_number(text, "is not a number", e);
		for (; is_digit(*p); p++) {
			if (d.scale == MAX_SCALE) {
				if (*p != '0')
					return bad_number(text, "has more than 9 decimals", e);
				continue;
			}
			if (!push_digit(&d.units, *p))
				return bad_number(text, "has too many digits", e);
			d.scale++;
		}
	}
	if (*p)
		return bad_number(text, "is not a number", e);
	if (negative)
		d.units = -d.units;
	*out = d;
	return E_OK;
}

static __int128 scaled(struct decimal a, int scale)
{
	return (__int128)a.units * POWER[scale - a.scale];
}

static enum errk store(__int128 units, int scale, struct decimal *out, struct err *e)
{
	if (units >= LIMIT || units <= -LIMIT)
		return err_set(e, E_RECORD, "bad_number",
			       "the result of a calculation has more than 18 digits");
	*out = (struct decimal){(int64_t)units, scale};
	return E_OK;
}

enum errk decimal_add(struct decimal a, struct decimal b, struct decimal *out, struct err *e)
{
	int scale = a.scale > b.scale ? a.scale : b.scale;

	return store(scaled(a, scale) + scaled(b, scale), scale, out, e);
}

enum errk decimal_sub(struct decimal a, struct decimal b, struct decimal *out, struct err *e)
{
	return decimal_add(a, decimal_neg(b), out, e);
}

enum errk decimal_mul_int(struct decimal a, int64_t n, struct decimal *out, struct err *e)
{
	return store((__int128)a.units * n, a.scale, out, e);
}

enum errk decimal_mul(struct decimal a, struct decimal b, struct decimal *out, struct err *e)
{
	int scale = a.scale + b.scale, wanted = a.scale > b.scale ? a.scale : b.scale;
	__int128 units = (__int128)a.units * b.units;

	if (scale > MAX_SCALE) {
		__int128 step = POWER[scale - MAX_SCALE], half = units < 0 ? -step / 2 : step / 2;

		units = (units + half) / step;
		scale = MAX_SCALE;
	}
	for (; scale > wanted && units % 10 == 0; scale--)
		units /= 10;
	return store(units, scale, out, e);
}

enum errk decimal_part(struct decimal a, int64_t n, int64_t of, int scale, struct decimal *out,
		       struct err *e)
{
	__int128 units = (__int128)a.units * n, by = of, half;

	if (scale > a.scale)
		units *= POWER[scale - a.scale];
	else
		by *= POWER[a.scale - scale];
	half = units < 0 ? -by / 2 : by / 2;
	return store((units + half) / by, scale, out, e);
}

int decimal_cmp(struct decimal a, struct decimal b)
{
	int scale = a.scale > b.scale ? a.scale : b.scale;
	__int128 x = scaled(a, scale), y = scaled(b, scale);

	return x < y ? -1 : x > y;
}

struct decimal decimal_neg(struct decimal a)
{
	return (struct decimal){-a.units, a.scale};
}

struct decimal decimal_abs(struct decimal a)
{
	return a.units < 0 ? decimal_neg(a) : a;
}

bool decimal_is_zero(struct decimal a)
{
	return a.units == 0;
}

struct decimal decimal_round(struct decimal a, int scale)
{
	int64_t step, half;

	if (scale < 0 || scale > MAX_SCALE)
		BUG("decimal_round: scale %d", scale);
	while (a.scale < scale && a.units < LIMIT / 10 && a.units > -LIMIT / 10) {
		a.units *= 10;
		a.scale++;
	}
	if (a.scale <= scale)
		return a;
	step = POWER[a.scale - scale];
	half = a.units < 0 ? -step / 2 : step / 2;
	return (struct decimal){(a.units + half) / step, scale};
}

enum errk decimal_round_to(struct decimal a, struct decimal step, struct decimal *out,
			   struct err *e)
{
	int scale = a.scale > step.scale ? a.scale : step.scale;
	__int128 x = scaled(a, scale), y = scaled(step, scale);

	if (y <= 0)
		return err_set(e, E_RECORD, "bad_number",
			       "there are no multiples of zero or less to round to");
	return store((x + (x < 0 ? -y / 2 : y / 2)) / y * y, scale, out, e);
}

const char *decimal_text(struct decimal a, char out[DECIMAL_TEXT_MAX])
{
	const char *sign = a.units < 0 ? "-" : "";
	uint64_t units = a.units < 0 ? -(uint64_t)a.units : (uint64_t)a.units;
	uint64_t one = (uint64_t)POWER[a.scale];

	if (a.scale == 0)
		snprintf(out, DECIMAL_TEXT_MAX, "%s%llu", sign, (unsigned long long)units);
	else
		snprintf(out, DECIMAL_TEXT_MAX, "%s%llu.%0*llu", sign,
			 (unsigned long long)(units / one), a.scale,
			 (unsigned long long)(units % one));
	return out;
}

const char *decimal_text_short(struct decimal a, char out[DECIMAL_TEXT_MAX])
{
	while (a.scale > 0 && a.units % 10 == 0) {
		a.units /= 10;
		a.scale--;
	}
	return decimal_text(a, out);
}

int currency_exponent(const char *code)
{
	/* All codes of ISO 4217 list one whose minor unit isn't 2. */
	static const char none[] = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV "
				   "XAF XOF XPF";
	static const char three[] = "BHD IQD JOD KWD LYD OMR TND";
	static const char four[] = "CLF UYW";

	/* Shorter text would also match inside a code. */
	if (!code || strlen(code) != 3 || strchr(code, ' '))
		return 2;
	if (strstr(none, code))
		return 0;
	if (strstr(three, code))
		return 3;
	return strstr(four, code) ? 4 : 2;
}
