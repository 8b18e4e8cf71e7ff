#include "files/ack_lines.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/str.h"

#include "base/banned.h"

/* What stands between word, name and text, beside a colon: the line may be a row of a table. */
#define SEPARATORS " \t;,|="
#define DIGITS     "0123456789"

/* The names in front of a refusal's reason. */
struct names {
	const char **name;
	size_t n;
	const char *after; /* the last one */
};

/* The rest of the line when it begins with the word, in any case, as a whole word. */
static const char *after_word(const char *line, const char *word)
{
	size_t len = strlen(word);

	if (strncasecmp(line, word, len) != 0 || isalnum((unsigned char)line[len]))
		return NULL;
	line += len;
	return line + strspn(line, SEPARATORS);
}

/* Does the text say that something was not taken? A false alarm is told; what is missed would be confirmed. */
static bool takes_back(const char *text)
{
	static const char *const stem[] = {"error", "fail", "refus", "reject", "except"};
	static const char *const word[] = {"not", "cannot", "but", "without"};

	for (size_t i = 0; i < sizeof(stem) / sizeof(stem[0]); i++)
		if (strcasestr(text, stem[i]))
			return true;
	for (const char *at = text; *at; at++)
		for (size_t i = 0; i < sizeof(word) / sizeof(word[0]); i++)
			if ((at == text || !isalnum((unsigned char)at[-1])) &&
			    after_word(at, word[i]))
				return true;
	return false;
}

/* The colon in "gid://shopify/Order/1" or "csv:#1001" is part of an id. */
static bool is_in_id(const char *rest, size_t colon)
{
	return str_starts(rest + colon, "://") || (colon == 3 && str_starts(rest, "csv:"));
}

/* Length of the name at the beginning; 0 = there is none. */
static size_t name_length(const char *rest)
{
	size_t len = strcspn(rest, SEPARATORS ":");

	while (rest[len] == ':' && is_in_id(rest, len))
		len += 1 + strcspn(rest + len + 1, SEPARATORS ":");
	return len;
}

/* "\"#1001\": text": the name in quotes; NULL = not in quotes. */
static const char *quoted_name(const char *rest, const char **after, struct arena *a)
{
	const char *end = *rest == '"' || *rest == '\'' ? strchr(rest + 1, *rest) : NULL;

	if (!end || end == rest + 1)
		return NULL;
	*after = end + 1;
	return arena_strndup(a, rest + 1, (size_t)(end - rest - 1));
}

/* What an answer begins with; "" = with nothing that could be a name. */
static const char *first_name(const char *rest, const char **after, struct arena *a)
{
	const char *name = quoted_name(rest, after, a);

	if (name)
		return name;
	*after = rest + name_length(rest);
	return arena_strndup(a, rest, (size_t)(*after - rest));
}

static bool is_name(const char *name)
{
	return acknowledgement_names(&(struct acknowledgement){.record = name});
}

/* Without '#', in small letters, and '0' for each number. */
static const char *shape_of(const char *name, struct arena *a)
{
	char *shape = arena_strdup(a, name + (*name == '#')), *to = shape;

	for (const char *from = shape; *from; to++) {
		size_t digits = strspn(from, DIGITS);

		*to = digits ? '0' : (char)tolower((unsigned char)*from);
		from += digits ? digits : 1;
	}
	*to = '\0';
	return shape;
}

/* "#1001" and "1002", "EN7" and "en12"; but not "1001" and "E42": that may be the code of an error. */
static bool same_shape(const char *x, const char *y, struct arena *a)
{
	return str_equal(shape_of(x, a), shape_of(y, a));
}

/* To the next name of a list; *listed: a sign of lists stands between, not only a blank. */
static const char *next_in_list(const char *at, bool *listed)
{
	size_t len = strspn(at, SEPARATORS "&+");
	const char *rest = at + len, *and = after_word(rest, "and");

	*listed = strcspn(at, ";,|&+") < len || and;
	return and? and : rest;
}

/*
 * "#1001, #1002: text", "#1001 #1002", "1001 and 1002: text": what has the shape of the first name, up to a colon or
 * the line's end. Without these, in "#1001, #1002 blocked", the list is what signs of lists join; what only a blank
 * joins ("#1001 #1002 is there already") and plain numbers ("1001, 3 pieces") may belong to the reason.
 */
static struct names list_names(const char *first, const char *after, struct arena *a)
{
	struct names all = {arena_array(a, strlen(after) / 2 + 2, sizeof(*all.name)), 1, after};
	size_t n = 1;

