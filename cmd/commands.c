#include "cmd.h"

#include <string.h>

#include "base/str.h"

#include "base/banned.h"

/*
 * Every command and every option, once. The manual and the bash completion are compared
 * with these tables by test/unit/cmd_manual_test.c.
 */

#define JSON_OPTION                                                                     \
	{                                                                               \
		"json", 0, OPT_FLAG, NULL, NULL, "answer with one JSON document", false \
	}
#define PERSONAL_OPTION                                                                   \
	{                                                                                 \
		"personal", 0, OPT_FLAG, NULL, NULL, "show personal data unmasked", false \
	}

/* Which flows have an option. */
enum has { ALL_FLOWS, SINCE_FLOWS, TO_FLOWS, REMEMBERING_FLOWS, RECONCILING_FLOWS };

static const struct {
	enum has has;
	struct opt opt;
} flow_options[] = {
	{ALL_FLOWS,
	 {"dry-run", 0, OPT_FLAG, NULL, NULL,
	  "read and map everything, write nothing, and say what would happen", false}},
	{SINCE_FLOWS,
	 {"since", 0, OPT_TIME, "TIME", NULL,
	  "only what changed at or after TIME; leaves the checkpoint alone", false}},
	{SINCE_FLOWS,
	 {"until", 0, OPT_TIME, "TIME", NULL,
	  "only what changed before TIME; leaves the checkpoint alone", false}},
	{ALL_FLOWS,
	 {"only", 0, OPT_LIST, "WHO", NULL, "just these records, by name or id, parked or not",
	  false}},
	{ALL_FLOWS,
	 {"limit", 0, OPT_COUNT, "N", NULL, "deliver at most N records; the rest keeps waiting",
	  false}},
	{REMEMBERING_FLOWS,
	 {"full", 0, OPT_FLAG, NULL, NULL,
	  "read everything again; what has not changed is not written", false}},
	{RECONCILING_FLOWS,
	 {"full", 0, OPT_FLAG, NULL, NULL,
	  "read everything again and compare it with what the target really has", false}},
	{TO_FLOWS,
	 {"to", 0, OPT_TEXT, "SYSTEM:PLACE", NULL,
	  "write there instead of the configured target, e.g. csv:/srv/out", false}},
	{ALL_FLOWS,
	 {"max-runtime", 0, OPT_DURATION, "DURATION", NULL,
	  "end after this time with everything kept, e.g. 12m", false}},
	{ALL_FLOWS, JSON_OPTION},
};
enum { FLOW_OPTIONS = sizeof(flow_options) / sizeof(flow_options[0]) };

static bool has_option(const struct flow *f, enum has has)
{
	switch (has) {
	case ALL_FLOWS:
		return true;
	case SINCE_FLOWS:
		return f->chosen_by;
	case TO_FLOWS:
		return f->to_option;
	case REMEMBERING_FLOWS:
		return !f->reconciles;
	case RECONCILING_FLOWS:
		return f->reconciles;
	}
	BUG("no such condition: %d", (int)has);
}

/* The i-th flow's options, made of the table above once. */
static const struct opt *options_of(size_t i)
{
	static struct opt made[FLOWS_MAX][FLOW_OPTIONS + 1];
	size_t n = 0;

	if (i >= FLOWS_MAX)
		BUG("more than %d flows", FLOWS_MAX);
	if (!made[i][0].name)
		for (size_t k = 0; k < FLOW_OPTIONS; k++)
			if (has_option(&flows[i], flow_options[k].has))
				made[i][n++] = flow_options[k].opt;
	return made[i];
}

#define FLOW_OPTION                                                                              \
	{                                                                                        \
		"flow", 0, OPT_TEXT, "FLOW", NULL, "only this flow, e.g. 'orders export'", false \
	}

static const struct opt queue_list_options[] = {
	{"parked", 0, OPT_FLAG, NULL, NULL, "those that need a person", false},
	{"waiting", 0, OPT_FLAG, NULL, NULL, "those that the next run takes, or a later one",
	 false},
	{"sending", 0, OPT_FLAG, NULL, NULL, "those under way, or interrupted on their way", false},
	{"done", 0, OPT_FLAG, NULL, NULL, "those delivered a short while ago", false},
	{"all", 0, OPT_FLAG, NULL, NULL, "all of these", false},
	FLOW_OPTION,
	{"code", 0, OPT_TEXT, "CODE", NULL,
	 "only with this reason; 'unmapped_*' matches any ending", false},
	{"limit", 0, OPT_COUNT, "N", NULL, "show at most N records", false},
	JSON_OPTION,
	{0},
};

