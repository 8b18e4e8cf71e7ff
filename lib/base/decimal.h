#ifndef ERPSYNC_BASE_DECIMAL_H
#define ERPSYNC_BASE_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/*
 * An exact decimal: value = units / 10^scale. 0 <= scale <= 9, |units| < 10^18. Money
 * never passes through a double. Results keep the larger scale of the operands; an
 * overflow is E_RECORD.
 */
struct decimal {
	int64_t units;
	int scale;
};

enum { DECIMAL_TEXT_MAX = 24 };
#define DECIMAL_ZERO ((struct decimal){0, 0})

/*
 * Reads "[+-]digits[.digits]"; no blanks, no exponent, no thousands separator. More than
 * 9 decimals are accepted only when the rest are zeros. E_RECORD "bad_number" otherwise;
 * text is quoted in the message.
 */
MUST_CHECK enum errk decimal_parse(const char *text, struct decimal *out, struct err *e);

MUST_CHECK enum errk decimal_add(struct decimal a, struct decimal b, struct decimal *out,
				 struct err *e);
MUST_CHECK enum errk decimal_sub(struct decimal a, struct decimal b, struct decimal *out,
				 struct err *e);
MUST_CHECK enum errk decimal_mul_int(struct decimal a, int64_t n, struct decimal *out,
				     struct err *e);
/*
 * The product, with more decimals than the operands have only where it needs them. What 9 can't hold is
 * rounded, half away from zero.
 */
MUST_CHECK enum errk decimal_mul(struct decimal a, struct decimal b, struct decimal *out,
				 struct err *e);
/* n of `of` equal parts, rounded half away from zero to scale; of above 0. */
MUST_CHECK enum errk decimal_part(struct decimal a, int64_t n, int64_t of, int scale,
				  struct decimal *out, struct err *e);
int decimal_cmp(struct decimal a, struct decimal b); /* -1, 0, 1; exact across scales */
struct decimal decimal_neg(struct decimal a);
struct decimal decimal_abs(struct decimal a);
bool decimal_is_zero(struct decimal a);

/*
 * Rounds half away from zero to `scale` decimals, or pads with zeros as far as 18 digits
 * hold them: padding never changes the value.
 */
struct decimal decimal_round(struct decimal a, int scale);

/* The multiple of step that is nearest, half away from zero. E_RECORD: step is not above zero. */
MUST_CHECK enum errk decimal_round_to(struct decimal a, struct decimal step, struct decimal *out,
				      struct err *e);

/* Writes "-12.50" with exactly a.scale decimals into out and returns out. */
const char *decimal_text(struct decimal a, char out[DECIMAL_TEXT_MAX]);
/* The same without trailing zeros after the point: "0.2", "19", "-0.055". */
const char *decimal_text_short(struct decimal a, char out[DECIMAL_TEXT_MAX]);

/*
 * Decimals of a currency's minor unit by ISO 4217 (EUR 2, JPY 0, KWD 3); unknown codes
 * give 2. Source: ISO 4217 list one, 2024-06.
 */
int currency_exponent(const char *code);

#endif
