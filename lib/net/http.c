#include "net/http_priv.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/everybody.h"
#include "base/file.h"
#include "base/file_blame.h"
#include "base/stop.h"
#include "net/retry.h"

#include "base/banned.h"

enum {
	CONNECT_TIMEOUT_MS = 10 * 1000,
	TOTAL_TIMEOUT_MS = 60 * 1000,
	MAX_WAIT_MS = 60 * 1000,
	RETRY_BASE_MS = 500,
	RETRIES = 4,
};

/* Life cycle */

static char *copy_text(const char *s)
{
	char *copy = s ? strdup(s) : NULL;

	if (s && !copy)
		die(70, "out of memory");
	return copy;
}

static void set_options(struct http *h, const struct http_options *o)
{
	struct http_options *to = &h->opt;

	*to = *o;
	to->user_agent = copy_text(o->user_agent ? o->user_agent : "erpsync");
	to->trace_path = copy_text(o->trace_path);
	if (to->connect_timeout_ms <= 0)
		to->connect_timeout_ms = CONNECT_TIMEOUT_MS;
	if (to->total_timeout_ms <= 0)
		to->total_timeout_ms = TOTAL_TIMEOUT_MS;
	if (to->max_wait_ms <= 0)
		to->max_wait_ms = MAX_WAIT_MS;
	if (to->retry_base_ms <= 0)
		to->retry_base_ms = RETRY_BASE_MS;
	if (to->retries < 0)
		to->retries = RETRIES;
}

/*
 * OpenSSL writes to sockets without MSG_NOSIGNAL, and CURLOPT_NOSIGNAL makes libcurl
 * leave SIGPIPE to the program: a peer that hangs up must not kill a run.
 */
static void ignore_sigpipe(void)
{
	struct sigaction now;

	if (sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_handler == SIG_DFL)
		signal(SIGPIPE, SIG_IGN);
}

enum errk http_open(const struct http_options *o, struct http **out, struct err *e)
{
	CLEANUP(http) struct http *h = calloc(1, sizeof(*h));
	enum errk rc;

	if (!h)
		die(70, "out of memory");
	set_options(h, o);
	if (h->opt.trace_path) {
		rc = trace_open(h->opt.trace_path, &h->trace, e);
		if (rc)
			return rc;
	}
	ignore_sigpipe();
	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		return err_set(e, E_LOCAL, "libcurl", "libcurl can't be started");
	h->curl_ready = true;
	h->multi = curl_multi_init();
	if (!h->multi)
		die(70, "out of memory");
	curl_multi_setopt(h->multi, CURLMOPT_PIPELINING, CURLPIPE_MULTIPLEX);
	*out = TAKE(h);
	return E_OK;
}

enum errk http_trust_check(const struct http_trust *t, struct err *e)
{
	CLEANUP(fd) int ca = t->ca_file ? file_open(t->ca_file) : -1;
	enum errk rc = E_OK;

	if (t->ca_file && ca < 0) {
		int error = errno;

		err_set(e, E_LOCAL, "ca_file",
			"%s = %s: the file of certificates can't be read (%s)", t->setting,
			t->ca_file, file_reason(error));
		return file_blame_add(e, t->ca_file, error, "put it there, or correct the path");
	}
	if (t->ca_file)
		rc = everybody_writes(t->ca_file, e);
	return rc == E_OK ? rc : err_wrap(e, "%s", t->setting);
}

void http_close(struct http *h)
{
	if (!h)
		return;
	while (h->idle) {
		struct transfer *t = h->idle;

		h->idle = t->next;
		transfer_free(t);
	}
	if (h->multi)
		curl_multi_cleanup(h->multi);
	if (h->curl_ready)
		curl_global_cleanup();
	trace_close(h->trace);
	free((char *)h->opt.user_agent);
	free((char *)h->opt.trace_path);
	free(h);
}

struct http_stats http_stats(const struct http *h)
{
	return h->stats;
}

struct http_clock http_clock(const struct http *h)
{
	return h->clock;
}

enum errk http_await(struct http *h, int64_t ms, const char *whose, struct err *e)
{
	char text[CLOCK_TEXT_MAX];

	if (ms <= h->opt.max_wait_ms)
		return http_pause(h, ms, e);
	(void)err_set(e, E_BUSY, "rate_limit",
		      "%s says that its limit lets nothing more pass for %s, which is longer than "
		      "[net] max_wait",
		      whose, duration_text(retry_asked_ms(ms), text));
	e->wait_ms = retry_asked_ms(ms);
	return E_BUSY;
}

enum errk http_pause(struct http *h, int64_t ms, struct err *e)
{
	int64_t since = clock_mono_ms();
	bool slept = true;

	if (stop_requested())
		slept = false;
	else if (ms > 0)
		slept = stop_sleep_ms(ms);
	h->stats.waited_ms += clock_mono_ms() - since;
	if (slept)
		return E_OK;
	return err_set(e, E_BUSY, "stopped", "stopped (%s) while waiting for a rate limit",
		       stop_reason() ? stop_reason() : "asked to");
}
