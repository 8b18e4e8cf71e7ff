#include <stdio.h>
#include <string.h>

#include "sync/session.h"

/*
 * The engine's own keys; each connector brings its own table. The first rows are the connectors of
 * the sides, in the order of enum side; their choices follow from the registry.
 */
static struct conf_key settings[] = {
	{"store", "connector", NULL, CONF_CHOICE, NULL, NULL, 0, 0, "The system of the store."},
	{"erp", "connector", NULL, CONF_CHOICE, NULL, NULL, 0, 0, "The ERP system."},
	{"state", "path", NULL, CONF_PATH, "erpsync.db", NULL, 0, 0,
	 "State file; its folder must exist."},
	{"state", "keep_payloads", NULL, CONF_DURATION, "30d", NULL, 0, INT64_MAX,
	 "How long documents of delivered records are kept; 0 drops them at delivery."},
	{"state", "keep_journal", NULL, CONF_DURATION, "400d", NULL, 86400000, INT64_MAX,
	 "How long the history of each record is kept, for explain."},
	{"mappings", "path", NULL, CONF_PATH, NULL, NULL, 0, 0,
	 "Folder whose mappings and tables replace the shipped ones, file by file."},
	{"mappings", "max_time", NULL, CONF_DURATION, "10s", NULL, 100, 3600000,
	 "How long the mapping of one document may compute before the record is parked."},
	{"run", "max_runtime", NULL, CONF_DURATION, "6h", NULL, 0, 7LL * 86400000,
	 "End of a run that no terminal watches and that has no --max-runtime; 0 = none."},
	{"orders", "since", NULL, CONF_TIME, NULL, NULL, 0, 0,
	 "Orders created before this are left alone; without it the first run takes all."},
	{"orders", "include_test", NULL, CONF_BOOL, "no", NULL, 0, 0, "Send test orders too."},
	{"orders", "fulfilled", NULL, CONF_CHOICE, "deliver", "deliver|skip|hold|park", 0, 0,
	 "What becomes of goods that the shop has shipped itself before the ERP got the order."},
	{"orders", "on_hold", NULL, CONF_CHOICE, "wait", "wait|hold|export", 0, 0,
	 "What becomes of an order that the shop holds back before the ERP got it."},
	{"orders", "currency", NULL, CONF_CHOICE, "shop", "shop|presentment", 0, 0,
	 "Amounts in the shop's currency, or in the one that the buyer saw and paid."},
	{"orders", "overlap", NULL, CONF_DURATION, "10m", NULL, 60000, 7LL * 86400000,
	 "How far each run reads back beyond the last one; once a day it reads back 48 hours."},
	{"refunds", "wait_for_order", NULL, CONF_DURATION, "7d", NULL, 0, 400LL * 86400000,
	 "How long a refund waits for its order to be in the ERP before it is parked."},
	{"inventory", "master", NULL, CONF_CHOICE, "erp", "erp|store", 0, 0,
	 "Which side's stock figures are right; the other one is written."},
	{"inventory", "quantity", NULL, CONF_CHOICE, NULL, "on_hand|available|forecast", 0, 0,
	 "Which of the ERP's figures is offered; must be set before stock is pulled."},
	{"inventory", "buffer", NULL, CONF_INT, "0", NULL, 0, 1000000,
	 "Units of each article that are held back at each location."},
	{"inventory", "order_lag", NULL, CONF_DURATION, "15m", NULL, 0, 7LL * 86400000,
	 "Time from an order's delivery until the ERP's free stock is less by it."},
	{"inventory", "inactive_level", NULL, CONF_CHOICE, "activate", "activate|skip", 0, 0,
	 "What to do where the shop does not stock an article at a location yet."},
	{"inventory", "reason", NULL, CONF_CHOICE, "correction",
	 "correction|cycle_count_available|damaged|other|promotion|quality_control|received|restock|"
	 "safety_stock|shrinkage",
	 0, 0, "What the shop's stock history says about each change."},
	{"inventory", "max_age", NULL, CONF_DURATION, "24h", NULL, 60000, 30LL * 86400000,
	 "Stock that the ERP read or wrote longer ago is not used."},
	{"inventory", "keep_journal", NULL, CONF_DURATION, "14d", NULL, 86400000, INT64_MAX,
	 "The same as [state] keep_journal, for the stock of each article."},
	{"products", "master", NULL, CONF_CHOICE, "erp", "erp|store", 0, 0,
	 "Which side's products are right; the other one is written, field by field as owned."},
	{"products", "erp_owns", NULL, CONF_TEXT, "sku, price, cost, barcode", NULL, 0, 0,
	 "Fields that the ERP writes; the store's are replaced."},
	{"products", "store_owns", NULL, CONF_TEXT, "title, description, images, tags", NULL, 0, 0,
	 "Fields that are never written once the product is there."},
	{"products", "both", NULL, CONF_TEXT, NULL, NULL, 0, 0,
	 "Fields that either side may change; where both did, the product is parked."},
	{"products", "new_status", NULL, CONF_CHOICE, "draft", "draft|active", 0, 0,
	 "Status of a product that is created in the store."},
	{"products", "archived", NULL, CONF_CHOICE, "archive", "archive|draft|ignore", 0, 0,
	 "What becomes of a product in the store that the ERP no longer sells."},
	{"products", "tax_mismatch", NULL, CONF_CHOICE, "park", "park|refuse", 0, 0,
	 "Prices with tax for a store without, or the reverse: park each, or end the run."},
	{"fulfillments", "master", NULL, CONF_CHOICE, "erp", "erp|store", 0, 0,
	 "Which side delivers; the other one is told."},
	{"fulfillments", "other_location", NULL, CONF_CHOICE, "accept", "accept|move|park", 0, 0,
	 "What to do when goods left another warehouse than the shop had chosen."},
	{"fulfillments", "notify_customer", NULL, CONF_BOOL, "no", NULL, 0, 0,
	 "Let the shop send its mail about each shipment and each change of its tracking."},
	{"queue", "tries", NULL, CONF_INT, "10", NULL, 1, 1000,
	 "Tries for passing troubles before a record is parked."},
	{"queue", "wait", NULL, CONF_DURATION, "1m", NULL, 1, 86400000,
	 "Wait before the second try; doubled each time."},
	{"queue", "max_wait", NULL, CONF_DURATION, "6h", NULL, 1, 7LL * 86400000,
	 "Longest wait between two tries."},
	{"net", "connect_timeout", NULL, CONF_DURATION, "10s", NULL, 1, 600000,
	 "Time to connect to a server."},
	{"net", "timeout", NULL, CONF_DURATION, "60s", NULL, 1, 3600000,
	 "Time for one request as a whole."},
	{"net", "retries", NULL, CONF_INT, "4", NULL, 0, 20,
	 "Further tries of a request that may be repeated."},
	{"net", "max_wait", NULL, CONF_DURATION, "60s", NULL, 0, 3600000,
	 "Longest wait inside a run; if a server asks for more, the run ends and the queue keeps."},
	{"log", "path", NULL, CONF_TEXT, NULL, NULL, 0, 0, "Log file, or syslog; none if not set."},
	{"log", "format", NULL, CONF_CHOICE, "kv", "kv|json", 0, 0,
	 "One event a line as key=value or JSON."},
	{"log", "level", NULL, CONF_CHOICE, "info", "error|warn|info|debug", 0, 0,
	 "Least important event that is logged."},
	{0},
};

/* "a|b|c": the connectors that can do anything at this side. */
static const char *choices(enum side side, char *buf, size_t size)
{
	buf[0] = 0;
	for (size_t i = 0; connector_types[i]; i++) {
		const struct connector_type *t = connector_types[i];
		size_t len = strlen(buf);
		if (connector_serves(t, side))
			snprintf(buf + len, size - len, "%s%s", len ? "|" : "", t->name);
	}
	return buf;
}

const struct conf_key *const *settings_tables(size_t *n)
{
	enum { MOST = 32 };
	static const struct conf_key *tables[MOST];
	static char names[SIDE_COUNT_][256];
	static size_t count;
	if (!count) {
		for (enum side side = SIDE_STORE; side < SIDE_COUNT_; side++)
			settings[side].choices = choices(side, names[side], sizeof(names[side]));
		tables[count++] = settings;
		for (size_t i = 0; connector_types[i]; i++) {
			if (count == MOST)
				BUG("more than %d tables of settings", MOST);
			tables[count++] = connector_types[i]->keys;
		}
	}
	*n = count;
	return tables;
}
