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

static const char attribute_names[] = " customattributes noteattributes properties ";

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

/* Texts without a key */

static bool is_local_part(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("._%+-'", c)) || (c & 0x80);
}

/* "@", "%40" of a URL, and the wide one of East Asian keyboards; 0: it is none. */
static size_t at_sign(const char *s)
{
	return *s == '@' ? 1 : str_starts(s, "%40") || str_starts(s, "\xef\xbc\xa0") ? 3 : 0;
}

/* The length of "…", a quotation mark or a blank that is no ASCII: it ends a word, as no letter does. */
static size_t wide_sign(const char *s)
{
	if (str_starts(s, "\xe2\x80") && s[2])
		return 3;
	return *s == '\xc2' && s[1] ? 2 : 0;
}

/*
 * Length of a mail address at s, 0 if there is none; *run is how far one could not begin
 * again.
 */
static size_t mail_at(const char *s, size_t *run)
{
	size_t local = 0, end, at;
	bool dot = false;

	/* It is quoted: the quotation mark stays. */
	if (*s == '\'') {
		*run = 1;
		return 0;
	}
	while (is_local_part(s[local]) && !at_sign(s + local) && !wide_sign(s + local))
		local++;
	*run = local ? local : wide_sign(s);
	at = local ? at_sign(s + local) : 0;
	if (!at)
		return 0;
	/* A domain may be of any letters. */
	for (end = local + at; isalnum((unsigned char)s[end]) || (s[end] && strchr(".-", s[end])) ||
			       ((s[end] & 0x80) && !wide_sign(s + end));
	     end++)
		dot = dot || (s[end] == '.' && end > local + at);
	return dot ? end : 0;
}

/* One sign between groups of digits; 0: there is none. Word processors put blanks that don't break. */
static size_t between_at(const char *s, const char *signs)
{
	if (*s && strchr(signs, *s))
		return 1;
	if (!strchr(signs, ' '))
		return 0;
	return str_starts(s, "\xc2\xa0") ? 2 : str_starts(s, "\xe2\x80\xaf") ? 3 : 0;
}

/* "+49 (170) 123-4567": a plus and at least eight digits. "+02:00" of a time has four. */
static size_t phone_at(const char *s)
{
	size_t digits = 0, end = 0;

	if (*s != '+')
		return 0;
	for (size_t i = 1, n; (n = isdigit((unsigned char)s[i]) ? 1 : between_at(s + i, " ()-./"));
	     i += n)
		if (isdigit((unsigned char)s[i])) {
			digits++;
			end = i + 1;
		}
	return digits >= 8 ? end : 0;
}

/* Groups of just so many digits ("334") with one sign between them, the same each time; 0: it is not. */
static size_t groups_at(const char *s, const char *groups, const char *signs)
{
	const char *sign = NULL;
	size_t i = 0, n = 0;

	for (; *groups; groups++) {
		size_t digits = strspn(s + i, "0123456789");

		if (digits != (size_t)(*groups - '0'))
			return 0;
		i += digits;
		if (!groups[1])
			break;
		n = between_at(s + i, signs);
		if (!n || (sign && strncmp(sign, s + i, n) != 0))
			return 0;
		sign = s + i;
		i += n;
	}
	/* "1.2.3" goes on. */
	if (isalnum((unsigned char)s[i]) ||
	    (n && strncmp(sign, s + i, n) == 0 && isdigit((unsigned char)s[i + n])))
		return 0;
	return i;
}

/* "555-123-4567", "1 555 123 4567", "06.12.34.56.78": nothing else is written so. */
static size_t usual_phone_at(const char *s)
{
	size_t n = groups_at(s, "334", "-/. ");

	if (!n && *s == '1')
		n = groups_at(s, "1334", "-/. ");
	return n || *s != '0' ? n : groups_at(s, "22222", ".-/ ");
}

/*
 * "0170 1234567", "(555) 123-4567": as people write them at home, in groups of two digits at least. Without
 * groups it could be an article, with dashes alone too, with points an amount.
 */
static size_t home_phone_at(const char *s)
{
	size_t digits = 0, groups = 0, i = *s == '(', usual = usual_phone_at(s), sign;
	bool apart = *s == '(';

	if (usual || (*s != '0' && !apart) || groups_at(s, "224", "-/"))
		return usual;
	for (;;) {
		size_t n = strspn(s + i, "0123456789");

		if (n < 2)
			break;
		digits += n;
		groups++;
		i += n;
		i += *s == '(' && groups == 1 && s[i] == ')';
		sign = between_at(s + i, " -/");
		apart = apart || (sign && s[i] != '-');
		if (sign && isdigit((unsigned char)s[i + sign]))
			i += sign;
		else if (!isdigit((unsigned char)s[i]))
			break;
	}
	return apart && groups >= 2 && digits >= 9 && digits <= 15 && !isalnum((unsigned char)s[i])
		       ? i
		       : 0;
}

/*
 * Shopify names its tokens by a prefix so that scanners find them; the others are RFC
 * 7235 and 6750.
 */
static size_t token_at(const char *s)
{
	static const char *const prefixes[] = {"shpat_",  "shpss_",  "shpca_", "shppa_", "shpua_",
					       "shptka_", "Bearer ", "Basic ", NULL};

	for (size_t i = 0; prefixes[i]; i++) {
		size_t len = strlen(prefixes[i]), n = len;

		if (strncmp(s, prefixes[i], len) != 0)
			continue;
		while (isalnum((unsigned char)s[n]) || (s[n] && strchr("-._~+/=", s[n])))
			n++;
		return n >= len + 8 ? n : 0;
	}
	return 0;
}

const char *redact_text(const char *text, struct arena *a)
{
	/* Each mask is shorter than what it stands for. */
	char *out = arena_alloc(a, strlen(text) + 1), *to = out;
	bool begins = true; /* no letter or digit stands in front */

	while (*text) {
		size_t run = 1, masked = phone_at(text);

		if (!masked && begins)
			masked = home_phone_at(text);
		if (!masked)
			masked = token_at(text);
		if (!masked)
			masked = mail_at(text, &run);
		if (masked) {
			memcpy(to, "***", 3);
			to += 3;
			text += masked;
			begins = false;
			continue;
		}
		run = run ? run : 1;
		memcpy(to, text, run);
		to += run;
		text += run;
		begins = !isalnum((unsigned char)text[-1]) && !strchr("-._", text[-1]);
	}
	*to = '\0';
	return out;
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
