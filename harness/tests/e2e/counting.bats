#!/usr/bin/env bats
# harness/tests/run.sh: its last line is what the CI believes, so it must not miss a failure.

bats_require_minimum_version 1.5.0

setup() {
    project=$BATS_TEST_TMPDIR/project
    mkdir -p "$project/harness/tests/e2e" "$project/bin"
    cp "$BATS_TEST_DIRNAME/../run.sh" "$project/harness/tests/"
    printf '%s\n' 'all .build/tests unit lint soak sanitize analyze:' $'\t@bin/make-$@' >"$project/Makefile"
    sed -i 's|bin/make-$@|bin/make-$(notdir $@)|' "$project/Makefile"
    local part
    for part in all tests lint soak sanitize analyze; do
        program "bin/make-$part" 'true'
    done
    program bin/make-unit 'echo "unit: 5 passed, 0 failed"'
    program bin/bats 'printf "1..3\nok 1 one\nok 2 two # skip no root\nok 3 three\n"'
    program harness/tests/fixtures.sh 'echo "fixtures: 10 passed, 0 failed"'
    mkdir "$project/.build"
    program .build/grade 'echo "proofs: 20 passed, 0 failed"'
    PATH="$project/bin:$PATH"
    unset MAKEFLAGS MFLAGS MAKELEVEL BUILD
}

program() {
    printf '#!/bin/bash\n%s\n' "$2" >"$project/$1"
    chmod +x "$project/$1"
}

@test "all is well: the counts are summed, a part that does not count is one, a skipped test none" {
    run "$project/harness/tests/run.sh"
    [ "$status" -eq 0 ]
    # build, lint, soak, sanitize, analyze: 1 each; unit 5; e2e 2; fixtures 10; proofs 20
    [ "${lines[-1]}" = "42 passed, 0 failed" ]
}

@test "a failure that is counted fails the whole, and the other parts still run" {
    program bin/make-unit 'echo "unit: 3 passed, 2 failed"; exit 1'
    run "$project/harness/tests/run.sh"
    [ "$status" -eq 1 ]
    [ "${lines[-1]}" = "40 passed, 2 failed" ]
}

@test "a failing TAP test counts" {
    program bin/bats 'printf "1..2\nok 1 one\nnot ok 2 two\n"; exit 1'
    run "$project/harness/tests/run.sh"
    [ "$status" -eq 1 ]
    [ "${lines[-1]}" = "41 passed, 1 failed" ]
}

@test "a part that crashes after a good count is a failure" {
    program bin/make-unit 'echo "unit: 5 passed, 0 failed"; kill -SEGV $$'
    run "$project/harness/tests/run.sh"
    [ "$status" -eq 1 ]
    [ "${lines[-1]}" = "42 passed, 1 failed" ]
}

@test "a part that cannot start is a failure" {
    rm "$project/harness/tests/fixtures.sh"
    program bin/make-lint 'exit 1'
    run "$project/harness/tests/run.sh"
    [ "$status" -eq 1 ]
    [ "${lines[-1]}" = "31 passed, 2 failed" ]
}

@test "bats that stops before its last test is a failure" {
    program bin/bats 'printf "1..3\nok 1 one\n"'
    run "$project/harness/tests/run.sh" e2e
    [ "$status" -eq 1 ]
    [ "${lines[-1]}" = "1 passed, 2 failed" ]
}

@test "a part that tests nothing is a failure" {
    program harness/tests/fixtures.sh 'echo "fixtures: 0 passed, 0 failed"'
    run "$project/harness/tests/run.sh" fixtures
    [ "$status" -eq 1 ]
    [ "${lines[-1]}" = "0 passed, 1 failed" ]
}

@test "tests that run again under the sanitizers are not counted again" {
    program bin/make-sanitize 'echo "unit: 5 passed, 0 failed"'
    run "$project/harness/tests/run.sh" unit sanitize
    [ "$status" -eq 0 ]
    [ "${lines[-1]}" = "6 passed, 0 failed" ]
}
