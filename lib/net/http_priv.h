#ifndef ERPSYNC_NET_HTTP_PRIV_H
#define ERPSYNC_NET_HTTP_PRIV_H

#include <curl/curl.h>

#include "base/str.h"
#include "net/http.h"
#include "net/trace.h"

/*
 * Shared by http.c (life cycle), http_admit.c (what may be asked for), http_transfer.c (one try),
 * http_verdict.c (what came of it), http_batch.c (many).
 */

struct http {
	struct http_options opt; /* defaults filled in, texts owned */
	CURLM *multi;            /* owns the connections: they outlive a batch */
	struct transfer *idle;   /* pool, linked by next */
	struct trace *trace;     /* NULL = none */
	struct http_stats stats;
	struct http_clock clock;
	bool curl_ready; /* curl_global_init() done */
	bool busy;       /* a batch is going on */
	bool finishing;  /* see http_finish */
};

/* One try under way. Kept in the pool with its easy handle and its buffer. */
struct transfer {
	struct transfer *next;
	struct http *http;
	CURL *easy;
	struct http_call *call;
	size_t index; /* of the call in its batch */
	struct curl_slist *headers;
	struct str body;
	size_t max_answer;
	bool begun;    /* the request may have left: a connection stood */
	bool repeated; /* curl wanted to send a write again and was kept from it */
	bool too_big;
	size_t headers_len, header_lines;
	int64_t trace_no, started_ms;
	char detail[CURL_ERROR_SIZE];
};

/* http_admit.c */

/*
 * Checks what the caller asks for: dry-run, URL policy, header texts. E_LOCAL; *loopback
 * tells how to go there.
 */
MUST_CHECK enum errk http_admit(const struct http *h, const struct http_request *r, bool *loopback,
				struct err *e);
/* "shop.example" or "127.0.0.1:8069" of a URL, for messages; "?" if it can't be read. */
const char *http_host(const char *url, char out[HTTP_HOST_MAX]);
/* "orders page (shop.example)": what every message begins with. */
enum { HTTP_SUBJECT_MAX = HTTP_HOST_MAX + 80 };
const char *http_subject(const struct http_request *r, char out[HTTP_SUBJECT_MAX]);

/* http_transfer.c */

struct transfer *transfer_take(struct http *h); /* from the pool or new */
void transfer_give_back(struct transfer *t);
void transfer_free(struct transfer *t);
/* Everything that curl must know for this try; adds it to the multi handle. */
void transfer_start(struct transfer *t, bool loopback);
/*
 * Copies the answer into the arena and books the bytes. Of a failed one what came of the
 * status and the headers (the request id helps), never a part of the body.
 */
void transfer_collect(struct transfer *t, CURLcode result, struct arena *a,
		      struct http_answer *out);

/* http_verdict.c */

struct verdict {
	bool again;       /* may be tried again, the kind is E_BUSY then */
	int64_t asked_ms; /* the other side's word, -1 if none */
};
/* Judges one finished try into call->err. */
struct verdict verdict_of(const struct transfer *t, CURLcode result);

#endif
