#include "map/program.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/str.h"
#include "map/program_priv.h"

#include "base/banned.h"

struct program {
	jq_state *jq;
	char *path;
	struct program_texts known;
	program_ask *ask;
	void *ctx;
	jv answer; /* of the question that was put last, until it is taken */
	bool answered;
};

/* What jq says while it compiles: the first complaint is the one that counts. */
struct complaint {
	char text[512];
};

static void on_complaint(void *ctx, jv msg)
{
	struct complaint *c = ctx;

	if (c && !c->text[0] && jv_get_kind(msg) == JV_KIND_STRING)
		snprintf(c->text, sizeof(c->text), "%s", jv_string_value(msg));
	jv_free(msg);
}

/*
 * "jq: error: foo/0 is not defined at <top-level>, line 2:\nfoo" becomes
 * "/x/order.jq:2: foo/0 is not defined". In modules jq names the file where it says <top-level>.
 */
static enum errk compile_error(const char *path, const char *said, struct err *e)
{
	char text[512], *at, *line, *end;
	const char *file = path;

	snprintf(text, sizeof(text), "%s", said[0] ? said : "does not compile");
	if (str_starts(text, "jq: error: "))
		memmove(text, text + 11, strlen(text + 11) + 1);
	end = strchr(text, '\n');
	if (end)
		*end = '\0';
	/* A hint for people at a shell prompt, which no mapping is written at. */
	at = strstr(text, " (Unix shell quoting issues?)");
	if (at)
		memmove(at, at + 29, strlen(at + 29) + 1);
	at = strstr(text, " at ");
	line = at ? strstr(at, ", line ") : NULL;
	if (!line)
		return err_set(e, E_LOCAL, "bad_mapping", "%s: %s", path, text);
	*at = *line = '\0';
	if (strcmp(at + 4, "<top-level>") != 0)
		file = at + 4;
	return err_set(e, E_LOCAL, "bad_mapping", "%s:%d: %s", file,
		       (int)strtol(line + 7, NULL, 10), text);
}

static void set_dirs(jq_state *jq, const char *const *dirs)
{
	jv list = jv_array();

	for (; *dirs; dirs++)
		list = jv_array_append(list, jv_string(*dirs));
	jq_set_attr(jq, jv_string("JQ_LIBRARY_PATH"), list);
	/* Where `import "x" as x {"search": "."}` of the program itself would look. */
	jq_set_attr(jq, jv_string("PROGRAM_ORIGIN"), jv_string(dirs[-1]));
	jq_set_attr(jq, jv_string("JQ_ORIGIN"), jv_string(dirs[-1]));
}

/*
 * jq loads ~/.jq into every program. A mapping must not depend on who runs it, so while it compiles
 * the home folder is one that has no such file.
 */
static int compile_without_home(jq_state *jq, const char *text, jv args)
{
	const char *home = getenv("HOME");
	CLEANUP(free) char *kept = home ? strdup(home) : NULL;
	int ok;

	setenv("HOME", "/nonexistent", 1);
	ok = jq_compile_args(jq, text, args);
	if (kept)
		setenv("HOME", kept, 1);
	else
		unsetenv("HOME");
	return ok;
}

static jv ask(struct program *p, jv question)
{
	CLEANUP(arena) struct arena *a = arena_new();
	CLEANUP(json) cJSON *doc = NULL;
	CLEANUP(str) struct str text;
	const char *out = NULL;
	struct err e = {0};

	str_init(&text, 0);
	program_jv_text(question, &p->known, &text);
	if (json_parse(text.buf, text.len, &doc, &e) == E_OK &&
	    p->ask(p->ctx, doc, a, &out, &e) == E_OK)
		return out ? jv_string(out) : jv_null();
	return jv_invalid_with_msg(
		jv_object_set(jv_object_set(jv_object(), jv_string("code"), jv_string(e.code)),
			      jv_string("text"), jv_string(e.msg)));
}

/* What a mapping itself says there is of a customer's document: it is for nobody's log. */
static void on_debug(void *ctx, jv said)
{
	struct program *p = ctx;
	CLEANUP(jv) jv what = said;

	if (jv_get_kind(what) != JV_KIND_OBJECT || !jv_object_has(jv_copy(what), jv_string("_ask")))
		return;
	jv_free(p->answer);
	p->answer = ask(p, what);
	p->answered = true;
}

static jv on_input(jq_state *jq, void *ctx)
{
	struct program *p = ctx;

	(void)jq;
	if (!p->answered)
		return jv_invalid();
	p->answered = false;
	return jv_take(&p->answer);
}

enum errk program_compile(const struct program_source *src, struct program **out, struct err *e)
{
	CLEANUP(program) struct program *p = calloc(1, sizeof(*p));
	struct complaint said = {0};

