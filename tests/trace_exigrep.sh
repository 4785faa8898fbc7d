#!/bin/sh
# trace against exigrep over the recorded logs, by bytes: finished groups and
# lines without an id in exigrep's own places; unfinished groups, which exigrep
# prints in random order, sorted. Where exigrep itself is wrong (its faults are
# listed in contracts and tested one by one in test_trace.c) the reference is
# trace_reference.pl, the same algorithm with those faults mended; it is
# compared over all sets. Prints "ok NAME", "not ok NAME" or "skip NAME: WHY".
set -u
LC_ALL=C
TZ=UTC
PERL5LIB=
export LC_ALL TZ PERL5LIB

source=${SOURCE:-$(dirname "$0")/..}
fixtures=${FIXTURES:-$source/fixtures}
exinquest=${EXINQUEST:-./exinquest}
corpus=$fixtures/corpus
reference=$source/tests/trace_reference.pl
failed=0

if ! command -v perl >/dev/null 2>&1; then
    echo "skip trace_exigrep: no perl here"
    exit 0
fi
if [ ! -d "$corpus" ]; then
    echo "skip trace_exigrep: the recorded logs are not here"
    exit 0
fi
scratch=$(mktemp -d "${TMPDIR:-/tmp}/trace-exigrep.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
trap 'exit 130' INT TERM

exigrep=$(PATH=$PATH:/usr/sbin:/sbin command -v exigrep)
if [ -n "$exigrep" ]; then
    # Up to 4.96 it does not know ids of 23 characters: this teaches it, as
    # 4.97 did, and changes nothing else.
    sed 's/\\w{6}\\-\\w{6}\\-\\w{2}/(?:\\w{6}-\\w{11}-\\w{4}|\\w{6}-\\w{6}-\\w{2})/g' \
        "$exigrep" >"$scratch/exigrep"
else
    echo "skip trace_exigrep_itself: no exigrep here"
fi

# The finished part as it is, the unfinished groups sorted.
sort_unfinished() {
    perl -0777 -ne '
        my @part = split /^(?=\+\+\+ \S+ has not completed \+\+\+$)/m, $_, -1;
        print shift @part if @part && $part[0] !~ /^\+\+\+ /;
        print sort @part;'
}

result() { # name, status
    if [ "$2" -eq 0 ]; then
        echo "ok $1"
    else
        echo "not ok $1"
        failed=1
    fi
}

# same NAME REFERENCE OPTION... PATTERN: over "$@" of `logs`, oldest first.
same() {
    name=$1
    by=$2
    shift 2
    # shellcheck disable=SC2086 # names of ours, without spaces
    "$exinquest" trace --no-pager "$@" $logs >"$scratch/ours.raw" \
        2>"$scratch/errors"
    # shellcheck disable=SC2086
    case $by in
    exigrep)
        perl "$scratch/exigrep" --no-pager "$@" $logs 2>/dev/null |
            sort_unfinished >"$scratch/theirs"
        sort_unfinished <"$scratch/ours.raw" >"$scratch/ours"
        ;;
    *)
        perl "$reference" "$@" $logs >"$scratch/theirs"
        cp "$scratch/ours.raw" "$scratch/ours"
        ;;
    esac
    cmp -s "$scratch/ours" "$scratch/theirs"
    same_status=$?
    if [ "$same_status" -ne 0 ]; then
        diff -a "$scratch/theirs" "$scratch/ours" | head -n 10
        head -n 3 "$scratch/errors"
    fi
    return "$same_status"
}

