#include "cmd.h"

#include <stdio.h>

#include "base/json.h"
#include "base/str.h"
#include "output.h"
#include "sync/forget.h"

#include "base/banned.h"

static void print_json_answer(const struct cmd *c, const char *who, const struct forgotten *f)
{
	cJSON *answer = answer_begin(), *left;

	json_add_str(answer, "who", who);
	json_add_bool(answer, "dry_run", c->session.options.dry_run);
	json_add_int(answer, "records", f->records);
	json_add_int(answer, "documents", f->documents);
	json_add_int(answer, "texts", f->texts);
	json_add_int(answer, "ids_kept", f->ids);
	left = json_add_array(answer, "not_reached");
	for (size_t i = 0; i < f->n_left; i++) {
		cJSON *o = json_object();

		json_add_str(o, "where", f->left[i].where);
		json_add_str(o, "what", f->left[i].what);
		json_push(left, o);
	}
	answer_print(answer, c->arena);
}

static void print_text(const struct cmd *c, const char *who, const struct forgotten *f)
{
	bool dry = c->session.options.dry_run;
	const char *shown = clean_text(who, c->arena);

	if (f->records == 0 && f->texts == 0)
		printf("nothing is found in the state file by '%s' as a mail address, telephone "
		       "number, customer's id or order; a person's name is not looked for\n",
		       shown);
	else
		printf("%s %s: %lld record%s, %lld document%s dropped, %lld text%s masked\n",
		       dry ? "would forget" : "forgot", shown, (long long)f->records,
		       f->records == 1 ? "" : "s", (long long)f->documents,
		       f->documents == 1 ? "" : "s", (long long)f->texts, f->texts == 1 ? "" : "s");
	if (f->ids)
		printf("%lld of them have it in their id, which is kept: without it they would be "
		       "delivered twice\n",
		       (long long)f->ids);
	puts("not reached:");
	for (size_t i = 0; i < f->n_left; i++)
		printf("  %s: %s\n", clean_text(f->left[i].where, c->arena), f->left[i].what);
}

enum errk cmd_forget(struct cmd *c, struct err *e)
{
	const char *who = c->args->operands[0];
	struct forgotten f;
	enum errk rc;

	if (str_blank(who))
		return usage_error(e, "forget needs a mail address, telephone number, id or name");
	rc = forget_person(&c->session, who, &f, e);
	if (rc != E_OK)
		return rc;
	if (c->json)
		print_json_answer(c, who, &f);
	else
		print_text(c, who, &f);
	return E_OK;
}
