#include "judgement/claims.h"

#include <string.h>

#include "ground/buf.h"
#include "ground/utf8.h"

/* Words without accents; "abc*" is any word that begins so; a phrase has single spaces. */
typedef const char *const vocabulary[];

static vocabulary success = {"succes*", "reussi", "reussie", "reussis", "reussit", "reussite", "ok", "okay", NULL};
static vocabulary weak_success = {"done", "effectue*", "etabli", "etablie", "established", "correctement", NULL};
static vocabulary fillers = {"socket", "tout", "est", "a", "avec", "c'est", "operation", "appel", "call", "the", "le",
                             "la", "l'operation", "l'appel", "all", "is", "with", "very", "en", "un", "une", NULL};
static vocabulary doubts = {
    "pas", "non", "not", "no", "ne", "n'*", "echec*", "echou*", "erreur*", "error*", "err", "fail*", "impossible*",
    "refus*", "unable", "cannot", "deja", "already", "in use", "utilise*", "occupe*", "sans", "aucun*",
    "without", "unsuccess*", "infruct*", "denied", "injoignable", "unreachable", "timeout", "timed out", "expir*",
    "tentative*", "essai*", "essay*", "trying", "try", "attempt*", "en cours", "perdu*", "lost", "interromp*",
    "interrup*", "false", "faux", "avant", "before", "rien", "jamais", "never", "nothing", "probleme*", "problem*",
    "abandon*", "mauvais*", "bad", "invalid*", "ko", "nok", "nope", "if", "si", NULL};
/* Words that name neither a call nor a cause. */
static vocabulary vague = {
    "erreur*", "error*", "err", "echec*", "echou*", "fail*", "fatal*", "probleme*", "problem*", "oops", "oups", "ko", "nok",
    "survenu*", "produit*", "occurred", "happened", "went", "wrong", "something", "quelque", "chose", "mal", "passe",
    "abandon*", "desole*", "sorry", "un", "une", "an", "a", "the", "le", "la", "l'*", "il", "y", "eu", "est", "s'est", "is",
    "was", "has", "been", "there", "exit*", "quit*", "fin", "arret", "stop", "ca", "marche", "ne", "pas", "programme",
    "program", "du", "de", NULL};
static vocabulary closing = {"ferm*", "clos*", "shutdown", "deconn*", "disconn*", "liber*", "termin*", "fin", NULL};

/* What a line is about, and the participles that announce that it was done. */
static const struct {
    enum role role;
    const char *topics[14], *done[10];
} subjects[] = {
    {ROLE_SOCKET, {"cree*", "crea*", "ouvert*", "open*", "descripteur*", "descriptor*"},
     {"cree", "creee", "created", "ouvert", "ouverte", "opened"}},
    {ROLE_CONNECT, {"connect*", "connex*", "serveur", "server", "liaison", "joint"},
     {"connecte", "connectee", "connected", "connexion etablie", "connection established", "connexion reussie"}},
    {ROLE_BIND, {"bind*", "attach*", "lie", "liee", "bound", "port", "adresse", "address"},
     {"attache", "attachee", "attached", "lie", "liee", "bound", "binde", "bindee", "binded"}},
    {ROLE_LISTEN, {"listen*", "ecoute*"}, {"en ecoute", "listening", "a l'ecoute"}},
    {ROLE_ACCEPT, {"accept*", "client", "clients"},
     {"accepte", "acceptee", "accepted", "client connecte", "client connected"}},
    {ROLE_SEND, {"envo*", "send*", "sent", "write", "written", "ecri*", "emis*", "message", "octets", "bytes"},
     {"envoye", "envoyee", "envoyes", "sent", "written"}},
    {ROLE_RECEIVE, {"recu*", "recep*", "receiv*", "recv*", "read", "lu", "lus", "lecture", "reponse", "reply"},
     {"recu", "recue", "recus", "received"}},
    {ROLE_SHUTDOWN, {"shutdown", "ferm*", "clos*"}, {"fermee", "ferme", "closed"}},
};

static bool is_word_character(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
}

/* How many bytes of TEXT the word or phrase takes when it stands there; 0 when it does not. */
static size_t matches_at(const char *text, const char *word)
{
    size_t n = strlen(word);
    bool prefix = n > 0 && word[n - 1] == '*';
    if (prefix)
        n--;
    if (n == 0 || strncmp(text, word, n) != 0)
        return 0;
    if (!prefix)
        return is_word_character(text[n]) ? 0 : n;
    while (is_word_character(text[n]) || text[n] == '\'')
        n++;
    return n;
}

