#!/bin/sh
# Every program of the suite that is given, under valgrind: no error and no
# lost memory. Left out is what valgrind cannot follow into a sandbox, and the
# failure walk, whose children end as the program does.
set -u
failed=0
for program in "$@"; do
    name=$(basename "$program")
    case $name in
    test_sandbox | failwalk)
        echo "skip $name: not under valgrind"
        continue
        ;;
    esac
    if valgrind -q --error-exitcode=77 --leak-check=full \
        --errors-for-leak-kinds=definite "./$program" >"valgrind-$name.log" \
        2>&1 </dev/null; then
        echo "ok $name"
    else
        echo "not ok $name: valgrind-$name.log"
        failed=1
    fi
done
exit "$failed"
