#include "base/cleanup.h"
#include "base/json.h"
#include "base/str.h"
#include "connectors/shopify/products/products.h"

/*
 * Our reference is a metafield of type "id", which the shop holds unique; shopify.dev, "Working with
 * custom IDs": such a value finds a product at once, unlike a search, and productSet under it is the
 * same product however often it is sent.
 */
static const char NAMESPACE[] = "erpsync", KEY[] = "product_id", TYPE[] = "id";

cJSON *product_ref_identifier(const char *record)
{
	cJSON *identifier = json_object(), *id = json_add_object(identifier, "customId");
	json_add_str(id, "namespace", NAMESPACE);
	json_add_str(id, "key", KEY);
	json_add_str(id, "value", record);
	return identifier;
}

void product_ref_add(cJSON *input, const char *record)
{
	cJSON *field = json_object();
	json_add_str(field, "namespace", NAMESPACE);
	json_add_str(field, "key", KEY);
	json_add_str(field, "type", TYPE);
	json_add_str(field, "value", record);
	json_push(json_add_array(input, "metafields"), field);
}

enum errk product_ref_look(struct product_put *p, struct err *e)
{
	struct shopify_query q = {.doc = DOC_REF_DEFINITION, .variables = json_object()};
	cJSON *identifier = json_add_object(q.variables, "identifier");
	json_add_str(identifier, "ownerType", "PRODUCT");
	json_add_str(identifier, "namespace", NAMESPACE);
	json_add_str(identifier, "key", KEY);
	enum errk rc = shopify_send(p->shop, &q, 1, p->arena, e);
	const char *type = NULL;
	if (rc == E_OK) {
		struct answer in = shopify_answer(&q);
		if (answer_object_or_null(&in, q.data, "metafieldDefinition"))
			type = answer_id(&in, q.data, "metafieldDefinition.type.name");
		rc = answer_end(&in, e);
	}
	if (rc == E_OK && type && !str_equal(type, TYPE))
		rc = err_set(e, E_LOCAL, "reference_taken",
			     "the shop has a metafield definition %s.%s of products with the type "
			     "%s; erpsync needs it with the type id to tell the products that it "
			     "creates: remove that definition (Settings > Custom data > Products)",
			     NAMESPACE, KEY, type);
	if (rc == E_OK)
		p->shop->product_shop->defined = type != NULL;
	shopify_query_release(&q);
	return rc;
}

static enum errk define(struct product_put *p, struct err *e)
{
	struct shopify_query q = {.doc = DOC_REF_DEFINE, .variables = json_object()};
	cJSON *definition = json_add_object(q.variables, "definition");
	json_add_str(definition, "name", "erpsync product");
	json_add_str(definition, "description",
		     "The ERP's product that erpsync created this one for. Keep it.");
	json_add_str(definition, "ownerType", "PRODUCT");
	json_add_str(definition, "namespace", NAMESPACE);
	json_add_str(definition, "key", KEY);
	json_add_str(definition, "type", TYPE);
	enum errk rc = shopify_send(p->shop, &q, 1, p->arena, e);
	const char *code = NULL, *message = NULL;
	if (rc == E_OK) {
		struct answer in = shopify_answer(&q);
		const cJSON *payload = answer_object(&in, q.data, "metafieldDefinitionCreate");
		message = shopify_refusal(&in, payload);
		code = json_str(payload, "userErrors[0].code");
		if (!message)
			answer_id(&in, payload, "createdDefinition.id");
		rc = answer_end(&in, e);
	}
	/* Taken: another run, or one of ours whose answer got lost, has made it. */
	if (rc == E_OK && message && !str_equal(code, "TAKEN"))
		rc = err_set(e, E_REFUSED, "reference_refused",
			     "Shopify does not define the metafield %s.%s, under which created "
			     "products are found again: %s (%s)",
			     NAMESPACE, KEY, message, code ? code : "no code");
	shopify_query_release(&q);
	if (rc == E_OK)
		p->shop->product_shop->defined = true;
	return rc;
}

/* Whatever became of a try can be looked up. */
enum errk product_ref_define(struct product_put *p, struct err *e)
{
	enum errk rc = E_OK;
	for (int tries = 0; tries < PRODUCT_ROUNDS; tries++) {
		struct err look;
		rc = define(p, e);
		if (rc == E_OK || !shopify_is_unsure(e))
			return rc;
		rc = product_ref_look(p, &look);
		if (rc != E_OK) {
			*e = look;
			return rc;
		}
		if (p->shop->product_shop->defined)
			return E_OK;
		rc = http_pause(p->shop->env.http, PRODUCT_PAUSE_MS, &look);
		if (rc != E_OK)
			break;
	}
	/* It is not there: nothing was written. */
	return e->kind = E_BUSY;
}

void product_ref_judge(struct product_item *item)
{
	for (size_t i = 0; i < item->n_variants; i++)
		if (item->variant[i].shop)
			return;
	if (item->by_ref && !item->created)
		product_refuse(item, "reference_mismatch",
			       "the shop's product %s carries the reference '%s', but none of its "
			       "SKUs; give one of its variants the ERP's SKU, or remove the "
			       "metafield erpsync.product_id there; then run: erpsync queue retry "
			       "'%s'",
			       item->id, item->put->record, item->put->label);
}