static size_t any_at(const char *text, const char *const *words)
{
    for (; *words != NULL; words++) {
        size_t n = matches_at(text, *words);
        if (n > 0)
            return n;
    }
    return 0;
}

static bool has(const char *line, const char *const *words)
{
    for (const char *p = line; *p != '\0'; p++)
        if ((p == line || !is_word_character(p[-1])) && any_at(p, words) > 0)
            return true;
    return false;
}

/* Nothing but words of either list. */
static bool has_only(const char *line, const char *const *words, const char *const *others)
{
    const char *p = line;
    while (*p != '\0') {
        if (!is_word_character(*p)) {
            p++;
            continue;
        }
        size_t n = any_at(p, words);
        if (n == 0)
            n = any_at(p, others);
        if (n == 0)
            return false;
        p += n;
    }
    return true;
}

/* U+00C0 to U+00FF without their accents. */
static const char plain[] = "aaaaaaaceeeeiiiidnooooo ouuuuypsaaaaaaaceeeeiiiidnooooo ouuuuypy";

static void fold_character(struct buf *out, uint32_t c)
{
    if (c >= 0xc0 && c <= 0xff)
        buf_char(out, plain[c - 0xc0]);
    else if (c == 0x152 || c == 0x153)
        buf_string(out, "oe");
    else if (c == 0x2019)
        buf_char(out, '\'');
    else if ((c >= 0x2715 && c <= 0x2718) || c == 0x274c || c == 0x274e || c == 0x1f6ab)
        buf_string(out, " ko "); /* crosses */
    else if (c < 0x300 || c > 0x36f) /* accents that combine are left out */
        buf_char(out, ' ');
}

/* Small letters without accents; what is neither letter, digit nor apostrophe becomes a space; -1, 0.0 and ? stay. */
static void fold(struct buf *out, const unsigned char *line, size_t n)
{
    for (size_t i = 0, size; i < n; i += size) {
        unsigned char c = line[i];
        size = 1;
        if (c == 0x1b && i + 1 < n && line[i + 1] == '[') {
            size = 2;
            while (i + size < n && !(line[i + size] >= 0x40 && line[i + size] <= 0x7e))
                size++;
            size++;
            buf_char(out, ' ');
        } else if (c >= 'A' && c <= 'Z') {
            buf_char(out, (char)(c - 'A' + 'a'));
        } else if (c < 0x80) {
            buf_char(out, is_word_character((char)c) || (c != '\0' && strchr("'?-.", (int)c) != NULL) ? (char)c : ' ');
        } else {
            uint32_t character;
            size_t valid = utf8_decode(line + i, n - i, &character);
            size = valid > 0 ? valid : 1;
            fold_character(out, valid > 0 ? character : c);
        }
    }
}

/* "0 bytes sent", "connected=0": a zero by itself, and not in an address. */
static bool has_zero(const char *line)
{
    for (const char *p = line; (p = strchr(p, '0')) != NULL; p++) {
        bool begins = p == line || (!is_word_character(p[-1]) && p[-1] != '.');
        bool ends = !is_word_character(p[1]) && (p[1] != '.' || !is_word_character(p[2]));
        if (begins && ends)
            return true;
    }
    return false;
}

static bool is_doubtful(const char *line)
{
    return has_zero(line) || has(line, doubts) || strchr(line, '?') != NULL || strstr(line, "-1") != NULL ||
           strstr(line, "n't") != NULL;
}

bool claims_success(const char *line, size_t n, enum role role)
{
    AUTO_BUF folded = BUF_EMPTY;
    fold(&folded, (const unsigned char *)line, n);
    const char *text = buf_text(&folded);
    if (is_doubtful(text) || (role != ROLE_SHUTDOWN && has(text, closing)))
        return false;
    bool about = false, about_another = false;
    for (size_t i = 0; i < COUNT_OF(subjects); i++) {
        if (subjects[i].role == role) {
            if (has(text, subjects[i].done))
                return true;
            about = has(text, subjects[i].topics);
        } else if (has(text, subjects[i].topics)) {
            about_another = true;
        }
    }
    if (has(text, success))
        return (about && !about_another) || has_only(text, success, fillers);
    return has(text, weak_success) && about && !about_another;
}

bool claims_failure(const char *text, size_t n)
{
    AUTO_BUF folded = BUF_EMPTY;
    fold(&folded, (const unsigned char *)text, n);
    return has(buf_text(&folded), doubts);
}

bool claims_mere_failure(const char *text, size_t n)
{
    AUTO_BUF folded = BUF_EMPTY;
    fold(&folded, (const unsigned char *)text, n);
    return has(buf_text(&folded), doubts) && has_only(buf_text(&folded), vague, vague);
}
