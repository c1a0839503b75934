/*
 * worktime: whether the processes of a compiler's world still work. What only sleeps, or works so slowly that it would never
 * come to an end, is told from what a loaded machine slows down by the processor time that it uses.
 */
#ifndef CONVERSATION_WORKTIME_H
#define CONVERSATION_WORKTIME_H

#include "ground/base.h"

struct worktime {
    int64_t begun, looked, changed; /* monotonic, ns: the start, the last look, the last time that anything was used */
    int64_t used;                   /* ns of processor time, of all processes */
};

enum { WORKTIME_LOOK_MS = 250 }; /* how often it makes sense to ask */

void worktime_begin(struct worktime *work);
/* Whether it is enough: more than MOST ns of processor time, or hardly any for long. Cheap when asked more often. */
bool worktime_over(struct worktime *work, int64_t most);

#endif
