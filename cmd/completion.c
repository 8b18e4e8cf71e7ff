#include "help.h"

#include <string.h>

#include "base/banned.h"

/*
 * The bash completion: lists of words made from the tables, and one plain function around
 * them. cmd/erpsync.bash holds its output; a test compares the two.
 */
static const char HEAD[] =
	"# bash completion for erpsync, made by: erpsync help --completion\n"
	"_erpsync() {\n"
	"\tlocal word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}\n"
	"\tlocal noun='' verb='' words='' i\n"
	"\n"
	"\tCOMPREPLY=()\n"
	"\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
	"\t\tcase ${COMP_WORDS[i]} in\n";

static const char AFTER_GLOBALS[] = ") i=$((i + 1)) ;;\n"
				    "\t\t-*) ;;\n"
				    "\t\t*)\n"
				    "\t\t\tif [[ -z $noun ]]; then\n"
				    "\t\t\t\tnoun=${COMP_WORDS[i]}\n"
				    "\t\t\telif [[ -z $verb ]]; then\n"
				    "\t\t\t\tverb=${COMP_WORDS[i]}\n"
				    "\t\t\tfi\n"
				    "\t\t\t;;\n"
				    "\t\tesac\n"
				    "\tdone\n"
				    "\tcase $before in\n";

static const char AFTER_VALUES[] = ")\n"
				   "\t\tcompopt +o default\n"
				   "\t\treturn\n"
				   "\t\t;;\n"
				   "\tesac\n"
				   "\tcase \"$noun $verb\" in\n";

static const char TAIL[] = "\tesac\n"
			   "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\")\n"
			   "}\n"
			   "complete -o default -F _erpsync erpsync\n";

/* A list of names that holds each once: "a", sep, "b", … */
struct list {
	struct str text;
	const char *sep;
};

static bool list_has(const struct list *l, const char *name)
{
	size_t len = strlen(name), sep = strlen(l->sep);

	for (const char *p = l->text.buf; *p;) {
		const char *next = strstr(p, l->sep);
		size_t n = next ? (size_t)(next - p) : strlen(p);

		if (n == len && memcmp(p, name, len) == 0)
			return true;
		p += n + (next ? sep : 0);
	}
	return false;
}

static void list_add(struct list *l, const char *name)
{
	if (!list_has(l, name))
		str_addf(&l->text, "%s%s", l->text.len ? l->sep : "", name);
}

/* The options of a table: all, or those with a value that is a file or is none. */
enum which { ALL_OPTIONS, FILE_OPTIONS, VALUE_OPTIONS };

static void add_names(struct list *l, const struct opt *table, enum which which, struct arena *a)
{
	for (const struct opt *o = table; o->name; o++) {
		bool file = o->type == OPT_FILE;

		if (o->hidden || (which == FILE_OPTIONS && !file) ||
		    (which == VALUE_OPTIONS && (file || o->type == OPT_FLAG)))
			continue;
		if (o->letter)
			list_add(l, arena_printf(a, "-%c", o->letter));
		list_add(l, arena_printf(a, "--%s", o->name));
	}
}

static void add_list(struct str *out, struct list *l)
{
	str_add(out, l->text.buf);
	str_release(&l->text);
}

static struct list list_new(const char *sep)
{
	struct list l = {.sep = sep};

	str_init(&l.text, 0);
	return l;
}

static void add_global_files(struct str *out, struct arena *a)
{
	struct list l = list_new(" | ");

	add_names(&l, global_options, FILE_OPTIONS, a);
	add_list(out, &l);
}

static void add_value_options(struct str *out, struct arena *a)
{
	struct list l = list_new(" | ");
	struct command c;

	for (size_t i = 0; command_at(i, &c); i++)
		add_names(&l, c.options, VALUE_OPTIONS, a);
	add_list(out, &l);
}

/* Words that may stand where a command begins, or after a noun. */
static void add_starts(struct str *out, const char *noun, struct arena *a)
{
	struct list l = list_new(" ");
	struct command c;

	for (size_t i = 0; command_at(i, &c); i++)
		if (!noun)
			list_add(&l, c.noun);
		else if (str_equal(c.noun, noun))
			list_add(&l, c.verb);
	add_names(&l, global_options, ALL_OPTIONS, a);
	add_list(out, &l);
}

static void add_command(struct str *out, const struct command *c, struct arena *a)
{
	struct list l = list_new(" ");
	struct command other;

	if (str_equal(c->noun, "map"))
		for (int k = 0; k < KIND_COUNT_; k++)
			list_add(&l, record_kind_name((enum record_kind)k));
	if (str_equal(c->noun, "run"))
		for (const struct flow *f = flows; f->noun; f++)
			list_add(&l, f->noun);
	if (str_equal(c->noun, "help")) {
		for (size_t i = 0; command_at(i, &other); i++)
			list_add(&l, other.noun);
		list_add(&l, "exit-status");
		list_add(&l, "config");
	}
	add_names(&l, c->options, ALL_OPTIONS, a);
	add_names(&l, global_options, ALL_OPTIONS, a);
	str_addf(out, "\t\"%s %s\"*) words='", c->noun, c->verb ? c->verb : "");
	add_list(out, &l);
	str_add(out, "' ;;\n");
}

static void add_nouns(struct str *out, struct arena *a)
{
	struct list done = list_new(" ");
	struct command c;

	str_add(out, "\t' ') words='");
	add_starts(out, NULL, a);
	str_add(out, "' ;;\n");
	for (size_t i = 0; command_at(i, &c); i++) {
		if (!c.verb || list_has(&done, c.noun))
			continue;
		list_add(&done, c.noun);
		str_addf(out, "\t\"%s \") words='", c.noun);
		add_starts(out, c.noun, a);
		str_add(out, "' ;;\n");
	}
	str_release(&done.text);
}

void completion_script(struct str *out, struct arena *a)
{
	struct command c;

	str_add(out, HEAD);
	str_add(out, "\t\t");
	add_global_files(out, a);
	str_add(out, AFTER_GLOBALS);
	str_add(out, "\t");
	add_global_files(out, a);
	str_add(out, ") return ;;\n\t");
	add_value_options(out, a);
	str_add(out, AFTER_VALUES);
	add_nouns(out, a);
	for (size_t i = 0; command_at(i, &c); i++)
		add_command(out, &c, a);
	str_add(out, TAIL);
}
