#!/bin/sh
# No option of speed changes a byte of the case: one thread reads each text in
# one go; several cut a large plain log into parts, read files side by side,
# and unpack and parse at the same time. Needs EXINQUEST, FIXTURES.
set -u
LC_ALL=C
export LC_ALL

scratch=$(mktemp -d "${TMPDIR:-/tmp}/exinquest-jobs.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

failed=0
corpus=$FIXTURES/corpus
unset SOURCE_DATE_EPOCH

# NAME EVIDENCE: the case of one thread is the case of two and of five.
same() {
    why=
    "$EXINQUEST" analyze -q -f json -o one -j 1 "$2" >/dev/null 2>err ||
        [ $? -eq 1 ] || why="one thread: $(head -n 1 err)"
    for jobs in 2 5; do
        "$EXINQUEST" analyze -q -f json -o many -j $jobs "$2" >/dev/null 2>err ||
            [ $? -eq 1 ] || why="$jobs threads: $(head -n 1 err)"
        cmp one/case.json many/case.json >err 2>&1 ||
            why="${why:-$jobs threads: $(head -n 1 err)}"
        rm -rf many
    done
    rm -rf one
    if [ -z "$why" ]; then
        echo "ok $1"
    else
        echo "not ok $1"
        echo "  $why"
        failed=1
    fi
}

# Large enough to be cut: the logs one after the other until there is enough,
# so that time runs back at the seams and lines with every trick stand in it.
large() {
    : >large.log
    while [ "$(wc -c <large.log)" -lt 25000000 ]; do
        cat "$corpus"/mailbox-many-ips/logs/exim_mainlog \
            "$corpus"/hostile-strings/logs/exim_mainlog \
            "$corpus"/script-one-dir/logs/exim_mainlog >>large.log
    done
}

large
same large_plain_log large.log
gzip -c large.log >large.gz
rm large.log
same large_gzip_log large.gz
rm large.gz
same many_files "$corpus/hostile-strings/logs"
same folders_of_servers "$corpus"
exit $failed