	if (!p)
		die(70, "out of memory");
	p->answer = jv_invalid();
	p->path = strdup(src->path);
	p->jq = jq_init();
	if (!p->path || !p->jq)
		die(70, "out of memory");
	set_dirs(p->jq, src->dirs);
	jq_set_error_cb(p->jq, on_complaint, &said);
	p->ask = src->ask;
	p->ctx = src->ctx;
	jq_set_input_cb(p->jq, on_input, p);
	jq_set_debug_cb(p->jq, on_debug, p);
	if (!compile_without_home(p->jq, src->text,
				  jv_object_set(jv_object(), jv_string("tables"),
						program_jv_of(src->tables))))
		return compile_error(src->path, said.text, e);
	jq_set_error_cb(p->jq, on_complaint, NULL); /* without one, jq writes to stderr */
	*out = TAKE(p);
	return E_OK;
}

void program_free(struct program *p)
{
	if (!p)
		return;
	program_texts_release(&p->known);
	jv_free(p->answer);
	if (p->jq)
		jq_teardown(&p->jq);
	free(p->path);
	free(p);
}

/*
 * jq quotes values in its own messages: `string ("anne@exam...) cannot be …`. Messages are kept and
 * shown, values may be personal: the type stays, the value goes.
 */
static void drop_values(char *text)
{
	static const char *const types[] = {"string", "object", "array", "number", "boolean"};
	static const char *const after[] = {") and ", ") cannot ", ") is ",
					    ") has ", ") not ",    ") as "};

	char *parsing = strstr(text, " (while parsing '");

	if (parsing)
		*parsing = '\0';
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		char *p = text;

		while ((p = strstr(p, types[i]))) {
			char *from = p += strlen(types[i]), *to = NULL;

			if (!str_starts(p, " ("))
				continue;
			for (size_t k = 0; k < sizeof(after) / sizeof(after[0]); k++) {
				char *hit = strstr(p, after[k]);

				if (hit && (!to || hit < to))
					to = hit;
			}
			to = to ? to + 1 : from + strlen(from);
			memmove(from, to, strlen(to) + 1);
		}
	}
}

/*
 * error({code, text}) of erpsync.jq, error("text") of a mapping, or jq's own complaint about
 * a type.
 */
static enum errk run_error(const struct program *p, jv msg, struct err *e)
{
	char text[ERR_MSG_MAX];

	if (jv_get_kind(msg) == JV_KIND_OBJECT) {
		CLEANUP(jv) jv code = jv_object_get(jv_copy(msg), jv_string("code"));
		CLEANUP(jv) jv says = jv_object_get(jv_copy(msg), jv_string("text"));

		if (jv_get_kind(code) == JV_KIND_STRING && jv_get_kind(says) == JV_KIND_STRING) {
			const char *c = jv_string_value(code);

			if (str_equal(c, "bad_mapping"))
				return err_set(e, E_LOCAL, c, "%s: %s", p->path,
					       jv_string_value(says));
			return err_set(e, E_RECORD, c, "%s", jv_string_value(says));
		}
	}
	if (jv_get_kind(msg) != JV_KIND_STRING)
		return err_set(e, E_RECORD, "mapping", "%s: error() without a text", p->path);
	snprintf(text, sizeof(text), "%s", jv_string_value(msg));
	drop_values(text);
	return err_set(e, E_RECORD, "mapping", "%s: %s", p->path, text);
}

static enum errk one_result(struct program *p, jv *first, struct err *e)
{
	CLEANUP(jv) jv msg = jv_invalid();
	CLEANUP(jv) jv more = jv_invalid();

	*first = jq_next(p->jq);
	if (jq_halted(p->jq))
		return err_set(e, E_LOCAL, "bad_mapping", "%s: the program halts", p->path);
	if (!jv_is_valid(*first)) {
		if (!jv_invalid_has_msg(jv_copy(*first)))
			return err_set(e, E_LOCAL, "bad_mapping", "%s: the program gives nothing",
				       p->path);
		msg = jv_invalid_get_msg(jv_take(first));
		return run_error(p, msg, e);
	}
	more = jq_next(p->jq);
	if (jv_is_valid(more))
		return err_set(e, E_LOCAL, "bad_mapping",
			       "%s: the program gives more than one result", p->path);
	if (jv_invalid_has_msg(jv_copy(more))) {
		msg = jv_invalid_get_msg(jv_take(&more));
		return run_error(p, msg, e);
	}
	if (jv_get_kind(*first) != JV_KIND_OBJECT)
		return err_set(e, E_LOCAL, "bad_mapping",
			       "%s: the result is of type %s, not object", p->path,
			       jv_kind_name(jv_get_kind(*first)));
	return E_OK;
}

enum errk program_run(struct program *p, const cJSON *doc, struct arena *a, const char **out,
		      struct err *e)
{
	CLEANUP(str) struct str text;
	CLEANUP(jv) jv result = jv_invalid();
	enum errk k;

	str_init(&text, 0);
	p->answered = false;
	jq_start(p->jq, program_jv_of(doc), 0);
	k = one_result(p, &result, e);
	if (k != E_OK)
		return k;
	program_jv_text(result, &p->known, &text);
	if (text.overflow)
		return err_set(e, E_RECORD, "mapping", "%s: the result is too large", p->path);
	*out = arena_strndup(a, text.buf, text.len);
	return E_OK;
}
