/*
 * base: what every module stands on: errors that say whose fault they are, ownership by attribute, memory that never
 * comes back NULL, growable arrays.
 *
 * A function that can fail takes a `struct err *` last and returns 0, or -1 with the error filled in. Whoever passes it on
 * puts its own context in front with err_wrap(). Nothing below main.c prints an error or ends the process.
 */
#ifndef GROUND_BASE_H
#define GROUND_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Whose fault a failure is. Only BLAME_SUBMISSION ever costs a student points. */
enum blame {
    BLAME_NONE,
    BLAME_SUBMISSION,
    BLAME_EXERCISE,    /* a definition is wrong */
    BLAME_ENVIRONMENT, /* the machine lacks something */
    BLAME_HARNESS      /* a fault of ours */
};

/* The word the result file uses: "submission", "exercise", "environment", "harness"; NULL for BLAME_NONE. */
const char *blame_name(enum blame blame);

struct err {
    enum blame blame; /* BLAME_NONE: no error */
    char text[2048];  /* UTF-8, one or more lines, no final newline; already translated */
};

#define ERR_NONE ((struct err){BLAME_NONE, ""})

/* Fills ERR in; always returns -1, so that `return err_set(...)` reads well. */
int err_set(struct err *err, enum blame blame, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* The same, with ": " and strerror(errno) behind. */
int err_errno(struct err *err, enum blame blame, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Puts context and ": " in front of an error that is already set; always returns -1. */
int err_wrap(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Memory: these never return NULL. When there is none left the process says so and exits with status 3. */
void *mem_alloc(size_t size); /* zeroed */
void *mem_resize(void *old, size_t size);
char *mem_string(const char *s);              /* a copy; NULL gives NULL */
char *mem_bytes(const void *data, size_t n);  /* a copy with a NUL behind it */
char *mem_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
char *mem_vprintf(const char *format, va_list args) __attribute__((format(printf, 1, 0)));

/* Ownership: a variable declared with one of these gives its value back when it leaves its scope. */
void auto_free(void *pointer_to_pointer);
void auto_close(int *fd);
void auto_fclose(FILE **file);
#define AUTO_FREE __attribute__((cleanup(auto_free)))
#define AUTO_CLOSE __attribute__((cleanup(auto_close)))
#define AUTO_FCLOSE __attribute__((cleanup(auto_fclose)))
/* Takes a value out of an AUTO_ variable, which then owns nothing. */
#define STEAL(pointer)                    \
    __extension__({                       \
        __auto_type stolen_ = (pointer);  \
        (pointer) = NULL;                 \
        stolen_;                          \
    })
int steal_fd(int *fd);

/*
 * Growable arrays: a pointer and a count that live in their owner's struct. ARRAY_ADD returns the address of a new, zeroed
 * element at the end. The pointer moves when the array grows: keep indices, not addresses.
 */
#define ARRAY_ADD(items, count) ((items) = array_grow((items), (count), sizeof *(items)), &(items)[(count)++])
void *array_grow(void *items, size_t count, size_t size);

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

#endif
