#include "bench/measure.h"

#include <sched.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

static const struct {
    enum sense sense;
    double target;
    const char *unit, *what;
} rows[] = {
#define MEASURE(name, sense, target, unit, what) {sense, target, unit, what},
#include "bench/measures.def"
#undef MEASURE
};

static void describe(struct measure *measure, const char *format, va_list args)
{
    measure->asked = true;
    vsnprintf(measure->detail, sizeof measure->detail, format, args);
}

void measure_set(struct measures *measures, enum measure_id id, double value, const char *format, ...)
{
    struct measure *measure = &measures->all[id];
    va_list args;
    va_start(args, format);
    describe(measure, format, args);
    va_end(args);
    measure->measured = true;
    measure->value = value;
}

void measure_failed(struct measures *measures, enum measure_id id, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    describe(&measures->all[id], format, args);
    va_end(args);
}

static bool is_met(enum measure_id id, double value)
{
    return rows[id].sense == AT_MOST ? value <= rows[id].target : value >= rows[id].target;
}

bool measures_print(const struct measures *measures)
{
    bool complete = true;
    for (enum measure_id id = 0; id < MEASURE_COUNT; id++) {
        const struct measure *measure = &measures->all[id];
        if (!measure->asked)
            continue;
        if (measure->measured)
            printf("%8.2f %-2s  %s %5.2f %-2s  %-7s  %s\n", measure->value, rows[id].unit,
                   rows[id].sense == AT_MOST ? "<=" : ">=", rows[id].target, rows[id].unit,
                   is_met(id, measure->value) ? "met" : "not met", rows[id].what);
        else
            printf("%11s  %s %5.2f %-2s  %-7s  %s\n", "-", rows[id].sense == AT_MOST ? "<=" : ">=", rows[id].target,
                   rows[id].unit, "unknown", rows[id].what);
        printf("%35s%s\n", "", measure->detail);
        complete &= measure->measured;
    }
    return complete;
}

static double seconds(const struct timeval *time)
{
    return (double)time->tv_sec + (double)time->tv_usec / 1e6;
}

struct spent spent_now(void)
{
    struct timespec now = {0, 0};
    struct rusage own, children;
    clock_gettime(CLOCK_MONOTONIC, &now);
    getrusage(RUSAGE_SELF, &own);
    getrusage(RUSAGE_CHILDREN, &children);
    return (struct spent){(double)now.tv_sec + (double)now.tv_nsec / 1e9,
                          seconds(&own.ru_utime) + seconds(&own.ru_stime) + seconds(&children.ru_utime) +
                              seconds(&children.ru_stime)};
}

struct spent spent_since(const struct spent *start)
{
    struct spent now = spent_now();
    return (struct spent){now.elapsed - start->elapsed, now.processor - start->processor};
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double median(double *values, size_t n)
{
    if (n == 0)
        return 0;
    qsort(values, n, sizeof *values, compare);
    return n % 2 == 1 ? values[n / 2] : (values[n / 2 - 1] + values[n / 2]) / 2;
}

int processors(void)
{
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    return sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
}

void use_first_processor(void)
{
    cpu_set_t allowed, first;
    CPU_ZERO(&first);
    if (sched_getaffinity(0, sizeof allowed, &allowed) < 0)
        return;
    size_t cpu = 0;
    while (cpu < CPU_SETSIZE - 1 && !CPU_ISSET(cpu, &allowed))
        cpu++;
    CPU_SET(cpu, &first);
    sched_setaffinity(0, sizeof first, &first);
}
