#ifndef ERPSYNC_TEST_NET_SERVER_H
#define ERPSYNC_TEST_NET_SERVER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "net/http.h"

/*
 * A scripted HTTP/1.1 server on a free port of 127.0.0.1, in threads of the test. Each
 * request takes the first step that matches it and is not used up; a request without a
 * step is answered 599.
 */
struct server;

enum server_end { SERVER_KEEP, SERVER_CLOSE, SERVER_RESET, SERVER_STALL };

struct server_step {
	const char *match; /* part of the request line; NULL = any */
	const char *reply; /* NULL = none */
	size_t len;        /* 0 = strlen(reply) */
	int delay_ms;      /* before the reply */
	int drip_ms;       /* after each byte of the reply */
	enum server_end end;
	int times; /* 0 = once, -1 = for ever */
};

struct server_request {
	char *head; /* request line and headers */
	char *body;
	size_t body_len;
	int connection; /* from 1 */
	bool cut;       /* the client left before the end of the body */
};

struct server *server_start(void);
/*
 * With a certificate of its own for "localhost" and 127.0.0.1; *ca_file is the PEM file
 * to trust.
 */
struct server *server_start_tls(const char **ca_file);
void server_stop(struct server *s); /* takes NULL */

void server_add(struct server *s, struct server_step step); /* copies match and reply */
/*
 * "HTTP/1.1 <status>" with Content-Length, extra headers ("A: b\r\n" each, may be NULL)
 * and body.
 */
const char *server_reply(struct server *s, const char *status, const char *headers,
			 const char *body);
/* server_add() of such a reply, once, kept open. */
void server_say(struct server *s, const char *status, const char *headers, const char *body);
/* Closes each new connection at once, before anything is read, this many times. */
void server_hang_up(struct server *s, int times);

int server_port(const struct server *s);
const char *server_url(struct server *s, const char *path); /* lives as long as s */
size_t server_requests(struct server *s);
const struct server_request *server_request(struct server *s, size_t i);
int server_connections(struct server *s);

/* What most tests of this folder need; for cmocka's setup and teardown. */
struct net {
	struct server *server;
	struct http *http;
	struct arena *arena;
};

int net_setup(void **state);
int net_teardown(void **state);
/* (Re)opens n->http; retry_base_ms is 5 unless given. */
void net_open(struct net *n, struct http_options o);
struct http_call net_call(struct net *n, enum http_intent intent, const char *method,
			  const char *path, const char *body);

#endif
