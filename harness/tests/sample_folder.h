/*
 * sample_folder: a submission's folder for the tests, in a temporary folder of its own: "…/tp1". What is beside it must never
 * be read.
 */
#ifndef TESTS_SAMPLE_FOLDER_H
#define TESTS_SAMPLE_FOLDER_H

#include "data/submission.h"

extern char *folder_outer; /* the temporary folder */
extern char *folder_root;  /* the submission in it */

void folder_setup(void);
void folder_teardown(void);
char *folder_path(const char *name); /* the caller frees */
/* Write a file, making the folders that it is in. */
void folder_put_bytes(const char *name, const void *data, size_t n);
void folder_put(const char *name, const char *text);
void folder_link(const char *target, const char *name);
/* The folder as a submission, which the caller frees. */
struct submission folder_load(void);

#endif
