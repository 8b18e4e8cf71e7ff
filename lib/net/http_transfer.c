#include "net/http_priv.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/stop.h"
#include "net/retry.h"

#include "base/banned.h"

enum {
	DEFAULT_MAX_ANSWER = 32 * 1024 * 1024,
	MAX_HEADERS = 256 *
		      1024, /* status line and headers; servers themselves accept 8 to 64 kB */
	/* libcurl looks through all of them for each (lib/headers.c): thousands take it minutes. */
	MAX_HEADER_LINES = 1000,
	KEEP_BUFFER = 1024 * 1024, /* a larger one is given back to the system */
	/*
	 * Servers close idle connections (Node after 5 s, Apache 5 s, nginx 75 s). A read
	 * that meets a closed one is simply sent again; a write would end as E_UNSURE, so
	 * it gets a younger one.
	 */
	READ_IDLE_MAX_S = 60,
	WRITE_IDLE_MAX_S = 4,
	/*
	 * Only bites when the total timeout was set above it: a dead peer in a long
	 * download.
	 */
	STALL_BYTES_PER_S = 16,
	STALL_S = 60,
	DEADLINE_GRACE_MS = 1000,
};

/* libcurl calls us */

/*
 * When a kept-alive connection breaks before a byte of the answer, libcurl sends the
 * request again on a new one by itself, a POST as well (Curl_retry_request in
 * lib/transfer.c; up to 5 times), and there is no option against it (curl/curl #18417
 * would add one). But the server may have read and executed the first.
 * CURLOPT_PREREQFUNCTION is called each time "after a connection has been established or
 * a connection has been reused, but before any request is actually made" and may abort:
 * so a write passes here once. It also tells exactly what can't have been sent: all that
 * never came here.
 */
static int on_request(void *ctx, char *peer, char *local, int peer_port, int local_port)
{
	struct transfer *t = ctx;
	bool write = t->call->request.intent == HTTP_WRITE;

	(void)peer, (void)local, (void)peer_port, (void)local_port;
	if (write && t->begun) {
		t->repeated = true;
		return CURL_PREREQFUNC_ABORT;
	}
	t->begun = true;
	t->http->stats.requests++;
	t->http->stats.writes += write;
	return CURL_PREREQFUNC_OK;
}

static size_t on_body(char *bytes, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;

	n *= size;
	if (n > t->max_answer - t->body.len) {
		t->too_big = true;
		return CURL_WRITEFUNC_ERROR;
	}
	str_addn(&t->body, bytes, n);
	return n;
}

static size_t on_header(char *bytes, size_t size, size_t n, void *ctx)
{
	struct transfer *t = ctx;

	(void)bytes;
	n *= size;
	t->headers_len += n;
	if (t->headers_len > MAX_HEADERS || ++t->header_lines > MAX_HEADER_LINES) {
		t->too_big = true;
		return 0;
	}
	return n;
}

/* Pool */

struct transfer *transfer_take(struct http *h)
{
	struct transfer *t = h->idle;

	if (t) {
		h->idle = t->next;
		t->next = NULL;
		return t;
	}
	t = calloc(1, sizeof(*t));
	if (!t)
		die(70, "out of memory");
	t->http = h;
	t->easy = curl_easy_init();
	if (!t->easy)
		die(70, "out of memory");
	return t;
}

void transfer_give_back(struct transfer *t)
{
	curl_slist_free_all(t->headers);
	t->headers = NULL;
	if (t->body.cap > KEEP_BUFFER)
		str_release(&t->body);
	t->call = NULL;
	t->next = t->http->idle;
	t->http->idle = t;
}

void transfer_free(struct transfer *t)
{
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->headers);
	str_release(&t->body);
	free(t);
}

/* Setting up */

/*
 * A libcurl that does not know an option must not go on without: it would lift a
 * protection.
 */
static void must_take(CURLcode code, const char *option)
{
	if (code)
		BUG("libcurl: %s: %s", option, curl_easy_strerror(code));
}

#define SET(t, option, value) must_take(curl_easy_setopt((t)->easy, option, value), #option)

