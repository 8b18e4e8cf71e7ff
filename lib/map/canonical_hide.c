#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "base/json.h"
#include "base/secrets.h"
#include "base/str.h"
#include "map/canonical_priv.h"

#include "base/banned.h"

enum { REWRITTEN_MAX = 256, PHONE_MIN = 8, PHONE_MAX = 15, COUNTRY_MAX = 3, STREET_MIN = 5 };

/* A house number or a size tells nobody, and would blot out the figures of an error. */
static bool tells_a_person(const char *field, const char *value)
{
	size_t len = strlen(value);

	if (strspn(value, "0123456789") == len)
		return len >= 5;
	/* A tag has no field of its own. */
	return len >= (!field || str_equal(field, "value") ? 8 : 3);
}

/* U+00C0 to U+017F without accents; the umlauts also as Germans write them. */
static const char *letter_of(unsigned code, bool german, char one[2])
{
	static const char latin[] =
		"AAAAAA*CEEEEIIIIDNOOOOO*OUUUUY**aaaaaa*ceeeeiiiidnooooo*ouuuuy*y"
		"AaAaAaCcCcCcCcDdDdEeEeEeEeEeGgGgGgGgHhHhIiIiIiIiIiJjJjKkkLlLlLlLlLl"
		"NnNnNnnNnOoOoOoOoRrRrRrSsSsSsSsTtTtTtUuUuUuUuUuUuWwYyYZzZzZzs";
	static const struct {
		unsigned code;
		const char *text;
		bool german;
	} longer[] = {{0xc6, "ae", false}, {0xde, "th", false}, {0xdf, "ss", false},
		      {0xe6, "ae", false}, {0xfe, "th", false}, {0xc4, "ae", true},
		      {0xd6, "oe", true},  {0xdc, "ue", true},  {0xe4, "ae", true},
		      {0xf6, "oe", true},  {0xfc, "ue", true},  {0xd8, "oe", true},
		      {0xf8, "oe", true},  {0xc5, "aa", true},  {0xe5, "aa", true}};

	for (size_t i = 0; i < sizeof(longer) / sizeof(longer[0]); i++)
		if (longer[i].code == code && (german || !longer[i].german))
			return longer[i].text;
	if (code < 0xc0 || code > 0x17f || latin[code - 0xc0] == '*')
		return NULL;
	one[0] = latin[code - 0xc0];
	one[1] = '\0';
	return one;
}

/* As a system writes it that knows no accents; false: that is the same, or too long to be a name. */
static bool without_accents(const char *text, bool german, char out[REWRITTEN_MAX])
{
	size_t len = 0;
	bool changed = false;

	for (const char *p = text; *p; p++) {
		unsigned char c = (unsigned char)p[0];
		unsigned code = c >= 0xc3 && c <= 0xc5 ? str_code(p, 2) : 0;
		char one[2] = {*p, '\0'};
		const char *as = code ? letter_of(code, german, one) : NULL;

		if (len + 3 > REWRITTEN_MAX)
			return false;
		changed = changed || as;
		p += as != NULL;
		len += (size_t)snprintf(out + len, REWRITTEN_MAX - len, "%s", as ? as : one);
	}
	return changed;
}

static void add(struct hidden *h, const char *text)
{
	char plain[REWRITTEN_MAX];

	hidden_add(h, text);
	for (int german = 0; german < 2; german++)
		if (without_accents(text, german, plain))
			hidden_add(h, plain);
}

static void add_words(const char *text, struct hidden *h)
{
	char word[128];

	for (size_t n; *text; text += n) {
		text += strspn(text, " -,");
		n = strcspn(text, " -,");
		if (n < 3 || n >= sizeof(word))
			continue;
		snprintf(word, sizeof(word), "%.*s", (int)n, text);
		add(h, word);
	}
}

/* "anneweber", "weber_anne": as accounts are called. */
static void add_account(const cJSON *person, struct hidden *h)
{
	const char *first = json_str(person, "first_name"), *last = json_str(person, "last_name");
	static const char *const between[] = {"", "_", "."};
	char name[REWRITTEN_MAX];

	if (str_blank(first) || str_blank(last) || strlen(first) + strlen(last) + 2 > sizeof(name))
		return;
	for (size_t i = 0; i < sizeof(between) / sizeof(between[0]); i++) {
		snprintf(name, sizeof(name), "%s%s%s", first, between[i], last);
		add(h, name);
		snprintf(name, sizeof(name), "%s%s%s", last, between[i], first);
		add(h, name);
	}
}

