#ifndef ERPSYNC_BASE_SHELL_WORD_H
#define ERPSYNC_BASE_SHELL_WORD_H

#include "base/arena.h"

/*
 * A word as a shell reads it, in quotes: what a command that a person is to type says of a record, a flow or a file. The
 * label of the record that a message is about may stand there as '%s': where it is shown, that is made such a word.
 */
const char *shell_word(const char *text, struct arena *a);

#endif
