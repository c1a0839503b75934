# Refuses an include that goes up. First argument: harness/LAYERS; then the sources, as harness/FOLDER/FILE.

FILENAME ~ /LAYERS$/ {
    if ($0 !~ /^#/ && NF == 2)
        floor[$2] = $1
    next
}

FNR == 1 {
    split(FILENAME, part, "/")
    folder = part[2]
    if (!(folder in floor))
        printf "%s: the folder %s has no floor in harness/LAYERS\n", FILENAME, folder
}

/^[ \t]*#[ \t]*include[ \t]*"/ {
    name = $0
    sub(/^[^"]*"/, "", name)
    sub(/".*/, "", name)
    target = name
    if (!sub(/\/.*/, "", target))
        printf "%s:%d: \"%s\" must be named with its folder\n", FILENAME, FNR, name
    else if (!(target in floor))
        printf "%s:%d: \"%s\" is on no floor of harness/LAYERS\n", FILENAME, FNR, name
    else if (folder in floor && floor[target] + 0 > floor[folder] + 0)
        printf "%s:%d: %s is below %s: it can't include \"%s\"\n", FILENAME, FNR, folder, target, name
}
