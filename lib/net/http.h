#ifndef ERPSYNC_NET_HTTP_H
#define ERPSYNC_NET_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/err.h"

/*
 * The wire: libcurl behind one call. HTTPS is always verified; plain http is accepted for
 * loopback addresses only; a redirect is not followed (APIs don't send one in normal use,
 * and credentials must not travel). Proxies come from the environment, as curl(1) reads
 * it.
 */
struct http;

struct http_options {
	const char *user_agent;
	int64_t connect_timeout_ms; /* 0 = 10 s */
	int64_t total_timeout_ms;   /* per try; 0 = 60 s */
	/*
	 * Tries after the first, of reads and of writes that provably did not run; -1 = 4
	 */
	int retries;
	int64_t retry_base_ms; /* first wait before a try, then doubled; 0 = 500 ms */
	int64_t max_wait_ms;   /* longest; a longer Retry-After ends as E_BUSY; 0 = 60 s */
	bool dry_run;          /* every HTTP_WRITE ends as E_LOCAL "dry_run", never sent */
	/* --trace: what is sent and received, masked; 0600, appended to; NULL = none */
	const char *trace_path;
};

/* E_LOCAL: trace can't be opened. The texts in o are copied. */
MUST_CHECK enum errk http_open(const struct http_options *o, struct http **out, struct err *e);
void http_close(struct http *h); /* takes NULL */

/*
 * Reads may be sent again, writes may not: the method can't tell (GraphQL and JSON-RPC
 * post both).
 */
enum http_intent { HTTP_READ, HTTP_WRITE };

struct http_header {
	const char *name, *value;
};

/* Whose certificates are believed. */
struct http_trust {
	const char *ca_file; /* PEM file of the only authorities; NULL = the system's */
	const char *setting; /* that names the file, for errors: "[erp] ca_file" */
};
/* E_LOCAL "ca_file": it can't be read, or is everybody's to write. */
MUST_CHECK enum errk http_trust_check(const struct http_trust *t, struct err *e);

struct http_request {
	enum http_intent intent;
	const char *method; /* "GET", "POST", … */
	/* https, or http to a loopback address; no user info. Else E_LOCAL "bad_url". */
	const char *url;
	const struct http_header *headers; /* secret ones are masked in traces */
	size_t n_headers;
	const char *body; /* may be NULL */
	size_t body_len;
	size_t max_answer;  /* bytes once unpacked; 0 = 32 MiB; see "answer_too_big" */
	int64_t timeout_ms; /* of this request, per try; 0 = total_timeout_ms */
	/*
	 * Secret or personal values stand where no key tells them (positional arguments, rows of
	 * cells): a trace holds the sizes of both bodies, not the bodies.
	 */
	bool hide_bodies;
	const char *label;              /* for errors, log and trace: "orders page", "token" */
	const struct http_trust *trust; /* NULL = the system's authorities */
};

struct http_answer {
	long status;
	const char *body; /* NUL-terminated, in the arena of the call */
	size_t len;
	/* Date header in seconds, 0 if none; never ahead of our clock by more than CLOCK_TOLERANCE_S */
	int64_t date;
	int64_t retry_after_ms; /* Retry-After (seconds or date), a day at most; -1 if none */
	const struct http_header *headers; /* names in lower case */
	size_t n_headers;
};
/* NULL if the answer has no such header; name in lower case. */
const char *http_answer_header(const struct http_answer *a, const char *name);

/*
 * One request of a batch. The caller fills request, judge and user; the rest is the
 * result.
 *
 * judge (optional) looks at an answer whose status is below 500 and not 429: it may parse
 * the body into *user and returns E_OK, or E_BUSY (with e->wait_ms if the other side
 * named a wait) to have the request tried again under the same rules as a 429 - also for
 * writes, because a judge says E_BUSY only when the body proves that nothing was done -,
 * or any other kind to end it. It may run several times, and must not send anything
 * itself (a BUG). With judges_5xx it looks at those answers too, for APIs whose 500 is an
 * ordinary refusal; E_OK then means "no opinion", and the rule below holds.
 */
struct http_call {
	struct http_request request;
	enum errk (*judge)(struct http_call *call, struct err *e);
	bool judges_5xx;
	void *user;
	struct http_answer answer; /* of the last try; status 0 if none came */
	struct err err;            /* err.kind tells the outcome of this call */
	int tries;                 /* that were started */
};

/*
 * Sends n calls with at most `parallel` under way at once, over kept-alive connections,
 * and fills each call's answer and err. Answers live in the arena. Per call:
 *
 *   read:  no route, reset, timeout, cut body, 429, 5xx are retried with exponential
 *          backoff and jitter (Retry-After wins), then E_BUSY
 *   write: what failed before the request was begun, and 429, is retried; anything later
 *          is E_UNSURE (lost answer, timeout, 5xx, an answer that is too big, 303)
 *   both:  E_REFUSED "tls" (certificate), "redirect" (a Location with any other 3xx but
 *          304), "proxy" (it refuses us); "answer_too_big" is not retried
 *
 * Every other status is E_OK for this layer: the caller judges it.
 *
 * Codes of E_BUSY and E_UNSURE: no_host, no_connection, timeout, tls_handshake, proxy,
 * connection_lost, bad_answer, answer_too_big, redirect, http_429, http_5xx, stopped.
 *
 * When a stop is requested: what is under way gets this one try; what is not (see http_finish),
 * or would have to wait for another try, ends as E_BUSY "stopped". A read is cut two seconds
 * afterwards; a write never is.
 *
 * Returns the first kind that is not E_OK in order of the calls, with its error in e.
 */
MUST_CHECK enum errk http_batch(struct http *h, struct http_call *calls, size_t n, size_t parallel,
				struct arena *a, struct err *e);

/*
 * Something has been begun that is better finished than left half done: what can start at once is
 * sent in spite of a stop, until this is called with false.
 */
void http_finish(struct http *h, bool on);

/* A batch of one. */
MUST_CHECK enum errk http_send(struct http *h, struct http_call *call, struct arena *a,
			       struct err *e);

/*
 * For the summary: requests sent (tries included), bytes out and in, milliseconds in
 * which nothing but a wait went on.
 */
struct http_stats {
	int64_t requests, writes, bytes_out, bytes_in, waited_ms;
};
struct http_stats http_stats(const struct http *h);

/* The server whose Date was furthest from this machine's clock; off_s 0 = none was far. */
enum { HTTP_HOST_MAX = 256 };
struct http_clock {
	int64_t off_s;    /* theirs minus ours */
	int64_t behind_s; /* by how much another one was furthest behind ours; 0 = none was */
	char host[HTTP_HOST_MAX];
};
struct http_clock http_clock(const struct http *h);

/*
 * Waits until a limit of another side (a bucket that follows what it says) lets a call pass. E_BUSY
 * "rate_limit", with the wait, when that is longer than max_wait_ms: it is for the next run; "stopped".
 */
MUST_CHECK enum errk http_await(struct http *h, int64_t ms, const char *whose, struct err *e);

/*
 * Waits for a time that the caller chose itself and books it. E_BUSY "stopped".
 */
MUST_CHECK enum errk http_pause(struct http *h, int64_t ms, struct err *e);

static inline void cleanup_http(struct http **p)
{
	http_close(*p);
}

#endif
