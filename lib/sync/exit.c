#include "sync/sync.h"

const struct exit_row exit_table[] = {
	{0, "done", "Everything that was due was dealt with.", "Nothing to do."},
	{1, "parked", "Done, but some records are parked.",
	 "Look with `erpsync queue list --parked`, mend the cause, then `erpsync queue retry`."},
	{64, "usage", "The command line is wrong.", "Correct it; `erpsync help` shows how."},
	{69, "refused", "An endpoint refuses for good: credentials, scope, version, rights.",
	 "Run `erpsync check`; every further run would fail the same way."},
	{70, "bug", "An internal error; the state is as safe as after a kill.",
	 "Report it with the printed line; the next run goes on."},
	{75, "later",
	 "Not finished: no route, rate limit, an answer that did not come, stopped by a signal or "
	 "--max-runtime, or another run holds the lock.",
	 "Nothing to do: the next run goes on where this one ended."},
	{78, "local", "Configuration, mapping, state file or disk.",
	 "Mend what the message names."},
	{0},
};

int err_exit_status(enum errk kind)
{
	switch (kind) {
	case E_OK:
		return 0;
	case E_RECORD:
		return 1;
	case E_UNSURE:
	case E_BUSY:
		return 75;
	case E_REFUSED:
		return 69;
	case E_LOCAL:
		return 78;
	}
	BUG("error kind %d", (int)kind);
}

int sync_exit_status(const struct sync_summary *s)
{
	enum errk kind = s->err.kind;
	if (kind == E_REFUSED || kind == E_LOCAL)
		return err_exit_status(kind);
	/*
	 * Parked records need a person, so they win over "try later". Only those of this run: cron
	 * would mail about the same record every quarter of an hour.
	 */
	if (s->parked || s->rejected || s->doubted)
		return 1;
	return kind != E_OK || s->stopped ? 75 : 0;
}
