/*
 * escape: the one door through which bytes of a submission (what programs print, names of files, messages of the compiler)
 * reach a report. Always escape_bytes() first, then the function of the format.
 *
 * escape_bytes: valid UTF-8, newline and tab are kept; a backslash is doubled; every invalid byte, other control characters,
 * DEL and C1, noncharacters, U+2028, U+2029 and the bidirectional controls become \xHH, byte by byte.
 * The results are valid UTF-8 strings; the caller frees them.
 */
#ifndef GROUND_ESCAPE_H
#define GROUND_ESCAPE_H

#include "ground/base.h"

char *escape_bytes(const void *data, size_t n);
/* For one line of a terminal or of a message: as above, newline and tab become \n and \t too. */
char *escape_line(const void *data, size_t n);
/* For a quotation in a message: as escape_line, in quotation marks « » or “ ” of the language, cut to at most MAX bytes of
   the original with "…" and the number of bytes left out. */
char *escape_quote(const void *data, size_t n, size_t max);
/* A word of a command line that a person may copy: as escape_line, in single quotes when a shell would not take it as it is. */
char *escape_shell(const char *word);

#endif