static const struct opt queue_retry_options[] = {
	{"all", 0, OPT_FLAG, NULL, NULL, "everything that waits or is parked", false},
	{"code", 0, OPT_TEXT, "CODE", NULL,
	 "everything with this reason; 'unmapped_*' matches any ending", false},
	FLOW_OPTION,
	{0},
};

static const struct opt queue_drop_options[] = {
	{"for-good", 0, OPT_FLAG, NULL, NULL, "newer versions of them do not come back either",
	 false},
	{"reason", 0, OPT_TEXT, "TEXT", NULL, "why, for the history of the record", false},
	FLOW_OPTION,
	{0},
};

static const struct opt adopt_options[] = {
	{"dry-run", 0, OPT_FLAG, NULL, NULL, "link nothing, and say what would be linked", false},
	{"from", 0, OPT_LIST, "FOLDER", NULL,
	 "look at manifests in these folders too, where the ERP moved them", false},
	{"csv", 0, OPT_FILE, "FILE", NULL,
	 "those of this file instead, with the columns record or name, and target", false},
	{"rest-is-new", 0, OPT_FLAG, NULL, NULL, "what is not found is not there: runs may send it",
	 false},
	{"to", 0, OPT_TEXT, "SYSTEM:PLACE", NULL,
	 "of this target instead of the configured one, e.g. csv:/srv/out", false},
	JSON_OPTION,
	{0},
};

static const struct opt map_options[] = {
	{"system", 0, OPT_TEXT, "NAME", "the connector that the kind goes to",
	 "whose mapping to run", false},
	PERSONAL_OPTION,
	{0},
};

static const struct opt skus_options[] = {
	{"csv", 0, OPT_FILE, "FILE", NULL, "write every finding as a row of this file", false},
	{"titles", 0, OPT_FLAG, NULL, NULL,
	 "list what has no SKU instead, as rows for tables/skus.csv", false},
	PERSONAL_OPTION,
	JSON_OPTION,
	{0},
};

static const struct opt forget_options[] = {
	{"dry-run", 0, OPT_FLAG, NULL, NULL, "erase nothing, and say how much would be erased",
	 false},
	JSON_OPTION,
	{0},
};

static const struct opt record_options[] = {PERSONAL_OPTION, JSON_OPTION, {0}};
static const struct opt json_options[] = {JSON_OPTION, {0}};
static const struct opt no_options[] = {{0}};

static const struct opt help_options[] = {
	{"completion", 0, OPT_FLAG, NULL, NULL, "print the bash completion", true},
	{0},
};

static const char flow_more[] =
	"WHO is what people call the record (#1001 or 1001, a SKU) or its id. When no terminal is\n"
	"attached a run that ends with status 0 or 75 prints nothing, unless --verbose is given.";

static const struct opt run_options[] = {
	{"all", 0, OPT_FLAG, NULL, NULL, "every flow that is set up", false},
	{"dry-run", 0, OPT_FLAG, NULL, NULL,
	 "read and map everything, write nothing, and say what would happen", false},
	{"full", 0, OPT_FLAG, NULL, NULL, "as each flow's own --full", false},
	{"max-runtime", 0, OPT_DURATION, "DURATION", NULL,
	 "end after this time with everything kept, e.g. 12m", false},
	JSON_OPTION,
	{0},
};

