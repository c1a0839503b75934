/* The grading command: from the command line to the reports and the exit status. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/library.h"
#include "ground/escape.h"
#include "ground/interrupt.h"
#include "ground/text.h"
#include "judgement/grade.h"
#include "outside/choose.h"
#include "outside/command.h"
#include "outside/output.h"
#include "outside/report.h"

enum exit_status command_status(const struct err *err)
{
    switch (err->blame) {
    case BLAME_SUBMISSION:
    case BLAME_EXERCISE: return EXIT_USAGE;
    case BLAME_NONE:
    case BLAME_ENVIRONMENT:
    case BLAME_HARNESS: return EXIT_BROKEN;
    }
    return EXIT_BROKEN;
}

char *command_build(const struct options *options)
{
    return options->build != NULL ? mem_string(options->build) : mem_printf("%s/.build", options->root);
}

char *command_assignment(const struct options *options, const char *name, struct err *err)
{
    const struct library library = {options->exercises, options->root};
    AUTO_FREE char *file = mem_printf("assignments/%s.yaml", name);
    AUTO_FREE char *path = library_path(&library, file);
    bool plain = name[0] != '\0' && name[0] != '.' && strchr(name, '/') == NULL;
    if (plain && access(path, F_OK) == 0)
        return STEAL(path);
    AUTO_FREE char *safe = escape_line(name, strlen(name));
    err_set(err, BLAME_EXERCISE, _("there is no assignment “%s” (./grade.sh list shows those there are)"), safe);
    return NULL;
}

/* A submission that is not there, or not a folder, is a slip on the command line: exit status 2. */
static int check_submission(const char *path, struct err *err)
{
    struct stat status;
    AUTO_FREE char *safe = escape_line(path, strlen(path));
    if (stat(path, &status) < 0) {
        if (errno == ENOENT && strchr(path, '@') != NULL)
            return err_set(err, BLAME_EXERCISE,
                           _("there is no folder “%s” (this version does not grade git revisions yet)"), safe);
        return err_errno(err, BLAME_EXERCISE, _("cannot grade “%s”"), safe);
    }
    if (!S_ISDIR(status.st_mode))
        return err_set(err, BLAME_EXERCISE,
                       _("“%s” is not a folder: give the folder that holds the sources (this version does not unpack "
                         "archives yet)"),
                       safe);
    return 0;
}

static int write_reports(const struct options *options, const struct grade_result *result, struct err *err)
{
    /* Data on standard output must stay readable by a program: the text then goes to standard error. */
    bool taken = options->json != NULL && strcmp(options->json, "-") == 0;
    int fd = taken ? STDERR_FILENO : STDOUT_FILENO;
    const struct style style = {.color = output_color(options->color, fd),
                                .columns = output_columns(fd),
                                .verbosity = options->verbosity};
    AUTO_BUF text = BUF_EMPTY;
    report_terminal(result, &style, &text);
    if (output_write(fd, &text, err) < 0)
        return -1;
    if (options->json == NULL)
        return 0;
    AUTO_BUF json = BUF_EMPTY;
    report_json(result, &json);
    return output_file(options->json, &json, err);
}

static enum exit_status verdict_status(const struct options *options, const struct grade_result *result)
{
    if (!result->complete)
        return EXIT_BROKEN;
    bool good = options->min_score >= 0 ? result->score >= options->min_score : !result->core_lost;
    return good ? EXIT_GRADED : EXIT_POINTS_LOST;
}

int command_grade(const struct options *options, struct err *err)
{
    const char *submission = options->submission == NULL ? "." : options->submission;
    if (check_submission(submission, err) < 0)
        return EXIT_USAGE;
    AUTO_FREE char *assignment = choose_assignment(options, submission);
    AUTO_FREE char *definition = command_assignment(options, assignment, err);
    if (definition == NULL)
        return EXIT_USAGE;
    AUTO_FREE char *build = command_build(options);
    const struct grade_request request = {
        .root = options->root,
        .build = build,
        .submission = submission,
        .assignment = assignment,
        .exercises_dir = options->exercises,
        .only = options->only,
        .n_only = options->n_only,
        .jobs = options->jobs,
        .seed = options->seed,
        .faults = options->faults,
        .memcheck = options->memcheck,
        .plan = options->verbosity >= 2,
    };
    struct grade_result result = {0};
    if (grade_run(&request, &result, err) < 0) {
        if (interrupt_caught() == 0)
            return command_status(err);
        *err = ERR_NONE; /* whoever interrupted knows it */
        return 128 + interrupt_caught();
    }
    enum exit_status status = verdict_status(options, &result);
    if (write_reports(options, &result, err) < 0)
        status = EXIT_BROKEN;
    grade_result_free(&result);
    return status;
}
