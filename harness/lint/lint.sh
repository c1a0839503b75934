#!/usr/bin/env bash
# The rules of this project that no compiler knows. Runs every one of them, and fails if any found fault.
# Usage: lint.sh [BUILD]: the folder for what it makes on its way.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=${1:-.build}
status=0

# rule NAME COMMAND...: a quiet command is a good one.
rule() {
    local name=$1 output
    shift
    if output=$("$@" 2>&1) && [[ -z $output ]]; then
        return
    fi
    printf 'lint: %s\n%s\n' "$name" "${output:-(failed, and said nothing)}"
    status=1
}

c_files() {
    find harness -name '*.[ch]' | sort
}

check_floors() {
    c_files | LC_ALL=C xargs awk -f harness/lint/floors.awk harness/LAYERS
}

check_style() {
    c_files | LC_ALL=C xargs awk -f harness/lint/style.awk
}

check_forbidden() {
    c_files | LC_ALL=C xargs awk -f harness/lint/forbidden.awk harness/lint/forbidden
}

check_shell() {
    find . -path "./$build" -prune -o -path ./.build -prune -o -path ./.git -prune -o \
        \( -name '*.sh' -o -path ./.ci/run -o -path ./harness/install-packages \) -print0 | xargs -0 shellcheck -x
    # bats gives its tests variables, and they write small scripts in quotes.
    find harness/tests -name '*.bats' -print0 | xargs -0r shellcheck -x -s bats -e SC2016,SC2154
}

# Says what to do, if the page is not what the tables give.
check_vocabulary() {
    "$build/grade" list --vocabulary | cmp -s - harness/VOCABULARY.md ||
        printf 'harness/VOCABULARY.md is not what the tables say: run make vocabulary\n'
}

main() {
    mkdir -p "$build"
    rule 'floors: a file includes its own floor and lower ones' check_floors
    rule 'headers: each compiles alone, twice, behind its guard' harness/lint/headers.sh
    rule 'style: lengths and shape' check_style
    rule 'forbidden functions' check_forbidden
    rule 'translations are complete' harness/lint/translations.sh "$build"
    rule 'the page of steps, conditions and checks is up to date' check_vocabulary
    rule 'shell scripts' check_shell
    return "$status"
}

main
