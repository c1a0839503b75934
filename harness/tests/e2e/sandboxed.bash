# What the tests of hostile and of wrong input share: the grader that was built, a folder for temporary files of its own, and
# what must hold after every run.
# shellcheck shell=bash disable=SC2154

sandboxed_setup() {
    root=$(cd "$BATS_TEST_DIRNAME/../../.." && pwd)
    hostile=$root/fixtures/hostile
    build=${BUILD:-.build}
    [[ $build == /* ]] || build=$root/$build
    [ -x "$build/grade" ]
    folder=$(mktemp -d)
    export TMPDIR=$folder/tmp LANG=C
    unset LC_ALL LC_MESSAGES LANGUAGE
    mkdir "$TMPDIR"
    # A grader that hangs is a failure, not a long wait; its process group goes with it.
    deadline=60
    cd "$folder" || return
}

sandboxed_teardown() {
    cd /
    chmod -R u+rwX "$folder"
    rm -rf "$folder"
}

# grade_into RESULT SUBMISSION OPTION...: as a user would, with the result as JSON.
grade_into() {
    local into=$1 submission=$2
    shift 2
    timeout --kill-after=5 "$deadline" "$build/grade" --root "$root" --build "$build" --lang en --color never \
        --assignment tp1 "$@" --json "$into" -- "$submission" </dev/null
}

# result FILTER: what the result says.
result() { jq -r "$1" "$folder/result.json"; }

# attack NAME OPTION...: grades a hostile fixture, and looks at what must hold whatever it did.
attack() {
    local name=$1
    shift
    run grade_into "$folder/result.json" "$hostile/$name" --only socket "$@"
    printf '%s\n' "$output" | tee "$folder/text"
    [ "$status" -le 1 ]
    jq -e '.version == 1 and (.exercises | length) == 1' "$folder/result.json" >/dev/null
    unharmed
}

# No control byte reached the terminal, no process is left, no file either.
unharmed() {
    [ ! -e "$folder/text" ] || plain "$folder/text"
    nobody_left
    [ -z "$(ls -A "$TMPDIR")" ]
    [ ! -e /owned ]
    [ -z "$(find "$hostile" -name 'result.json' -print -quit)" ]
}

# A negation does not end a test by itself; the functions below give its status back.
plain() { ! LC_ALL=C grep -nP '[\x00-\x09\x0b-\x1f\x7f]' "$1"; }

# Every world has its root in the temporary folder, so its processes are known by their mounts. What grep finds counts, and not
# its status: that is an error when any other process of the machine ends meanwhile.
nobody_left() {
    local left
    left=$(grep -lsF "$TMPDIR" /proc/[0-9]*/mountinfo || true)
    printf '%s' "$left"
    [ -z "$left" ]
}
