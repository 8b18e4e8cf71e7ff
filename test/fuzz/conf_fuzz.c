/* Any bytes as a configuration file: loaded or refused with its name in the message. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/conf.h"
#include "base/secrets.h"
#include "base/str.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct conf_key KEYS[] = {
	{"m", "p", NULL, CONF_PATH, "x", "syslog", 0, 0, ""},
	{"m", "i", NULL, CONF_INT, "5", NULL, 1, 500, ""},
	{"m", "d", NULL, CONF_DURATION, NULL, NULL, 0, 0, ""},
	{"m", "t", NULL, CONF_TIME, NULL, NULL, 0, 0, ""},
	{"m", "b", NULL, CONF_BOOL, NULL, NULL, 0, 0, ""},
	{"m", "text", NULL, CONF_TEXT, NULL, NULL, 0, 0, ""},
	{"m", "url", NULL, CONF_URL, NULL, NULL, 0, 0, ""},
	{"s", "connector", NULL, CONF_CHOICE, "a", "a|b", 0, 0, ""},
	{"s", "key", "a", CONF_SECRET, NULL, NULL, 0, 0, ""},
	{"s", "n", "a", CONF_INT, "1", NULL, 0, 0, ""},
	{"s", "n", "b", CONF_INT, "2", NULL, 0, 0, ""},
	{0},
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct conf_key *const tables[] = {KEYS};
	CLEANUP(fd) int fd = memfd_create("conf", MFD_CLOEXEC);
	CLEANUP(conf) struct conf *c = NULL;
	struct err e;
	char path[64];

	if (fd < 0 || fchmod(fd, 0600) != 0 || write(fd, data, size) != (ssize_t)size)
		BUG("memfd");
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	secrets_forget();
	if (conf_load(path, tables, 1, &c, &e) != E_OK) {
		secrets_hide(path); /* a secret may be called "self" */
		if (e.kind != E_LOCAL || !str_starts(e.msg, path))
			BUG("message without file: %s", e.msg);
		return 0;
	}
	if (!conf_text(c, "m", "p") || !conf_text(c, "s", "connector"))
		BUG("default lost");
	conf_int(c, "m", "d");
	conf_int(c, "s", "n");
	conf_bool(c, "m", "b");
	return 0;
}
