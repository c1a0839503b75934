#include "judgement/proof.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "data/expectation.h"
#include "data/library.h"
#include "data/submission.h"
#include "ground/buf.h"
#include "ground/text.h"
#include "judgement/proof_mutant.h"

/* A program that is graded to prove something. */
struct exhibit {
    char *path; /* for messages */
    struct submission submission;
    struct expectation expectation; /* of a mutant */
    struct grade_result tree;       /* one exercise */
    bool shown;                     /* it could be read: the tree says what it got */
};

struct trying {
    struct proof *proof;
    struct grading *grading;
    const struct exercise *exercise;
    const char *folder, *root;
    struct exhibit starter, reference;
    struct exhibit *mutants;
    size_t n_mutants;
};

void proof_free(struct proof *proof)
{
    for (size_t i = 0; i < proof->n_findings; i++)
        free(proof->findings[i]);
    free(proof->findings);
    *proof = (struct proof){0};
}

static void find(struct proof *proof, char *text)
{
    *ARRAY_ADD(proof->findings, proof->n_findings) = text;
}

/* Counts a claim that holds if nothing was found since BEFORE. */
static void conclude(struct proof *proof, size_t before)
{
    if (proof->n_findings == before)
        proof->passed++;
    else
        proof->failed++;
}

void proof_add(struct proof *proof, char *text)
{
    find(proof, text);
    proof->failed++;
}

