#!/usr/bin/env bash
# Every text of the sources that is to be translated, as a catalogue without translations, on standard output.
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
find harness \( -path harness/tests -o -path harness/bench \) -prune -o \
    \( -name '*.c' -o -name '*.h' -o -name '*.def' \) -print | LC_ALL=C sort |
    xgettext --files-from=- --language=C --from-code=UTF-8 --keyword=_ --keyword=N_ --sort-by-file --output=-
