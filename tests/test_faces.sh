#!/bin/sh
# The three faces of a report say the same: what stands in the HTML stands in
# the text and in the PDF, in both languages and for every reader.
# Needs EXINQUEST, SOURCE, FIXTURES, EXINQUEST_TEMPLATES.
set -u
LC_ALL=C.UTF-8
export LC_ALL

for tool in python3 pdftotext; do
    command -v "$tool" >/dev/null || {
        echo "skip faces: $tool is not here"
        exit 0
    }
done
if "$EXINQUEST" --version | grep -q -i 'without.*pdf'; then
    echo 'skip faces: built without PDF'
    exit 0
fi

scratch=$(mktemp -d "${TMPDIR:-/tmp}/exinquest-faces.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
failed=0

compare() { # NAME REPORT
    pdftotext -raw "$2.pdf" "$scratch/pdf.txt" &&
        python3 "$SOURCE/tests/faces.py" "$2.html" "$2.txt" "$scratch/pdf.txt" \
            >"$scratch/said" 2>&1
    if [ $? -eq 0 ] && [ ! -s "$scratch/said" ]; then
        echo "ok $1"
    else
        echo "not ok $1"
        head -n 10 "$scratch/said" | cut -c 1-200 | sed 's/^/# /'
        failed=1
    fi
}

while read -r set account; do
    for lang in en de; do
        out=$scratch/$lang
        rm -rf "$out"
        "$EXINQUEST" report -q --case 4711 --lang "$lang" -f html,text,pdf \
            -o "$out" "$FIXTURES/$set" >/dev/null 2>&1
        "$EXINQUEST" report -q --case 4711 --lang "$lang" -f html,text,pdf \
            -o "$out" --force --for customer --account "$account" \
            "$FIXTURES/$set" >/dev/null 2>&1
        for reader in investigator customer; do
            compare "${set##*/}_${lang}_$reader" "$out/$reader"
        done
    done
done <<'END'
corpus/mailbox-many-ips bakery
corpus/script-one-dir greenfld
recorded/forwarder-loop velomoto
recorded/nothing-wrong harborin
END

exit "$failed"
