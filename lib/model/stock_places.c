#include "model/stock_places.h"

#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/list.h"
#include "base/str.h"

#include "base/banned.h"

/* n = it is not there */
static size_t index_of(const struct stock_place *list, size_t n, const char *article,
		       const char *place)
{
	size_t i = 0;

	while (i < n && !(str_equal(list[i].article, article) && str_equal(list[i].place, place)))
		i++;
	return i;
}

static bool is_same(const struct stock_place *x, const struct stock_place *y)
{
	return x->figure == y->figure && x->moved_at == y->moved_at && x->asked == y->asked &&
	       x->before == y->before;
}

static bool has(const struct stock_place *list, size_t n, const struct stock_place *x)
{
	return stock_place_find(list, n, x->article, x->place) != NULL;
}

static void read_lists(const char *kept, const char *const *lists, struct arena *a,
		       struct stock_place **out, size_t *n)
{
	CLEANUP(json) cJSON *doc = NULL;
	LIST(struct stock_place) all = {0};

	if (kept && json_parse(kept, strlen(kept), &doc, NULL) != E_OK)
		doc = NULL;
	for (; *lists; lists++)
		JSON_EACH (entry, json_at(doc, *lists)) {
			struct stock_place x = {
				.article = arena_strdup(a, json_str(entry, "[0]")),
				.sku = arena_strdup(a, json_str(entry, "[1]")),
				.place = arena_strdup(a, json_str(entry, "[2]")),
				.name = arena_strdup(a, json_str(entry, "[3]")),
				.figure = json_int(entry, "[4]", 0),
				.moved_at = json_int(entry, "[5]", 0),
				.asked = json_at(entry, "[6]") != NULL,
				.before = json_int(entry, "[6]", 0),
			};

			x.stood = !str_equal(*lists, "none");
			if (x.article && x.sku && x.place && x.name && !has(all.at, all.n, &x))
				*list_add(&all, a) = x;
		}
	*out = all.at;
	*n = all.n;
}

void stock_places_read(const char *kept, struct arena *a, struct stock_place **out, size_t *n)
{
	static const char *const lists[] = {"at", "left", NULL};

	read_lists(kept, lists, a, out, n);
}

void stock_places_written(const char *kept, struct arena *a, struct stock_place **out, size_t *n)
{
	static const char *const lists[] = {"at", "none", NULL};

	read_lists(kept, lists, a, out, n);
}

const struct stock_place *stock_place_find(const struct stock_place *list, size_t n,
					   const char *article, const char *place)
{
	size_t i = index_of(list, n, article, place);

	return i < n ? &list[i] : NULL;
}

/* Of a list those of which something of ours may stand there, or nothing. */
static void add(cJSON *doc, const char *key, bool some, const struct stock_place *list, size_t n)
{
	cJSON *to = NULL;

	for (size_t i = 0; i < n; i++) {
		cJSON *entry;

		if ((list[i].figure > 0 || list[i].stood) != some)
			continue;
		/* Where 0 was written, nothing of ours stands; but when it moved counts as for the others. */
		if (!some && !list[i].moved_at)
			continue;
		to = to ? to : json_add_array(doc, key);
		entry = json_array();

		json_push_str(entry, list[i].article);
		json_push_str(entry, list[i].sku);
		json_push_str(entry, list[i].place);
		json_push_str(entry, list[i].name);
		json_push_int(entry, list[i].figure);
		if (list[i].moved_at)
			json_push_int(entry, list[i].moved_at);
		if (list[i].moved_at && list[i].asked)
			json_push_int(entry, list[i].before);
		json_push(to, entry);
	}
}

static const char *kept_of(const struct stock_place *at, size_t n, const struct stock_place *left,
			   size_t n_left, struct arena *a)
{
	CLEANUP(json) cJSON *doc = json_object();

	add(doc, "at", true, at, n);
	add(doc, "left", true, left, n_left);
	add(doc, "none", false, at, n);
	return json_text(doc, a);
}

static const char *say_place(const struct stock_place *x, struct arena *a)
{
	if (!x->seen)
		return arena_printf(a, "'%s' at '%s' (%lld, when it was written there last)",
				    x->sku, x->name, (long long)x->figure);
	return arena_printf(a, "'%s' at '%s' (%lld, and %lld when it was written there last)",
			    x->sku, x->name, (long long)x->now, (long long)x->figure);
}

static void say(struct put_item *put, const struct stock_place *left, size_t n, const char *also,
		struct arena *a)
{
	enum { NAMED = 3 };
	const char *list = "";

	for (size_t i = 0; i < n && i < NAMED; i++)
		list = arena_printf(a, "%s%s%s", list, i ? ", " : "", say_place(&left[i], a));
	if (n > NAMED)
		list = arena_printf(a, "%s and %zu more", list, n - NAMED);
	put->left = arena_alloc(a, sizeof(*put->left));
	err_set(put->left, E_RECORD, STOCK_LEFT,
		"the shop still offers what was written before, and by the ERP and the tables is "
		"written no longer: %s; what is written now is right. Where the shop calls that article or "
		"place otherwise by now and the ERP counts it under that name, or somebody else looks after "
		"it, run: erpsync queue drop '%s'; else set it to 0 there, or name it again in "
		"tables/locations.csv or store_skus.csv%s, then run: erpsync queue retry '%s'",
		list, put->label, also, put->label);
}

void stock_places_refused(struct put_item *put, const struct err *why, struct arena *a)
{
	put->left = arena_alloc(a, sizeof(*put->left));
	*put->left = *why;
	err_wrap(put->left, "went over but for some of its places");
}

bool stock_places_add(struct put_item *put, const struct stock_place *to, size_t n, struct arena *a)
{
	static const char *const lists[] = {"at", "left", "none", NULL};
	LIST(struct stock_place) at = {0};
	struct stock_place *was;
	size_t n_was;
	bool news = false;

	read_lists(put->kept, lists, a, &was, &n_was);
	for (size_t i = 0; i < n_was; i++)
		*list_add(&at, a) = was[i];
	for (size_t i = 0; i < n; i++) {
		size_t is = index_of(at.at, at.n, to[i].article, to[i].place);
		struct stock_place *known = is < at.n ? &at.at[is] : NULL;
		bool stood = known && known->stood;

		if (known ? !to[i].moved_at || is_same(known, &to[i])
			  : !to[i].moved_at && to[i].figure <= 0)
			continue;
		if (!known)
			known = list_add(&at, a);
		*known = to[i];
		known->stood = stood;
		news = true;
	}
	if (news)
		put->kept = kept_of(at.at, at.n, NULL, 0, a);
	return news;
}

void stock_places_close(struct put_item *put, const struct stock_place *at, size_t n,
			const struct stock_place *left, size_t n_left, const char *also,
			struct arena *a)
{
	put->kept = kept_of(at, n, left, n_left, a);
	if (n_left)
		say(put, left, n_left, also, a);
}
