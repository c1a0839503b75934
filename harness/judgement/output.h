/*
 * output: all that an actor wrote on one stream, as one text, with the way back to the events: what was there when a call
 * returned, and what came after it. The terminal's "\r\n" is a plain newline here.
 */
#ifndef JUDGEMENT_OUTPUT_H
#define JUDGEMENT_OUTPUT_H

#include "data/transcript.h"
#include "ground/buf.h"

struct output_mark {
    size_t event, offset; /* where the bytes of this event begin */
};

struct output_text {
    struct buf text;
    struct output_mark *marks;
    size_t n_marks;
};

#define AUTO_OUTPUT __attribute__((cleanup(output_free))) struct output_text

void output_collect(const struct transcript *t, int actor, enum stream stream, struct output_text *out);
void output_free(struct output_text *out);
/* The offset of the first byte that came after event EVENT; the length of the text when there is none. */
size_t output_after(const struct output_text *out, size_t event);
/* Whether there is anything to see (no space or control character) from OFFSET on. */
bool output_visible(const struct output_text *out, size_t offset);
/* The first offset >= FROM where these bytes stand, SIZE_MAX when they do not. */
size_t output_find(const struct output_text *out, size_t from, const void *data, size_t n);

/* Whether words are made of it: a letter of ASCII or a digit. */
bool output_word_byte(char c);
/* The length of the terminal's escape sequence that DATA begins with (colours, character sets, titles); 0: there is none. */
size_t output_escape(const void *data, size_t n);
/* Puts spaces in place of all of them: for whoever looks for words. */
void output_blank_escapes(struct output_text *out);

/* Whether it tells, as perror() does, of a call that a signal interrupted: a call that comes back with EINTR only after the
   program's own handler is not in the transcript. */
bool output_tells_interrupt(const struct transcript *t, int actor);

/* A decimal number that stands as a word of its own. */
struct number {
    size_t start, end; /* offsets of its digits */
    uint64_t value;    /* the largest there is when it does not fit */
};

/*
 * All of them: not glued to a letter, a digit or '_' ("fd3"), not negative ("-1"), not a piece of a decimal or dotted number
 * ("3.5", "127.0.0.1"), but parted by a comma ("1,14"). Text may be UTF-8 or ISO-8859-1; terminal colour sequences are seen
 * as spaces. The caller frees.
 */
size_t numbers_find(const void *data, size_t n, struct number **list);

#endif
