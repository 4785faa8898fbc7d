#!/bin/sh
# Makes the pictures of README.md from a recorded incident that ships:
#   EXINQUEST=build/exinquest sh docs/pictures.sh
# Needs chromium, pdftoppm and netpbm; says what is missing, and leaves the
# pictures as they are.
set -eu
LC_ALL=C
export LC_ALL

here=$(cd "$(dirname "$0")" && pwd)
EXINQUEST=${EXINQUEST:-$here/../build/exinquest}
EXINQUEST=$(cd "$(dirname "$EXINQUEST")" && pwd)/${EXINQUEST##*/}
EXINQUEST_TEMPLATES=${EXINQUEST_TEMPLATES:-$here/../templates}
export EXINQUEST_TEMPLATES
for tool in chromium pdftoppm pngtopnm pnmcut pnmquant pnmtopng; do
    if ! command -v "$tool" >/dev/null; then
        echo "docs/pictures.sh: $tool is not installed; nothing was made" >&2
        exit 0
    fi
done

scratch=$(mktemp -d "${TMPDIR:-/tmp}/exinquest-pictures.XXXXXX")
trap 'rm -rf "$scratch"' EXIT

small() { # PICTURE: few colours are enough for text and charts
    pnmquant 160 2>/dev/null | pnmtopng -compression 9 2>/dev/null \
        >"$scratch/small.png"
    mv "$scratch/small.png" "$here/$1"
}

cd "$here/../fixtures/corpus/mailbox-many-ips"
"$EXINQUEST" report -q -f html,pdf --case 2026-1113 -o "$scratch" logs \
    >"$scratch/said"

chromium --headless --no-sandbox --disable-gpu --no-first-run \
    --disable-background-networking --disable-component-update \
    --disable-sync --hide-scrollbars --user-data-dir="$scratch/profile" \
    --window-size=1280,1100 --screenshot="$scratch/page.png" \
    "file://$scratch/investigator.html" >/dev/null 2>&1
pngtopnm "$scratch/page.png" | pnmcut 0 0 1280 900 | small investigator.png

pdftoppm -r 80 -f 1 -l 1 -singlefile "$scratch/investigator.pdf" \
    "$scratch/page"
small investigator-pdf.png <"$scratch/page.ppm"
