#!/usr/bin/env bats
# grade.sh: finds itself, builds what is needed and no more, hands over.

load common

setup() { project_setup; }
teardown() { project_teardown; }

@test "the first start says that it builds, builds, and hands over the arguments" {
    run --separate-stderr "$root/grade.sh" --only 'a b' ''
    [ "$status" -eq 0 ]
    [ "$stderr" = "Building the grader, once…" ]
    [ "${lines[0]}" = "<--root>" ]
    [ "${lines[1]}" = "<$root>" ]
    [ "${lines[2]}" = "<--build>" ]
    [ "${lines[3]}" = "<$root/.build>" ]
    [ "${lines[4]}" = "<--only>" ]
    [ "${lines[5]}" = "<a b>" ]
    [ "${lines[6]}" = "<>" ]
    [ "${lines[7]}" = "grader in $folder" ]
}

@test "the first build makes the grader, the reference programs and the translations, and leaves the sources alone" {
    before=$(cd "$root" && find . -path ./.build -prune -o -printf '%p %T@\n' | grep -v '^\. ' | sort)
    "$root/grade.sh"
    after=$(cd "$root" && find . -path ./.build -prune -o -printf '%p %T@\n' | grep -v '^\. ' | sort)
    [ "$before" = "$after" ]
    [ -x "$root/.build/grade" ]
    [ -x "$root/.build/reference/modele" ]
    [ -s "$root/.build/locale/fr/LC_MESSAGES/grade.mo" ]
    run find "$root/.build" -name '*.tmp'
    [ -z "$output" ]
}

@test "the second start is silent and runs no make" {
    "$root/grade.sh"
    shim make 'exit 99'
    run --separate-stderr "$root/grade.sh"
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
}

@test "through symbolic links with spaces and accents, from another folder" {
    mkdir "$folder/élève à l'école"
    ln -s "$root/grade.sh" "$folder/corriger"
    ln -s "../corriger" "$folder/élève à l'école/note ma copie"
    cd "$folder/élève à l'école"
    run --separate-stderr "./note ma copie"
    [ "$status" -eq 0 ]
    [ "${lines[1]}" = "<$root>" ]
    [ "${lines[4]}" = "grader in $folder/élève à l'école" ]
}

@test "found through PATH, with a CDPATH that leads astray" {
    mkdir -p "$folder/bin" "$folder/elsewhere/harness"
    ln -s "$root/grade.sh" "$folder/bin/grade-tp"
    CDPATH="$folder/elsewhere:$folder" PATH="$folder/bin:$PATH" run --separate-stderr grade-tp
    [ "$status" -eq 0 ]
    [ "${lines[1]}" = "<$root>" ]
}

@test "the grader's exit status is grade.sh's" {
    run "$root/grade.sh" --exit 1
    [ "$status" -eq 1 ]
    run "$root/grade.sh" --exit 130
    [ "$status" -eq 130 ]
}

@test "the language is that of LC_ALL, LC_MESSAGES or LANG, in this order" {
    french="Construction du correcteur, une fois pour toutes…"
    LANG=fr_FR.UTF-8 run --separate-stderr "$root/grade.sh"
    [ "$stderr" = "$french" ]
    rm -r "$root/.build"
    LANG=en_GB.UTF-8 LC_MESSAGES=fr_CA run --separate-stderr "$root/grade.sh"
    [ "$stderr" = "$french" ]
    rm -r "$root/.build"
    LANG=fr_FR.UTF-8 LC_ALL=C run --separate-stderr "$root/grade.sh"
    [ "$stderr" = "Building the grader, once…" ]
    rm -r "$root/.build"
    run --separate-stderr "$root/grade.sh" --lang fr
    [ "$stderr" = "$french" ]
}

@test "two starts at once on a clean tree: one builds, both run" {
    "$root/grade.sh" >"$folder/one" 2>&1 3>&- &
    first=$!
    run "$root/grade.sh"
    [ "$status" -eq 0 ]
    wait "$first"
    grep -q '^grader in' "$folder/one"
    [ "$(compiled main)" -eq 1 ]
}

@test "a changed header builds again what includes it" {
    "$root/grade.sh"
    printf '#define GREETING "another"\n' >"$root/harness/ground/greeting.h"
    run "$root/grade.sh"
    [[ "$output" == *"another in"* ]]
}

@test "a newer version unpacked with its old dates is built" {
    "$root/grade.sh"
    printf '#define GREETING "older"\n' >"$root/harness/ground/greeting.h"
    touch -d '2001-01-01' "$root/harness/ground/greeting.h"
    run "$root/grade.sh"
    [[ "$output" == *"older in"* ]]
    run --separate-stderr "$root/grade.sh"
    [ -z "$stderr" ]
}

