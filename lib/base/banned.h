#ifndef ERPSYNC_BASE_BANNED_H
#define ERPSYNC_BASE_BANNED_H

/*
 * Functions that have a safer sister here. Include last in a .c file to make their use a
 * compile error; scripts/lint looks for them everywhere.
 */
#undef sprintf
#undef vsprintf
#pragma GCC poison strcpy strcat sprintf vsprintf strtok gets atoi atol atof

#endif