static const struct command commands[] = {
	{"run", NULL, "[FLOW...]", 0, MANY_OPERANDS, run_options, NEED_STATE | NEED_WIRE | BY_CRON,
	 cmd_run, "Run several flows one after the other, in the order that makes sense.",
	 "FLOW is the noun of a flow, e.g. orders. Whatever becomes of one, the next one is begun. "
	 "The exit\nstatus is the gravest: 78, 69, 1, 75, 0.",
	 NULL},
	{"queue", "list", NULL, 0, 0, queue_list_options, NEED_STATE, cmd_queue_list,
	 "List what waits, is being sent or is parked.",
	 "Without --parked, --waiting, --sending, --done or --all: everything but what is done.",
	 NULL},
	{"queue", "show", "WHO", 1, 1, record_options, NEED_STATE, cmd_queue_show,
	 "Show the queue's entries of one record, with the document.", NULL, NULL},
	{"queue", "retry", "[WHO...]", 0, MANY_OPERANDS, queue_retry_options, NEED_STATE,
	 cmd_queue_retry, "Have parked or waiting records tried by the next run.",
	 "Name records, or say --all or --code.", NULL},
	{"queue", "drop", "WHO...", 1, MANY_OPERANDS, queue_drop_options, NEED_STATE,
	 cmd_queue_drop,
	 "Take records out of the queue; a newer version comes back, unless --for-good.",
	 "WHO must be the exact name or id. A newer version of a dropped record comes back, unless\n"
	 "--for-good is given. What is under way is looked for, and not sent again.",
	 NULL},
	{"adopt", "orders", "[WHO...]", 0, MANY_OPERANDS, adopt_options, NEED_STATE | NEED_WIRE,
	 cmd_adopt, "Link orders that the ERP has already, without writing to it.",
	 "For a state file that was lost or restored, or orders that were entered by hand. Without "
	 "WHO\nand --csv: what Odoo has of the shop, or the manifests in the exchange folder. A later "
	 "change\nof an adopted order goes over as a change.",
	 NULL},
	{"adopt", "refunds", "[WHO...]", 0, MANY_OPERANDS, adopt_options, NEED_STATE | NEED_WIRE,
	 cmd_adopt, "Link refunds that the ERP has already, without writing to it.",
	 "As adopt orders. Without WHO and --csv: the manifests in the exchange folder.", NULL},
	{"status", NULL, NULL, 0, 0, json_options, NEED_STATE, cmd_status,
	 "Show how each flow stands; exit status 1 if records are parked.", NULL, NULL},
	{"check", NULL, NULL, 0, 0, json_options, NEED_STATE | NEED_WIRE, cmd_check,
	 "Check configuration, mappings and both ends without writing.", NULL, NULL},
	{"skus", "check", NULL, 0, 0, skus_options, NEED_STATE | NEED_WIRE | BY_CRON,
	 cmd_skus_check, "Compare both catalogues by SKU; exit status 1 unless one to one.",
	 "Nothing is written anywhere but FILE.", NULL},
	{"explain", NULL, "WHO", 1, 1, record_options, NEED_STATE, cmd_explain,
	 "Tell everything known about one record.", NULL, NULL},
	{"map", NULL, "KIND FILE", 2, 2, map_options, NEED_CONF, cmd_map,
	 "Run a mapping on one canonical document and print the result.",
	 "KIND is the kind of record, e.g. order. FILE is a JSON file, or - for standard input.",
	 NULL},
	{"forget", NULL, "WHO", 1, 1, forget_options, NEED_STATE, cmd_forget,
	 "Erase a person from the state file, and say what is out of reach.",
	 "WHO is a mail address, a telephone number, a customer's id, or an order's name or id.",
	 NULL},
	{"state", "backup", "FILE", 1, 1, no_options, NEED_STATE, cmd_state_backup,
	 "Copy the state file into a new file, while runs may go on.", NULL, NULL},
	{"state", "check", NULL, 0, 0, no_options, NEED_STATE, cmd_state_check,
	 "Verify the state file; exit status 78 if something is wrong with it.", NULL, NULL},
	{"state", "moved", NULL, 0, 0, no_options, NEED_STATE, cmd_state_moved,
	 "Say that store and ERP are the same as ever, at another address.",
	 "Runs refuse a store or an ERP that is another one than the state file knows.", NULL},
	{"state", "path", NULL, 0, 0, no_options, NEED_CONF, cmd_state_path,
	 "Print where the state file is.", NULL, NULL},
	{"help", NULL, "[COMMAND | exit-status | config]", 0, 2, help_options, 0, cmd_help,
	 "Show help.", NULL, NULL},
	{0},
};

bool commands_at(size_t i, struct command *out)
{
	size_t n = 0;

	for (; flows[n].noun; n++)
		if (n == i) {
			*out = (struct command){flows[n].noun,
						flows[n].verb,
						NULL,
						0,
						0,
						options_of(n),
						NEED_STATE | NEED_WIRE | BY_CRON,
						cmd_flow,
						flows[n].help,
						flow_more,
						&flows[n]};
			return true;
		}
	/* The row that ends the table has no noun. */
	if (i - n >= sizeof(commands) / sizeof(commands[0]) - 1)
		return false;
	*out = commands[i - n];
	return true;
}
