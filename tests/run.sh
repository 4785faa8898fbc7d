#!/bin/sh
# Runs the test programs and scripts given, shows the output of those that
# fail, and ends with one line: "N passed, N failed". cmocka programs and
# scripts that print "ok NAME", "not ok NAME", "skip NAME: WHY" are understood.
# Started by `make check` in the build folder; SOURCE is the source folder.
set -u
LC_ALL=C
EXINQUEST_CONFIG=none
export LC_ALL EXINQUEST_CONFIG

scratch=$(mktemp -d "${TMPDIR:-/tmp}/exinquest-check.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

passed=0
failed=0

count() { # lines of the log that match
    grep -c -E "$1" "$scratch/log"
}

for test in "$@"; do
    mkdir -p "$scratch/tmp"
    case $test in
    *.sh) TMPDIR=$scratch/tmp sh "$SOURCE/$test" ;;
    *) TMPDIR=$scratch/tmp "./$test" ;;
    esac >"$scratch/log" 2>&1 </dev/null
    status=$?
    rm -rf "$scratch/tmp"

    good=$(count '^(\[       OK \] |ok )')
    bad=$(count '^not ok ')
    bad=$((bad + $(sed -n 's/^\[  FAILED  \] \(.*: \)\{0,1\}\([0-9][0-9]*\) test(s), listed.*/\2/p' \
        "$scratch/log" | awk '{ sum += $1 } END { print sum + 0 }')))
    # A crash, a sanitizer's word at the end, or a program that tested nothing.
    if [ "$bad" -eq 0 ] && { [ "$status" -ne 0 ] || {
        [ "$good" -eq 0 ] && [ "$(count '^(skip |\[  SKIPPED \])')" -eq 0 ]
    }; }; then
        bad=1
    fi
    passed=$((passed + good))
    failed=$((failed + bad))
    if [ "$bad" -eq 0 ]; then
        echo "PASS $test ($good)"
        grep -E '^(skip |\[  SKIPPED \] [^0-9])' "$scratch/log" | sed 's/^/     /'
    else
        echo "FAIL $test ($good passed, $bad failed, status $status)"
        grep -v -E '^(\[ RUN      \]|\[       OK \]|ok )' "$scratch/log" |
            head -n 200 | sed 's/^/     /'
    fi
done

echo "$passed passed, $failed failed" | tee check-summary
[ "$failed" -eq 0 ]
