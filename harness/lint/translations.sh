#!/usr/bin/env bash
# Each language of harness/po says everything that the sources say, and nothing else. Usage: translations.sh BUILD
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."

main() {
    shopt -s nullglob
    local template=$1/messages.pot catalogue
    harness/lint/messages.sh >"$template"
    [[ -s $template ]] || return 0
    for catalogue in harness/po/*.po; do
        msgfmt --check --output-file=/dev/null "$catalogue"
        # Also says, as a warning, what a catalogue still translates though nobody says it any more: that counts here.
        msgcmp "$catalogue" "$template"
    done
}

main "$@"
