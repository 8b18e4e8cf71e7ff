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
#include "base/name_order.h"

#include "base/banned.h"

/* The newest file that says something of an order, of those that were read and of all, by order_ns. */
struct said_order {
	const char *id;
	int64_t read_ns, there_ns;
};

/* What a file says of which the order of files does not tell whether it is newer than the one that is open. */
struct peer {
	const char *id, *version, *file;
	int64_t line;
	enum { UNTOLD, NEWER, NEWER_READ } is; /* what the names of the two tell all the same */
	uint32_t next;                         /* of the same id; 0 = none, they count from 1 */
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
	size_t tied_to =
		0; /* the last one of which some file up to here does not tell whether it is newer */

	for (size_t i = 0; i < n; i++) {
		const int64_t own = file[i].mtime_ns;

		if (i && own == file[i - 1].mtime_ns)
			file[i].order_ns = file[i - 1].order_ns + (tied_to < i);
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

static void add_peer(struct admin_newer *x, const char *id, struct peer peer)
{
	uint32_t *slot;

	key_index_room(&x->peers_index, x->peers.n);
	slot = key_index_slot(&x->peers_index, id);
	peer.id = arena_strdup(x->peers_mem, id);
	peer.next = *slot;
	*list_add(&x->peers, x->peers_mem) = peer;
	*slot = (uint32_t)x->peers.n;
}

/* How another file stands to the one that is open. */
enum standing { OLDER, PEER, PEER_NEWER, LATER };

/* All orders of another file that is none of the older ones; read: it has been. */
static enum errk read_other(struct admin_newer *x, const struct source_file *f, enum standing as,
			    bool read, struct err *e)
{
	CLEANUP(admin_orders_file) struct admin_orders_file *file = NULL;
	CLEANUP(arena) struct arena *scratch = arena_new();
	struct peer peer = {.file = arena_strdup(x->peers_mem, f->name)};
	struct admin_order_rows o;
	bool more = true;
	enum errk k = admin_orders_file_open(f->path, f->name, x->declared, &file, e);

	peer.is = as == PEER ? UNTOLD : read ? NEWER_READ : NEWER;
	for (; k == E_OK && more; arena_reset(scratch)) {
		k = admin_orders_file_next(file, &o, &more, e);
		if (k != E_OK || !more)
			break;
		const char *id = admin_order_id(&o, scratch);
		const char *name = admin_name_id(admin_order_cell(&o, COL_NAME), scratch);
		const char *key[] = {id, by_name_too(name, scratch)};

		if (as == PEER) {
			struct record r;

			admin_order_record(&o, scratch, &r);
			peer.version = arena_strdup(x->peers_mem, r.version);
			peer.line = o.line;
			key[0] = r.id;
		}
		for (size_t i = 0; i < (as == PEER || str_equal(id, name) ? 1 : 2); i++)
			if (as == LATER)
				add_newer(x, key[i], f->order_ns, read);
			else
				add_peer(x, key[i], peer);
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

/* other stands before f in their listing, or behind it. */
static enum standing standing_of(const struct source_file *other, bool before,
				 const struct source_file *f)
{
	if (other->order_ns != f->order_ns)
		return other->order_ns < f->order_ns ? OLDER : LATER;
	if (!is_known(other, f))
		return PEER;
	return before ? OLDER : PEER_NEWER;
}

enum errk admin_newer_find(struct admin_newer *x, const struct source_file *f,
			   const struct source_cursor *at, const struct source_file *file, size_t n,
			   struct arena *a, struct err *e)
{
	enum errk k = E_OK;
	bool before = true;

	forget_peers(x);
	for (size_t i = 0; i < n && k == E_OK; i++) {
		const bool own = str_equal(file[i].name, f->name);
		const enum standing as = standing_of(&file[i], before, f);
		bool read = at && as != OLDER && source_cursor_has_read(at, &file[i]);
		const char *stamp = arena_printf(a, "%s%s", file[i].stamp, read ? " read" : "");

		before = before && !own;
		if (own || as == OLDER || (as != PEER && !at) ||
		    (as == LATER && str_equal(source_stamp_of(x->files, file[i].name), stamp)))
			continue;
		if (read || admin_export_kind(file[i].path) == ADMIN_EXPORT_ORDERS)
			k = read_other(x, &file[i], as, read, e);
		if (!read)
			k = E_OK;
		if (as == LATER && k == E_OK)
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

static const struct peer *peer_at(const struct admin_newer *x, uint32_t slot)
{
	return slot ? &x->peers.at[slot - 1] : NULL;
}

static const struct peer *first_peer(const struct admin_newer *x, const char *id)
{
	return x->peers.n ? peer_at(x, *key_index_slot(&x->peers_index, id)) : NULL;
}

static const struct peer *next_peer(const struct admin_newer *x, const struct peer *p)
{
	return peer_at(x, p->next);
}

bool admin_newer_judge(const struct admin_newer *x, const struct source_file *f, struct record *r,
		       int64_t line, struct arena *a)
{
	const char *name = admin_name_id(r->label, a);
	const char *const id[] = {r->id, name,
				  str_equal(r->id, name) ? by_name_too(name, a) : name};

	for (size_t i = 0; x->said.n && i < sizeof(id) / sizeof(*id); i++) {
		uint32_t slot = *key_index_slot(&x->index, id[i]);

		if (slot && x->said.at[slot - 1].read_ns > f->order_ns)
			return true;
		r->superseded |= slot && x->said.at[slot - 1].there_ns > f->order_ns;
	}
	for (size_t i = 0; x->peers.n && i < sizeof(id) / sizeof(*id); i++)
		for (const struct peer *p = first_peer(x, id[i]); p; p = next_peer(x, p)) {
			if (p->is == NEWER_READ)
				return true;
			r->superseded |= p->is == NEWER;
		}
	for (const struct peer *p = first_peer(x, r->id); p; p = next_peer(x, p))
		if (p->is == UNTOLD && !str_equal(p->version, r->version)) {
			park(r, line, p, a);
			break;
		}
	return false;
}
