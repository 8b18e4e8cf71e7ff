#include "cmd.h"

#include <stdio.h>

#include "base/json.h"
#include "output.h"
#include "remedy.h"
#include "sync/sync.h"

#include "base/banned.h"

struct findings {
	struct arena *arena;
	cJSON *list; /* NULL: text */
};

static const char *result_name(enum check_result r)
{
	switch (r) {
	case CHECK_OK:
		return "ok";
	case CHECK_WARN:
		return "warn";
	case CHECK_BAD:
		return "bad";
	}
	BUG("no such check result: %d", (int)r);
}

static enum style result_style(enum check_result r)
{
	return r == CHECK_OK ? STYLE_GREEN : r == CHECK_WARN ? STYLE_YELLOW : STYLE_RED;
}

static void say(void *ctx, enum check_result result, const char *what, const char *remedy)
{
	struct findings *f = ctx;

	if (f->list) {
		cJSON *o = json_object();

		json_add_str(o, "result", result_name(result));
		json_add_str(o, "what", what);
		json_add_str(o, "remedy", remedy);
		json_push(f->list, o);
		return;
	}
	printf("%s%-5s%s%s\n", style_on(stdout, result_style(result)), result_name(result),
	       style_off(stdout, result_style(result)), remedy_text(what, NULL, NULL, f->arena));
	if (remedy && *remedy)
		printf("     → %s\n", remedy_text(remedy, NULL, NULL, f->arena));
	/* The next look may take seconds. */
	fflush(stdout);
}

enum errk cmd_check(struct cmd *c, struct err *e)
{
	cJSON *answer = c->json ? answer_begin() : NULL;
	struct findings f = {.arena = c->arena,
			     .list = answer ? json_add_array(answer, "findings") : NULL};
	struct check_sink sink = {.say = say, .ctx = &f};
	int bad = 0;
	enum errk rc = sync_check(&c->session, &sink, &bad, e);

	if (answer) {
		json_add_int(answer, "bad", bad);
		c->answered = true;
		answer_print(answer, c->arena);
	} else if (rc == E_OK) {
		enum style style = bad ? STYLE_RED : STYLE_GREEN;

		printf("%s%s%s\n", style_on(stdout, style),
		       bad ? "not ready: see above" : "ready to run", style_off(stdout, style));
	}
	if (rc == E_OK && bad)
		c->status = err_exit_status(E_LOCAL);
	return rc;
}