@test "a removed source is linked no more" {
    printf 'int extra(void);\nint extra(void)\n{\n    return 1;\n}\n' >"$root/harness/ground/extra.c"
    "$root/grade.sh"
    nm "$root/.build/grade" | grep -q ' extra$'
    rm "$root/harness/ground/extra.c"
    "$root/grade.sh"
    run grep -q ' extra$' <(nm "$root/.build/grade")
    [ "$status" -eq 1 ]
}

@test "after make, the first start has nothing to build and says nothing" {
    make -s -C "$root" all
    run --separate-stderr "$root/grade.sh"
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    [ "$(compiled main)" -eq 1 ]
}

@test "started from a make with options of its own, the build is as always" {
    MAKEFLAGS='n -- BUILD=elsewhere' MAKELEVEL=2 run "$root/grade.sh"
    [ "$status" -eq 0 ]
    [ -x "$root/.build/grade" ]
}

@test "when the build fails the compiler's words are shown, with status 3, and the mended source is built" {
    cp "$root/harness/outside/main.c" "$folder/good.c"
    printf 'not C\n' >>"$root/harness/outside/main.c"
    run --separate-stderr "$root/grade.sh"
    [ "$status" -eq 3 ]
    [ -z "$output" ]
    [[ "$stderr" == *"main.c:"*"error:"* ]]
    [[ "$stderr" == *"The grader could not be built; the reason is above." ]]
    [ ! -e "$root/.build/grade" ]
    cp "$folder/good.c" "$root/harness/outside/main.c"
    run "$root/grade.sh"
    [ "$status" -eq 0 ]
}

@test "a build that is killed leaves nothing that looks finished, and the next start builds" {
    # Killed after the object was written, before it got its name.
    shim gcc 'case "$*" in
        *main.o.tmp*) printf "half" >"$PWD/.build/objects/outside/main.o.tmp"; kill -KILL "$PPID"; exit 1 ;;
        *) exec /usr/bin/gcc "$@" ;;
        esac'
    run "$root/grade.sh"
    [ "$status" -eq 3 ]
    [ ! -e "$root/.build/objects/outside/main.o" ]
    [ ! -e "$root/.build/grade" ]
    shim gcc 'exec /usr/bin/gcc "$@"'
    run "$root/grade.sh"
    [ "$status" -eq 0 ]
    [[ "$output" == *"grader in"* ]]
}

@test "a build that is interrupted from the keyboard ends with 130, and the next start builds" {
    # Ctrl-C reaches a whole group of processes: here it comes from within, when the compiler is at work.
    shim gcc 'kill -INT 0'
    # Whoever runs the tests in the background has had SIGINT ignored for them.
    run setsid --wait env --default-signal=INT bash -c 'trap : INT; "$1"; echo "status $?"' bash "$root/grade.sh"
    [[ "$output" == *"status 130" ]]
    [ ! -e "$root/.build/grade" ]
    shim gcc 'exec /usr/bin/gcc "$@"'
    run "$root/grade.sh"
    [ "$status" -eq 0 ]
}

@test "installed by the administrator and built: a user runs it as it is" {
    "$root/grade.sh"
    install_read_only
    run --separate-stderr as_user "$root/grade.sh"
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    [ "${lines[3]}" = "<$root/.build>" ]
}

@test "installed by the administrator and never built: built once in the user's cache, whose path has spaces" {
    install_read_only
    run --separate-stderr as_user "$root/grade.sh"
    [ "$status" -eq 0 ]
    [ "$stderr" = "Building the grader, once…" ]
    [[ "${lines[3]}" == "<$home/.cache/grade-"????????????????">" ]]
    [ ! -e "$root/.build" ]
    run --separate-stderr as_user "$root/grade.sh"
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    [ "$(compiled main)" -eq 1 ]
}

@test "installed by the administrator, changed since it was built: the user builds in the cache" {
    "$root/grade.sh"
    printf '#define GREETING "newer"\n' >"$root/harness/ground/greeting.h"
    install_read_only
    XDG_CACHE_HOME="$home/mon cache" run --separate-stderr as_user "$root/grade.sh"
    [ "$status" -eq 0 ]
    [[ "${lines[3]}" == "<$home/mon cache/grade-"* ]]
    [[ "${lines[4]}" == "newer in"* ]]
}

@test "no place to build in: says which, status 3" {
    install_read_only
    XDG_CACHE_HOME=/proc/none run --separate-stderr as_user "$root/grade.sh"
    [ "$status" -eq 3 ]
    [[ "$stderr" == *"Cannot build the grader: the folder /proc/none/grade-"*" cannot be made." ]]
}
