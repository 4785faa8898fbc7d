#!/bin/sh
# The manual's examples, as they stand there, in a folder that has what they
# name: every one ends well. Needs EXINQUEST, FIXTURES, SOURCE,
# EXINQUEST_TEMPLATES.
set -u
LC_ALL=C
export LC_ALL

scratch=$(mktemp -d "${TMPDIR:-/tmp}/exinquest-examples.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

failed=0
unset SOURCE_DATE_EPOCH

# What the examples name, made once: logs of a server, packed and not, a case.
logs=$FIXTURES/corpus/spray-one-success/logs
mkdir -p bin things/old things/server2 things/log things/case things/inquest
ln -s "$EXINQUEST" bin/exinquest
PATH=$scratch/bin:$PATH
export PATH
cp "$logs"/exim_mainlog* things/log/
cp "$logs"/exim_mainlog things/server2/
cp "$logs"/exim_mainlog-*.gz things/old/
tar -C things/log -czf things/logs.tar.gz .
cp things/logs.tar.gz things/server1.tar.gz
ln -s "$FIXTURES" things/fixtures
(cd things && exinquest analyze -q -f xml -o case server1.tar.gz) >said ||
    exit 1
cp things/case/case.xml things/inquest/

# One command a line; the server's own folders are those of this one.
examples() { # PAGE
    sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/p' "$1" | sed -n \
        -e 's/^\.Dl \(exinquest .*\)/\1/p' -e 's/^\.Dl \(eval .*\)/\1/p' \
        -e '/^\$ /{' -e ':more' -e '/\\e$/{' -e 'N' -e 's/\\e\n *//' \
        -e 'b more' -e '}' -e 's/^\$ //p' -e '}' | sed -e 's/\\(dq/"/g' \
        -e 's|/var/log/|log/|g' -e 's|-o /root/inquest|-o root log|'
}

count=0
for page in "$SOURCE"/man/*.1; do
    name=$(basename "$page" .1)
    rm -rf here
    cp -R things here
    [ "$name" != exinquest-analyze ] || rm -rf here/case # it makes one
    examples "$page" >lines
    number=0
    while read -r line; do
        number=$((number + 1))
        count=$((count + 1))
        case $line in
        *'--to sqlite'*)
            exinquest help export | grep -q sqlite || {
                echo "skip ${name}_$number: built without SQLite"
                continue
            }
            ;;
        esac
        (cd here && bash -c "$line") >out 2>err </dev/null
        status=$?
        # A recheck says how it is; a trace may find nothing in these logs.
        case $status-$line in
        0-* | [15]-*recheck* | 1-*trace*) echo "ok ${name}_$number" ;;
        *)
            echo "not ok ${name}_$number"
            echo "  status $status: $line"
            head -n 3 err
            failed=1
            ;;
        esac
    done <lines
done

[ "$count" -ge 18 ] || {
    echo "not ok examples_are_found: $count"
    failed=1
}
exit "$failed"
