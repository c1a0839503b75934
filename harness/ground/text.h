/*
 * text: what users read, in French or in English. Messages are written in English in the source, marked with _(), and
 * translated by gettext from harness/po. Call text_init() once, before anything is translated.
 */
#ifndef GROUND_TEXT_H
#define GROUND_TEXT_H

#include <libintl.h>

#include "ground/base.h"

#define _(message) gettext(message)
#define N_(message) (message)

/*
 * LANG_NAME: "fr", "en", or NULL to take it from LC_ALL, LC_MESSAGES, LANG (anything that begins with "fr" is French,
 * everything else English). CATALOGUES: the folder that holds fr/LC_MESSAGES/grade.mo.
 */
void text_init(const char *lang_name, const char *catalogues);
/* "fr" or "en" */
const char *text_lang(void);
/* A decimal number as the language writes it: 1450 hundredths give "14,5" or "14.5". The caller frees. */
char *text_hundredths(int64_t hundredths);

#endif
