#ifndef ERPSYNC_REMEDY_H
#define ERPSYNC_REMEDY_H

#include <stdbool.h>

#include "base/arena.h"

/*
 * Texts tell which command helps: "run: erpsync queue retry '#1001'". Whoever wrote the text knows the record;
 * which configuration and which target it is about is known where it is shown.
 */

/*
 * Of this invocation: the configuration that it was told to read, and the flow that its commands name: the one that
 * --flow names, the one whose target --to names, or its own if remedy_names_flow(); or NULL.
 */
void remedy_options(const char *conf, const char *flow);

/*
 * Must a command about a record say which flow's it is? A product and the stock of its SKU go by one name, and what
 * was said of the one must not reach the other; an order may be on its way to several targets.
 */
bool remedy_names_flow(const char *flow);
/*
 * The text for a terminal (clean_text), and its commands with -c, --to and --flow as they need them. flow: of
 * the record that it is about, "orders export > csv:/srv/out"; NULL = that of this invocation. label:
 * what that is called, put into quotes so that a shell takes it as it is; may be NULL.
 */
const char *remedy_text(const char *text, const char *flow, const char *label, struct arena *a);

#endif
