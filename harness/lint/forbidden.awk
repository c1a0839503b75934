# Refuses calls of the functions in the table harness/lint/forbidden, which is the first argument; then the sources.
# Comments, strings and character constants don't count.

FILENAME ~ /\/forbidden$/ {
    if ($0 ~ /^#/ || NF < 3)
        next
    except[$1] = $2
    reason[$1] = $0
    sub(/^[^ ]+ +[^ ]+ +/, "", reason[$1])
    next
}

function excepted(name,    list, n, i, place) {
    n = split(except[name], list, ",")
    for (i = 1; i <= n; i++) {
        place = "harness/" list[i]
        if (FILENAME == place || index(FILENAME, place "/") == 1)
            return 1
    }
    return 0
}

# The code of a line: what is left without comments and quotations. `in_comment` goes from line to line.
function code_of(line,    out, at, rest) {
    out = ""
    while (line != "") {
        if (in_comment) {
            at = index(line, "*/")
            if (!at)
                return out
            line = substr(line, at + 2)
            in_comment = 0
        } else if (!match(line, /\/\*|\/\/|"|'/)) {
            return out line
        } else {
            out = out substr(line, 1, RSTART - 1)
            rest = substr(line, RSTART)
            if (rest ~ /^\/\//)
                return out
            if (rest ~ /^\/\*/) {
                in_comment = 1
                line = substr(rest, 3)
            } else if (match(rest, /^"([^"\\]|\\.)*"/) || match(rest, /^'([^'\\]|\\.)*'/)) {
                out = out " "
                line = substr(rest, RLENGTH + 1)
            } else
                return out
        }
    }
    return out
}

FNR == 1 { in_comment = 0 }

{
    code = code_of($0)
    while (match(code, /[A-Za-z_][A-Za-z_0-9]*[ \t]*\(/)) {
        name = substr(code, RSTART, RLENGTH - 1)
        sub(/[ \t]+$/, "", name)
        before = RSTART > 1 ? substr(code, RSTART - 1, 1) : ""
        if (name in except && before !~ /[.>]/ && !excepted(name))
            printf "%s:%d: %s() is not used here: %s\n", FILENAME, FNR, name, reason[name]
        code = substr(code, RSTART + RLENGTH)
    }
}
