#include "connectors/shopify_admin/orders/newer.h"

#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/key_index.h"
#include "base/list.h"
#include "base/str.h"
#include "connectors/shopify_admin/exports.h"
#include "connectors/shopify_admin/orders/document.h"
#include "connectors/shopify_admin/orders/file.h"
#include "files/name_order.h"

#include "base/banned.h"

/* When the newest file that says something of an order was written, of those that were read and of all; ns. */
struct said_order {
	const char *id;
	int64_t read_ns, there_ns;
};

/* What a file of the same time says. */
struct peer {
	const char *id, *version, *file;
	int64_t line;
};

struct admin_newer {
	enum csv_encoding declared;
	/* What the files have said that are newer than one that was opened: it comes late. */
	struct arena *mem; /* NULL: there are none */
	LIST(struct said_order) said;
	struct key_index index;
	cJSON *files; /* that are in here, by stamp; again when they have been read */
	/* Of the file that is open. */
	struct arena *peers_mem;
	LIST(struct peer) peers;
	struct key_index peers_index;
};

static const char *said_id(const void *ctx, size_t i)
{
	const struct admin_newer *x = ctx;

	return x->said.at[i].id;
}

static const char *peer_id(const void *ctx, size_t i)
{
	const struct admin_newer *x = ctx;

	return x->peers.at[i].id;
}

struct admin_newer *admin_newer_new(enum csv_encoding declared)
{
	struct admin_newer *x = calloc(1, sizeof(*x));

	if (!x)
		die(70, "out of memory");
	x->declared = declared;
	x->mem = arena_new();
	x->files = json_object();
	x->index = (struct key_index){.key = said_id, .ctx = x};
	x->peers_mem = arena_new();
	x->peers_index = (struct key_index){.key = peer_id, .ctx = x};
	return x;
}

void admin_newer_free(struct admin_newer *x)
{
	if (!x)
		return;
	key_index_release(&x->index);
	key_index_release(&x->peers_index);
	arena_free(x->mem);
	arena_free(x->peers_mem);
	cJSON_Delete(x->files);
	free(x);
}

/* Which of two is newer is known: by their dates, also where those are not believed, or by their names. */
static bool is_known(const struct source_file *x, const struct source_file *y)
{
	return x->dated_ns != y->dated_ns || name_order_known(x->name, y->name);
}

void admin_newer_rank(struct source_file *file, size_t n)
{
	int64_t before = 0;
	size_t tied_to =
		0; /* the last one of which some file up to here does not tell whether it is newer */

	for (size_t i = 0; i < n; i++) {
		int64_t own = file[i].mtime_ns;

		if (i && own == before)
			file[i].mtime_ns = file[i - 1].mtime_ns + (tied_to < i);
		before = own;
		for (size_t k = i + 1; k < n && file[k].mtime_ns == own; k++)
			if (k > tied_to && !is_known(&file[i], &file[k]))
				tied_to = k;
	}
}

static void add_newer(struct admin_newer *x, const char *id, int64_t ns, bool read)
{
	uint32_t *slot;
	struct said_order *o;

	key_index_room(&x->index, x->said.n);
	slot = key_index_slot(&x->index, id);
	if (!*slot) {
		*list_add(&x->said, x->mem) = (struct said_order){.id = arena_strdup(x->mem, id)};
		*key_index_slot(&x->index, id) = (uint32_t)x->said.n;
		slot = key_index_slot(&x->index, id);
	}
	o = &x->said.at[*slot - 1];
	o->there_ns = ns > o->there_ns ? ns : o->there_ns;
	if (read && ns > o->read_ns)
		o->read_ns = ns;
}

/* In a file without ids an order is known by its name, and may be one that another file has by its id. */
static const char *by_name_too(const char *name_id, struct arena *a)
{
	return arena_printf(a, "name of %s", name_id);
}

static void add_peer(struct admin_newer *x, const struct source_file *f,
		     const struct admin_order_rows *o, struct arena *scratch)
{
	struct record r;

	admin_order_record(o, scratch, &r);
	key_index_room(&x->peers_index, x->peers.n);
	if (*key_index_slot(&x->peers_index, r.id))
		return;
	*list_add(&x->peers, x->peers_mem) = (struct peer){arena_strdup(x->peers_mem, r.id),
							   arena_strdup(x->peers_mem, r.version),
							   arena_strdup(x->peers_mem, f->name),
							   o->line};
	*key_index_slot(&x->peers_index, r.id) = (uint32_t)x->peers.n;
}

