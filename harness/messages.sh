# Sourced by the shell scripts that users meet: what they read, in French or in English, by the grader's own rule.
# shellcheck shell=bash

# GRADE_LANG is what --lang says, when grade.sh was given one.
french() {
    [[ ${GRADE_LANG:-${LC_ALL:-${LC_MESSAGES:-${LANG:-}}}} == fr* ]]
}

# say ENGLISH FRENCH: one line on standard error.
say() {
    if french; then
        printf '%s\n' "$2" >&2
    else
        printf '%s\n' "$1" >&2
    fi
}
