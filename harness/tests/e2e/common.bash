# What the tests of grade.sh share: a small project with the real grade.sh, Makefile and packages around a program that only
# tells how it was started. It is built in less than a second.
# shellcheck shell=bash

bats_require_minimum_version 1.5.0

project_setup() {
    real_root=$(cd "$BATS_TEST_DIRNAME/../../.." && pwd)
    # Not bats' own folder, which other users can't enter: some tests give up being root.
    folder=$(mktemp -d)
    chmod 755 "$folder"
    root="$folder/TP réseau n° 1"
    home="$folder/maison d'été"
    shims="$folder/shims"
    mkdir -p "$root/harness/ground" "$root/harness/outside" "$root/harness/po" "$root/reference" "$home" "$shims"
    cp "$real_root/grade.sh" "$real_root/Makefile" "$root/"
    cp "$real_root/harness/"{install-packages,messages.sh,packages} "$root/harness/"

    printf '#define GREETING "grader"\n' >"$root/harness/ground/greeting.h"
    cat >"$root/harness/outside/main.c" <<'C'
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ground/greeting.h"

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        printf("<%s>\n", argv[i]);
    printf("%s in %s\n", GREETING, getenv("PWD"));
    return argc > 6 && strcmp(argv[5], "--exit") == 0 ? atoi(argv[6]) : 0;
}
C
    printf 'int main(void) { return 0; }\n' >"$root/reference/modele.c"
    printf 'msgid ""\nmsgstr "Content-Type: text/plain; charset=UTF-8\\n"\nmsgid "yes"\nmsgstr "oui"\n' \
        >"$root/harness/po/fr.po"

    # A compiler that notes each time it is called, and one file to look at: how often was what built?
    compilations="$folder/compilations"
    : >"$compilations"
    chmod 666 "$compilations"
    shim gcc 'printf "%s\n" "$*" >>"'"$compilations"'"; exec /usr/bin/gcc "$@"'
    # Nothing lacks, unless the test says so.
    shim dpkg-query 'shift 3; for name; do echo "$name installed"; done'

    unset LC_ALL LC_MESSAGES LANGUAGE XDG_CACHE_HOME
    export LANG=C HOME="$home" PATH="$shims:$PATH"
    cd "$folder" || return
}

project_teardown() {
    cd /
    chmod -R u+w "$folder"
    rm -rf "$folder"
}

# shim NAME SCRIPT: a command of this name, before all others.
shim() {
    printf '#!/bin/bash\n%s\n' "$2" >"$shims/$1"
    chmod 755 "$shims/$1"
}

# compiled NAME: how many times NAME.c was compiled.
compiled() {
    grep -c -- "-c .*/$1\.c\$" "$compilations" || true
}

# as_user COMMAND...: as an ordinary user, even when the tests run as root.
as_user() {
    if ((EUID != 0)); then
        "$@"
    else
        chown -R 65534:65534 "$home"
        setpriv --reuid 65534 --regid 65534 --clear-groups --no-new-privs -- "$@"
    fi
}

# The project as an administrator installs it: nobody else can write in it.
install_read_only() {
    chmod -R a+rX,a-w "$root"
    ((EUID != 0)) || chown -R 0:0 "$root"
}
