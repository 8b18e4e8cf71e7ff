/*
 * Any bytes as an acknowledgement: answers, at least one of them, and the file is put away; or what is no text is told,
 * and stays.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"

#include "files/ack.h"
#include "as_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum errk count(void *ctx, const struct acknowledgement *s, struct err *e)
{
	(void)e;
	if (!s->document)
		BUG("an answer about nothing");
	++*(int *)ctx;
	return E_OK;
}

static void tell(void *ctx, const char *what, const char *remedy)
{
	if (!what || !remedy)
		BUG("nothing is said");
	++*(int *)ctx;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char dir[] = "/dev/shm/erpsync-ack-XXXXXX";
	static bool made;
	const struct timespec then[2] = {{.tv_sec = 1600000000}, {.tv_sec = 1600000000}};
	CLEANUP(arena) struct arena *a = arena_new();
	const char *path;
	struct outbox x = {.ack = true};
	int n = 0, told = 0;
	struct err e;

	if (!made && !mkdtemp(dir))
		BUG("mkdtemp");
	made = true;
	x.dir = dir;
	path = path_join(a, dir, "orders-000001.ack");
	if (file_write_atomic(path, data, size, 0600, &e) != E_OK ||
	    utimensat(0, path, then, 0) != 0)
		BUG("%s", e.msg);
	if (ack_unreadable(&x, NULL, a, tell, &told, &e) != E_OK)
		BUG("%s", e.msg);
	if (ack_read_new(&x, KIND_ORDER, a, count, &n, &e) != E_OK)
		BUG("%s", e.msg);
	if ((n == 0) != (told == 1) || file_exists(path) != (told == 1))
		BUG("%d answers, told %d times", n, told);
	return 0;
}
