#include "ground/escape.h"

#include <string.h>

#include "ground/buf.h"
#include "ground/text.h"
#include "ground/utf8.h"

/* Characters that are valid and yet could deceive a reader, drive a terminal or break a format. */
static bool is_hostile(uint32_t code)
{
    if (code < 0x20 || (code >= 0x7F && code <= 0x9F))
        return true; /* C0, DEL, C1 */
    if ((code >= 0xFDD0 && code <= 0xFDEF) || (code & 0xFFFE) == 0xFFFE)
        return true; /* noncharacters */
    if (code == 0x2028 || code == 0x2029)
        return true; /* line and paragraph separators, which JavaScript takes for line ends */
    /* Bidirectional controls: text is shown in another order than it is stored. */
    return code == 0x061C || code == 0x200E || code == 0x200F || (code >= 0x202A && code <= 0x202E) ||
           (code >= 0x2066 && code <= 0x2069);
}

static void add_hex(struct buf *out, const unsigned char *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < n; i++) {
        char hex[] = {'\\', 'x', digits[bytes[i] >> 4], digits[bytes[i] & 15]};
        buf_add(out, hex, sizeof hex);
    }
}

/* Escapes the one character or invalid byte that DATA begins with; returns how many bytes that took. */
static size_t add_escaped(struct buf *out, const unsigned char *data, size_t n, bool one_line)
{
    uint32_t code = 0;
    size_t length = utf8_decode(data, n, &code);
    if (length == 0) {
        add_hex(out, data, 1);
        return 1;
    }
    if (code == '\\')
        buf_string(out, "\\\\");
    else if (code == '\n' && one_line)
        buf_string(out, "\\n");
    else if (code == '\t' && one_line)
        buf_string(out, "\\t");
    else if (code != '\n' && code != '\t' && is_hostile(code))
        add_hex(out, data, length);
    else
        buf_add(out, data, length);
    return length;
}

/* Runs of plain ASCII are the usual case, and are copied in one go. */
static size_t plain_length(const unsigned char *data, size_t n)
{
    size_t length = 0;
    while (length < n && data[length] >= 0x20 && data[length] < 0x7F && data[length] != '\\')
        length++;
    return length;
}

static void add_all(struct buf *out, const void *data, size_t n, bool one_line)
{
    const unsigned char *bytes = data;
    size_t at = 0;
    while (at < n) {
        size_t plain = plain_length(bytes + at, n - at);
        buf_add(out, bytes + at, plain);
        at += plain;
        if (at < n)
            at += add_escaped(out, bytes + at, n - at, one_line);
    }
}

char *escape_bytes(const void *data, size_t n)
{
    AUTO_BUF out = BUF_EMPTY;
    add_all(&out, data, n, false);
    return buf_steal(&out);
}

char *escape_line(const void *data, size_t n)
{
    AUTO_BUF out = BUF_EMPTY;
    add_all(&out, data, n, true);
    return buf_steal(&out);
}

/* The most bytes, at most MAX, after which a cut does not part a character. */
static size_t whole_characters(const unsigned char *data, size_t n, size_t max)
{
    for (size_t back = 1; back < 4 && back <= max; back++) {
        uint32_t code = 0;
        size_t length = utf8_decode(data + max - back, n - (max - back), &code);
        if (length > back)
            return max - back;
        if (length > 0)
            break;
    }
    return max;
}

char *escape_quote(const void *data, size_t n, size_t max)
{
    bool french = strcmp(text_lang(), "fr") == 0;
    size_t kept = n > max ? whole_characters(data, n, max) : n;
    AUTO_BUF out = BUF_EMPTY;
    buf_string(&out, french ? "«\u00a0" : "“");
    add_all(&out, data, kept, true);
    if (kept < n)
        buf_string(&out, "…");
    buf_string(&out, french ? "\u00a0»" : "”");
    if (kept < n) {
        unsigned long left = (unsigned long)(n - kept);
        buf_char(&out, ' ');
        buf_printf(&out, ngettext("(%lu more byte)", "(%lu more bytes)", left), left);
    }
    return buf_steal(&out);
}

char *escape_shell(const char *word)
{
    static const char special[] = " \t!\"#$&'()*;<>?[\\]^`{|}~";
    AUTO_FREE char *line = escape_line(word, strlen(word));
    bool plain = line[0] != '\0' && line[strcspn(line, special)] == '\0';
    const char *quote = plain ? "" : "'";
    AUTO_BUF out = BUF_EMPTY;
    buf_string(&out, quote);
    for (const char *c = line; *c != '\0'; c++) {
        if (*c == '\'')
            buf_string(&out, "'\\'");
        buf_char(&out, *c);
    }
    buf_string(&out, quote);
    return buf_steal(&out);
}