/* "12", "12a,", "12 bis" */
static const char *past_number(const char *p)
{
	size_t n = isdigit((unsigned char)*p) ? strcspn(p, " ,") : 0;

	if (!n)
		return p;
	p += n + strspn(p + n, " ,");
	n = strcspn(p, " ,");
	if (n == 3 && (strncasecmp(p, "bis", n) == 0 || strncasecmp(p, "ter", n) == 0))
		p += n + strspn(p + n, " ,");
	return p;
}

/* "12 Wobbleton Lane" and "Hauptstr. 5 a" are told by the street alone. */
static void add_street(const char *text, struct hidden *h)
{
	char street[REWRITTEN_MAX];
	const char *from = past_number(text), *end = from + strlen(from);

	for (const char *p = from; *p; p++)
		if (p > from && isdigit((unsigned char)*p) && strchr(" ,", p[-1])) {
			end = p;
			break;
		}
	while (end > from && strchr(" ,", end[-1]))
		end--;
	if (end - from < STREET_MIN || end - from >= REWRITTEN_MAX)
		return;
	snprintf(street, sizeof(street), "%.*s", (int)(end - from), from);
	add(h, street);
}

/* "+33 1 42 98 76 54" in digits, as it is dialled abroad and at home; which are of the country nobody says. */
static void add_phone(const char *text, struct hidden *h)
{
	char digits[PHONE_MAX + 3], dialled[PHONE_MAX + 6];
	const char *from = digits;
	size_t n = 0;
	bool abroad = *text == '+';

	for (; *text && n < sizeof(digits) - 1; text++)
		if (isdigit((unsigned char)*text))
			digits[n++] = *text;
	digits[n] = '\0';
	if (!abroad && str_starts(digits, "00")) {
		from += 2;
		abroad = true;
	}
	n = strlen(from);
	if (n < PHONE_MIN || n > PHONE_MAX)
		return;
	hidden_add(h, from);
	if (!abroad)
		return;
	snprintf(dialled, sizeof(dialled), "00%s", from);
	hidden_add(h, dialled);
	for (size_t k = 1; k <= COUNTRY_MAX && n - k >= PHONE_MIN; k++) {
		snprintf(dialled, sizeof(dialled), "0%s", from + k);
		hidden_add(h, dialled);
	}
	if (*from == '1')
		hidden_add(h, from + 1);
}

/* Of "zoe.weber@example.com" the front names a person; that of "shop@example.com" nobody. */
static void add_mailbox(const char *text, struct hidden *h)
{
	size_t n = strcspn(text, "@"), sign = strcspn(text, "._-0123456789");
	char name[REWRITTEN_MAX];

	if (text[n] != '@' || n < STREET_MIN || n >= sizeof(name) || sign >= n)
		return;
	snprintf(name, sizeof(name), "%.*s", (int)n, text);
	hidden_add(h, name);
}

static void hide_below(const struct canonical_node *n, const cJSON *container, struct hidden *h);

/* A metafield's value may be JSON, of which another system quotes a part. */
static void hide_json(const char *text, struct hidden *h)
{
	CLEANUP(json) cJSON *inner = NULL;
	struct err ignored;

	if (strchr("[{", *text) && json_parse(text, strlen(text), &inner, &ignored) == E_OK)
		hide_below(NULL, inner, h);
}

static void hide_value(const char *field, const char *text, struct hidden *h)
{
	if (tells_a_person(field, text))
		add(h, text);
	if (!field)
		return;
	if (str_equal(field, "value"))
		hide_json(text, h);
	if (str_ends(field, "_name"))
		add_words(text, h);
	else if (str_equal(field, "address1"))
		add_street(text, h);
	else if (str_equal(field, "phone"))
		add_phone(text, h);
	else if (str_equal(field, "email"))
		add_mailbox(text, h);
}

static void hide_below(const struct canonical_node *n, const cJSON *container, struct hidden *h)
{
	const cJSON *v;

	if (cJSON_IsObject(container))
		add_account(container, h);
	cJSON_ArrayForEach (v, container) {
		const struct canonical_node *c = NULL;

		if (n)
			c = v->string ? canonical_child(n, v->string) : n->element;
		if (cJSON_IsObject(v) || cJSON_IsArray(v))
			hide_below(c, v, h);
		else if (cJSON_IsString(v) && canonical_hides(c))
			hide_value(v->string, v->valuestring, h);
	}
}

void canonical_hide(const char *kind, const cJSON *doc, struct hidden *h)
{
	hide_below(canonical_tree(kind), doc, h);
}
