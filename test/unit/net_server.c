#include "net_server.h"

#include <arpa/inet.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <netinet/tcp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

enum { MAX_STEPS = 64, MAX_REQUESTS = 4096, MAX_CONNECTIONS = 256, MAX_TEXTS = 256 };

struct connection {
	struct server *server;
	pthread_t thread;
	int fd, no;
	SSL *ssl;
};

struct server {
	int listener, port, quit[2]; /* quit[1] closed = all threads end */
	pthread_t thread;
	pthread_mutex_t lock;
	struct server_step steps[MAX_STEPS];
	size_t n_steps;
	struct server_request requests[MAX_REQUESTS];
	size_t n_requests;
	struct connection connections[MAX_CONNECTIONS];
	int n_connections, hang_ups;
	char *texts[MAX_TEXTS];
	size_t n_texts;
	SSL_CTX *tls;
	char ca_file[64];
};

static char *keep(struct server *s, char *text)
{
	if (s->n_texts == MAX_TEXTS)
		abort();
	return s->texts[s->n_texts++] = text;
}

int net_setup(void **state)
{
	struct net *n = calloc(1, sizeof(*n));

	n->server = server_start();
	n->arena = arena_new();
	*state = n;
	return 0;
}

int net_teardown(void **state)
{
	struct net *n = *state;

	http_close(n->http);
	server_stop(n->server);
	arena_free(n->arena);
	free(n);
	return 0;
}

void net_open(struct net *n, struct http_options o)
{
	struct err e = {0};

	http_close(n->http);
	n->http = NULL;
	if (!o.retry_base_ms)
		o.retry_base_ms = 5;
	if (!o.user_agent)
		o.user_agent = "erpsync-test/1";
	if (http_open(&o, &n->http, &e)) {
		fprintf(stderr, "%s\n", e.msg);
		abort();
	}
}

struct http_call net_call(struct net *n, enum http_intent intent, const char *method,
			  const char *path, const char *body)
{
	return (struct http_call){.request = {.intent = intent,
					      .method = method,
					      .url = server_url(n->server, path),
					      .body = body,
					      .body_len = body ? strlen(body) : 0,
					      .label = "orders page"}};
}

/* Waits for fd (-1: only for time); false when the server is to end. */
static bool wait_readable(struct server *s, int fd, int ms)
{
	struct pollfd p[2] = {{.fd = s->quit[0], .events = POLLIN}, {.fd = fd, .events = POLLIN}};

	poll(p, fd < 0 ? 1 : 2, ms);
	return p[0].revents == 0;
}

static ssize_t get(struct connection *c, char *buf, size_t n)
{
	if (!(c->ssl && SSL_pending(c->ssl)) && !wait_readable(c->server, c->fd, -1))
		return -1;
	return c->ssl ? SSL_read(c->ssl, buf, (int)n) : recv(c->fd, buf, n, 0);
}

static bool put(struct connection *c, const char *buf, size_t n)
{
	while (n > 0) {
		ssize_t did = c->ssl ? SSL_write(c->ssl, buf, (int)n)
				     : send(c->fd, buf, n, MSG_NOSIGNAL);

		if (did <= 0)
			return false;
		buf += did;
		n -= (size_t)did;
	}
	return true;
}

/* Reads one request; false at the end of the connection. */
static bool read_request(struct connection *c, struct server_request *out)
{
	size_t cap = 64 * 1024, len = 0, head = 0, want = 0;
	char *buf = calloc(1, cap + 1);

	for (;;) {
		ssize_t n;
		char *end = head ? NULL : strstr(buf, "\r\n\r\n");

		if (end) {
			char *field = strcasestr(buf, "\r\ncontent-length:");

			head = (size_t)(end - buf) + 4;
			if (field && field < end)
				want = strtoul(field + 17, NULL, 10);
		}
		if (head && len >= head + want)
			break;
		if (len == cap) {
			cap *= 2;
			buf = realloc(buf, cap + 1);
			memset(buf + len, 0, cap + 1 - len);
		}
		n = get(c, buf + len, cap - len);
		if (n <= 0) {
			out->cut = head > 0;
			break;
		}
		len += (size_t)n;
	}
	if (!head) {
		free(buf);
		return false;
	}
	out->head = strndup(buf, head);
	out->body_len = len - head < want ? len - head : want;
	out->body = calloc(1, out->body_len + 1);
	memcpy(out->body, buf + head, out->body_len);
	out->connection = c->no;
	free(buf);
	return true;
}

