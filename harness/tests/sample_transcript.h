/* sample_transcript: made-up transcripts for the tests. */
#ifndef TESTS_SAMPLE_TRANSCRIPT_H
#define TESTS_SAMPLE_TRANSCRIPT_H

#include "data/transcript.h"

struct address sample_address(const char *text);
/* Adds a program "client" and a peer "server", and two sockets. */
void sample_actors(struct transcript *t);
/* One event of every kind, with the corners of every field. The caller frees T's content. */
void sample_transcript(struct transcript *t);

#endif
