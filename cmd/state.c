#include "cmd.h"

#include <stdio.h>

#include "output.h"
#include "remedy.h"
#include "state/state.h"
#include "sync/sync.h"

#include "base/banned.h"

enum errk cmd_state_backup(struct cmd *c, struct err *e)
{
	const char *to = c->args->operands[0];
	enum errk rc = state_backup(c->session.state, to, e);

	/* Cron calls this each night: only a failure is news. */
	if (rc == E_OK && (out_is_tty(stdout) || c->verbose))
		printf("%s is a copy of %s\n", clean_text(to, c->arena),
		       state_path(c->session.state));
	return rc;
}

enum errk cmd_state_check(struct cmd *c, struct err *e)
{
	const char **findings;
	size_t n;
	bool empty = false;
	enum errk rc = state_check(c->session.state, c->arena, &findings, &n, e);

	if (rc == E_OK)
		rc = state_is_empty(c->session.state, &empty, e);
	if (rc != E_OK)
		return rc;
	for (size_t i = 0; i < n; i++)
		puts(remedy_text(findings[i], NULL, NULL, c->arena));
	if (n > 0)
		return err_set(
			e, E_LOCAL, "state_corrupt",
			"%s: %zu findings; stop the runs and bring back the last backup that "
			"'state check' finds sound",
			state_path(c->session.state), n);
	/* A file that was emptied is as sound as a new one, and nobody wants it. */
	if (empty)
		printf("%s is new: it knows of no run and no record; if there were any, bring back the "
		       "last backup\n",
		       state_path(c->session.state));
	else if (out_is_tty(stdout) || c->verbose)
		printf("%s is sound\n", state_path(c->session.state));
	return E_OK;
}

enum errk cmd_state_moved(struct cmd *c, struct err *e)
{
	enum errk rc = sync_moved(c->session.state, e);

	if (rc == E_OK)
		printf("what %s remembers is taken for that of the store and the ERP that the next run finds\n",
		       state_path(c->session.state));
	return rc;
}

enum errk cmd_state_path(struct cmd *c, struct err *e)
{
	const char *path = conf_text(c->session.conf, "state", "path");

	if (!path)
		return err_set(e, E_LOCAL, "bad_config", "%s: [state] path is not set",
			       conf_path(c->session.conf));
	puts(path);
	return E_OK;
}
