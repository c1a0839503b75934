/*
 * command: what the table of commands (commands.def) points to. Each returns the exit status of the program; when it
 * has set ERR, main prints it.
 */
#ifndef OUTSIDE_COMMAND_H
#define OUTSIDE_COMMAND_H

#include "ground/base.h"
#include "outside/options.h"

enum exit_status { EXIT_GRADED = 0, EXIT_POINTS_LOST = 1, EXIT_USAGE = 2, EXIT_BROKEN = 3 };

int command_grade(const struct options *options, struct err *err);
int command_list(const struct options *options, struct err *err);
int command_start(const struct options *options, struct err *err);
int command_lint(const struct options *options, struct err *err);

/* Definitions and command lines are for whoever wrote them to mend; the rest is not. */
enum exit_status command_status(const struct err *err);
/* The folder that the project was built in: --build, or PROJECT/.build. The caller frees. */
char *command_build(const struct options *options);
/*
 * The path of exercises/assignments/NAME.yaml, the instructor's folder first. NULL with ERR set when there is none or
 * NAME is no plain file name. The caller frees.
 */
char *command_assignment(const struct options *options, const char *name, struct err *err);

#endif
