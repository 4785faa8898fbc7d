#!/bin/sh
# The manual: clean mdoc, and every option of every subcommand in its page.
# Needs EXINQUEST (the program) and SOURCE (the source folder).
set -u
LC_ALL=C
export LC_ALL

failed=0

result() { # STATUS NAME
    if [ "$1" -eq 0 ]; then
        echo "ok $2"
    else
        echo "not ok $2"
        failed=1
    fi
}

if command -v mandoc >/dev/null 2>&1; then
    for page in "$SOURCE"/man/*.[1-9]; do
        # Pages that are not installed here cannot be looked up.
        words=$(mandoc -Tlint "$page" 2>&1 | grep -v -e 'referenced manual not found' \
            -e 'outdated mandoc.db')
        [ -z "$words" ]
        result $? "lint_$(basename "$page")"
        [ -z "$words" ] || echo "$words"
    done
else
    echo "skip lint: mandoc is not here"
fi

for name in report analyze render trace verify recheck preserve export; do
    page=$SOURCE/man/exinquest-$name.1
    absent=
    for option in $("$EXINQUEST" help "$name" | grep -o -e '--[a-z-]*' | sort -u); do
        grep -q -e "Fl -${option#--}\b" "$page" || absent="$absent $option"
    done
    [ -z "$absent" ]
    result $? "options_of_$name"
    [ -z "$absent" ] || echo "$page lacks$absent"
done

exit "$failed"
