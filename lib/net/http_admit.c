#include "net/http_priv.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"

#include "base/banned.h"

/* What may be asked for. */

static void cleanup_curlu(CURLU **p)
{
	curl_url_cleanup(*p);
}

static void cleanup_curl_text(char **p)
{
	curl_free(*p);
}

static CURLU *url_parse(const char *url)
{
	CURLU *u = curl_url();

	if (!u)
		die(70, "out of memory");
	/* Unknown schemes pass here, to be refused by name below. */
	if (curl_url_set(u, CURLUPART_URL, url ? url : "", CURLU_NON_SUPPORT_SCHEME)) {
		curl_url_cleanup(u);
		return NULL;
	}
	return u;
}

static char *url_part(CURLU *u, CURLUPart part)
{
	char *text = NULL;

	if (curl_url_get(u, part, &text, 0))
		return NULL;
	return text;
}

const char *http_host(const char *url, char out[HTTP_HOST_MAX])
{
	CLEANUP(curlu) CURLU *u = url_parse(url);
	CLEANUP(curl_text) char *host = u ? url_part(u, CURLUPART_HOST) : NULL;
	CLEANUP(curl_text) char *port = u ? url_part(u, CURLUPART_PORT) : NULL;

	snprintf(out, HTTP_HOST_MAX, "%s%s%s", host ? host : "?", port ? ":" : "",
		 port ? port : "");
	return out;
}

const char *http_subject(const struct http_request *r, char out[HTTP_SUBJECT_MAX])
{
	char host[HTTP_HOST_MAX];

	snprintf(out, HTTP_SUBJECT_MAX, "%.70s (%s)", r->label ? r->label : "request",
		 http_host(r->url, host));
	return out;
}

/* libcurl has normalised the host before: "127.1" has become "127.0.0.1". */
static bool host_is_loopback(const char *host)
{
	struct in_addr v4;

	if (inet_pton(AF_INET, host, &v4) == 1)
		return ntohl(v4.s_addr) >> 24 == 127;
	return str_equal_nocase(host, "localhost") || str_equal(host, "[::1]");
}

static enum errk admit_url(const struct http_request *r, bool *loopback, struct err *e)
{
	CLEANUP(curlu) CURLU *u = url_parse(r->url);
	CLEANUP(curl_text) char *host = u ? url_part(u, CURLUPART_HOST) : NULL;
	CLEANUP(curl_text) char *scheme = u ? url_part(u, CURLUPART_SCHEME) : NULL;
	CLEANUP(curl_text) char *user = u ? url_part(u, CURLUPART_USER) : NULL;
	CLEANUP(curl_text) char *password = u ? url_part(u, CURLUPART_PASSWORD) : NULL;
	const char *label = r->label ? r->label : "request";

	if (!host || !scheme || !*host)
		return err_set(e, E_LOCAL, "bad_url", "%s: the address is not a valid URL", label);
	if (user || password)
		return err_set(e, E_LOCAL, "bad_url",
			       "%s (%s): a user name or password in the URL is not accepted; "
			       "configure credentials by their own keys",
			       label, host);
	*loopback = host_is_loopback(host);
	if (str_equal_nocase(scheme, "https"))
		return E_OK;
	if (!str_equal_nocase(scheme, "http"))
		return err_set(e, E_LOCAL, "bad_url", "%s (%s): %s is not supported; use https",
			       label, host, scheme);
	if (!*loopback)
		return err_set(e, E_LOCAL, "bad_url",
			       "%s (%s): plain http is accepted for this machine only "
			       "(127.0.0.1, ::1, localhost); use https",
			       label, host);
	return E_OK;
}

static bool header_is_valid(const struct http_header *f)
{
	if (!f->name || !f->value || !*f->name)
		return false;
	for (const char *p = f->name; *p; p++)
		if (!isalnum((unsigned char)*p) && !strchr("!#$%&'*+-.^_`|~", *p))
			return false;
	return !f->value[strcspn(f->value, "\r\n")];
}

enum errk http_admit(const struct http *h, const struct http_request *r, bool *loopback,
		     struct err *e)
{
	char subject[HTTP_SUBJECT_MAX];
	enum errk rc = admit_url(r, loopback, e);

	if (rc)
		return rc;
	if (!r->method || !*r->method)
		BUG("a request without a method");
	for (size_t i = 0; i < r->n_headers; i++)
		/*
		 * A line break in a token that came with its file's newline would forge a
		 * header.
		 */
		if (!header_is_valid(&r->headers[i]))
			return err_set(e, E_LOCAL, "bad_header",
				       "%s: header %zu has characters that are not allowed "
				       "(is there a line break in a token?)",
				       http_subject(r, subject), i + 1);
	if (h->opt.dry_run && r->intent == HTTP_WRITE)
		return err_set(e, E_LOCAL, "dry_run", "%s: a dry run sends no writes",
			       http_subject(r, subject));
	return E_OK;
}