static struct server_step take_step(struct server *s, const struct server_request *r)
{
	static const char none[] = "HTTP/1.1 599 No step\r\nContent-Length: 0\r\n\r\n";
	struct server_step step = {.reply = none};
	char line[512];

	snprintf(line, sizeof(line), "%.*s", (int)strcspn(r->head, "\r\n"), r->head);
	pthread_mutex_lock(&s->lock);
	if (s->n_requests == MAX_REQUESTS)
		abort();
	s->requests[s->n_requests++] = *r;
	for (size_t i = 0; i < s->n_steps; i++) {
		struct server_step *candidate = &s->steps[i];

		if (candidate->times == 0 || (candidate->match && !strstr(line, candidate->match)))
			continue;
		if (candidate->times > 0)
			candidate->times--;
		step = *candidate;
		break;
	}
	pthread_mutex_unlock(&s->lock);
	return step;
}

static bool play(struct connection *c, const struct server_step *step)
{
	size_t len = step->len ? step->len : step->reply ? strlen(step->reply) : 0;

	if (step->delay_ms && !wait_readable(c->server, -1, step->delay_ms))
		return false;
	if (!step->drip_ms)
		return put(c, step->reply, len);
	for (size_t i = 0; i < len; i++)
		if (!put(c, step->reply + i, 1) || !wait_readable(c->server, -1, step->drip_ms))
			return false;
	return true;
}

static void reset(int fd)
{
	struct linger now = {.l_onoff = 1};

	setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
}

static void serve(struct connection *c)
{
	struct server_request r = {0};
	char byte;

	if (c->ssl && SSL_accept(c->ssl) != 1)
		return;
	for (; read_request(c, &r); r = (struct server_request){0}) {
		struct server_step step = take_step(c->server, &r);

		if (!play(c, &step) || step.end == SERVER_CLOSE)
			return;
		if (step.end == SERVER_RESET) {
			reset(c->fd);
			return;
		}
		while (step.end == SERVER_STALL)
			if (get(c, &byte, 1) <= 0)
				return;
	}
}

static void *connection_thread(void *ctx)
{
	struct connection *c = ctx;

	serve(c);
	if (c->ssl) {
		SSL_shutdown(c->ssl);
		SSL_free(c->ssl);
	}
	close(c->fd);
	return NULL;
}

static void accept_one(struct server *s)
{
	int fd = accept(s->listener, NULL, NULL), on = 1;
	struct connection *c;

	if (fd < 0)
		return;
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	pthread_mutex_lock(&s->lock);
	if (s->n_connections == MAX_CONNECTIONS)
		abort();
	c = &s->connections[s->n_connections++];
	*c = (struct connection){.server = s, .fd = fd, .no = s->n_connections};
	if (s->hang_ups > 0) {
		s->hang_ups--;
		close(fd);
		c->fd = -1;
	} else {
		if (s->tls) {
			c->ssl = SSL_new(s->tls);
			SSL_set_fd(c->ssl, fd);
		}
		pthread_create(&c->thread, NULL, connection_thread, c);
	}
	pthread_mutex_unlock(&s->lock);
}

static void *accept_thread(void *ctx)
{
	struct server *s = ctx;

	while (wait_readable(s, s->listener, -1))
		accept_one(s);
	return NULL;
}

struct server *server_start(void)
{
	struct server *s = calloc(1, sizeof(*s));
	struct sockaddr_in at = {.sin_family = AF_INET};
	socklen_t size = sizeof(at);
	sigset_t all, before;

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->listener = socket(AF_INET, SOCK_STREAM, 0);
	if (bind(s->listener, (struct sockaddr *)&at, size) || listen(s->listener, 64) ||
	    getsockname(s->listener, (struct sockaddr *)&at, &size) || pipe(s->quit))
		abort();
	s->port = ntohs(at.sin_port);
	pthread_mutex_init(&s->lock, NULL);
	/* Signals are for the thread that is tested. */
	sigfillset(&all);
	pthread_sigmask(SIG_BLOCK, &all, &before);
	pthread_create(&s->thread, NULL, accept_thread, s);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return s;
}

static void add_extension(X509 *cert, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *x;

	X509V3_set_ctx(&ctx, cert, cert, NULL, NULL, 0);
	x = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	X509_add_ext(cert, x, -1);
	X509_EXTENSION_free(x);
}

