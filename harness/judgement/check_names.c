/* Names and their errors: names-resolver-error. */
#include <string.h>

#include "ground/escape.h"
#include "ground/text.h"
#include "judgement/cause.h"
#include "judgement/output.h"

enum { QUOTE = 80 };

static bool has_word(const char *text, const char *word)
{
    return strcasestr(text, word) != NULL;
}

/* What gai_strerror() and hstrerror() say in a world, where there is no other language than English. */
static const char unknown_name[] = "Name or service not known";
static const char *const resolver_messages[] = {
    unknown_name, "Temporary failure in name resolution", "Non-recoverable failure in name resolution",
    "No address associated with hostname", "Address family for hostname not supported", "Unknown host",
    "Host name lookup failure", "Unknown server error",
};

/* The resolver's own message; the name itself; or words of the program's own that mean the same. */
static bool tells_of_name(const char *text, const char *name)
{
    static const char *const words[] = {"inconnu",   "introuvable",    "not found",       "not known", "unknown host",
                                        "no such host", "existe pas", "r\303\251sou", "r\303\251sol", "resolve",
                                        "resolving", "resolution", "connais"};
    for (size_t i = 0; i < COUNT_OF(resolver_messages); i++)
        if (has_word(text, resolver_messages[i]))
            return true;
    for (size_t i = 0; i < COUNT_OF(words); i++)
        if (has_word(text, words[i]))
            return true;
    return has_word(text, name);
}

void judge_names_resolver_error(struct trial *trial)
{
    const char *name = trial->spec->value;
    trial_requires(trial, _("The program says on standard error why the name '%s' gave no address"), name);
    AUTO_OUTPUT err, out;
    output_collect(trial->t, trial->actor, STREAM_STDERR, &err);
    output_collect(trial->t, trial->actor, STREAM_STDOUT, &out);
    if (tells_of_name(buf_text(&err.text), name)) {
        trial_passes(trial);
    } else if (!output_visible(&err, 0) && tells_of_name(buf_text(&out.text), name)) {
        trial_fails(trial, DIAGNOSIS_ERROR_ON_STDOUT, NULL);
        trial_shows(trial, _("it is printed on standard output"));
    } else if (!output_visible(&err, 0)) {
        trial_lacks(trial, DIAGNOSIS_RESOLVER_ERROR, NULL);
        trial_shows(trial, output_visible(&out, 0) ? _("nothing was printed on standard error") : _("nothing was printed"));
        trial->consequence = false; /* without an address there is no socket, and no other cause */
    } else {
        AUTO_FREE char *quote = escape_quote(buf_text(&err.text), err.text.len, QUOTE);
        trial_fails(trial, DIAGNOSIS_RESOLVER_ERROR, NULL);
        trial_shows(trial, "%s", quote);
        if (facts_last_call(trial->t, trial->actor, ROLE_CONNECT) != NOWHERE ||
            cause_is_resolver_error(trial->t, trial->actor))
            trial_explains_meeting(trial);
    }
    trial_expects(trial, _("what gai_strerror() says: \"%s\""), unknown_name);
}
