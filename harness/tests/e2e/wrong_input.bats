#!/usr/bin/env bats
# What is wrong on the command line, in definitions, in folders and in names: a clear message, the right status; and a run that
# is interrupted.

# shellcheck disable=SC2030,SC2031 # run sets status and output in the test that asks for them, and nowhere else

bats_require_minimum_version 1.5.0
load sandboxed

setup() { sandboxed_setup; }
teardown() { sandboxed_teardown; }

grade() { timeout --kill-after=5 "$deadline" "$build/grade" --root "$root" --build "$build" --lang en --color never "$@" </dev/null; }

right_source() { cp "$root/fixtures/correct/lecture/creation_socket.c" "$1"; }

# --- definitions ---

# A private exercise `mine` in an assignment of its own; standard input is its definition.
define() {
    mkdir -p exercises/mine exercises/assignments sources
    cat >exercises/mine/exercise.yaml
    printf 'title: {fr: "A", en: "A"}\nexercises:\n  - mine\n' >exercises/assignments/mine.yaml
    right_source sources/creation_socket.c
}

mine() { grade --exercises exercises --assignment mine --json result.json sources; }

good_definition='id: mine
program: creation_socket
title: {fr: "A", en: "A"}
scenarios:
  - id: one
    level: core
    points: 1
    title: {fr: "A", en: "A"}
    play:
      - start: program
      - until: {program: exited}
    check:
      - {exits: 0}'

@test "a private exercise is graded" {
    define <<<"$good_definition"
    run --separate-stderr mine
    [ "$status" -eq 0 ]
    [ "$(jq '.exercises[0].points' result.json)" = 1 ]
}

@test "a definition with a word that does not exist: status 2, the place, what was expected" {
    define <<<"${good_definition/until:/untill:}"
    run --separate-stderr mine
    [ "$status" -eq 2 ]
    [ -z "$output" ]
    [[ "$stderr" == *"exercises/mine/exercise.yaml:11:9: "*untill*until* ]]
    [ ! -e result.json ]
}

@test "a definition with a check that does not exist: status 2 and the place" {
    define <<<"${good_definition/exits: 0/exist: 0}"
    run --separate-stderr mine
    [ "$status" -eq 2 ]
    [[ "$stderr" == *"exercises/mine/exercise.yaml:13:"*exist* ]]
}

@test "a definition that is no YAML: status 2 and the place" {
    define <<<"${good_definition/\{fr/[fr}"
    run --separate-stderr mine
    [ "$status" -eq 2 ]
    [[ "$stderr" =~ exercises/mine/exercise.yaml:[0-9]+:[0-9]+:\  ]]
}

@test "a definition of arbitrary bytes: status 2, and no byte of it on the terminal" {
    define < <(head -c 4096 /dev/zero | tr '\0' '\033'; printf '\xff\xfe id: mine\n')
    run --separate-stderr mine
    [ "$status" -eq 2 ]
    printf '%s\n' "$stderr" >text
    plain text
    [[ "$stderr" == *exercise.yaml:1:1:* ]]
}

@test "an assignment that does not exist: status 2 and its name" {
    mkdir sources
    run --separate-stderr grade --assignment nonsense sources
    [ "$status" -eq 2 ]
    [[ "$stderr" == *nonsense* ]]
}

@test "--only that matches nothing: status 2" {
    mkdir sources
    run --separate-stderr grade --only no-such-exercise sources
    [ "$status" -eq 2 ]
    [ -n "$stderr" ]
}

# --- submissions ---

@test "a path that does not exist: status 2 and the path" {
    run --separate-stderr grade 'no such folder'
    [ "$status" -eq 2 ]
    [ -z "$output" ]
    [[ "$stderr" == *"no such folder"* ]]
}

@test "an empty folder: every program is missing, status 1" {
    mkdir empty
    run grade --json result.json empty
    [ "$status" -eq 1 ]
    [ "$(jq -c '[.score, .complete, ([.exercises[].status] | unique)]' result.json)" = '[0,true,["missing"]]' ]
    unharmed
}

@test "an empty source: it does not compile, and that is said" {
    mkdir sources
    : >sources/creation_socket.c
    run grade --json result.json --only socket sources
    [ "$status" -eq 1 ]
    [ "$(jq -r '.exercises[0].status' result.json)" = not-built ]
    [[ "$output" == *main* ]]
}

# For root too: whoever grades, the result is the same.
@test "a folder that may not be read: status 3 or 2, and its name" {
    mkdir closed
    right_source closed/creation_socket.c
    chmod 000 closed
    run --separate-stderr grade closed
    [ "$status" -eq 2 ] || [ "$status" -eq 3 ]
    [[ "$stderr" == *closed* ]]
}