static X509 *self_signed(EVP_PKEY *key)
{
	X509 *cert = X509_new();
	X509_NAME *name = X509_get_subject_name(cert);

	X509_set_version(cert, 2);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
	X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
	X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"test", -1, -1,
				   0);
	X509_set_issuer_name(cert, name);
	X509_set_pubkey(cert, key);
	add_extension(cert, NID_basic_constraints, "critical,CA:TRUE");
	add_extension(cert, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1");
	X509_sign(cert, key, EVP_sha256());
	return cert;
}

struct server *server_start_tls(const char **ca_file)
{
	struct server *s = server_start();
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *cert = self_signed(key);
	FILE *pem;
	int fd;

	snprintf(s->ca_file, sizeof(s->ca_file), "/tmp/erpsync-net-test-XXXXXX");
	fd = mkstemp(s->ca_file);
	pem = fdopen(fd, "w");
	PEM_write_X509(pem, cert);
	fclose(pem);
	s->tls = SSL_CTX_new(TLS_server_method());
	SSL_CTX_use_certificate(s->tls, cert);
	SSL_CTX_use_PrivateKey(s->tls, key);
	X509_free(cert);
	EVP_PKEY_free(key);
	/*
	 * OpenSSL writes without MSG_NOSIGNAL, and clients here hang up in the handshake.
	 */
	signal(SIGPIPE, SIG_IGN);
	*ca_file = s->ca_file;
	return s;
}

void server_stop(struct server *s)
{
	if (!s)
		return;
	close(s->quit[1]);
	pthread_join(s->thread, NULL);
	for (int i = 0; i < s->n_connections; i++)
		if (s->connections[i].fd >= 0)
			pthread_join(s->connections[i].thread, NULL);
	close(s->listener);
	close(s->quit[0]);
	for (size_t i = 0; i < s->n_requests; i++) {
		free(s->requests[i].head);
		free(s->requests[i].body);
	}
	for (size_t i = 0; i < s->n_texts; i++)
		free(s->texts[i]);
	SSL_CTX_free(s->tls);
	if (*s->ca_file)
		unlink(s->ca_file);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

/*
 * The server may still be sending when the client has all that it wants and the test is
 * over: what it sends must live as long as the server, not as long as the test's stack.
 */
void server_add(struct server *s, struct server_step step)
{
	if (step.times == 0)
		step.times = 1;
	if (step.reply) {
		size_t len = step.len ? step.len : strlen(step.reply);
		char *copy = malloc(len + 1);

		if (!copy)
			abort();
		memcpy(copy, step.reply, len);
		copy[len] = '\0';
		step.reply = keep(s, copy);
	}
	if (step.match)
		step.match = keep(s, strdup(step.match));
	pthread_mutex_lock(&s->lock);
	if (s->n_steps == MAX_STEPS)
		abort();
	s->steps[s->n_steps++] = step;
	pthread_mutex_unlock(&s->lock);
}

const char *server_reply(struct server *s, const char *status, const char *headers,
			 const char *body)
{
	char *text;

	if (asprintf(&text, "HTTP/1.1 %s\r\nContent-Length: %zu\r\n%s\r\n%s", status, strlen(body),
		     headers ? headers : "", body) < 0)
		abort();
	return keep(s, text);
}

void server_say(struct server *s, const char *status, const char *headers, const char *body)
{
	server_add(s, (struct server_step){.reply = server_reply(s, status, headers, body)});
}

void server_hang_up(struct server *s, int times)
{
	pthread_mutex_lock(&s->lock);
	s->hang_ups = times;
	pthread_mutex_unlock(&s->lock);
}

int server_port(const struct server *s)
{
	return s->port;
}

const char *server_url(struct server *s, const char *path)
{
	char *text;

	if (asprintf(&text, "%s://%s:%d%s", s->tls ? "https" : "http",
		     s->tls ? "localhost" : "127.0.0.1", s->port, path) < 0)
		abort();
	return keep(s, text);
}

size_t server_requests(struct server *s)
{
	size_t n;

	pthread_mutex_lock(&s->lock);
	n = s->n_requests;
	pthread_mutex_unlock(&s->lock);
	return n;
}

const struct server_request *server_request(struct server *s, size_t i)
{
	return &s->requests[i];
}

int server_connections(struct server *s)
{
	int n;

	pthread_mutex_lock(&s->lock);
	n = s->n_connections;
	pthread_mutex_unlock(&s->lock);
	return n;
}
