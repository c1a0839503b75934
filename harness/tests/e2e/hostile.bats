#!/usr/bin/env bats
# Submissions that attack, break or merely strain the grader: each gets its verdict, in seconds, and leaves nothing behind.
# Their sources are in fixtures/hostile, in folders that say who does what.

# shellcheck disable=SC2030,SC2031 # run sets status and output in the test that asks for them, and nowhere else

bats_require_minimum_version 1.5.0
load sandboxed

setup() { sandboxed_setup; }
teardown() { sandboxed_teardown; }

# --- without effect: everything else about these programs is right, and they get all points ---

merit() { # NAME [FLAG]: full points, and what the instructor is told
    attack "$1"
    [ "$status" -eq 0 ]
    [ "$(result '.complete and .score == .scale')" = true ]
    [ -z "${2-}" ] || [ "$(result "[.exercises[].scenarios[].flags[]?] | index(\"$2\") != null")" = true ]
}

@test "kills everybody it can name" { merit kills-everybody signal-to-others; }
@test "attacks the grader's own process" { merit attacks-the-grader; }
@test "reads files of the host" { merit reads-the-host; }
@test "connects outside" { merit connects-outside; }
@test "leaves a daemon" { merit leaves-a-daemon; }
@test "writes a result of its own" { merit writes-a-result; }
@test "prints what a terminal would obey" { merit prints-binary; }
@test "makes sockets that leave the world" { merit makes-strange-sockets socket-family; }
@test "its Makefile runs commands" { merit makefile-runs-commands; }
@test "its Makefile leaves a daemon" { merit makefile-leaves-a-daemon; }

@test "the right to raw sockets gives no other" {
    run grade_into "$folder/result.json" "$hostile/wants-more-than-raw-sockets" --assignment all --only raw-icmp6
    [ "$status" -eq 0 ]
    [ "$(result '.complete and (.exercises[0] | .points == .max)')" = true ]
    unharmed
}

@test "what it prints is escaped in the full transcript too" {
    attack prints-binary -vv
    [ "$status" -eq 0 ]
    [[ "$output" == *'\x1b'* ]]
    # A workflow command only works at the start of a line.
    run grep -E '^(::|##vso)' "$TMPDIR/../text"
    [ "$status" -eq 1 ]
}

# --- failing, each for its reason ---

failing() { # NAME [CHECK [WORDS]]: loses points, complete all the same; the check that says so, and how
    attack "$1" --only socket/inet-stream
    [ "$status" -eq 1 ]
    [ "$(result .complete)" = true ]
    [ "$(result '.exercises[0].scenarios[0] | .verdict + " " + .blame')" = 'failed submission' ]
    [ -z "${2-}" ] || [ "$(result "[.exercises[0].scenarios[0].checks[] | select(.id == \"$2\") | .verdict] | .[0]")" = failed ]
    [ -z "${3-}" ] || [[ "$output" == *"$3"* ]]
}

@test "prints gigabytes" { failing prints-gigabytes within-limits 'printed without end'; }
@test "prints without end, drop by drop" { failing prints-drop-by-drop within-limits 'printed without end'; }
@test "forks without end" { failing forks-without-end within-limits; }
@test "takes all memory" { failing takes-all-memory within-limits 'memory'; }
@test "computes without end, in threads" { failing spins-in-threads within-limits 'processor time'; }
@test "makes calls without end" { failing sends-without-end within-limits; }
@test "ignores SIGTERM and stays" { failing ignores-sigterm exits; }
@test "stops itself" { failing stops-itself exits; }
@test "dies at once" { failing dies-at-once exits 'SIGABRT'; }
@test "ends with the status that means failure to the grader" { failing ends-like-the-grader exits '127'; }
@test "fills the disk" { failing fills-the-disk creates-socket; }
@test "exhausts its descriptors" { failing exhausts-descriptors exits; }
@test "ends well before main" { failing starts-before-main creates-socket; }

# --- not built, each for its reason ---

unbuilt() { # NAME BUILD-STATUS [WORDS]
    attack "$1"
    [ "$status" -eq 1 ]
    [ "$(result '.complete, .exercises[0].status' | tr '\n' ' ')" = 'true not-built ' ]
    [ "$(result '.exercises[0].build.status')" = "$2" ]
    [ -z "${3-}" ] || [[ "$output" == *"$3"* ]]
    # Nothing of the host is quoted.
    [[ "$output" != *root:* ]]
}

@test "includes a file without end" { unbuilt includes-dev-zero failed; }
@test "includes a secret" { unbuilt includes-a-secret failed 'creation_socket.c:2:10: error: /etc/shadow: No such file'; }
@test "includes itself, twice" { unbuilt includes-itself failed 'nested depth'; }
@test "embeds a secret" { unbuilt embeds-a-secret failed 'file not found: /etc/shadow'; }
@test "is enormous" { unbuilt is-enormous failed; }
@test "expands without end" { unbuilt expands-without-end failed; }
@test "its Makefile calls itself" { unbuilt makefile-calls-itself failed; }
@test "its Makefile loops" { unbuilt makefile-loops limit 'too much time'; }
@test "its Makefile sleeps" { unbuilt makefile-sleeps limit 'too much time'; }
@test "its Makefile prints without end" { unbuilt makefile-prints-without-end limit 'printed too much'; }
@test "its Makefile gives a link to a secret for a program" { unbuilt makefile-links-a-secret absent; }
@test "its Makefile leaves an empty file" { unbuilt makefile-leaves-an-empty-file absent 'cannot be executed here'; }
@test "its Makefile leaves a script for an interpreter that is not there" {
    unbuilt makefile-leaves-a-script-with-crlf absent 'cannot be executed here'
}

@test "its Makefile leaves a program of which nothing can be loaded" {
    attack makefile-leaves-a-headless-program --only socket/inet-stream
    [ "$status" -eq 1 ]
    [ "$(result '.exercises[0].scenarios[0].verdict')" = failed ]
}

@test "includes standard input, which is at its end" {
    attack includes-standard-input --only socket/inet-stream
    [ "$status" -eq 1 ]
    [ "$(result '.exercises[0].build.status')" = ok ]
}

# --- the next submission is unaffected ---

@test "a right submission gets its points beside one that attacks" {
    grade_into "$folder/attack.json" "$hostile/forks-without-end" --only socket/inet-stream >/dev/null 2>&1 3>&- &
    local attacker=$!
    grade_into "$folder/result.json" "$root/fixtures/correct/lecture" --only socket
    [ "$(result '.complete and .score == .scale')" = true ]
    wait "$attacker" || true
    unharmed
}
