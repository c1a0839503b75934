#include "outside/choose.h"

#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "data/assignment.h"
#include "data/exercise.h"
#include "data/library.h"
#include "data/submission.h"
#include "outside/command.h"

static const char usual[] = "tp1";

/* What speaks for an assignment. */
struct fit {
    bool wanted; /* --only lets an exercise of it through */
    bool usual;
    size_t covered, size;
};

static bool is_better(const struct fit *fit, const struct fit *best)
{
    if (fit->wanted != best->wanted)
        return fit->wanted;
    if (fit->covered != best->covered)
        return fit->covered > best->covered;
    if (fit->covered == 0 && fit->usual != best->usual) /* no program says anything */
        return fit->usual;
    return fit->size < best->size;
}

/* Whether --only may mean a scenario of this exercise. */
static bool is_wanted(const struct options *options, const char *exercise)
{
    for (size_t i = 0; i < options->n_only; i++) {
        AUTO_FREE char *pattern = mem_bytes(options->only[i], strcspn(options->only[i], "/"));
        if (fnmatch(pattern, exercise, 0) == 0)
            return true;
    }
    return options->n_only == 0;
}

static bool has_program(const struct library *library, const struct submission *submission, const char *id)
{
    AUTO_FREE char *folder = library_exercise(library, id);
    struct exercise exercise;
    struct program_source source = {.recipe = RECIPE_NONE};
    struct err ignored = ERR_NONE;
    if (exercise_load_heading(&exercise, folder, &ignored) < 0)
        return false;
    submission_find(submission, exercise.program, exercise.also, &source);
    bool found = source.recipe != RECIPE_NONE;
    program_source_free(&source);
    exercise_free(&exercise);
    return found;
}

/* The ids of all exercises whose program is there. */
static struct names programs_of(const struct library *library, const char *path)
{
    struct names all = {NULL, 0}, there = {NULL, 0};
    struct submission submission;
    struct err ignored = ERR_NONE;
    if (submission_load(&submission, path, &ignored) < 0)
        return there;
    if (library_exercises(library, &all, &ignored) == 0)
        for (size_t i = 0; i < all.n; i++)
            if (has_program(library, &submission, all.items[i]))
                *ARRAY_ADD(there.items, there.n) = mem_string(all.items[i]);
    names_free(&all);
    submission_free(&submission);
    return there;
}

static struct fit fit_of(const struct options *options, const struct assignment *assignment, const struct names *programs)
{
    struct fit fit = {.usual = strcmp(assignment->name, usual) == 0, .size = assignment->n};
    for (size_t i = 0; i < assignment->n; i++) {
        const char *id = assignment->items[i].exercise;
        fit.wanted |= is_wanted(options, id);
        for (size_t p = 0; p < programs->n; p++)
            fit.covered += strcmp(programs->items[p], id) == 0;
    }
    return fit;
}

static char *best_of(const struct options *options, const struct names *programs, const struct names *assignments)
{
    char *chosen = mem_string(usual);
    struct fit best = {.usual = true}; /* even if it is not there: whoever grades hears of it */
    for (size_t i = 0; i < assignments->n; i++) {
        struct err ignored = ERR_NONE;
        AUTO_FREE char *path = command_assignment(options, assignments->items[i], &ignored);
        struct assignment assignment;
        if (path == NULL || assignment_load(&assignment, path, &ignored) < 0)
            continue;
        struct fit fit = fit_of(options, &assignment, programs);
        if (is_better(&fit, &best)) {
            free(chosen);
            chosen = mem_string(assignment.name);
            best = fit;
        }
        assignment_free(&assignment);
    }
    return chosen;
}

char *choose_assignment(const struct options *options, const char *submission)
{
    if (options->assignment != NULL)
        return mem_string(options->assignment);
    AUTO_FREE char *real = realpath(submission, NULL);
    const char *slash = real == NULL ? NULL : strrchr(real, '/');
    if (slash != NULL) {
        struct err none = ERR_NONE; /* most folders are not named like an assignment */
        AUTO_FREE char *path = command_assignment(options, slash + 1, &none);
        if (path != NULL)
            return mem_string(slash + 1);
    }
    const struct library library = {options->exercises, options->root};
    struct names assignments = {NULL, 0}, programs = programs_of(&library, submission);
    struct err ignored = ERR_NONE;
    library_assignments(&library, &assignments, &ignored);
    char *chosen = best_of(options, &programs, &assignments);
    names_free(&assignments);
    names_free(&programs);
    return chosen;
}
