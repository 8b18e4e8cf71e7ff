#include "net/redact_priv.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/str.h"

#include "base/banned.h"

enum { KEY_MAX = 64 };

/*
 * Keys are compared in lower case and without "_", "-" and other signs, so that
 * "first_name", "firstName" and "FirstName" are one. Lists of whole names are one text,
 * names between blanks.
 */

static const char *const secret_parts[] = {"password",   "passwd",     "passphrase",
					   "secret",     "token",      "apikey",
					   "accesskey",  "privatekey", "authorization",
					   "credential", "signature",  "hmac",
					   "cookie",     "session",    "assertion",
					   "bearer",     NULL};

static const char secret_names[] = " auth pass pwd sig pin ";

static const char *const personal_parts[] = {"email", "phone",     "vatnumber",
					     "iban",  "useragent", NULL};

static const char *const personal_starts[] = {"address",  "street",         "billaddr",
					      "shipaddr", "billingaddress", "shippingaddress",
					      NULL};

static const char personal_names[] =
	" firstname lastname middlename givenname familyname surname fullname "
	"displayname nickname contactname customername cardname recipientname "
	"addressee attention careof login username mail mobile cellular fax tel "
	"addr addr1 addr2 addr3 addrtext defaultaddress mailaddress line1 line2 "
	"line3 line4 line5 housenumber building block city town zip zipcode "
	"postcode postalcode pobox province provincecode county lat latitude lng "
	"lon longitude coordinates ip ipaddress clientip browserip remoteip "
	"company companyname note notes customernote comment comments memo "
	"remarks giftmessage instructions deliveryinstructions customermessage "
	"vat vatid taxid taxnumber federaltaxid taxregistrationid ssn birthday "
	"birthdate dateofbirth bic accountnumber bankaccount cardnumber "
	"creditcardnumber ";

static const char context_names[] = " name title state region formatted formattedarea alias label ";

static const char *const mark_parts[] = {"email",     "phone",    "street", "postal",
					 "firstname", "lastname", NULL};

static const char mark_names[] =
	" address address1 address2 addressline1 addr1 line1 city zip zipcode "
	"postcode givenname familyname surname mobile ";

static const char *const person_parts[] = {"customer",    "partner", "contact", "recipient",
					   "consignee",   "person",  "billto",  "shipto",
					   "staffmember", NULL};

static const char attribute_names[] = " customattributes noteattributes properties metafields ";

/*
 * Lower case, letters and digits only. A longer key is cut: what matters stands in front
 * or is rare.
 */
static const char *plain_key(const char *key, char out[KEY_MAX])
{
	size_t n = 0;

	for (; *key && n + 1 < KEY_MAX; key++)
		if (isalnum((unsigned char)*key))
			out[n++] = (char)tolower((unsigned char)*key);
	out[n] = '\0';
	return out;
}

static bool is_one_of(const char *key, const char *names)
{
	char word[KEY_MAX + 2];

	snprintf(word, sizeof(word), " %s ", key);
	return *key && strstr(names, word);
}

static bool has_one_of(const char *key, const char *const *parts)
{
	for (; *parts; parts++)
		if (strstr(key, *parts))
			return true;
	return false;
}

static bool starts_with_one_of(const char *key, const char *const *starts)
{
	for (; *starts; starts++)
		if (str_starts(key, *starts))
			return true;
	return false;
}

bool redact_key(const char *key)
{
	char k[KEY_MAX];

	plain_key(key, k);
	return is_one_of(k, secret_names) || has_one_of(k, secret_parts) ||
	       is_one_of(k, personal_names) || has_one_of(k, personal_parts) ||
	       starts_with_one_of(k, personal_starts);
}

bool redact_key_in_context(const char *key)
{
	char k[KEY_MAX];

	return is_one_of(plain_key(key, k), context_names);
}

bool redact_key_is_mark(const char *key)
{
	char k[KEY_MAX];

	plain_key(key, k);
	return is_one_of(k, mark_names) || has_one_of(k, mark_parts);
}

bool redact_key_is_person(const char *key)
{
	char k[KEY_MAX];

	return has_one_of(plain_key(key, k), person_parts);
}

bool redact_key_is_attributes(const char *key)
{
	char k[KEY_MAX];

	return is_one_of(plain_key(key, k), attribute_names);
}

bool redact_header_is_secret(const char *name)
{
	static const char *const parts[] = {"auth",     "token",      "secret",  "apikey",
					    "password", "cookie",     "session", "signature",
					    "hmac",     "credential", NULL};
	char k[KEY_MAX];

	return has_one_of(plain_key(name, k), parts);
}

/* URLs and forms */

static int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

char *redact_unescape(const char *text, size_t len, struct arena *a)
{
	char *out = arena_alloc(a, len + 1);
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char c = text[i] == '+' ? ' ' : text[i];

		if (c == '%' && i + 2 < len && hex_digit(text[i + 1]) >= 0 &&
		    hex_digit(text[i + 2]) >= 0) {
			c = (char)(hex_digit(text[i + 1]) * 16 + hex_digit(text[i + 2]));
			i += 2;
		}
		out[n++] = c ? c : ' ';
	}
	return out;
}

static bool value_is_masked(const char *key, const char *value, struct arena *a)
{
	char k[KEY_MAX];

	return redact_key(key) || is_one_of(plain_key(key, k), " key code state name ") ||
	       strcmp(redact_text(value, a), value) != 0;
}

const char *redact_pairs(const char *pairs, size_t len, struct arena *a)
{
	const char *end = pairs + len;
	struct str out;
	const char *result;

	str_init(&out, len * 4 + 16);
	while (pairs < end) {
		const char *amp = memchr(pairs, '&', (size_t)(end - pairs));
		const char *stop = amp ? amp : end;
		const char *eq = memchr(pairs, '=', (size_t)(stop - pairs));
		const char *key_end = eq ? eq : stop;
		const char *key = redact_unescape(pairs, (size_t)(key_end - pairs), a);
		const char *value = eq ? redact_unescape(eq + 1, (size_t)(stop - eq - 1), a) : "";

		str_addn(&out, pairs, (size_t)(key_end - pairs));
		if (eq && value_is_masked(key, value, a))
			str_add(&out, "=***");
		else if (eq)
			str_addn(&out, eq, (size_t)(stop - eq));
		if (amp)
			str_addc(&out, '&');
		pairs = amp ? amp + 1 : end;
	}
	result = arena_strndup(a, out.buf, out.len);
	str_release(&out);
	return result;
}

const char *redact_url(const char *url, struct arena *a)
{
	const char *host = strstr(url, "://"), *query, *at;
	size_t scheme, authority;

	host = host ? host + 3 : url;
	scheme = (size_t)(host - url);
	authority = strcspn(host, "/?#");
	at = memchr(host, '@', authority);
	while (at && memchr(at + 1, '@', authority - (size_t)(at + 1 - host)))
		at = memchr(at + 1, '@', authority - (size_t)(at + 1 - host));
	if (at)
		host = at + 1;
	query = strchr(host, '?');
	if (!query)
		return arena_printf(a, "%.*s%s", (int)scheme, url, host);
	return arena_printf(a, "%.*s%.*s?%s", (int)scheme, url, (int)(query - host), host,
			    redact_pairs(query + 1, strlen(query + 1), a));
}
