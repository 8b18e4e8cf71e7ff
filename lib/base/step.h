#ifndef ERPSYNC_BASE_STEP_H
#define ERPSYNC_BASE_STEP_H

/*
 * Numbered stop points for the stop-everywhere test. In a build with -DERPSYNC_STEPS=ON
 * each STEP counts up; when the count reaches $ERPSYNC_STOP_AT the process kills itself
 * with SIGKILL, as a power cut would. $ERPSYNC_STEP_LOG names a file that receives
 * "number name" per step. In every other build STEP is nothing.
 */
#ifdef ERPSYNC_STEPS
void step_reached(const char *name);
#define STEP(name) step_reached(name)
#else
#define STEP(name) ((void)0)
#endif

#endif
