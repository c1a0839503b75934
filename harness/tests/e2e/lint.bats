#!/usr/bin/env bats
# `grade lint`: an exercise outside the project, right and then wrong in every way.

bats_require_minimum_version 1.5.0

load sandboxed

setup() {
    sandboxed_setup
    exercise=$folder/exercices/petit
    mkdir -p "$exercise"/{starter,reference,mutants/not-closed,mutants/says-nothing}
    cat >"$exercise/exercise.yaml" <<'YAML'
id: petit
program: petit
title: {fr: "Un petit exercice", en: "A small exercise"}
scenarios:
  - id: closes
    level: core
    points: 2
    title: {fr: "Le socket est fermé", en: "The socket is closed"}
    play: [start: program, until: {program: exited}]
    check:
      - {closes-sockets: all}
      - {exits: 0}
  - id: prints
    level: core
    points: 1
    title: {fr: "Le descripteur est affiché", en: "The descriptor is printed"}
    play: [start: program, until: {program: exited}]
    check:
      - {prints-descriptor: socket}
YAML
    echo 'Écrivez petit.c.' >"$exercise/statement.fr.md"
    echo 'Write petit.c.' >"$exercise/statement.en.md"
    write reference 'int s = socket(AF_INET, SOCK_STREAM, 0); printf("%d\n", s); close(s); return 0;'
    write starter 'fprintf(stderr, "a completer\n"); return 1;'
    write mutants/not-closed 'int s = socket(AF_INET, SOCK_STREAM, 0); printf("%d\n", s); return 1;'
    write mutants/says-nothing 'int s = socket(AF_INET, SOCK_STREAM, 0); close(s); return 0;'
    expect not-closed '{"closes": ["closes-sockets", "exits"]}'
    expect says-nothing '{"prints": ["prints-descriptor"]}'
}

teardown() { sandboxed_teardown; }

write() { # FOLDER BODY
    printf '#include <stdio.h>\n#include <sys/socket.h>\n#include <unistd.h>\nint main(void) { %s }\n' "$2" \
        >"$exercise/$1/petit.c"
}

expect() { # MUTANT FAILS
    printf '{"exercise": "petit", "fails": %s}\n' "$2" >"$exercise/mutants/$1/expected.json"
}

lint() { # ARGUMENT…
    run timeout --kill-after=5 "$deadline" "$build/grade" --root "$root" --build "$build" --lang en --color never lint "$@"
}

# found TEXT: lint fails and says this, on however many lines.
found() {
    lint "${2:-$exercise}"
    [ "$status" -eq 2 ]
    [[ "$(tr -s ' \n' ' ' <<<"$output")" == *"$1"* ]]
}

@test "a proved exercise: status 0, and the proofs are counted" {
    lint "$exercise"
    printf '%s\n' "$output"
    [ "$status" -eq 0 ]
    [ "${lines[0]}" = "✓ petit: 2 scenarios, 2 mutants" ]
    [ "${lines[-1]}" = "proofs: 7 passed, 0 failed" ]
    nobody_left
}

@test "one mutant alone" {
    lint "$exercise/mutants/not-closed"
    [ "$status" -eq 0 ]
    [ "${lines[-1]}" = "proofs: 1 passed, 0 failed" ]
}

@test "an exercise of the project by its id, and one that does not exist" {
    found "there is no exercise.yaml" no-such-exercise
    [ "${lines[-1]}" = "proofs: 0 passed, 1 failed" ]
}

@test "a wrong definition is said with its place" {
    sed -i 's/exits: 0/exist: 0/' "$exercise/exercise.yaml"
    found "petit/exercise.yaml:12:10: unknown check "
    found "did you mean 'exits'?"
}

@test "statements, starter, reference and mutants must be there" {
    rm "$exercise/statement.en.md"
    rm -r "$exercise"/{starter,mutants}
    mv "$exercise/reference/petit.c" "$exercise/reference/other.c"
    found "statement.en.md: there is no statement in this language"
    found "petit/starter: there is no starter; expected there: petit.c"
    found "petit/mutants: there are no mutants"
    found "petit/reference: the program was not built: petit.c not found"
}

@test "a starter compiles without warnings and gets little" {
    write starter 'int unused; return 1;'
    found "petit.c:4:22: unused variable"
    cp "$exercise/reference/petit.c" "$exercise/starter/"
    found "it gets 3 of 3 core points before the student has done anything"
}

@test "the reference program gets everything" {
    cp "$exercise/mutants/says-nothing/petit.c" "$exercise/reference/"
    found "reference/petit: it fails the scenario 'prints' by prints-descriptor (expected: "
}

@test "a mutant fails where it is said, and nowhere else" {
    expect not-closed '{"closes": ["exits"]}'
    found "the scenario 'closes' fails by closes-sockets"
    expect not-closed '{"closes": ["closes-sockets", "exits"], "prints": ["prints-descriptor"]}'
    found "not-closed: the scenario 'prints' passes; expected.json says that it fails by prints-descriptor"
    expect not-closed '{"close": ["exits"]}'
    found "there is no scenario 'close'; did you mean 'closes'?"
    found "the scenario 'closes' fails by closes-sockets"
    expect not-closed '{}'
    found "nothing is to fail here"
    printf '{"exercise": "petit", "status": "not-built"}' >"$exercise/mutants/not-closed/expected.json"
    found "it is graded; expected.json says: not-built"
    printf '{"exercise": "grand", "fails": {}}' >"$exercise/mutants/not-closed/expected.json"
    found "this is about the exercise 'grand'; expected: 'petit'"
    printf '{"exercise": "petit"' >"$exercise/mutants/not-closed/expected.json"
    found "expected.json:1: "
    rm "$exercise/mutants/not-closed/expected.json"
    found "expected.json"
}

@test "every scenario and every kind of check is failed by some mutant" {
    rm -r "$exercise/mutants/says-nothing"
    found "no mutant fails the scenario 'prints'"
    found "no mutant fails a check 'prints-descriptor'"
}
