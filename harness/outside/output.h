/* output: where reports go: to the terminal, or into files that appear whole or not at all. */
#ifndef OUTSIDE_OUTPUT_H
#define OUTSIDE_OUTPUT_H

#include "ground/base.h"
#include "ground/buf.h"
#include "outside/options.h"

/* Writes everything to FD. A reader that has gone (a pager that was quit) is no error: the rest is dropped. */
int output_write(int fd, const struct buf *text, struct err *err);
/* Writes PATH, "-": standard output. A signal that ends the grader waits until the file is whole. */
int output_file(const char *path, const struct buf *text, struct err *err);
/* Whether FD gets colours, and how many columns it has. */
bool output_color(enum color color, int fd);
int output_columns(int fd);

#endif
