#!/bin/sh
# Pictures of the HTML reports, to be looked at: 320, 800 and 1600 pixels wide,
# in the light and in the dark, and as printed; and every page of the PDFs.
#   sh tests/screenshots.sh FOLDER [SET]...     (all recorded sets)
# Needs what tests/html_checkers.sh needs, but neither Java nor vnu-jar, and
# pdftoppm for the PDFs.
set -eu
LC_ALL=C
export LC_ALL

here=$(cd "$(dirname "$0")/.." && pwd)
EXINQUEST=${EXINQUEST:-$here/build/exinquest}
FIXTURES=${FIXTURES:-$here/fixtures}
EXINQUEST_TEMPLATES=${EXINQUEST_TEMPLATES:-$here/templates}
NODE_PATH=${HTML_CHECKERS:?a folder with playwright-core}/node_modules
export EXINQUEST FIXTURES EXINQUEST_TEMPLATES NODE_PATH

folder=${1:?the folder for the pictures}
shift
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
pages=$(mktemp -d "${TMPDIR:-/tmp}/exinquest-pages.XXXXXX")
trap 'rm -rf "$pages"' EXIT

sh "$here/tests/html_reports.sh" "$pages" "$@" >"$pages/list"
(cd "$pages" && sed "s|^$pages/||" list |
    xargs node "$here/tests/browser.js" shots "$folder")

command -v pdftoppm >/dev/null || exit 0
[ "$#" -gt 0 ] || set -- "$FIXTURES"/corpus/*/ "$FIXTURES"/recorded/*/
for set in "$@"; do
    set=${set%/}
    "$EXINQUEST" report -q --case 4711 -f pdf -o "$pages/pdf/${set##*/}" \
        --for investigator,ticket "$set" >"$pages/list" || [ $? -eq 1 ]
    while read -r file; do
        pdftoppm -r 80 -png "$file" \
            "$folder/${set##*/}-$(basename "$file" .pdf)-pdf"
    done <"$pages/list"
done
