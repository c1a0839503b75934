/* names: errno values and signals as definitions write them. */
#ifndef DATA_NAMES_H
#define DATA_NAMES_H

/* "ECONNREFUSED" gives its number; 0: there is no such error. */
int errno_from_name(const char *name);
/* "TERM" or "SIGTERM"; 0: there is no such signal. */
int signal_from_name(const char *name);

/* The usual ones, separated by spaces, for advice to an author who missed them. */
extern const char errno_usual[], signal_usual[];

#endif