	all.name[0] = first;
	while (*after != ':') {
		bool listed;
		const char *at = next_in_list(after, &listed), *name;

		if (*at == '\0' || *at == ':') {
			after = at;
			break;
		}
		name = first_name(at, &after, a);
		if (!same_shape(first, name, a))
			return all;
		all.name[n++] = name;
		if (listed && is_name(name)) {
			all.n = n;
			all.after = after;
		}
	}
	all.n = n;
	all.after = after;
	return all;
}

static void doubt(struct ack_answers *to, enum acknowledgement_doubt how, const char *own,
		  const char *text)
{
	/* No order goes by a name without a digit. */
	if (how == DOUBT_REMARK && !strpbrk(text, DIGITS))
		return;
	to->doubt[to->n_doubts++] = (struct acknowledgement){
		.document = to->target,
		.record = own,
		.changed = to->changed,
		.doubt = how,
		.text = text,
	};
}

/* Does the text begin so? '0' stands for a digit. */
static bool begins_as(const char *text, const char *shape)
{
	for (; *shape; text++, shape++)
		if (*shape == '0' ? !isdigit((unsigned char)*text) : *text != *shape)
			return false;
	return true;
}

/* "2026-11-29", "2026-11-29T10:00:01Z", "10:00:01": when it was taken. */
static bool is_time(const char *word)
{
	if (begins_as(word, "0000-00-00"))
		word += strlen("0000-00-00");
	else if (!begins_as(word, "00:00"))
		return false;
	return word[strspn(word, DIGITS "-:.TtZz+")] == '\0';
}

/* Words beside an ok that take nothing of it back. In another language, or of anything else, it is no plain ok. */
static bool is_plain_word(const char *word)
{
	static const char *const plain[] = {
		"all",       "of",       "the",        "and",          "was",        "were",
		"is",        "are",      "have",       "has",          "been",       "with",
		"order",     "orders",   "refund",     "refunds",      "record",     "records",
		"row",       "rows",     "line",       "lines",        "file",       "batch",
		"import",    "imported", "taken",      "loaded",       "accepted",   "processed",
		"booked",    "created",  "received",   "complete",     "completed",  "done",
		"ok",        "success",  "successful", "successfully", "everything", "entries",
		"documents",
	};

	for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++)
		if (strcasecmp(word, plain[i]) == 0)
			return true;
	return false;
}

/* What else is said is plain, and how many orders it counts. */
struct plain {
	bool is;
	bool counted; /* all counts are the same one: "3", "3/3", "3 of 3" */
	int64_t count;
};

static void add_count(struct plain *p, const char **at)
{
	char *end;
	int64_t n = strtoll(*at, &end, 10);

	p->is = p->is && (!p->counted || p->count == n);
	p->counted = true;
	p->count = n;
	*at = end;
}

/* "3/3", "3": the counts of one word; false: it is none. */
static bool read_counts(struct plain *p, const char *word)
{
	const char *at = word;

	if (!*word || word[strspn(word, DIGITS "/")] != '\0' || strlen(word) > 18)
		return false;
	while (*at >= '0' && *at <= '9') {
		add_count(p, &at);
		at += *at == '/' && at[1];
	}
	return *at == '\0';
}

static struct plain read_plain(const struct ack_answers *to, const char *text, struct arena *a)
{
	struct plain p = {.is = true};

	for (const char *at = text; p.is;) {
		size_t len;
		char *word;

		at += strspn(at, SEPARATORS ":.!()");
		len = strcspn(at, SEPARATORS "!()");
		while (len && strchr(":.", at[len - 1]))
			len--;
		if (!len)
			break;
		word = arena_strndup(a, at, len);
		at += len;
		if (is_plain_word(word) || is_time(word) ||
		    (str_starts(to->target, word) && strlen(word) + 4 >= strlen(to->target)))
			continue;
		p.is = read_counts(&p, word) && p.is;
	}
	return p;
}

/*
 * "#1001", "1001 and 1002", "3 orders": whether that names orders is known where they are. An ok counts for what it
 * says in plain words, and for nothing where anything else stands beside it: "done with errors", "ok #1001 later",
 * "ok: 2 of 3 imported", "ok, one skipped".
 */
