#!/usr/bin/env bash
# Runs every part of the tests, goes on after a failure, and counts: the last line is "N passed, N failed".
# Usage: [BUILD=DIR] harness/tests/run.sh [PART...]
set -euo pipefail

cd "$(dirname "${BASH_SOURCE[0]}")/../.."
build=${BUILD:-.build}
passed=0
failed=0

# make, on all cores, whatever the make that started us was told.
make_part() {
    env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL make --no-print-directory -j "$(nproc)" -O "BUILD=$build" "$@"
}

# Each part prints what it finds. Some count: they end with a line "PART: N passed, N failed", or speak TAP. The others are
# one test each (sanitize too: it runs tests again that are counted already).
counting=' unit e2e fixtures proofs '
part_build() { make_part all "$build/tests"; }
part_unit() { make_part unit; }
part_lint() { make_part lint; }
part_e2e() { bats --formatter tap --recursive harness/tests/e2e; }
part_fixtures() { harness/tests/fixtures.sh "$build"; }
part_proofs() { "$build/grade" --root "$PWD" --build "$build" --lang en --color never lint; }
part_sanitize() { make_part sanitize; }
part_soak() { make_part soak RUNS=2 SAMPLE=8; }
part_analyze() { make_part --keep-going analyze; }

# counts OUTPUT: "PASSED FAILED". A TAP test that was skipped is neither, and one that was announced and never came has
# failed.
counts() {
    awk '
        /^[a-z0-9-]+: [0-9]+ passed, [0-9]+ failed$/ { passed = $2; failed = $4 }
        /^1\.\.[0-9]+$/ { announced = substr($0, 4) }
        /^ok / { came++; passed += !/ # skip/ }
        /^not ok / { came++; failed++ }
        END {
            if (announced > came)
                failed += announced - came
            print passed + 0, failed + 0
        }
    ' "$1"
}

run_part() {
    local part=$1 output=$build/test-$1.log status=0 good=0 bad=0 begin=$SECONDS
    printf '== %s\n' "$part"
    "part_$part" </dev/null > >(tee "$output") 2>&1 || status=$?
    wait "$!" || true # for tee, so that the file is whole
    if [[ $counting != *" $part "* ]]; then
        good=$((status == 0)) bad=$((status != 0))
    else
        read -r good bad < <(counts "$output")
        # A failure that was not counted is one nevertheless, and so is a part that has tested nothing.
        ((bad > 0 || (status == 0 && good > 0))) || bad=1
    fi
    printf -- '-- %s: %d passed, %d failed (%d s)\n\n' "$part" "$good" "$bad" "$((SECONDS - begin))"
    passed=$((passed + good))
    failed=$((failed + bad))
}

main() {
    local parts=("$@") part
    ((${#parts[@]})) || parts=(build unit lint e2e fixtures proofs soak sanitize analyze)
    mkdir -p "$build"
    for part in "${parts[@]}"; do
        run_part "$part"
    done
    printf '%d passed, %d failed\n' "$passed" "$failed"
    ((failed == 0))
}

main "$@"
