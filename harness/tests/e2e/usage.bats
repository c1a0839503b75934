#!/usr/bin/env bats
# The real grader behind grade.sh: what it says to those who type something wrong.

bats_require_minimum_version 1.5.0

setup() {
    grade=$(cd "$BATS_TEST_DIRNAME/../../.." && pwd)/grade.sh
    export LANG=C
    unset LC_ALL LC_MESSAGES LANGUAGE
    cd "$BATS_TEST_TMPDIR" || return
}

@test "an option that does not exist: status 2, a message on standard error only" {
    run --separate-stderr "$grade" --no-such-option
    [ "$status" -eq 2 ]
    [ -z "$output" ]
    [[ "$stderr" == *"--no-such-option"* ]]
}

@test "an option without its value: status 2" {
    run --separate-stderr "$grade" --lang
    [ "$status" -eq 2 ]
    [ -z "$output" ]
    [ -n "$stderr" ]
}

@test "a language that does not exist: status 2" {
    run --separate-stderr "$grade" --lang klingon
    [ "$status" -eq 2 ]
    [ -n "$stderr" ]
}

@test "--help: status 0, on standard output" {
    run --separate-stderr "$grade" --help
    [ "$status" -eq 0 ]
    [ -n "$output" ]
    [ -z "$stderr" ]
}
