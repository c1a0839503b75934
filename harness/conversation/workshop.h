/* workshop: what happens inside the compiler's world. See build.h. */
#ifndef CONVERSATION_WORKSHOP_H
#define CONVERSATION_WORKSHOP_H

#include "conversation/build.h"
#include "ground/buf.h"
#include "watching/plan.h"

enum workshop_end {
    WORKSHOP_BUILT,
    WORKSHOP_FAILED,  /* the compiler or make ended with an error */
    WORKSHOP_NOTHING, /* it ended well, but there is no program */
    WORKSHOP_FOREIGN, /* there is one that cannot run on this machine */
    WORKSHOP_LIMIT    /* time, memory or output */
};

/* Lays the sources out, builds, and copies the executable to the descriptor EXECUTABLE. LOG: what the tools said. */
int workshop_run(const struct build_request *request, const struct bounds *bounds, int executable, enum workshop_end *end,
                 struct buf *log, struct err *err);

#endif