static void accept(struct ack_answers *to, const char *line, const char *rest, struct arena *a)
{
	struct plain whole, beside;
	const char *name, *after;
	struct names all;

	rest += strspn(rest, SEPARATORS ":");
	whole = read_plain(to, rest, a);
	if (whole.is && !whole.counted) {
		to->ok = true;
		return;
	}
	name = first_name(rest, &after, a);
	all = list_names(name, after, a);
	beside = read_plain(to, all.after, a);
	if (!whole.is && (!strpbrk(name, DIGITS) || !beside.is || beside.counted)) {
		to->hedged = true;
		doubt(to, DOUBT_REFUSAL, NULL, line);
		return;
	}
	for (size_t i = 0; i < all.n; i++)
		to->each[to->n++] = (struct acknowledgement){
			.document = to->target,
			.record = all.name[i],
			.accepted = true,
			.changed = to->changed,
			.count = whole.is && all.n == 1 ? whole.count : 0,
			.text = "ok",
		};
}

/* "#1001: text", "1001 text", "\"#1001\";text", "#1001, #1002: text" or ": text". */
static void refuse(struct ack_answers *to, const char *rest, struct arena *a)
{
	const char *after, *text, *name = first_name(rest, &after, a);
	struct names all;

	text = after + strspn(after, SEPARATORS ":");
	/* "error period is closed": no number, no colon, so it isn't about one order. */
	if (*name && *after != ':' && !strpbrk(name, DIGITS)) {
		name = "";
		text = rest;
	}
	if (!*name) {
		to->refused = true;
		to->why = *text ? text : "rejected";
		return;
	}
	all = list_names(name, after, a);
	text = all.after + strspn(all.after, SEPARATORS ":");
	doubt(to, DOUBT_REMARK, name, text);
	for (size_t i = 0; i < all.n; i++)
		to->each[to->n++] = (struct acknowledgement){
			.document = to->target,
			.record = all.name[i],
			.changed = to->changed,
			.further = i > 0,
			.text = *text ? text : "rejected",
		};
}

static void read_line(struct ack_answers *to, const char *line, struct arena *a)
{
	static const char *const yes[] = {"ok", "accepted", "done"};
	static const char *const no[] = {"error", "rejected", "refused"};
	const char *rest;

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++) {
		rest = after_word(line, yes[i]);
		if (rest) {
			accept(to, line, rest, a);
			return;
		}
	}
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++) {
		rest = after_word(line, no[i]);
		if (rest) {
			refuse(to, rest, a);
			return;
		}
	}
	if (!to->why)
		to->why = line;
	doubt(to, takes_back(line) ? DOUBT_REFUSAL : DOUBT_LINE, NULL, line);
}

/* Bytes of what ends a line at p, or should not be there at all; 0 = it is part of the line. */
static size_t break_length(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	if (u[0] < ' ' || u[0] == 0x7f)
		return u[0] != '\t';
	if (u[0] == 0xc2 && u[1] >= 0x80 && u[1] <= 0x9f)
		return 2;
	return u[0] == 0xe2 && u[1] == 0x80 && (u[2] == 0xa8 || u[2] == 0xa9) ? 3 : 0;
}

const char *ack_sign(const char *text, size_t len, struct arena *a)
{
	unsigned line = 1;

	for (size_t i = 0; i < len; i++) {
		const unsigned char *u = (const unsigned char *)text + i;
		size_t n = break_length(text + i);

		line += *u == '\n' || (*u == '\r' && u[1] != '\n');
		if (n && *u != '\n' && *u != '\r')
			return arena_printf(a, "U+%04X in line %u",
					    n == 3 ? 0x2000U + (u[2] & 0x3fU) : u[n - 1], line);
	}
	return NULL;
}

static size_t count_lines(const char *text, size_t len)
{
	size_t n = 1;

	for (size_t i = 0; i < len; i++)
		n += break_length(text + i) > 0;
	return n;
}

struct ack_answers ack_parse(char *text, size_t len, const char *target, bool changed,
			     struct arena *a)
{
	struct ack_answers all = {.target = target, .changed = changed};
	char *end_of_text = text + len, *line = text;

	all.each = arena_array(a, len / 2 + 1, sizeof(*all.each));
	all.doubt = arena_array(a, count_lines(text, len), sizeof(*all.doubt));
	if (str_starts(line, "\xef\xbb\xbf"))
		line += 3;
	while (line < end_of_text) {
		char *next = line, *end;
		size_t n = 0;

		while (next < end_of_text && (n = break_length(next)) == 0)
			next++;
		end = next;
		next += n;
		while (end > line && (end[-1] == ' ' || end[-1] == '\t'))
			end--;
		*end = '\0';
		line += strspn(line, " \t");
		if (*line)
			read_line(&all, line, a);
		line = next;
	}
	return all;
}

bool ack_has_plain_ok(const struct ack_answers *all)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->each[i].accepted && !is_name(all->each[i].record))
			return true;
	return all->ok;
}
