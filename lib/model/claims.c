#include "model/claims.h"

#include <stdlib.h>
#include <string.h>

#include "base/banned.h"

/* By article; those that the ERP has some of first, and of them those that were written. */
static int by_article(const void *a, const void *b)
{
	const struct claimant *x = *(struct claimant *const *)a, *y = *(struct claimant *const *)b;
	int article = strcmp(x->claim->article, y->claim->article);

	if (article || x->claim->some != y->claim->some)
		return article ? article : y->claim->some - x->claim->some;
	if (x->written != y->written)
		return y->written - x->written;
	return strcmp(x->put->record, y->put->record);
}

static void yield_to(struct claimant *c, enum claim_verdict verdict, const char *other)
{
	c->verdict = verdict;
	c->other = other;
}

/* Those of one article: the first has some, if any has. */
static void judge_duplicates(struct claimant **same, size_t n)
{
	for (size_t i = 1; i < n; i++)
		yield_to(same[i], same[i]->claim->some ? CLAIM_TAKEN : CLAIM_YIELDS,
			 same[0]->put->label);
	if (n > 1 && same[1]->claim->some && (same[1]->written || !same[0]->written))
		yield_to(same[0], CLAIM_TAKEN, same[1]->put->label);
}

static void judge_batch(struct claimant **list, size_t n)
{
	size_t from = 0;

	if (n)
		qsort(list, n, sizeof(*list), by_article);
	for (size_t i = 1; i <= n; i++) {
		if (i < n && strcmp(list[i]->claim->article, list[from]->claim->article) == 0)
			continue;
		judge_duplicates(list + from, i - from);
		from = i;
	}
}

static void judge_rival(struct claimant *c, const struct rival *r, bool is, bool some)
{
	if (c->verdict == CLAIM_YIELDS || c->verdict == CLAIM_TAKEN)
		return;
	if (!r->doc && !r->unsaid)
		yield_to(c, CLAIM_UNKNOWN, r->label);
	else if (is && some)
		yield_to(c, c->claim->some ? CLAIM_TAKEN : CLAIM_YIELDS, r->label);
	/* Its nothing stands there already. */
	else if (is && r->written && !c->written && !c->claim->some)
		yield_to(c, CLAIM_YIELDS, r->label);
}

enum errk claims_judge(const struct put_batch *batch, struct claimant *list, size_t n,
		       bool (*says)(const void *ctx, const struct rival *r,
				    const struct put_claim *claim, bool *some, struct arena *a),
		       const void *ctx, struct arena *a, struct err *e)
{
	struct rival_request *request = arena_array(a, n, sizeof(*request));
	struct claimant **sorted = arena_array(a, n, sizeof(struct claimant *));
	struct rival *rival;
	size_t n_rivals = 0;
	enum errk rc;

	for (size_t i = 0; i < n; i++)
		request[i] = (struct rival_request){.record = list[i].put->record,
						    .article = list[i].claim->article};
	rc = n ? batch->rivals(batch->rivals_ctx, request, n, a, &rival, &n_rivals, e) : E_OK;
	if (rc != E_OK)
		return rc;
	for (size_t i = 0; i < n; i++) {
		list[i].written = request[i].written;
		sorted[i] = &list[i];
	}
	judge_batch(sorted, n);
	for (size_t i = 0; i < n_rivals; i++) {
		struct claimant *c = &list[rival[i].of];
		bool some = rival[i].some,
		     is = rival[i].doc ? says(ctx, &rival[i], c->claim, &some, a) : rival[i].unsaid;

		judge_rival(c, &rival[i], is, some);
	}
	return E_OK;
}