# Each question once for every set: options, then the pattern.
questions() {
    cat <<'END'
sender shop@clayandco
recipient => .*@bigmail\.example
host MAIL\.company
address 203.0.113.4\d
subject T="Your
sensitive -I Postbox
literal -l defer (-4
literal_address -l -I [198.51.100.4
anchor ^2026-11-1[123] 0[0-4]
end Completed( QT=\S+)?$
alternatives exim|sendmail
account someone46
id_less queue run
nothing no such pattern anywhere
queue -t 5 postbox\.example
invert -v example
invert_sensitive -v -I exim|=>
END
}

# ask SET REFERENCE only|not QUESTION...: each of the questions, or the others
ask() {
    bad=0
    asked=0
    while read -r question rest; do
        case " $4 " in
        *" $question "*) [ "$3" = only ] || continue ;;
        *) [ "$3" = not ] || continue ;;
        esac
        options=
        while :; do
            case $rest in
            -t*) options="$options -t 5" rest=${rest#-t 5 } ;;
            -[lIv]*) options="$options ${rest%% *}" rest=${rest#* } ;;
            *) break ;;
            esac
        done
        asked=$((asked + 1))
        # shellcheck disable=SC2086
        if ! same "$1" "$2" $options "$rest"; then
            echo "$1: $question differs from $2"
            bad=1
        fi
    done <<END
$(questions)
END
    [ "$asked" -gt 0 ] || bad=1
    result "trace_$1_as_$2" "$bad"
}

# The logs of a set, oldest first.
logs_of() {
    case $1 in
    debian-default)
        for part in .3.gz .2.gz .1 ''; do
            printf '%s ' "$corpus/$1/logs/mainlog$part"
        done
        ;;
    upgrade-span)
        (cd "$scratch" && gzip -dc "$corpus/$1"/*.tar.gz | tar xf -)
        for part in -20261110.gz -20261111.gz ''; do
            printf '%s ' "$scratch/var/log/exim_mainlog$part"
        done
        ;;
    *)
        for log in "$corpus/$1"/logs/exim_mainlog-*.gz; do
            printf '%s ' "$log"
        done
        printf '%s ' "$corpus/$1/logs/exim_mainlog"
        ;;
    esac
}

for set in debian-default mailbox-many-ips newsletter-stale-list \
    script-one-dir spray-one-success hostile-strings upgrade-span; do
    logs=$(logs_of "$set")
    # -v is wrong in exigrep; -t does nothing where stamps have milliseconds;
    # "Completed" in subjects and lines torn by newlines are in one set.
    case $set in
    hostile-strings) wrong= ;;
    spray-one-success) wrong='queue invert invert_sensitive' ;;
    *) wrong='invert invert_sensitive' ;;
    esac
    if [ -n "$exigrep" ] && [ -n "$wrong" ]; then
        ask "$set" exigrep not "$wrong"
        ask "$set" reference only "anchor $wrong"
    else
        ask "$set" reference not ''
    fi
done

# Plain or gzipped, named in any order, as a folder or in an archive.
logs=$(logs_of mailbox-many-ips)
trace() {
    "$exinquest" trace --no-pager "$@" 2>/dev/null
}
# shellcheck disable=SC2086
set -- $logs
mkdir "$scratch/plain"
gzip -dc "$1" >"$scratch/plain/exim_mainlog-20261113"
cp "$2" "$scratch/plain/exim_mainlog"
(cd "$scratch" && tar cf plain.tar plain)
trace 'company' "$1" "$2" >"$scratch/ours"
[ -s "$scratch/ours" ]
result trace_prints_something $?
trace 'company' "$2" "$1" | cmp -s - "$scratch/ours"
result trace_any_order $?
trace 'company' "$scratch/plain" | cmp -s - "$scratch/ours"
result trace_folder $?
trace 'company' "$scratch/plain.tar" | cmp -s - "$scratch/ours"
result trace_archive $?
trace 'company' - <"$scratch/plain.tar" | cmp -s - "$scratch/ours"
result trace_archive_on_stdin $?
cat "$scratch/plain/exim_mainlog-20261113" "$scratch/plain/exim_mainlog" |
    trace 'company' - | cmp -s - "$scratch/ours"
result trace_stdin $?
trace -M 'company' "$1" "$2" >"$scratch/ours"
trace -M 'company' "$scratch/plain.tar" | cmp -s - "$scratch/ours"
result trace_related_archive $?
cat "$scratch/plain/exim_mainlog-20261113" "$scratch/plain/exim_mainlog" |
    trace -M 'company' - | cmp -s - "$scratch/ours"
result trace_related_stdin $?

exit "$failed"
