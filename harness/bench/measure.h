/*
 * measure: what the benchmarks are, what they should give and what they gave; and the clocks they use.
 *
 * A measure begins as "not measured", with a reason; only measure_set() makes it one.
 */
#ifndef BENCH_MEASURE_H
#define BENCH_MEASURE_H

#include "ground/base.h"

enum sense { AT_MOST, AT_LEAST };

enum measure_id {
#define MEASURE(name, sense, target, unit, what) MEASURE_##name,
#include "bench/measures.def"
#undef MEASURE
    MEASURE_COUNT
};

struct measure {
    bool asked;    /* somebody wanted it */
    bool measured;
    double value;
    char detail[160]; /* the two sides in absolute figures; or why it could not be measured */
};

/* All of them, by id. */
struct measures {
    struct measure all[MEASURE_COUNT];
};

void measure_set(struct measures *measures, enum measure_id id, double value, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void measure_failed(struct measures *measures, enum measure_id id, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/* A table on standard output. Whether everything that was asked for could be measured. */
bool measures_print(const struct measures *measures);

/* Seconds since any moment; and of processor, by this process and its children that were waited for. */
struct spent {
    double elapsed, processor;
};
struct spent spent_now(void);
struct spent spent_since(const struct spent *start);

/* Puts VALUES in order. */
double median(double *values, size_t n);

/* How many processors there are for us. */
int processors(void);
/* This process stays on the first of them from now on. */
void use_first_processor(void);

#endif