/* PATH as it is shown: from the project's folder on. */
static const char *shown(const struct trying *trying, const char *path)
{
    size_t n = strlen(trying->root);
    return strncmp(path, trying->root, n) == 0 && path[n] == '/' ? path + n + 1 : path;
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* --- what is there --- */

static void look_for_statement(struct trying *trying, const char *language)
{
    AUTO_FREE char *path = mem_printf("%s/statement.%s.md", trying->folder, language);
    struct stat status;
    if (stat(path, &status) < 0 || !S_ISREG(status.st_mode) || status.st_size == 0)
        find(trying->proof, mem_printf(_("%s: there is no statement in this language; write what a student needs to begin"),
                                       shown(trying, path)));
}

/* Reads the program at PATH and hands it to the grading. */
static void exhibit(struct trying *trying, struct exhibit *exhibit, const char *path)
{
    struct err err = ERR_NONE;
    exhibit->path = mem_string(shown(trying, path));
    if (submission_load(&exhibit->submission, path, &err) < 0) {
        proof_add(trying->proof, mem_string(err.text));
        return;
    }
    grading_add(trying->grading, &exhibit->submission, trying->exercise, &exhibit->tree);
    exhibit->shown = true;
}

static void exhibit_starter(struct trying *trying)
{
    AUTO_FREE char *path = mem_printf("%s/starter", trying->folder);
    if (is_folder(path))
        exhibit(trying, &trying->starter, path);
    else
        proof_add(trying->proof, mem_printf(_("%s: there is no starter; expected there: %s.c, which compiles and is still to "
                                              "be completed"), shown(trying, path), trying->exercise->program));
}

static void exhibit_reference(struct trying *trying)
{
    AUTO_FREE char *own = mem_printf("%s/reference", trying->folder);
    AUTO_FREE char *project = mem_printf("%s/reference", trying->root);
    if (is_folder(own) || is_folder(project))
        exhibit(trying, &trying->reference, is_folder(own) ? own : project);
    else
        proof_add(trying->proof, mem_printf(_("%s: there is no reference program; expected there: %s.c, which gets everything"),
                                            shown(trying, own), trying->exercise->program));
}

/* Reads expected.json; without it there is nothing to compare with. */
static bool expect(struct trying *trying, struct exhibit *mutant, const char *path)
{
    AUTO_FREE char *expected = mem_printf("%s/expected.json", path);
    struct err err = ERR_NONE;
    if (expectation_load(&mutant->expectation, expected, &err) < 0) {
        proof_add(trying->proof, mem_string(shown(trying, err.text)));
        return false;
    }
    if (strcmp(mutant->expectation.exercise, trying->exercise->id) == 0)
        return true;
    proof_add(trying->proof, mem_printf(_("%s: this is about the exercise '%s'; expected: '%s'"), shown(trying, expected),
                                        mutant->expectation.exercise, trying->exercise->id));
    return false;
}

static int exhibit_mutants(struct trying *trying, struct err *err)
{
    AUTO_FREE char *own = mem_printf("%s/mutants", trying->folder);
    AUTO_FREE char *project = mem_printf("%s/fixtures/faulty/%s", trying->root, trying->exercise->id);
    const char *folder = is_folder(own) ? own : project;
    struct names names = {NULL, 0};
    int result = names_of_folders(&names, folder, err);
    trying->n_mutants = names.n;
    trying->mutants = mem_alloc(names.n * sizeof *trying->mutants);
    for (size_t i = 0; i < names.n && result == 0; i++) {
        AUTO_FREE char *path = mem_printf("%s/%s", folder, names.items[i]);
        struct exhibit *mutant = &trying->mutants[i];
        if (!expect(trying, mutant, path))
            continue;
        exhibit(trying, mutant, path);
        if (mutant->expectation.n == 0 && strcmp(mutant->expectation.status, status_name(STATUS_GRADED)) == 0)
            proof_add(trying->proof, mem_printf(_("%s/expected.json: nothing is to fail here; a mutant has a fault that is "
                                                  "found"), mutant->path));
    }
    if (result == 0 && names.n == 0)
        proof_add(trying->proof, mem_printf(_("%s: there are no mutants; expected there: a folder for each fault, with the "
                                              "program and expected.json"), shown(trying, own)));
    names_free(&names);
    return result;
}

/* --- what it proves --- */

/* Not built, not found, broken: says so, with the compiler's first message. */
static bool is_graded(struct proof *proof, const struct exhibit *exhibit)
{
    const struct exercise_result *result = &exhibit->tree.exercises[0];
    if (result->status == STATUS_GRADED)
        return true;
    if (result->build.n_diagnostics > 0) {
        const struct diagnostic *first = &result->build.diagnostics[0];
        find(proof, mem_printf(_("%s: %s:%d:%d: %s; it must compile"), exhibit->path, first->file, first->line, first->column,
                               first->message));
    } else {
        const char *why = result->message != NULL ? result->message : result->build.message;
        find(proof, mem_printf(_("%s: the program was not built: %s"), exhibit->path,
                               why != NULL ? why : status_name(result->status)));
    }
    return false;
}

static void look_at_starter(struct trying *trying)
{
    struct proof *proof = trying->proof;
    const struct exhibit *starter = &trying->starter;
    if (!is_graded(proof, starter))
        return;
    const struct exercise_result *result = &starter->tree.exercises[0];
    for (size_t i = 0; i < result->build.n_diagnostics; i++) {
        const struct diagnostic *d = &result->build.diagnostics[i];
        find(proof, mem_printf(_("%s: %s:%d:%d: %s; a starter compiles without warnings"), starter->path, d->file, d->line,
                               d->column, d->message));
    }
    int gained = 0, max = 0;
    for (size_t i = 0; i < result->n_scenarios; i++) {
        const struct scenario_result *scenario = &result->scenarios[i];
        if (scenario->verdict == VERDICT_BROKEN)
            find(proof, mutant_broken(starter->path, scenario));
        if (scenario->level != LEVEL_CORE)
            continue;
        gained += scenario->points;
        max += scenario->max;
    }
    if (2 * gained >= max)
        find(proof, mem_printf(_("%s: it gets %d of %d core points before the student has done anything; expected: less than "
                                 "half; leave more to be written, or make the scenarios that it passes ask for more"),
                               starter->path, gained, max));
}

static void look_at_reference(struct trying *trying)
{
    const struct exhibit *reference = &trying->reference;
    if (!is_graded(trying->proof, reference))
        return;
    const struct exercise_result *result = &reference->tree.exercises[0];
    for (size_t i = 0; i < result->n_scenarios; i++) {
        const struct scenario_result *scenario = &result->scenarios[i];
        if (scenario->verdict == VERDICT_BROKEN) {
            find(trying->proof, mutant_broken(reference->path, scenario));
        } else if (scenario->verdict != VERDICT_PASSED) {
            AUTO_FREE char *why = mutant_failures(scenario);
            find(trying->proof, mem_printf(_("%s/%s: it fails the scenario '%s' by %s; the reference program gets everything: "
                                             "mend it, or the scenario"),
                                           reference->path, trying->exercise->program, scenario->id, why));
        }
    }
}

static void look_at_mutants(struct trying *trying)
{
    struct proof *proof = trying->proof;
    for (size_t i = 0; i < trying->n_mutants; i++) {
        const struct exhibit *mutant = &trying->mutants[i];
        if (!mutant->shown)
            continue;
        size_t before = proof->n_findings, n = 0;
        char **findings =
            mutant_compare(mutant->path, trying->exercise, &mutant->expectation, &mutant->tree.exercises[0], &n);
        for (size_t f = 0; f < n; f++)
            find(proof, findings[f]);
        free(findings);
        conclude(proof, before);
    }
}

static bool some_mutant_fails(const struct trying *trying, const char *scenario, const char *kind)
{
    for (size_t i = 0; i < trying->n_mutants; i++)
        if (trying->mutants[i].shown && mutant_fails(trying->exercise, &trying->mutants[i].tree.exercises[0], scenario, kind))
            return true;
    return false;
}

static void look_at_coverage(struct trying *trying)
{
    const struct exercise *exercise = trying->exercise;
    struct proof *proof = trying->proof;
    size_t before = proof->n_findings;
    AUTO_BUF seen = BUF_EMPTY;
    for (size_t i = 0; i < exercise->n_scenarios; i++)
        if (!some_mutant_fails(trying, exercise->scenarios[i].id, NULL))
            find(proof, mem_printf(_("%s: no mutant fails the scenario '%s'; add a program with the fault that it is there to "
                                     "find"), shown(trying, exercise->path), exercise->scenarios[i].id));
    conclude(proof, before);
    before = proof->n_findings;
    for (size_t i = 0; i < exercise->n_scenarios; i++)
        for (size_t c = 0; c < exercise->scenarios[i].n_checks; c++) {
            const char *kind = exercise->scenarios[i].checks[c].name;
            AUTO_FREE char *word = mem_printf(" %s ", kind);
            if (seen.len > 0 && strstr(buf_text(&seen), word) != NULL)
                continue;
            buf_string(&seen, word);
            if (!some_mutant_fails(trying, NULL, kind))
                find(proof, mem_printf(_("%s: no mutant fails a check '%s'; add one that does, or leave the check out"),
                                       shown(trying, exercise->path), kind));
        }
    conclude(proof, before);
}

static void look_at_all(struct trying *trying)
{
    struct proof *proof = trying->proof;
    size_t before = proof->n_findings;
    look_for_statement(trying, "fr");
    look_for_statement(trying, "en");
    conclude(proof, before);
    if (trying->starter.shown) {
        before = proof->n_findings;
        look_at_starter(trying);
        conclude(proof, before);
    }
    if (trying->reference.shown) {
        before = proof->n_findings;
        look_at_reference(trying);
        conclude(proof, before);
    }
    look_at_mutants(trying);
    if (trying->n_mutants > 0)
        look_at_coverage(trying);
}

static void exhibit_free(struct exhibit *exhibit)
{
    free(exhibit->path);
    submission_free(&exhibit->submission);
    expectation_free(&exhibit->expectation);
    grade_result_free(&exhibit->tree);
}

static void trying_free(struct trying *trying)
{
    trying->proof->n_mutants = trying->n_mutants;
    exhibit_free(&trying->starter);
    exhibit_free(&trying->reference);
    for (size_t i = 0; i < trying->n_mutants; i++)
        exhibit_free(&trying->mutants[i]);
    free(trying->mutants);
}

int proof_try(struct proof *proof, struct grading *grading, const struct exercise *exercise, const char *folder,
              const char *root, struct err *err)
{
    struct trying trying = {.proof = proof, .grading = grading, .exercise = exercise, .folder = folder, .root = root};
    exhibit_starter(&trying);
    exhibit_reference(&trying);
    int result = exhibit_mutants(&trying, err);
    if (result == 0)
        result = grading_run(grading, err);
    if (result == 0)
        look_at_all(&trying);
    trying_free(&trying);
    return result;
}

int proof_try_mutant(struct proof *proof, struct grading *grading, const struct exercise *exercise, const char *path,
                     const char *root, struct err *err)
{
    struct trying trying = {.proof = proof, .grading = grading, .exercise = exercise, .folder = path, .root = root};
    trying.mutants = mem_alloc(sizeof *trying.mutants);
    trying.n_mutants = 1;
    if (expect(&trying, trying.mutants, path))
        exhibit(&trying, trying.mutants, path);
    int result = grading_run(grading, err);
    if (result == 0)
        look_at_mutants(&trying);
    trying_free(&trying);
    return result;
}
