#!/usr/bin/env bats
# What a machine lacks is installed, or the user learns what to type.

load common

setup() {
    project_setup
    chmod a+rwX "$root"
    # libfyaml-dev was removed, libseccomp-dev never heard of.
    shim dpkg-query 'shift 3
        for name; do
            case $name in
            libfyaml-dev) echo "$name config-files" ;;
            libseccomp-dev) echo "dpkg-query: no packages found matching $name" >&2 ;;
            *) echo "$name installed" ;;
            esac
        done
        exit 1'
    shim apt-get 'echo "apt-get $*" >>"'"$folder/apt"'"'
    shim sudo 'exit 1'
    : >"$folder/apt"
    chmod 666 "$folder/apt"
}

teardown() { project_teardown; }

@test "an ordinary user reads the exact command, status 3, and nothing is built" {
    run --separate-stderr as_user "$root/grade.sh"
    [ "$status" -eq 3 ]
    [ -z "$output" ]
    [[ "$stderr" == *"packages that are not installed here"* ]]
    [[ "$stderr" == *"sudo apt-get install -y --no-install-recommends libfyaml-dev libseccomp-dev"* ]]
    [ ! -s "$folder/apt" ]
    [ ! -s "$compilations" ]
}

@test "the same in French" {
    LANG=fr_FR.UTF-8 run --separate-stderr as_user "$root/grade.sh"
    [ "$status" -eq 3 ]
    [[ "$stderr" == *"Il manque des paquets"* ]]
    [[ "$stderr" == *"sudo apt-get install -y --no-install-recommends libfyaml-dev libseccomp-dev"* ]]
}

@test "a user whose sudo asks for no password has them installed" {
    shim sudo '[ "$1" = -n ] || exit 1; shift; exec "$@"'
    run --separate-stderr as_user "$root/grade.sh"
    [ "$status" -eq 0 ]
    [[ "$stderr" == "Installing packages: libfyaml-dev libseccomp-dev"* ]]
    grep -qx 'apt-get .* install -y --no-install-recommends libfyaml-dev libseccomp-dev' "$folder/apt"
}

@test "root has them installed" {
    ((EUID == 0)) || skip "needs root"
    run --separate-stderr "$root/grade.sh"
    [ "$status" -eq 0 ]
    [[ "$stderr" == "Installing packages: libfyaml-dev libseccomp-dev"* ]]
    grep -qx 'apt-get .* install -y --no-install-recommends libfyaml-dev libseccomp-dev' "$folder/apt"
}

@test "lists that have aged are fetched and the installation is tried again" {
    shim sudo '[ "$1" = -n ] || exit 1; shift; exec "$@"'
    shim apt-get 'echo "apt-get $*" >>"'"$folder/apt"'"
        case "$*" in *update*) touch "'"$home/updated"'" ;; *) [ -e "'"$home/updated"'" ] ;; esac'
    run --separate-stderr as_user "$root/grade.sh"
    [ "$status" -eq 0 ]
    [[ "$(tail -n 1 "$folder/apt")" == *install* ]]
    grep -q ' update$' "$folder/apt"
}

@test "an installation that fails ends with status 3 and names the packages" {
    shim sudo '[ "$1" = -n ] || exit 1; shift; exec "$@"'
    shim apt-get 'echo "E: no network" >&2; exit 100'
    run --separate-stderr as_user "$root/grade.sh"
    [ "$status" -eq 3 ]
    [[ "$stderr" == *"E: no network"* ]]
    [[ "$stderr" == *"These packages could not be installed: libfyaml-dev libseccomp-dev" ]]
}

@test "where there is no dpkg, the build goes on and says itself what it misses" {
    mkdir "$folder/tools"
    for tool in /usr/bin/* /bin/*; do
        case ${tool##*/} in
        dpkg-query | gcc) ;;
        *) ln -sf "$tool" "$folder/tools/" ;;
        esac
    done
    rm "$shims/dpkg-query"
    PATH="$shims:$folder/tools" run --separate-stderr "$root/grade.sh"
    [ "$status" -eq 0 ]
}

@test "the packages of the tests are their own section" {
    shim dpkg-query 'shift 3; printf "%s\n" "$@" >"'"$home/asked"'"'
    as_user "$root/harness/install-packages" build || true
    grep -qx gcc "$home/asked"
    run grep -x bats "$home/asked"
    [ "$status" -eq 1 ]
    as_user "$root/harness/install-packages" build test || true
    grep -qx gcc "$home/asked"
    grep -qx bats "$home/asked"
}
