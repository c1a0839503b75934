#include "ground/text.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

#define DOMAIN "grade"

static const char *language = "en";

static const char *environment_language(void)
{
    static const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < COUNT_OF(variables); i++) {
        const char *value = getenv(variables[i]);
        if (value != NULL && value[0] != '\0')
            return value;
    }
    return "";
}

/* gettext translates in no locale called "C"; any UTF-8 locale will do, and these need no package. */
static void set_utf8_locale(int category)
{
    static const char *const locales[] = {"C.UTF-8", "C.utf8", "en_US.UTF-8"};
    for (size_t i = 0; i < COUNT_OF(locales); i++)
        if (setlocale(category, locales[i]) != NULL)
            return;
}

void text_init(const char *lang_name, const char *catalogues)
{
    const char *name = lang_name != NULL ? lang_name : environment_language();
    language = strncmp(name, "fr", 2) == 0 ? "fr" : "en";
    /* gettext remembers what it found until a locale is set: so LANGUAGE comes first. */
    setenv("LANGUAGE", language, 1);
    set_utf8_locale(LC_CTYPE);
    if (strcmp(language, "fr") == 0)
        set_utf8_locale(LC_MESSAGES);
    else
        setlocale(LC_MESSAGES, "C");
    if (catalogues != NULL) {
        bindtextdomain(DOMAIN, catalogues);
        bind_textdomain_codeset(DOMAIN, "UTF-8");
    }
    textdomain(DOMAIN);
}

const char *text_lang(void)
{
    return language;
}

char *text_hundredths(int64_t hundredths)
{
    /* Unsigned, because the smallest int64_t has no positive counterpart. */
    uint64_t size = hundredths < 0 ? 0 - (uint64_t)hundredths : (uint64_t)hundredths;
    const char *sign = hundredths < 0 ? "-" : "";
    char point = strcmp(language, "fr") == 0 ? ',' : '.';
    unsigned long long whole = size / 100;
    unsigned part = (unsigned)(size % 100);
    if (part == 0)
        return mem_printf("%s%llu", sign, whole);
    if (part % 10 == 0)
        return mem_printf("%s%llu%c%u", sign, whole, point, part / 10);
    return mem_printf("%s%llu%c%02u", sign, whole, point, part);
}
