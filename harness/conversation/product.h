/*
 * product: the program that a build has left. Whatever make did, only a file of the build's own tree that this machine can run
 * comes out; a link is followed as long as it stays in that tree.
 */
#ifndef CONVERSATION_PRODUCT_H
#define CONVERSATION_PRODUCT_H

#include "ground/base.h"

enum product {
    PRODUCT_TAKEN,
    PRODUCT_MISSING, /* no regular file of that name, or one that is too large */
    PRODUCT_FOREIGN  /* a file that cannot be executed here: of another machine, empty, or without its interpreter */
};

/* Copies FOLDER/NAME, at most MOST bytes, to the descriptor TO. An error is never the student's. */
int product_take(const char *folder, const char *name, size_t most, int to, enum product *product, struct err *err);

#endif
