#!/usr/bin/env bash
# Grades the reference programs and the fixtures that are no exercise's mutants: those are the business of `grade lint`.
#
#   fixtures.sh BUILD [FOLDER…]     BUILD: where the grader was built; FOLDER: only these
#
# fixtures/correct/STYLE            every program that is there gets everything
# fixtures/lecture/EXERCISE         what the handout's program does: expected.json says which scenarios fail, by which checks
#
# Prints "not ok" lines with what differs, and counts on its last line.
set -euo pipefail

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

grade() { # FOLDER OPTION…: the result as JSON; the exit status must fit it
    local folder=$1 status=0
    shift
    "$build/grade" --root "$top" --build "$build" --lang en --color never "$@" --json "$scratch/result.json" -- "$folder" \
        >"$scratch/text" 2>&1 || status=$?
    if ((status > 1)); then
        printf 'exit status %d: %s\n' "$status" "$(tail -n 3 "$scratch/text")"
        return 1
    fi
}

# Its programs get everything, in the assignment of the whole course and in those that stand beside it.
check_correct() { # FOLDER
    local assignment graded=0
    for assignment in all project; do
        grade "$1" --assignment "$assignment" || return 1
        if ! jq -e '.complete and ([.exercises[] | select(.status != "missing")] | all(.points == .max))' \
            "$scratch/result.json" >/dev/null; then
            jq -r '.exercises[] | select(.status != "missing") | .id as $id
                   | if .status != "graded" then "\($id): \(.status)" else
                   (.scenarios[] | select(.verdict != "passed") | "\($id)/\(.id): \(.verdict) "
                    + ([.checks[]? | select(.verdict != "passed") | "\(.id) (\(.actual // ""))"] | join(", "))) end' \
                "$scratch/result.json"
            return 1
        fi
        graded=$((graded + $(jq '[.exercises[] | select(.status != "missing")] | length' "$scratch/result.json")))
    done
    ((graded > 0)) || printf 'no program of any exercise\n'
    ((graded > 0))
}

# What it loses is what expected.json says: the same proof as a mutant's.
check_expected() { # FOLDER
    "$build/grade" --root "$top" --build "$build" --lang en --color never lint "$1"
}

check() { # FOLDER
    local folder=$1 difference
    if [[ -e $folder/expected.json ]]; then
        difference=$(check_expected "$folder") && return 0
    else
        difference=$(check_correct "$folder") && return 0
    fi
    printf 'not ok %s\n%s\n' "${folder#"$top"/}" "$difference"
    return 1
}

main() {
    local passed=0 failed=0 folder
    local -a folders
    build=$(cd "$1" && pwd)
    shift
    scratch=$(mktemp -d)
    trap 'rm -rf "$scratch"' EXIT
    folders=("$@")
    if ((${#folders[@]} == 0)); then
        folders=("$top/reference" "$top"/fixtures/{correct,lecture}/*/)
    fi
    for folder in "${folders[@]}"; do
        if check "${folder%/}"; then
            passed=$((passed + 1))
        else
            failed=$((failed + 1))
        fi
    done
    printf 'fixtures: %d passed, %d failed\n' "$passed" "$failed"
    ((failed == 0))
}

main "$@"
