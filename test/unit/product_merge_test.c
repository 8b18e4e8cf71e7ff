#include "base_test.h"

#include "base/cleanup.h"
#include "base/json.h"
#include "model/product_merge.h"

static cJSON *parse(const char *text)
{
	cJSON *doc = NULL;
	struct err e = {0};

	assert_ok(json_parse(text, strlen(text), &doc, &e), &e);
	return doc;
}

static void test_merge__later_over_earlier(void **state)
{
	static const struct {
		const char *earlier, *later, *both;
	} cases[] = {
		/* What is not there is not said; null is, but not of what a product can't be without. */
		{"{'title':'A','vendor':'V','type':'T','variants':[]}",
		 "{'title':null,'type':null,'variants':[]}",
		 "{'title':'A','vendor':'V','type':null,'variants':[]}"},
		{"{'variants':[{'id':'a','sku':'a','price':'1','cost':'1','barcode':'1'}]}",
		 "{'variants':[{'id':'a','sku':'a','price':'2','barcode':null},{'id':'b','sku':'b'}]}",
		 "{'variants':[{'id':'a','sku':'a','price':'2','cost':'1','barcode':null},"
		 "{'id':'b','sku':'b'}]}"},
		/* By its id; by its SKU where one of them has none. */
		{"{'variants':[{'id':'1','sku':'a','cost':'1'},{'id':'2','sku':'b','cost':'2'}]}",
		 "{'variants':[{'id':'1','sku':'b'},{'id':'2','sku':'a'}]}",
		 "{'variants':[{'id':'1','sku':'b','cost':'1'},{'id':'2','sku':'a','cost':'2'}]}"},
		{"{'variants':[{'id':'1','sku':'a','cost':'1'}]}",
		 "{'variants':[{'id':'a','sku':'a','cost':'2'}]}",
		 "{'variants':[{'id':'1','sku':'a','cost':'2'}]}"},
		{"{'variants':[{'id':'a','sku':'a','cost':'1'}]}",
		 "{'variants':[{'id':'1','sku':'a'}]}",
		 "{'variants':[{'id':'1','sku':'a','cost':'1'}]}"},
		/* Options, also under another name in the same place. */
		{"{'options':[{'name':'Size'},{'name':'Colour'}],'variants':[{'id':'a','sku':'a','options':"
		 "[{'name':'Size','value':'S'},{'name':'Colour','value':'red'}]}]}",
		 "{'options':[{'name':'Width'}],'variants':[{'id':'a','sku':'a','options':"
		 "[{'name':'Width','value':'M'}]}]}",
		 "{'options':[{'name':'Width'},{'name':'Colour'}],'variants':[{'id':'a','sku':'a','options':"
		 "[{'name':'Width','value':'M'},{'name':'Colour','value':'red'}]}]}"},
		/* A currency is that of the amounts. */
		{"{'currency':'EUR','variants':[{'id':'a','sku':'a','price':'1'}]}",
		 "{'currency':'XXX','variants':[{'id':'a','sku':'a','barcode':'1'}]}",
		 "{'currency':'EUR','variants':[{'id':'a','sku':'a','price':'1','barcode':'1'}]}"},
		{"{'currency':'EUR','variants':[{'id':'a','sku':'a','price':'1'}]}",
		 "{'currency':'USD','variants':[{'id':'a','sku':'a','price':'2'}]}",
		 "{'currency':'USD','variants':[{'id':'a','sku':'a','price':'2'}]}"},
		/* What could not be read goes with what says it, and comes anew with what can't be read either. */
		{"{'variants':[{'id':'a','sku':'a'}],'unreadable':[{'why':'1','variant':'a','fields':['price']},"
		 "{'why':'2','fields':['title']}]}",
		 "{'title':'T','variants':[{'id':'b','sku':'b','price':'1'}]}",
		 "{'variants':[{'id':'a','sku':'a'},{'id':'b','sku':'b','price':'1'}],"
		 "'unreadable':[{'why':'1','variant':'a','fields':['price']}],'title':'T'}"},
		{"{'variants':[{'id':'a','sku':'a'}],'unreadable':[{'why':'1','variant':'a','fields':['price']}]}",
		 "{'variants':[{'id':'a','sku':'a'}],'unreadable':[{'why':'3','variant':'a','fields':['price']}]}",
		 "{'variants':[{'id':'a','sku':'a'}],'unreadable':[{'why':'3','variant':'a','fields':['price']}]}"},
		{"{'variants':[],'unreadable':[{'why':'1','variants':2,'fields':['title','price']}]}",
		 "{'title':'T','variants':[{'id':'a','sku':'a','price':'1'}]}",
		 "{'variants':[{'id':'a','sku':'a','price':'1'}],'unreadable':[{'why':'1','variants':2,"
		 "'fields':['title','price']}],'title':'T'}"},
		{"{'variants':[],'unreadable':[{'why':'1','variants':1,'fields':['title','price']}]}",
		 "{'title':'T','variants':[{'id':'a','sku':'a','price':'1'}]}",
		 "{'variants':[{'id':'a','sku':'a','price':'1'}],'title':'T'}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		CLEANUP(arena) struct arena *a = arena_new();
		const char *const *texts = &cases[i].earlier;
		cJSON *doc[3];

		for (int k = 0; k < 3; k++) {
			char *text = arena_strdup(a, texts[k]);

			for (char *at = text; *at; at++)
				*at = *at == '\'' ? '"' : *at;
			doc[k] = parse(text);
			if (!json_at(doc[k], "currency"))
				json_add_str(doc[k], "currency", "EUR");
		}
		product_merge(doc[0], doc[1]);
		if (!cJSON_Compare(doc[0], doc[2], true))
			fail_msg("case %zu: %s", i, json_text(doc[0], a));
		/* Once more, as after a kill: it is the same. */
		product_merge(doc[0], doc[1]);
		assert_true(cJSON_Compare(doc[0], doc[2], true));
		for (int k = 0; k < 3; k++)
			cJSON_Delete(doc[k]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_merge__later_over_earlier),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
