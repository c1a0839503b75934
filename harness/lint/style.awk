# Lengths and shape of C sources. Run with LC_ALL=C: columns are counted as bytes less the continuation bytes of UTF-8.

# The limits are the hard ones; aim for 400 lines, 60 lines, 120 columns.
BEGIN {
    if (!max_file) max_file = 500
    if (!max_function) max_function = 80
    if (!max_columns) max_columns = 128
}

function fault(line, text) {
    printf "%s:%d: %s\n", FILENAME, line, text
}

function end_file() {
    if (lines > max_file)
        printf "%s: %d lines, %d at most\n", file, lines, max_file
}

FNR == 1 {
    end_file()
    file = FILENAME
    start = 0
}

{
    lines = FNR
    text = $0
    gsub(/[\200-\277]/, "", text)
    if (length(text) > max_columns)
        fault(FNR, length(text) " columns, " max_columns " at most")
}

/\t/ { fault(FNR, "a tab: indent with spaces") }
/[ \t]$/ { fault(FNR, "space at the end of the line") }

# A function's braces stand alone in the first column; nothing else's do.
/^\{$/ { start = FNR }
/^\}$/ && start {
    if (FNR - start + 1 > max_function)
        fault(start, "a function of " FNR - start + 1 " lines, " max_function " at most")
    start = 0
}
/^[A-Za-z_].*\)[ \t]*\{$/ { fault(FNR, "the brace of a function stands on a line of its own") }

END { end_file() }
