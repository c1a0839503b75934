#!/usr/bin/env bats
# `grade start`: what a student begins from, laid out where grading finds it; and which assignment that grading then takes.

bats_require_minimum_version 1.5.0

load sandboxed

setup() { sandboxed_setup; }

teardown() { sandboxed_teardown; }

grader() { # ARGUMENT…
    run --separate-stderr timeout --kill-after=5 "$deadline" "$build/grade" --root "$root" --build "$build" --color never "$@"
    printf '%s\n' "$output" "$stderr"
}

# An instructor's exercise, with what is given.
own_exercise() {
    mkdir -p own/assignments own/petit/starter/lib
    printf '%s\n' 'id: petit' 'program: petit' 'title: {fr: "Petit", en: "Small"}' 'scenarios: []' >own/petit/exercise.yaml
    printf '%s\n' 'title: {fr: "À moi", en: "Mine"}' 'exercises: [petit]' >own/assignments/mine.yaml
    echo 'Énoncé' >own/petit/statement.fr.md
    echo 'int main(void) { return 1; }' >own/petit/starter/petit.c
    echo '/* rien */' >own/petit/starter/lib/aide.h
}

@test "statements in the language of the run, starters, where grading finds them" {
    grader --lang fr start tp1
    [ "$status" -eq 0 ]
    [ -z "$stderr" ]
    cmp "$root/exercises/tcp-client/statement.fr.md" tp1/tcp-client/statement.md
    cmp "$root/exercises/tcp-client/starter/client_tcp.c" tp1/tcp-client/client_tcp.c
    [[ "$output" == *"tp1/socket"*"creation_socket.c"*"tp1/tcp-bind"* ]]
    grader --lang en start tp1 "my work/first"
    cmp "$root/exercises/socket/statement.en.md" "my work/first/socket/statement.md"
    # Nothing but whole files.
    [ -z "$(find . -name '.*' -type f)" ]
    run "$build/grade" --root "$root" --build "$build" --json result.json tp1
    [ "$status" -eq 1 ]
    [ "$(jq -r .assignment result.json)" = tp1 ]
    [ "$(jq '[.exercises[] | select(.status == "graded")] | length' result.json)" -eq 4 ]
}

@test "nothing is overwritten, not even a link" {
    mkdir -p tp1/socket tp1/tcp-bind
    echo mine >tp1/socket/creation_socket.c
    ln -s ../../elsewhere tp1/tcp-bind/attache_tcp.c
    grader --lang en start tp1
    [ "$status" -eq 0 ]
    [ "$(cat tp1/socket/creation_socket.c)" = mine ]
    [ ! -e elsewhere ]
    [[ "$output" == *"creation_socket.c: there already, left as it is"* ]]
    [[ "$output" == *"attache_tcp.c: there already, left as it is"* ]]
    [[ "$output" == *"Some files were there already"* ]]
    [ -f tp1/tcp-client/client_tcp.c ]
    grader --lang fr start tp1
    [ "$status" -eq 0 ]
    [[ "$output" == *"client_tcp.c"*"déjà là"* ]]
}

@test "an instructor's own exercises; what lacks is said" {
    own_exercise
    grader --lang en --exercises own start mine
    [ "$status" -eq 0 ]
    cmp own/petit/statement.fr.md mine/petit/statement.md
    [ -f mine/petit/lib/aide.h ]
    rm -r own/petit/statement.fr.md own/petit/starter
    grader --lang en --exercises own start mine again
    [ "$status" -eq 0 ]
    [[ "$output" == *"this exercise has no statement"*"this exercise has no starter code"* ]]
}

@test "no assignment, an unknown one, too many words: status 2" {
    grader --lang en start
    [ "$status" -eq 2 ]
    [[ "$stderr" == *"say which assignment to begin"*"tp1, tp2"* ]]
    grader --lang en start tp99
    [ "$status" -eq 2 ]
    [[ "$stderr" == *"tp99"* ]]
    grader --lang en start tp1 a b
    [ "$status" -eq 2 ]
    [ -z "$(ls)" ] || [ "$(ls)" = tmp ]
}

@test "a place where nothing can be made: status 3, and which" {
    touch tp1
    grader --lang en start tp1
    [ "$status" -eq 3 ]
    [[ "$stderr" == *"tp1/socket"* ]]
    [ ! -s tp1 ]
}

# graded_as ASSIGNMENT OPTION…: what the folder `work` is graded as.
graded_as() {
    local wanted=$1
    shift
    run timeout --kill-after=5 "$deadline" "$build/grade" --root "$root" --build "$build" --json result.json "$@" work
    [ "$(jq -r .assignment result.json)" = "$wanted" ]
}

@test "without --assignment, the one that fits the programs that are there" {
    mkdir work
    graded_as tp1
    cp "$root/reference/serveur_tcp.c" work/
    graded_as tp2
    cp "$root/reference/serveur_tcp6.c" work/
    graded_as all
    rm work/serveur_tcp.c
    graded_as tp4
    graded_as all --only socket
    graded_as tp4 --only 'tcp6-*/prepares'
    rm work/serveur_tcp6.c
    graded_as tp1 --only socket
    graded_as tp2 --only tcp-server
    graded_as tp3 --assignment tp3
    mv work tp2
    ln -s tp2 work
    graded_as tp2
}
