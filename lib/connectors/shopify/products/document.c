#include "base/json.h"
#include "connectors/shopify/products/products.h"

void product_step(const struct product_put *p, struct product_item *item, const char *name,
		  const char *outcome, const char *detail)
{
	struct put_step *step = arena_alloc(p->arena, sizeof(*step));
	*step = (struct put_step){.name = name, .outcome = outcome, .detail = detail};
	if (item->last_step)
		item->last_step->next = step;
	else
		item->put->steps = step;
	item->last_step = step;
}

static enum errk read_item(struct product_put *p, struct put_item *put, struct err *e)
{
	struct product_item *item = &p->item[p->n++];
	enum errk rc = product_item_read(put, p->arena, item, e);
	if (target_is(&put->target)) {
		item->id = put->target.id;
		item->known = true;
	}
	return rc;
}

enum errk product_read_documents(struct product_put *p, struct err *e)
{
	enum errk rc = E_OK;
	p->item = arena_array(p->arena, p->batch->n, sizeof(*p->item));
	for (size_t i = 0; i < p->batch->n && rc == E_OK; i++) {
		struct put_item *put = p->batch->item[i];
		put->adopted = false;
		if (put->doc)
			rc = read_item(p, put, e);
		else if (!target_is(&put->target))
			rc = product_find_landed(p, put, e);
	}
	return rc;
}
