#!/bin/sh
# The reports of three recorded logs, byte for byte as fixtures/golden/ has
# them. `make golden` writes them anew (GOLDEN=write): look at the difference
# before it is committed. Needs EXINQUEST, FIXTURES, EXINQUEST_TEMPLATES.
set -u
LC_ALL=C
export LC_ALL

scratch=$(mktemp -d "${TMPDIR:-/tmp}/exinquest-golden.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT

failed=0
unset SOURCE_DATE_EPOCH TZ

# From the folder of the fixtures, so that no path of this machine is in them.
# The copy has a time of its own: a checkout gives files the time it was made.
mkdir "$scratch/in" && cp -R "$FIXTURES/recorded" "$scratch/in" &&
    find "$scratch/in" -exec touch -t 202611150000.00 {} + || exit 1
cd "$scratch/in" || exit 1

made() { # SET ACCOUNT: the four reports in out/
    rm -rf "$scratch/out" "$scratch/whole"
    "$EXINQUEST" report -q --as-of 2026-11-20T12:00:00Z --case "golden-$1" \
        --for investigator -f html,text -o "$scratch/out" \
        "recorded/$1/logs" >"$scratch/said" || return 1
    "$EXINQUEST" report -q --as-of 2026-11-20T12:00:00Z --case "golden-$1" \
        --for customer,ticket --account "$2" -f text -o "$scratch/scoped" \
        --force "recorded/$1/logs" >"$scratch/said" || return 1
    mv "$scratch/scoped/customer.txt" "$scratch/scoped/ticket.txt" \
        "$scratch/out"
}

compare() { # SET ACCOUNT
    made "$1" "$2"
    status=$?
    for file in investigator.html investigator.txt customer.txt ticket.txt; do
        golden=$FIXTURES/golden/$1/$file
        if [ "$status" -eq 0 ] && cmp -s "$scratch/out/$file" "$golden"; then
            echo "ok ${1}_$file"
        else
            echo "not ok ${1}_$file"
            diff "$golden" "$scratch/out/$file" | head -n 20 | sed 's/^/# /'
            failed=1
        fi
    done
}

write() { # SET ACCOUNT
    mkdir -p "$FIXTURES/golden/$1" && made "$1" "$2" &&
        cp "$scratch"/out/* "$FIXTURES/golden/$1/" &&
        echo "ok wrote_$1" && return
    echo "not ok wrote_$1"
    failed=1
}

while read -r set account; do
    if [ "${GOLDEN:-compare}" = write ]; then
        write "$set" "$account"
    else
        compare "$set" "$account"
    fi
done <<'END'
form-abuse harborin
forwarder-loop velomoto
webmail-abuse harborin
END

exit "$failed"
