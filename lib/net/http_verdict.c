#include "net/http_priv.h"

#include <stdio.h>
#include <string.h>

#include "base/str.h"
#include "net/retry.h"

#include "base/banned.h"

static const char *detail_of(const struct transfer *t, CURLcode result)
{
	return *t->detail ? t->detail : curl_easy_strerror(result);
}

/* Nothing was sent: name look-up, connection, TLS, proxy */

static const struct refusal {
	CURLcode result;
	enum errk kind;
	const char *code, *text;
} refusals[] = {
	{CURLE_COULDNT_RESOLVE_HOST, E_BUSY, "no_host",
	 "the host name can't be resolved (network down, or name misspelled?)"},
	{CURLE_COULDNT_RESOLVE_PROXY, E_BUSY, "no_host",
	 "the proxy's name can't be resolved (see https_proxy in the environment)"},
	{CURLE_OPERATION_TIMEDOUT, E_BUSY, "timeout", "no connection in time"},
	{CURLE_SSL_CONNECT_ERROR, E_BUSY, "tls_handshake", "the TLS handshake failed"},
	{CURLE_PEER_FAILED_VERIFICATION, E_REFUSED, "tls", NULL},
	{CURLE_SSL_CERTPROBLEM, E_REFUSED, "tls", NULL},
	{CURLE_SSL_CACERT_BADFILE, E_REFUSED, "tls",
	 "the file of certificates holds none that can be read (PEM)"},
	{CURLE_SSL_ISSUER_ERROR, E_REFUSED, "tls", NULL},
	{CURLE_SSL_CRL_BADFILE, E_REFUSED, "tls", NULL},
	{CURLE_SSL_INVALIDCERTSTATUS, E_REFUSED, "tls", NULL},
	{CURLE_SSL_CIPHER, E_REFUSED, "tls", NULL},
	{CURLE_PROXY, E_BUSY, "proxy", "the proxy failed"},
	{CURLE_UNSUPPORTED_PROTOCOL, E_LOCAL, "bad_url", "this kind of address is not supported"},
	{CURLE_URL_MALFORMAT, E_LOCAL, "bad_url", "the address is not a valid URL"},
};

static const char certificate_text[] =
	"the server's certificate is not trusted; check the host name, this machine's clock "
	"and certificates (package ca-certificates)";

/*
 * The proxy's own answer to CONNECT decides before what libcurl calls the failure (it
 * varies by version).
 */
static bool proxy_refused(const struct transfer *t, const char *subject, struct verdict *v)
{
	long code = 0;

	curl_easy_getinfo(t->easy, CURLINFO_HTTP_CONNECTCODE, &code);
	if (code < 400)
		return false;
	v->again = code >= 500;
	err_set(&t->call->err, v->again ? E_BUSY : E_REFUSED, "proxy",
		"%s: the proxy answered %ld%s", subject, code,
		code == 407 ? "; it wants credentials: see https_proxy in the environment" : "");
	return true;
}

/* Where to look, by whose certificates are believed. */
static void add_remedy(struct http_call *c)
{
	const struct http_trust *trust = c->request.trust;
	const char *setting = trust ? trust->setting : NULL;

	if (trust && trust->ca_file)
		err_append(&c->err, "; only authorities in %s = %s are trusted", setting,
			   trust->ca_file);
	else if (setting)
		err_append(&c->err, "; the file of an authority of your own is named by %s = PATH",
			   setting);
}

static struct verdict not_sent(const struct transfer *t, CURLcode result, const char *subject)
{
	struct refusal r = {result, E_BUSY, "no_connection", "no connection"};
	struct verdict v = {.asked_ms = -1};

	if (proxy_refused(t, subject, &v))
		return v;
	for (size_t i = 0; i < sizeof(refusals) / sizeof(*refusals); i++)
		if (refusals[i].result == result)
			r = refusals[i];
	err_set(&t->call->err, r.kind, r.code, "%s: %s: %s", subject,
		r.text ? r.text : certificate_text, detail_of(t, result));
	if (str_equal(r.code, "tls"))
		add_remedy(t->call);
	v.again = r.kind == E_BUSY;
	return v;
}

/* The request may have left, and no whole answer came */

static struct verdict lost(const struct transfer *t, CURLcode result, const char *subject)
{
	bool write = t->call->request.intent == HTTP_WRITE;
	const char *code = "connection_lost",
		   *text = "the connection broke before the answer ended";

