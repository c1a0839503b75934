/* `lint`: proves exercises (judgement/proof.h), and says of each what does not hold. */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/exercise.h"
#include "data/expectation.h"
#include "ground/interrupt.h"
#include "ground/text.h"
#include "judgement/check.h"
#include "judgement/proof.h"
#include "outside/command.h"
#include "outside/layout.h"
#include "outside/output.h"

struct lint {
    const struct options *options;
    struct style style;
    struct grading *grading;
    size_t passed, failed;
};

/* What one argument names. */
struct subject {
    char *folder; /* of the exercise */
    char *mutant; /* its only one that is proved; NULL: all of it */
    char *beside; /* where exercises that it is like may be, too */
};

static void subject_free(struct subject *subject)
{
    free(subject->folder);
    free(subject->mutant);
    free(subject->beside);
}

static bool has(const char *folder, const char *file)
{
    AUTO_FREE char *path = mem_printf("%s/%s", folder, file);
    return access(path, F_OK) == 0;
}

/* EXERCISE/mutants/FAULT, or a fixture of the project, which says itself what it is for. */
static void find_exercise_of(const struct library *library, struct subject *subject)
{
    AUTO_FREE char *above = mem_printf("%s/../..", subject->mutant);
    AUTO_FREE char *own = realpath(above, NULL);
    if (own != NULL && has(own, "exercise.yaml")) {
        subject->folder = STEAL(own);
        return;
    }
    AUTO_FREE char *path = mem_printf("%s/expected.json", subject->mutant);
    struct expectation expectation;
    struct err ignored = ERR_NONE; /* said when it is proved */
    bool read = expectation_load(&expectation, path, &ignored) == 0;
    subject->folder = library_exercise(library, read ? expectation.exercise : "");
    if (read)
        expectation_free(&expectation);
}

/* WORD: an exercise's folder, its id as `list` shows it, or the folder of a mutant. */
static struct subject subject_of(const struct options *options, const char *word)
{
    const struct library library = {options->exercises, options->root};
    struct subject subject = {NULL, NULL, NULL};
    AUTO_FREE char *real = realpath(word, NULL);
    if (real != NULL && has(real, "expected.json")) {
        subject.mutant = STEAL(real);
        find_exercise_of(&library, &subject);
    } else if (real != NULL && has(real, "exercise.yaml")) {
        subject.folder = STEAL(real);
    } else if (strchr(word, '/') == NULL) {
        subject.folder = library_exercise(&library, word);
    } else {
        subject.folder = mem_string(word);
    }
    subject.beside = mem_printf("%s/..", subject.folder);
    return subject;
}

static int load(const struct options *options, const struct subject *subject, struct exercise *exercise, struct err *err)
{
    const struct library library = {options->exercises != NULL ? options->exercises : subject->beside, options->root};
    struct exercise_setting setting = {.library = &library, .seed = options->seed};
    setting.rules = check_rules(&setting.n_rules);
    return exercise_load(exercise, subject->folder, &setting, err);
}

static int print(const struct buf *text, struct err *err)
{
    return output_write(STDOUT_FILENO, text, err);
}

static int report(struct lint *lint, const char *name, const struct exercise *exercise, const struct proof *proof,
                  struct err *err)
{
    AUTO_BUF text = BUF_EMPTY;
    bool good = proof->n_findings == 0;
    lint->passed += proof->passed;
    lint->failed += proof->failed;
    AUTO_FREE char *head = mem_printf("%s %s", good ? "✓" : "✗", name);
    layout_paint(&text, &lint->style, good ? PAINT_GOOD : PAINT_BAD, head);
    if (exercise != NULL) {
        AUTO_FREE char *scenarios = mem_printf(
            ngettext("%zu scenario", "%zu scenarios", (unsigned long)exercise->n_scenarios), exercise->n_scenarios);
        AUTO_FREE char *mutants =
            mem_printf(ngettext("%zu mutant", "%zu mutants", (unsigned long)proof->n_mutants), proof->n_mutants);
        buf_printf(&text, ": %s, %s", scenarios, mutants);
    }
    buf_char(&text, '\n');
    for (size_t i = 0; i < proof->n_findings; i++)
        layout_wrap(&text, &lint->style, PAINT_NONE, "    ✗ ", proof->findings[i]);
    return print(&text, err);
}

/* A definition that is wrong is a finding too: the other exercises are proved all the same. */
static int prove(struct lint *lint, const char *word, struct err *err)
{
    const char *root = lint->options->root;
    struct subject subject = subject_of(lint->options, word);
    struct exercise exercise;
    struct proof proof = {0};
    struct err wrong = ERR_NONE;
    bool loaded = false, alone = subject.mutant != NULL;
    int result = 0;
    if (has(subject.folder, "exercise.yaml"))
        loaded = load(lint->options, &subject, &exercise, &wrong) == 0;
    else
        err_set(&wrong, BLAME_EXERCISE, _("%s: there is no exercise.yaml (./grade.sh list shows the exercises)"),
                subject.folder);
    if (!loaded)
        proof_add(&proof, mem_string(wrong.text));
    else if (alone)
        result = proof_try_mutant(&proof, lint->grading, &exercise, subject.mutant, root, err);
    else
        result = proof_try(&proof, lint->grading, &exercise, subject.folder, root, err);
    subject_free(&subject);
    if (result == 0)
        result = report(lint, loaded && !alone ? exercise.id : word, loaded && !alone ? &exercise : NULL, &proof, err);
    if (loaded)
        exercise_free(&exercise);
    proof_free(&proof);
    return result;
}

static int prove_all(struct lint *lint, char *const *words, size_t n, struct err *err)
{
    for (size_t i = 0; i < n; i++)
        if (prove(lint, words[i], err) < 0)
            return -1;
    AUTO_BUF text = BUF_EMPTY;
    buf_printf(&text, _("proofs: %zu passed, %zu failed\n"), lint->passed, lint->failed);
    return print(&text, err);
}

static int prove_project(struct lint *lint, struct err *err)
{
    const struct library library = {lint->options->exercises, lint->options->root};
    struct names ids = {NULL, 0};
    int result = library_exercises(&library, &ids, err);
    if (result == 0)
        result = prove_all(lint, ids.items, ids.n, err);
    names_free(&ids);
    return result;
}

int command_lint(const struct options *options, struct err *err)
{
    struct lint lint = {.options = options,
                        .style = {.color = output_color(options->color, STDOUT_FILENO),
                                  .columns = output_columns(STDOUT_FILENO)}};
    AUTO_FREE char *build = command_build(options);
    const struct grade_request request = {.root = options->root,
                                          .build = build,
                                          .jobs = options->jobs,
                                          .seed = options->seed,
                                          .faults = true,
                                          .memcheck = true,
                                          .verdicts_only = true};
    AUTO_FREE char *plan = NULL;
    lint.grading = grading_new(&request, &plan, err);
    if (lint.grading == NULL)
        return command_status(err);
    int result = options->n_words > 0 ? prove_all(&lint, options->words, options->n_words, err) : prove_project(&lint, err);
    grading_free(lint.grading);
    if (result == 0)
        return lint.failed > 0 ? EXIT_USAGE : EXIT_GRADED;
    if (interrupt_caught() == 0)
        return command_status(err);
    *err = ERR_NONE; /* whoever interrupted knows it */
    return 128 + interrupt_caught();
}