@test "a source that may not be read is said to be so" {
    mkdir sources
    right_source sources/creation_socket.c
    chmod 000 sources/creation_socket.c
    run grade --json result.json --only socket sources
    [ "$status" -eq 1 ]
    [ "$(jq -r '.exercises[0].status' result.json)" = missing ]
    [[ "$output" == *creation_socket.c* ]]
}

@test "a result that cannot be written: status 3, and nothing half written" {
    mkdir sources
    right_source sources/creation_socket.c
    run --separate-stderr grade --only socket --json "no/such/folder/result.json" sources
    [ "$status" -eq 3 ]
    [[ "$stderr" == *"no/such/folder"* ]]
}

# --- names ---

named() { # FOLDER FILE: a right program under these names gets its points
    mkdir -p -- "./$1"
    right_source "./$1/$2"
    run grade --only socket --json result.json -- "./$1"
    printf '%s\n' "$output" >text
    [ "$status" -eq 0 ]
    [ "$(jq '.score == .scale' result.json)" = true ]
    plain text
    unharmed
}

@test "names with spaces and accents" { named "élève à l'école" Creation_Socket.c; }
@test "names with newlines and escapes" { named $'a\nb\033[31mc\r' creation_socket.c; }
@test "names that are not UTF-8" { named $'caf\xe9 \xff' creation_socket.c; }
@test "names that look like options" { named --json creation_socket.c; }

@test "names with quotes and dollars" {
    local name='"$(touch x)" `touch y`; touch z'
    named "$name'" creation_socket.c
    [ ! -e x ]
    [ ! -e y ]
    [ ! -e z ]
}

@test "names as long as they get" {
    local name
    printf -v name '%0255d' 0
    named "$name" creation_socket.c
}

@test "other files with every sort of name do no harm" {
    local name
    mkdir sources
    right_source sources/creation_socket.c
    printf -v name '%0255d' 0
    printf 'x' >"sources/$name"
    printf 'x' >sources/-rf
    printf 'x' >$'sources/new\nline.c'
    printf 'x' >$'sources/\xff\xfe.h'
    printf 'x' >'sources/*.c'
    mkfifo sources/fifo.c
    ln -s /etc/shadow sources/secret.c
    ln -s . sources/loop
    run grade --only socket --json result.json sources
    printf '%s\n' "$output" >text
    [ "$status" -eq 0 ]
    [ "$(jq '.score == .scale' result.json)" = true ]
    plain text
    [ -p sources/fifo.c ]
}

# --- interruption ---

# Starts a grading that lasts, waits until its world is there, sends the signal; $status is the grader's.
interrupt() {
    local signal=$1 grader begin=$SECONDS
    "$build/grade" --root "$root" --build "$build" --lang en --assignment tp1 --only socket --json result.json \
        "$hostile/makefile-sleeps" >text 2>&1 </dev/null 3>&- &
    grader=$!
    while nobody_left >/dev/null; do
        ((SECONDS - begin < 120)) || return 1
    done
    kill "-$signal" "$grader"
    status=0
    wait "$grader" || status=$?
    plain text
    unharmed
    [ ! -e result.json ]
}

@test "SIGINT: status 130, nothing left" {
    interrupt INT
    [ "$status" -eq 130 ]
}

@test "SIGTERM: status 143, nothing left" {
    interrupt TERM
    [ "$status" -eq 143 ]
}

@test "killed without mercy: its worlds die with it, and its files go with the next run" {
    "$build/grade" --root "$root" --build "$build" --assignment tp1 --only socket "$hostile/makefile-sleeps" \
        >text 2>&1 </dev/null 3>&- &
    local grader=$! begin=$SECONDS
    while nobody_left >/dev/null; do
        ((SECONDS - begin < 120)) || return 1
    done
    kill -KILL "$grader"
    wait "$grader" || true
    while ! nobody_left >/dev/null; do
        ((SECONDS - begin < 120)) || return 1
    done
    mkdir empty
    run grade empty
    [ "$status" -eq 1 ]
    [ -z "$(ls -A "$TMPDIR")" ]
}

@test "started with signals ignored and blocked, as by nohup: programs are not affected" {
    run env --ignore-signal=HUP,INT,QUIT,PIPE,CHLD --block-signal=TERM,ALRM,CHLD,USR1 -- \
        "$build/grade" --root "$root" --build "$build" --lang en --assignment tp1 --json result.json "$root/fixtures/correct/lecture"
    printf '%s\n' "$output"
    [ "$status" -eq 0 ]
    [ "$(jq '.score == .scale' result.json)" = true ]
}

@test "a reader that goes away ends nothing badly" {
    mkdir empty
    set +o pipefail
    run bash -c '"$1" --root "$2" --build "$3" --lang en "$4" | true; echo "${PIPESTATUS[0]}"' - "$build/grade" "$root" "$build" empty
    [[ "$output" == 1 || "$output" == 3 ]]
    unharmed
}