/* All orders of another file: of one of the same time (peer), or of a newer one. */
static enum errk read_other(struct admin_newer *x, const struct source_file *f, bool peer,
			    bool read, struct err *e)
{
	CLEANUP(admin_orders_file) struct admin_orders_file *file = NULL;
	CLEANUP(arena) struct arena *scratch = arena_new();
	struct admin_order_rows o;
	bool more = true;
	enum errk k = admin_orders_file_open(f->path, f->name, x->declared, &file, e);

	for (; k == E_OK && more; arena_reset(scratch)) {
		k = admin_orders_file_next(file, &o, &more, e);
		if (k != E_OK || !more)
			break;
		if (peer) {
			add_peer(x, f, &o, scratch);
			continue;
		}
		const char *id = admin_order_id(&o, scratch);
		const char *name = admin_name_id(admin_order_cell(&o, COL_NAME), scratch);

		add_newer(x, id, f->mtime_ns, read);
		if (!str_equal(id, name))
			add_newer(x, by_name_too(name, scratch), f->mtime_ns, read);
	}
	return k;
}

static void forget_peers(struct admin_newer *x)
{
	key_index_release(&x->peers_index);
	x->peers_index = (struct key_index){.key = peer_id, .ctx = x};
	arena_reset(x->peers_mem);
	memset(&x->peers, 0, sizeof(x->peers));
}

enum errk admin_newer_find(struct admin_newer *x, const struct source_file *f,
			   const struct source_cursor *at, const struct source_file *file, size_t n,
			   struct arena *a, struct err *e)
{
	enum errk k = E_OK;

	forget_peers(x);
	for (size_t i = 0; i < n && k == E_OK; i++) {
		bool peer = file[i].mtime_ns == f->mtime_ns && !str_equal(file[i].name, f->name);
		bool read = at && source_cursor_outdates(at, &file[i], f);
		const char *stamp = arena_printf(a, "%s%s", file[i].stamp, read ? " read" : "");

		if (!peer && (!at || file[i].mtime_ns <= f->mtime_ns ||
			      str_equal(source_stamp_of(x->files, file[i].name), stamp)))
			continue;
		if (read || admin_export_kind(file[i].path) == ADMIN_EXPORT_ORDERS)
			k = read_other(x, &file[i], peer, read, e);
		if (!read)
			k = E_OK;
		if (!peer && k == E_OK)
			source_stamp_set(x->files, file[i].name, stamp);
	}
	return k;
}

/* Both files come to the same version and words, whichever is read first. */
static void park(struct record *r, int64_t line, const struct peer *other, struct arena *a)
{
	bool first = name_order(r->file, other->file) < 0;
	struct err *problem = arena_alloc(a, sizeof(*problem));

	err_set(problem, E_RECORD, "order_twice",
		"%s:%lld and %s:%lld: the order stands in both files with different cells, and both "
		"are of the same time; take away the one that is older, or export the order again, "
		"then run: erpsync queue retry '%s'",
		first ? r->file : other->file, (long long)(first ? line : other->line),
		first ? other->file : r->file, (long long)(first ? other->line : line), r->label);
	r->version = first ? arena_printf(a, "%s %s", r->version, other->version)
			   : arena_printf(a, "%s %s", other->version, r->version);
	r->problem = problem;
	r->doc = NULL;
	r->doc_len = 0;
}

bool admin_newer_judge(const struct admin_newer *x, struct record *r, int64_t line, struct arena *a)
{
	const char *name = admin_name_id(r->label, a);
	const char *const id[] = {r->id, name,
				  str_equal(r->id, name) ? by_name_too(name, a) : name};

	for (size_t i = 0; x->said.n && i < sizeof(id) / sizeof(*id); i++) {
		uint32_t slot = *key_index_slot(&x->index, id[i]);

		if (slot && x->said.at[slot - 1].read_ns > r->written_ns)
			return true;
		r->superseded |= slot && x->said.at[slot - 1].there_ns > r->written_ns;
	}
	uint32_t slot = x->peers.n ? *key_index_slot(&x->peers_index, r->id) : 0;

	if (slot && !str_equal(x->peers.at[slot - 1].version, r->version))
		park(r, line, &x->peers.at[slot - 1], a);
	return false;
}