	if (t->too_big) {
		code = "answer_too_big";
		text = "the answer is larger than what is accepted";
	} else if (result == CURLE_OPERATION_TIMEDOUT) {
		code = "timeout";
		text = "no whole answer came in time";
	} else if (result == CURLE_BAD_CONTENT_ENCODING || result == CURLE_WRITE_ERROR ||
		   result == CURLE_UNSUPPORTED_PROTOCOL || result == CURLE_WEIRD_SERVER_REPLY) {
		code = "bad_answer";
		text = "the answer can't be read";
	}
	err_set(&t->call->err, write ? E_UNSURE : E_BUSY, code, "%s: %s%s: %s", subject,
		write ? "the request was sent, but " : "", text,
		t->too_big    ? "aborted"
		: t->repeated ? "closed by the other side"
			      : detail_of(t, result));
	/* What is too big will be so again. */
	return (struct verdict){.again = !write && !t->too_big, .asked_ms = -1};
}

/* An answer came */

static struct verdict redirected(struct http_call *c, const char *location, const char *subject)
{
	/*
	 * 303 is how a server says that it has done what was posted, and where to look at
	 * it.
	 */
	bool done = c->request.intent == HTTP_WRITE && c->answer.status == 303;
	char host[HTTP_HOST_MAX] = "the same host";

	if (strstr(location, "//"))
		http_host(location, host);
	err_set(&c->err, done ? E_UNSURE : E_REFUSED, "redirect",
		"%s: answered with a redirect (%ld) to %s, which is never followed; "
		"configure the address that answers itself",
		subject, c->answer.status, host);
	return (struct verdict){.asked_ms = -1};
}

static struct verdict overloaded(struct http_call *c, const char *subject)
{
	long status = c->answer.status;
	struct verdict v = {.again = true, .asked_ms = c->answer.retry_after_ms};
	bool write = c->request.intent == HTTP_WRITE;
	char code[ERR_CODE_MAX];

	snprintf(code, sizeof(code), "http_%ld", status);
	if (write && status != 429) {
		err_set(&c->err, E_UNSURE, code,
			"%s: answered %ld: it is not known whether the write was done", subject,
			status);
		v.again = false;
		return v;
	}
	err_set(&c->err, E_BUSY, code, "%s: answered %ld%s", subject, status,
		status == 429 ? " (too many requests)" : "");
	c->err.wait_ms = v.asked_ms > 0 ? v.asked_ms : 0;
	return v;
}

static struct verdict judged(struct http_call *c)
{
	struct verdict v = {.asked_ms = -1};
	enum errk rc = c->judge(c, &c->err);

	if (rc == E_OK)
		c->err = (struct err){.kind = E_OK};
	c->err.kind = rc;
	if (rc == E_BUSY) {
		v.again = true;
		c->err.wait_ms = retry_asked_ms(c->err.wait_ms);
		v.asked_ms = c->err.wait_ms > 0 ? c->err.wait_ms : c->answer.retry_after_ms;
	}
	return v;
}

static struct verdict answered(struct http_call *c, const char *subject)
{
	long status = c->answer.status;
	struct verdict v = {.asked_ms = -1};
	const char *location = http_answer_header(&c->answer, "location");

	if (status >= 300 && status < 400 && status != 304 && location)
		return redirected(c, location, subject);
	if (status >= 500 && c->judge && c->judges_5xx) {
		v = judged(c);
		return c->err.kind == E_OK ? overloaded(c, subject) : v;
	}
	if (status == 429 || status >= 500)
		return overloaded(c, subject);
	return c->judge ? judged(c) : v;
}

/* Supporters ask for it; taken only if it looks like one, for it goes into logs. */
static void name_request(struct http_call *c)
{
	const char *id = http_answer_header(&c->answer, "x-request-id");

	if (!id || !*id || strlen(id) > 100 || strstr(c->err.msg, id))
		return;
	for (const char *p = id; *p; p++)
		if (*p <= ' ' || *p > '~')
			return;
	err_append(&c->err, " (request id %s)", id);
}

struct verdict verdict_of(const struct transfer *t, CURLcode result)
{
	struct http_call *c = t->call;
	char subject[HTTP_SUBJECT_MAX];
	struct verdict v;

	if (result == CURLE_OUT_OF_MEMORY && !t->too_big)
		die(70, "out of memory");
	c->err = (struct err){.kind = E_OK};
	http_subject(&c->request, subject);
	if (!result)
		v = answered(c, subject);
	else if (t->begun)
		v = lost(t, result, subject);
	else
		v = not_sent(t, result, subject);
	if (c->err.kind != E_OK)
		name_request(c);
	return v;
}
