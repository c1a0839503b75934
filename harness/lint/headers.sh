#!/usr/bin/env bash
# Each header compiles alone, and a second time changes nothing: it includes what it needs, and its guard holds.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."

check_header() {
    local header=${1#harness/} guard
    guard=${header^^}
    guard=${guard//[^A-Z0-9]/_}
    grep -qx "#ifndef $guard" "$1" || printf '%s: its guard should be %s\n' "$1" "$guard"
    printf '#include "%s"\n#include "%s"\nextern int not_empty;\n' "$header" "$header" |
        gcc -std=gnu17 -D_GNU_SOURCE -Wall -Wextra -Wundef -Werror -fsyntax-only -Iharness -x c -
}
export -f check_header

# shellcheck disable=SC2016 # the inner shell expands it
find harness -name '*.h' -print0 | xargs -0 -P "$(nproc)" -I{} bash -c 'check_header "$1"' bash {}
