#!/bin/sh
# Every HTML report there is: of each recorded set, in each language, for each
# reader. Prints their paths, one a line, below the folder given.
#   html_reports.sh FOLDER [SET]...
# Needs EXINQUEST, FIXTURES, EXINQUEST_TEMPLATES.
set -u
LC_ALL=C
export LC_ALL

folder=$1
shift
[ "$#" -gt 0 ] || set -- "$FIXTURES"/corpus/*/ "$FIXTURES"/recorded/*/ \
    "$FIXTURES"/made/*/

for set in "$@"; do
    set=${set%/}
    for words in "$EXINQUEST_TEMPLATES"/words/*.xml; do
        lang=$(basename "$words" .xml)
        out=$folder/${set##*/}/$lang
        # status 1 is a damaged log, and no finding is no affected account
        "$EXINQUEST" report -q --lang "$lang" --case 4711 -f html -o "$out" \
            "$set"
        "$EXINQUEST" report -q --lang "$lang" --case 4711 -f html \
            --for customer --each-account -o "$out/each" "$set"
    done
done >/dev/null 2>&1
find "$folder" -name '*.html' | sort
