#!/usr/bin/env bash
# Starts the grader, having built it if that is needed. Everything else is the grader's own business: try --help.
set -euo pipefail

# What the grader is made from: path, size and date of each file. Dates alone would miss a removed file, and a newer version
# of the project that was unpacked with its old dates.
sources() {
    cd -- "$1" && find Makefile harness reference \
        \( -path harness/tests -o -path harness/bench -o -path harness/lint -o -path harness/schema \) -prune -o \
        -type f \( -name '*.[ch]' -o -name '*.def' -o -name '*.po' -o -name Makefile \) -printf '%p\t%s\t%T@\n'
}

# Whether BUILD holds what the sources of ROOT, as they are now, give. Runs at every start: one process, a few milliseconds.
fresh() {
    local root=$1 build=$2
    [[ -x $build/grade && -r $build/sources ]] && [[ $(sources "$root") == "$(<"$build/sources")" ]]
}

# When the project's folder belongs to somebody else, the build goes into a folder of the user's own.
own_folder() {
    local root=$1 hash cache=${XDG_CACHE_HOME:-}
    [[ $cache == /* ]] || cache=~/.cache
    hash=$(printf '%s' "$root" | sha256sum)
    printf '%s\n' "$cache/grade-${hash:0:16}"
}

# Whether FOLDER can be written, or made in PARENT.
writable() {
    local folder=$1 parent=$2
    [[ -w $folder || ( ! -e $folder && -w $parent ) ]]
}

# The language that --lang asks for, for the messages of this script.
asked_language() {
    local previous='' word
    for word; do
        case $previous,$word in
        --lang,*) printf '%s\n' "$word" ;;
        *,--lang=*) printf '%s\n' "${word#--lang=}" ;;
        esac
        previous=$word
    done
}

fail() {
    say "$@"
    exit 3
}

# build ROOT BUILD: brings BUILD up to date, under a lock: of two starts at once, one builds and the other waits for it.
# Runs in a subshell, which gives the lock back.
build() {
    local root=$1 build=$2 now changed=() output status=0
    mkdir -p -- "$build" ||
        fail "Cannot build the grader: the folder $build cannot be made." \
            "Impossible de construire le correcteur : le dossier $build ne peut pas être créé."
    exec 9<"$build"
    flock 9
    ! fresh "$root" "$build" || return 0
    "$root/harness/install-packages" build 9<&- || exit 3

    now=$(sources "$root")
    # make goes by dates alone: it is told about the files that are other ones than at the last build.
    if [[ -r $build/sources ]]; then
        mapfile -t changed < <(grep -vxFf "$build/sources" <<<"$now" | cut -f 1)
    fi
    # make can't take a folder with spaces in its name, and the lock's descriptor is one more name of this folder.
    local make=(make -C "$root" BUILD=/proc/self/fd/9 "-j$(nproc)" "${changed[@]/#/-W}")
    [[ $build != "$root/.build" ]] || make[3]=BUILD=.build
    unset MAKEFLAGS MFLAGS MAKELEVEL MAKEFILES
    if ! "${make[@]}" --question all &>/dev/null; then
        say "Building the grader, once…" "Construction du correcteur, une fois pour toutes…"
        output=$("${make[@]}" all 2>&1) || status=$?
        if ((status)); then
            printf '%s\n' "$output" >&2
            fail "The grader could not be built; the reason is above." \
                "Le correcteur n'a pas pu être construit ; la raison est ci-dessus."
        fi
    fi
    printf '%s\n' "$now" >"$build/sources.tmp"
    mv -- "$build/sources.tmp" "$build/sources"
}

main() {
    local script root build
    script=$(readlink -f -- "${BASH_SOURCE[0]}")
    root=${script%/*}
    build=$root/.build
    if ! fresh "$root" "$build"; then
        export GRADE_LANG
        GRADE_LANG=$(asked_language "$@")
        # shellcheck source=harness/messages.sh
        source "$root/harness/messages.sh"
        if ! writable "$build" "$root"; then
            build=$(own_folder "$root")
        fi
        if ! fresh "$root" "$build"; then
            (build "$root" "$build")
        fi
        unset GRADE_LANG
    fi
    exec "$build/grade" --root "$root" --build "$build" "$@"
}

main "$@"
