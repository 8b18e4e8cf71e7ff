#include "sync/notice.h"

#include <string.h>

#include "base/list.h"
#include "base/log.h"
#include "sync/sync_priv.h"

void notice_say(void *notices, const char *about, const char *text)
{
	struct notices *all = notices;
	const char *key = about ? about : text, *clean;
	if (!all)
		return;
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->said[i], key) == 0)
			return;
	*LIST_ADD(all->said, all->n, all->cap, all->a) = arena_strdup(all->a, key);
	clean = foreign_notice(text, all->at_hand, all->a);
	log_event(LOG_LEVEL_WARN, "notice", "text", clean, NULL);
	if (all->on)
		all->on(all->ctx, clean);
}
