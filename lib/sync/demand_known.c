#include <string.h>

#include "sync/demand_priv.h"

/* An answer says that it has the order; that its figures have changed by then is another matter. */
static bool is_known(const struct demand *o, const struct demand_reported *r, int64_t read_at)
{
	return r->at + o->lag <= read_at &&
	       (!o->awaited || (r->answered_at && r->answered_at <= read_at));
}

/* What the ERP's figure of that moment counts for this order already; NULL: nothing. */
static const struct demand_lines *known_lines(const struct demand *o, const struct demand_order *x,
					      int64_t read_at)
{
	for (size_t i = 0; i < x->n_reported; i++)
		if (is_known(o, &x->reported[i], read_at))
			return &x->reported[i].lines;
	/* What was delivered is noted with it; if it is not, its document in the queue tells. */
	for (size_t i = x->n_reported ? 0 : x->n; i-- > 0;)
		if (x->first[i].known_at <= read_at && x->first[i].readable)
			return &x->first[i].lines;
	return NULL;
}

/* A line keeps the SKU of the day of the sale, and its article may have got another one since. */
static bool is_sold_as(const struct demand_line *line, const struct reported_article *x)
{
	return (line->sku && x->sku && strcmp(line->sku, x->sku) == 0) ||
	       (line->item && x->item && strcmp(line->item, x->item) == 0);
}

static bool is_booked_on(const struct demand_line *line, const struct reported_article *x)
{
	return line->erp && strcmp(line->erp, x->erp) == 0;
}

/*
 * By two counts, of which the higher one is missing. As the table says: what is booked on the ERP's article, and what
 * was sold as it and is booked on none. And all that may be it: a mapping of one's own may book on what was sold, whatever
 * the table says, and the ERP may know its article by another name too (a barcode). That one alone would take what was
 * booked on another article before for booked on this one.
 */
int64_t demand_missing(const struct demand *o, const struct demand_order *x,
		       const struct reported_article *article, int64_t read_at)
{
	const struct demand_lines *side[] = {x->now, known_lines(o, x, read_at)};
	int64_t by_table = 0, in_all = 0;
	for (size_t k = 0; k < 2; k++) {
		for (size_t i = 0; side[k] && i < side[k]->n; i++) {
			const struct demand_line *line = &side[k]->at[i];
			bool booked = is_booked_on(line, article), sold = is_sold_as(line, article);
			int64_t units = k ? -line->units : o->on_hand ? line->shipped : line->units;
			by_table += booked || (sold && !line->erp) ? units : 0;
			in_all += booked || sold ? units : 0;
		}
	}
	/* An order that takes less than the ERP thinks gives nothing to the others. */
	int64_t missing = by_table > in_all ? by_table : in_all;
	return missing > 0 ? missing : 0;
}
