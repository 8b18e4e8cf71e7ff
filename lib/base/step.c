#include "base/step.h"

#ifdef ERPSYNC_STEPS

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/err.h"

#include "base/banned.h"

static void record(const char *path, unsigned long n, const char *name)
{
	char line[128];
	int len = snprintf(line, sizeof(line), "%lu %s\n", n, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);

	if (len >= (int)sizeof(line))
		BUG("step name too long: %s", name);
	/* A test that loses its step log would pass for the wrong reason. */
	if (fd < 0 || write(fd, line, (size_t)len) != len)
		BUG("can't write the step log %s", path);
	close(fd);
}

void step_reached(const char *name)
{
	static unsigned long count;
	const char *stop_at = getenv("ERPSYNC_STOP_AT"), *log = getenv("ERPSYNC_STEP_LOG");

	count++;
	if (log && *log)
		record(log, count, name);
	if (stop_at && strtoul(stop_at, NULL, 10) == count)
		raise(SIGKILL);
}

#endif
