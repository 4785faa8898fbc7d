#!/bin/sh
# What others' checkers say of every HTML report: the Nu HTML checker about its
# markup, axe-core about who can use it, and whether it scrolls sideways on a
# phone. HTML_CHECKERS names a folder in which `npm install vnu-jar axe-core
# playwright-core` was run; Java, node and Chromium must be there too.
# Needs EXINQUEST, SOURCE, FIXTURES, EXINQUEST_TEMPLATES.
set -u
LC_ALL=C
export LC_ALL

modules=${HTML_CHECKERS:-}/node_modules
vnu=$modules/vnu-jar/build/dist/vnu.jar
failed=0

if [ -z "${HTML_CHECKERS:-}" ]; then
    echo "skip html_checkers: HTML_CHECKERS names no folder with the checkers"
    exit 0
fi

scratch=$(mktemp -d "${TMPDIR:-/tmp}/exinquest-checkers.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
sh "$SOURCE/tests/html_reports.sh" "$scratch/pages" >"$scratch/list"

check() { # NAME COMMAND...: the pages come as further arguments
    name=$1
    shift
    if [ -s "$scratch/list" ] &&
        xargs "$@" <"$scratch/list" >"$scratch/said" 2>&1 &&
        [ ! -s "$scratch/said" ]; then
        echo "ok $name"
    else
        echo "not ok $name"
        head -n 40 "$scratch/said" | sed "s|$scratch/pages/|# |"
        failed=1
    fi
}

if [ -r "$vnu" ] && command -v java >/dev/null; then
    # It knows no hash in a policy, and warns of our one style sheet.
    check nu_html_checker java -jar "$vnu" --errors-only
else
    echo "skip nu_html_checker: vnu-jar or java is not here"
fi
if [ -d "$modules/axe-core" ] && [ -d "$modules/playwright-core" ] &&
    command -v node >/dev/null; then
    NODE_PATH=$modules
    export NODE_PATH
    check axe node "$SOURCE/tests/browser.js" axe
else
    echo "skip axe: axe-core, playwright-core or node is not here"
fi

exit "$failed"
