#include "model/stock_wanted.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"

#include "base/banned.h"

enum stock_figure stock_figure_wanted(const struct conf *c)
{
	const char *quantity = conf_text(c, "inventory", "quantity");

	for (int f = 0; f < FIGURE_COUNT_; f++)
		if (str_equal(quantity, stock_figure_name((enum stock_figure)f)))
			return (enum stock_figure)f;
	BUG("[inventory] quantity= is not set");
}

/* The first thing that is wrong with it. */
static void wrong(struct stock_wanted *out, const struct err *why, struct arena *a)
{
	struct err *kept;

	if (out->wrong)
		return;
	kept = arena_alloc(a, sizeof(*kept));
	*kept = *why;
	out->wrong = kept;
}

static enum errk read_entry(const cJSON *entry, enum stock_figure f, struct arena *a,
			    struct stock_wanted *out, struct err *e)
{
	const cJSON *problem = json_at(entry, "problem");
	const char *where = json_str(entry, "location"), *code = json_str(problem, "code");
	const char *text = json_str(entry, stock_figure_name(f)), *said = json_str(problem, "text");
	struct err why;

	if (!where && !said)
		return err_set(
			e, E_RECORD, "bad_document",
			"the mapping gave a quantity without location; correct stock.jq, which "
			"makes the quantities, then run: erpsync queue retry --code bad_document");
	if (said) {
		err_set(&why, E_RECORD, code ? code : "bad_document", "%s", said);
		wrong(out, &why, a);
	}
	out->location = arena_strdup(a, where);
	if (!text) {
		err_set(&why, E_RECORD, "no_figure",
			"the ERP gives no figure '%s' for it at '%s', and [inventory] quantity "
			"asks for that one; have the ERP give it, or set [inventory] quantity to "
			"one that it gives",
			stock_figure_name(f), where ? where : "");
		wrong(out, &why, a);
	} else if (decimal_parse(text, &out->figure, &why) != E_OK) {
		err_wrap(&why, "the figure '%s' of the ERP at '%s'", stock_figure_name(f),
			 where ? where : "");
		wrong(out, &why, a);
	} else {
		out->known = true;
	}
	return E_OK;
}

enum errk stock_wanted_read(const char *text, enum stock_figure f, struct arena *a,
			    const char **sku, struct stock_wanted **out, size_t *n, struct err *e)
{
	CLEANUP(json) cJSON *doc = NULL;
	enum errk k = json_parse(text, strlen(text), &doc, e);
	struct stock_wanted *list;
	size_t count = 0;

	if (k != E_OK)
		return k;
	if (str_blank(json_str(doc, "sku")))
		return err_set(
			e, E_RECORD, "bad_document",
			"the mapping gave no SKU; correct stock.jq, which names it, then run: "
			"erpsync queue retry --code bad_document");
	list = arena_array(a, json_count(doc, "quantities"), sizeof(*list));
	JSON_EACH (entry, json_at(doc, "quantities")) {
		k = read_entry(entry, f, a, &list[count++], e);
		if (k != E_OK)
			return k;
	}
	*sku = arena_strdup(a, json_str(doc, "sku"));
	*out = list;
	*n = count;
	return E_OK;
}

/* Whole units, downwards: of 2.7 metres two can be sold, of -0.5 none. */
static int64_t whole(struct decimal d)
{
	int64_t units = d.units;

	for (int i = 0; i < d.scale; i++) {
		bool rest = units % 10 != 0;

		units = units / 10 - (units < 0 && rest ? 1 : 0);
	}
	return units;
}

int64_t stock_target(struct decimal sum, int64_t in_flight, int64_t buffer, bool *negative)
{
	int64_t units = whole(sum);

	*negative = units < 0;
	units -= in_flight + buffer;
	return units < 0 ? 0 : units;
}
