/*
 * grade: started by grade.sh as `grade --root PROJECT --build FOLDER …what the user typed`. Finds the command in the
 * table, runs it, and turns its outcome into a message and an exit status; nothing below this file does either.
 */
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ground/text.h"
#include "outside/command.h"
#include "outside/layout.h"
#include "outside/options.h"
#include "outside/output.h"
#include "outside/report.h"

static int (*const functions[])(const struct options *, struct err *) = {
#define COMMAND(name, word, function, arguments, most, help) function,
#define RESERVED(word)
#include "outside/commands.def"
#undef COMMAND
#undef RESERVED
};

/* A handler and not SIG_IGN, which the students' programs would inherit. */
static void closed_pipe(int signal_number)
{
    (void)signal_number;
}

static void handle(int signal_number, void (*handler)(int))
{
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigaction(signal_number, &action, NULL);
}

/* Whoever starts us may have signals ignored or blocked, and that is inherited: without SIGCHLD nobody could be waited for. */
static void settle_signals(void)
{
    sigset_t none;
    sigemptyset(&none);
    handle(SIGCHLD, SIG_DFL);
    handle(SIGPIPE, closed_pipe);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Where the translations are. The program itself stands in the folder of the build, unless told otherwise. */
static void start_text(const struct options *options)
{
    AUTO_FREE char *build = command_build(options);
    AUTO_FREE char *catalogues = mem_printf("%s/locale", build);
    text_init(options->lang, catalogues);
}

/* Started by hand, without grade.sh: PROJECT/.build/grade tells where the project is. */
static char *root_of_program(void)
{
    char *path = realpath("/proc/self/exe", NULL);
    for (int up = 0; path != NULL && up < 2; up++) {
        char *slash = strrchr(path, '/');
        if (slash != NULL)
            *slash = '\0';
    }
    return path == NULL ? mem_string(".") : path;
}

static void print_error(const char *text)
{
    AUTO_FREE char *safe = layout_message(text);
    AUTO_BUF line = BUF_EMPTY;
    buf_printf(&line, "grade: %s\n", safe);
    struct err ignored = ERR_NONE; /* there is nowhere left to say it */
    output_write(STDERR_FILENO, &line, &ignored);
}

static int show(const struct options *options, struct err *err)
{
    AUTO_BUF text = BUF_EMPTY;
    if (options->help)
        options_help(output_columns(STDOUT_FILENO), &text);
    else
        buf_printf(&text, "grade %s\n", GRADER_VERSION);
    return output_write(STDOUT_FILENO, &text, err) < 0 ? EXIT_BROKEN : EXIT_GRADED;
}

int main(int argc, char **argv)
{
    AUTO_FREE char *root = root_of_program();
    struct options options;
    struct err err = ERR_NONE;
    options_read(&options, argc, argv, &err); /* the language first: the complaints are translated */
    if (options.root == NULL)
        options.root = root;
    start_text(&options);
    options_free(&options);
    settle_signals();

    int status = EXIT_USAGE;
    bool understood = options_read(&options, argc, argv, &err) == 0;
    if (options.root == NULL)
        options.root = root;
    if (understood)
        status = options.help || options.version ? show(&options, &err) : functions[options.command](&options, &err);
    if (err.blame != BLAME_NONE)
        print_error(err.text);
    options_free(&options);
    return status;
}