static void set_security(struct transfer *t, bool loopback)
{
	const struct http_trust *trust = t->call->request.trust;

	SET(t, CURLOPT_PROTOCOLS_STR, loopback ? "http,https" : "https");
	SET(t, CURLOPT_FOLLOWLOCATION, 0L);
	SET(t, CURLOPT_SSL_VERIFYPEER, 1L);
	SET(t, CURLOPT_SSL_VERIFYHOST, 2L);
	SET(t, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	SET(t, CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
	SET(t, CURLOPT_PREREQFUNCTION, on_request);
	SET(t, CURLOPT_PREREQDATA, t);
	if (trust && trust->ca_file) {
		SET(t, CURLOPT_CAINFO, trust->ca_file);
		SET(t, CURLOPT_CAPATH, NULL); /* else the system's folder counts too */
	}
	/*
	 * NULL leaves the choice to the environment; "" means none, whatever is said
	 * there.
	 */
	if (loopback)
		SET(t, CURLOPT_PROXY, "");
	SET(t, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
}

static void set_times(struct transfer *t)
{
	const struct http_options *o = &t->http->opt;
	bool write = t->call->request.intent == HTTP_WRITE;
	int64_t own = t->call->request.timeout_ms, left = stop_remaining_ms();
	int64_t total = own > 0 ? own : o->total_timeout_ms;

	/* Cutting a write at the deadline would only make it unsure. */
	if (!write && left < total)
		total = left > DEADLINE_GRACE_MS ? left : DEADLINE_GRACE_MS;
	SET(t, CURLOPT_NOSIGNAL, 1L);
	SET(t, CURLOPT_CONNECTTIMEOUT_MS, (long)o->connect_timeout_ms);
	SET(t, CURLOPT_TIMEOUT_MS, (long)total);
	SET(t, CURLOPT_LOW_SPEED_LIMIT, (long)STALL_BYTES_PER_S);
	SET(t, CURLOPT_LOW_SPEED_TIME, (long)STALL_S);
	SET(t, CURLOPT_TCP_KEEPALIVE, 1L);
	SET(t, CURLOPT_TCP_KEEPIDLE, 30L);
	SET(t, CURLOPT_TCP_KEEPINTVL, 15L);
	SET(t, CURLOPT_MAXAGE_CONN, (long)(write ? WRITE_IDLE_MAX_S : READ_IDLE_MAX_S));
}

static void add_header(struct transfer *t, const char *line)
{
	struct curl_slist *longer = curl_slist_append(t->headers, line);

	if (!longer)
		die(70, "out of memory");
	t->headers = longer;
}

static void set_headers(struct transfer *t)
{
	const struct http_request *r = &t->call->request;
	bool typed = false;
	struct str line;

	str_init(&line, 0);
	for (size_t i = 0; i < r->n_headers; i++) {
		const struct http_header *f = &r->headers[i];

		typed = typed || str_equal_nocase(f->name, "content-type");
		str_clear(&line);
		/*
		 * "Name:" would mean "without Name" to libcurl; "Name;" is an empty one.
		 */
		str_addf(&line, "%s%s%s", f->name, *f->value ? ": " : ";", f->value);
		add_header(t, line.buf);
	}
	str_release(&line);
	/*
	 * libcurl would call any body a form, and ask leave ("100-continue") for a large
	 * one.
	 */
	if (!typed)
		add_header(t, "Content-Type:");
	add_header(t, "Expect:");
	SET(t, CURLOPT_HTTPHEADER, t->headers);
	SET(t, CURLOPT_USERAGENT, t->http->opt.user_agent);
	SET(t, CURLOPT_ACCEPT_ENCODING, "");
}

static void set_method(struct transfer *t)
{
	const struct http_request *r = &t->call->request;
	bool get = str_equal(r->method, "GET"), head = str_equal(r->method, "HEAD");

	if (r->body_len > 0 || str_equal(r->method, "POST")) {
		SET(t, CURLOPT_POST, 1L);
		SET(t, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)r->body_len);
		SET(t, CURLOPT_POSTFIELDS, r->body_len > 0 ? r->body : "");
	} else if (head) {
		SET(t, CURLOPT_NOBODY, 1L);
	} else {
		SET(t, CURLOPT_HTTPGET, 1L);
	}
	if (r->body_len > 0 ? !str_equal(r->method, "POST") : !get && !head)
		SET(t, CURLOPT_CUSTOMREQUEST, r->method);
}

static void reset(struct transfer *t, size_t max_answer)
{
	t->max_answer = max_answer ? max_answer : DEFAULT_MAX_ANSWER;
	if (!t->body.buf)
		str_init(&t->body, 0);
	str_clear(&t->body);
	t->body.max = t->max_answer;
	t->begun = t->repeated = t->too_big = false;
	t->headers_len = t->header_lines = 0;
	t->detail[0] = '\0';
	curl_slist_free_all(t->headers);
	t->headers = NULL;
	/* Forgets every option of the last request; connections and TLS sessions stay. */
	curl_easy_reset(t->easy);
}

void transfer_start(struct transfer *t, bool loopback)
{
	const struct http_request *r = &t->call->request;

	reset(t, r->max_answer);
	SET(t, CURLOPT_URL, r->url);
	SET(t, CURLOPT_PRIVATE, t);
	SET(t, CURLOPT_ERRORBUFFER, t->detail);
	SET(t, CURLOPT_WRITEFUNCTION, on_body);
	SET(t, CURLOPT_WRITEDATA, t);
	SET(t, CURLOPT_HEADERFUNCTION, on_header);
	SET(t, CURLOPT_HEADERDATA, t);
	set_security(t, loopback);
	set_times(t);
	set_method(t);
	set_headers(t);
	/*
	 * With HTTP/2 the first connection serves all: wait until it is known whether it
	 * can.
	 */
	if (str_starts(r->url, "https:")) {
		SET(t, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
		SET(t, CURLOPT_PIPEWAIT, 1L);
	} else {
		SET(t, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	}
	t->started_ms = clock_mono_ms();
	t->trace_no = trace_request(t->http->trace, r, t->call->tries);
	if (curl_multi_add_handle(t->http->multi, t->easy))
		BUG("libcurl takes no further transfer");
}

/* The answer */

static const char *lower_copy(struct arena *a, const char *text)
{
	char *copy = arena_strdup(a, text);

	for (char *p = copy; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return copy;
}

static void collect_headers(const struct transfer *t, struct arena *a, struct http_answer *out)
{
	struct curl_header *f = NULL;
	struct http_header *list;
	size_t n = 0;

	while ((f = curl_easy_nextheader(t->easy, CURLH_HEADER, -1, f)))
		n++;
	list = arena_array(a, n, sizeof(*list));
	out->headers = list;
	while (out->n_headers < n && (f = curl_easy_nextheader(t->easy, CURLH_HEADER, -1, f))) {
		list->name = lower_copy(a, f->name);
		list->value = arena_strdup(a, f->value);
		list++;
		out->n_headers++;
	}
}

/*
 * RFC 9110, 10.2.3: seconds or a date, which is held against the server's own clock if it
 * says it.
 */
static int64_t retry_after_ms(const struct http_answer *a)
{
	const char *text = http_answer_header(a, "retry-after");
	int64_t at, now = a->date ? a->date : clock_now();
	size_t digits = text ? strspn(text, "0123456789") : 0;

	if (!text || !*text)
		return -1;
	if (!text[digits])
		return digits > 9 ? RETRY_ASKED_MAX_MS
				  : retry_asked_ms(strtoll(text, NULL, 10) * 1000);
	if (clock_parse(text, &at, NULL))
		return -1;
	return at > now ? retry_asked_ms((at - now) * 1000) : 0;
}

/*
 * libcurl holds one line up to 100 kB, and calls a longer one "out of memory" (until 8.5; then
 * CURLE_TOO_LARGE, 100). Where memory really is out, the next to ask for some says so.
 */
static bool line_too_long(const struct transfer *t, CURLcode result)
{
	return t->begun && (result == CURLE_OUT_OF_MEMORY || (int)result == 100);
}

/*
 * A clock that is ahead of ours by more than it can be is not believed: what is taken as read until
 * then would never be read. An earlier one does no harm.
 */
static int64_t believable(struct http *h, const struct http_request *r, int64_t date)
{
	int64_t now = clock_now(), off = date - now;

	if (date)
		clock_heard(date, CLOCK_OF_SERVER);
	if (date && off < -CLOCK_TOLERANCE_S && -off > h->clock.behind_s)
		h->clock.behind_s = -off;
	if (date && llabs(off) > CLOCK_TOLERANCE_S && llabs(off) > llabs(h->clock.off_s)) {
		h->clock.off_s = off;
		http_host(r->url, h->clock.host);
	}
	return date && off > CLOCK_TOLERANCE_S ? now : date;
}

void transfer_collect(struct transfer *t, CURLcode result, struct arena *a, struct http_answer *out)
{
	struct http_stats *stats = &t->http->stats;
	curl_off_t body_sent = 0, down = 0;
	long sent = 0, header_bytes = 0;
	const char *date;

	*out = (struct http_answer){.retry_after_ms = -1};
	curl_easy_getinfo(t->easy, CURLINFO_REQUEST_SIZE, &sent);
	curl_easy_getinfo(t->easy, CURLINFO_HEADER_SIZE, &header_bytes);
	curl_easy_getinfo(t->easy, CURLINFO_SIZE_UPLOAD_T, &body_sent);
	curl_easy_getinfo(t->easy, CURLINFO_SIZE_DOWNLOAD_T, &down);
	/*
	 * 7.88 counts a small body in REQUEST_SIZE as well, a large one in part: never
	 * add the two.
	 */
	stats->bytes_out += sent > body_sent ? sent : body_sent;
	stats->bytes_in += header_bytes + down;
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &out->status);
	out->len = result ? 0 : t->body.len;
	out->body = arena_strndup(a, t->body.buf, out->len);
	collect_headers(t, a, out);
	date = http_answer_header(out, "date");
	if (date && clock_parse(date, &out->date, NULL))
		out->date = 0;
	out->retry_after_ms = retry_after_ms(out);
	out->date = believable(t->http, &t->call->request, out->date);
	t->too_big = t->too_big || line_too_long(t, result);
}

const char *http_answer_header(const struct http_answer *a, const char *name)
{
	for (size_t i = 0; i < a->n_headers; i++)
		if (strcmp(a->headers[i].name, name) == 0)
			return a->headers[i].value;
	return NULL;
}
