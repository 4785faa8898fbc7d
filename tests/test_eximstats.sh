#!/bin/sh
# Our totals beside Debian's eximstats, on the same logs.
#
# eximstats up to 4.96 drops every line with a 23-character id: sets that hold
# one are left out. It reads the files oldest first, as it sorts nothing.
# What is compared: messages received, addresses delivered to,
# messages with a deferral, messages with a failure. It counts no cutthrough
# delivery (>>); these logs hold none, so no difference remains.
set -u

totals=${EXIMSTATS_TOTALS-./tests/eximstats_totals}
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT

command -v eximstats >/dev/null 2>&1 || {
    echo 'skip eximstats: not installed'
    exit 0
}

oldest_first() { # FOLDER: its main logs as one text
    find "$1" -type f -name '*main*' | while read -r file; do
        printf '%s\t%s\n' "$(gzip -dcf "$file" | head -n 1 | cut -c1-19)" "$file"
    done | sort | cut -f2 | while read -r file; do gzip -dcf "$file"; done
}

theirs() { # LOG
    TZ=UTC eximstats -nvr -h0 -t0 "$1" | awk '
        $1 == "Received" && !seen { received = $3; delayed = $5; failed = $7; seen = 1 }
        $1 == "Delivered" { addresses = $4; exit }
        END { printf "received=%s addresses=%s delayed=%s failed=%s\n",
              received, addresses, delayed, failed }'
}

compare() { # SET
    name=$(basename "$1")
    oldest_first "$1/logs" >"$work/log"
    if [ ! -s "$work/log" ]; then
        echo "skip eximstats_$name: packed as an archive"
    elif grep -aqE ' [0-9A-Za-z]{6}-[0-9A-Za-z]{11}-[0-9A-Za-z]{4} <= ' "$work/log"; then
        echo "skip eximstats_$name: ids that this eximstats does not know"
    elif ours=$("$totals" "$work/log") && theirs=$(theirs "$work/log") &&
        [ "$ours" = "$theirs" ]; then
        echo "ok eximstats_$name"
    else
        echo "not ok eximstats_$name: ours $ours, theirs $theirs"
    fi
}

for set in "$FIXTURES"/corpus/* "$FIXTURES"/recorded/*; do
    [ -d "$set/logs" ] && compare "$set"
done
exit 0
