#include "output.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/secrets.h"

#include "base/banned.h"

bool out_is_tty(FILE *f)
{
	return isatty(fileno(f)) == 1;
}

int out_width(FILE *f)
{
	struct winsize size;

	if (ioctl(fileno(f), TIOCGWINSZ, &size) != 0 || size.ws_col == 0)
		return 80;
	return size.ws_col;
}

static bool has_colour(FILE *f)
{
	const char *no = getenv("NO_COLOR"), *term = getenv("TERM");

	return out_is_tty(f) && !(no && *no) && term && strcmp(term, "dumb") != 0;
}

const char *style_on(FILE *f, enum style s)
{
	static const char *const codes[] = {
		[STYLE_PLAIN] = "",       [STYLE_BOLD] = "\033[1m",   [STYLE_DIM] = "\033[2m",
		[STYLE_RED] = "\033[31m", [STYLE_GREEN] = "\033[32m", [STYLE_YELLOW] = "\033[33m",
	};

	return has_colour(f) ? codes[s] : "";
}

const char *style_off(FILE *f, enum style s)
{
	return s != STYLE_PLAIN && has_colour(f) ? "\033[0m" : "";
}

/* Invalid UTF-8 can't be judged and is replaced byte by byte. */
const char *clean_text(const char *text, struct arena *a)
{
	size_t len = text ? strlen(text) : 0;
	char *out = arena_strndup(a, text ? text : "", len);
	size_t valid;

	secrets_hide(out);
	len = strlen(out);
	valid = str_utf8_prefix(out, len);

	while (valid < len) {
		out[valid] = '?';
		valid += 1 + str_utf8_prefix(out + valid + 1, len - valid - 1);
	}
	str_clean(out, '?');
	return out;
}

static size_t characters(const char *utf8)
{
	size_t n = 0;

	for (; *utf8; utf8++)
		n += ((unsigned char)*utf8 & 0xc0) != 0x80;
	return n;
}

const char *clean_cell(const char *text, size_t width, struct arena *a)
{
	const char *clean = clean_text(text, a);
	size_t have = characters(clean);

	return have >= width ? clean : arena_printf(a, "%s%*s", clean, (int)(width - have), "");
}

const char *age_text(int64_t since, int64_t now, struct arena *a)
{
	char text[CLOCK_TEXT_MAX];

	return arena_strdup(a, duration_text((now > since ? now - since : 0) * 1000, text));
}

const char *when_text(int64_t t, int64_t now, struct arena *a)
{
	char text[CLOCK_TEXT_MAX];

	if (t == 0)
		return "never";
	clock_text(t, text);
	if (t > now)
		return arena_printf(a, "%s (in %s)", text, age_text(now, t, a));
	return arena_printf(a, "%s (%s ago)", text, age_text(t, now, a));
}

static void new_line(struct str *out, const char *indent, int depth)
{
	str_addf(out, "\n%s%*s", indent, depth * 2, "");
}

/* The end of the string that begins at p, which is valid JSON. */
static const char *string_end(const char *p)
{
	for (p++; *p && *p != '"'; p++)
		if (*p == '\\' && p[1])
			p++;
	return *p ? p + 1 : p;
}

/* Bytes of the character at p; 0: it is none of UTF-8, as a file's name may have one. */
static size_t character_at(const char *p, const char *end)
{
	unsigned char c = (unsigned char)*p;
	size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

	return n <= (size_t)(end - p) && str_utf8_valid(p, n) ? n : 0;
}

/* Controls that JSON may hold as they are would still reach the terminal; what is no UTF-8 is no JSON. */
static void add_part(struct str *out, const char *p, const char *end)
{
	for (size_t n; p < end; p += n ? n : 1) {
		size_t control = *p == '\n' || *p == '\t' || *p == '\r' ? 0 : str_control(p);

		n = character_at(p, end);
		if (n == 0)
			str_add(out, "\xef\xbf\xbd");
		else if (control)
			str_addf(out, "\\u%04x", str_code(p, control));
		else
			str_addn(out, p, n);
	}
}

const char *shown_json(const char *json, struct arena *a)
{
	CLEANUP(str) struct str out = {0};
	char *copy = arena_strdup(a, json);

	secrets_hide(copy);
	str_init(&out, 0);
	add_part(&out, copy, copy + strlen(copy));
	return arena_strndup(a, out.buf, out.len);
}

static const char *skip_blank(const char *p)
{
	return p + strspn(p, " \t\r\n");
}

/*
 * The end of an object or array that begins at p, holds no other one and is short, so that it
 * reads best in one line; else NULL.
 */
static const char *short_end(const char *p)
{
	enum { SHORT = 72 };
	const char *start = p;

	for (p++; *p && p - start < SHORT;) {
		if (*p == '{' || *p == '[')
			return NULL;
		if (*p == '}' || *p == ']')
			return p + 1;
		p = *p == '"' ? string_end(p) : p + 1;
	}
	return NULL;
}

static void add_in_line(struct str *out, const char *p, const char *last)
{
	while (p < last) {
		const char *end = *p == '"' ? string_end(p) : p + 1;

		add_part(out, p, end);
		if (*p == ',' || *p == ':')
			str_addc(out, ' ');
		p = skip_blank(end);
	}
}

void json_pretty(struct str *out, const char *json, const char *indent)
{
	int depth = 0;

	str_add(out, indent);
	for (const char *p = skip_blank(json); *p; p = skip_blank(p)) {
		const char *end = *p == '"' ? string_end(p) : p + 1, *close = NULL;
		bool opens = *p == '{' || *p == '[';

		if (opens)
			close = short_end(p);
		if (close) {
			add_in_line(out, p, close);
			p = close;
			continue;
		}
		if ((*p == '}' || *p == ']') && depth > 0)
			new_line(out, indent, --depth);
		add_part(out, p, end);
		if (opens)
			new_line(out, indent, ++depth);
		else if (*p == ',')
			new_line(out, indent, depth);
		else if (*p == ':')
			str_addc(out, ' ');
		p = end;
	}
	str_addc(out, '\n');
}

void print_json(FILE *f, const char *json, const char *indent)
{
	CLEANUP(str) struct str text = {0};

	str_init(&text, 0);
	json_pretty(&text, json, indent);
	secrets_hide(text.buf);
	fputs(text.buf, f);
}

cJSON *answer_begin(void)
{
	cJSON *answer = json_object();

	json_add_int(answer, "format", OUTPUT_FORMAT);
	return answer;
}

void answer_print(cJSON *answer, struct arena *a)
{
	print_json(stdout, json_text(answer, a), "");
	cJSON_Delete(answer);
}

void json_add_time(cJSON *obj, const char *key, int64_t t)
{
	char text[CLOCK_TEXT_MAX];

	json_add_str(obj, key, t ? clock_text(t, text) : NULL);
}
