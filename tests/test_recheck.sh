#!/bin/sh
# recheck: incidents cut in two. The first part makes the case, the whole is the
# evidence since: what goes on fails, what ended passes, and short logs prove
# nothing. Needs EXINQUEST, FIXTURES, EXINQUEST_TEMPLATES.
set -u
LC_ALL=C
export LC_ALL

scratch=$(mktemp -d "${TMPDIR:-/tmp}/exinquest-recheck.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

failed=0
unset SOURCE_DATE_EPOCH

result() { # STATUS NAME
    if [ "$1" -eq 0 ]; then
        echo "ok $2"
    else
        echo "not ok $2"
        failed=1
    fi
}

case_of() { # SET UNTIL: case/case.xml of the logs before that moment
    rm -rf case
    "$EXINQUEST" analyze -q -f xml -o case --until "$2" "$FIXTURES/$1/logs" \
        >made 2>&1 || echo "not ok case_of_$1"
}

# NAME STATUS ARGUMENT...: recheck, into `out` and `err`
recheck() {
    name=$1
    want=$2
    shift 2
    "$EXINQUEST" recheck "$@" >out 2>err </dev/null
    got=$?
    [ "$got" -eq "$want" ]
    result $? "$name"
    [ "$got" -eq "$want" ] || {
        echo "  status $got, not $want"
        tail -n 40 out err
    }
}

says() { # NAME TEXT: lines of `out` joined, so that no wrap hides it
    tr '\n' ' ' <out | sed 's/   */ /g' | grep -q -F -e "$2"
    result $? "$1"
}

# ------------------------------------------------------------ it goes on

set=recorded/slow-theft
case_of "$set" 2026-09-08T20:00:00Z
recheck theft_goes_on 5 case/case.xml "$FIXTURES/$set/logs"
says theft_is_anew '[failed] The new logs by themselves give the finding again.'

# Counted by hand: the thief's messages after 20:00 UTC, 01:30 at the server.
by_hand=$({
    cat "$FIXTURES/$set/logs/exim_mainlog"
    gzip -dc "$FIXTURES/$set"/logs/exim_mainlog-*.gz
} | awk '$1 " " $2 > "2026-09-09 01:30:00" && $4 == "<=" &&
        /\[198\.19\./ && /:m\.lind@nordlicht-law\.example / { n++ }
        END { print n + 0 }')
[ "$by_hand" -gt 50 ]
result $? by_hand_there_are_many
says thief_is_counted "[failed] $by_hand messages were sent with this login"
says places_are_cut "5 of $by_hand rows are shown."

case_of recorded/mailbox-and-script 2026-10-20T10:00:00Z
recheck two_go_on 5 case/case.xml "$FIXTURES/recorded/mailbox-and-script/logs"
says both_are_failed 'Re-check failed: 2 findings are not over'
says directory_is_named "messages came from the script’s directory."

case_of recorded/open-relay 2026-08-18T08:00:00Z
recheck relay_goes_on 5 case/case.xml "$FIXTURES/recorded/open-relay/logs"
says relay_is_counted 'messages were relayed for the same addresses.'

case_of recorded/backscatter 2026-08-11T12:00:00Z
recheck queue_is_full 5 case/case.xml "$FIXTURES/recorded/backscatter/logs"
says queue_is_counted 'messages of it are still in the queue.'

# ------------------------------------------------------------ it is over

set=corpus/debian-default
case_of "$set" 2026-11-14T15:00:00Z
recheck over_by_a_day 0 case/case.xml "$FIXTURES/$set/logs"
says over_is_said 'Re-check passed: none of it goes on'
cp out over
recheck one_thread_says_the_same 0 -j 1 case/case.xml "$FIXTURES/$set/logs"
cmp -s over out
result $? one_thread_same_bytes
recheck later_clean_up 1 --since 2026-11-15T12:00:00Z case/case.xml \
    "$FIXTURES/$set/logs"
says too_short 'Re-check undecided: for one finding these logs are not enough'
says needs_a_day 'cover 13 h 28 min only; this needs 1 d.'
recheck earlier_clean_up 5 --since 2026-11-14T10:00:00Z case/case.xml \
    "$FIXTURES/$set/logs"

# The owner's own message after the clean-up fails nothing.
set=corpus/spray-one-success
case_of "$set" 2026-11-12T23:30:00Z
recheck owner_goes_on 5 case/case.xml "$FIXTURES/$set/logs"
says owner_passes "in a stranger’s hands [passed]"
says owner_is_seen 'One message of this sender since.'
says guessing_goes_on 'Password guessing against this server [failed]'

# ------------------------------------------------------- nothing can be told

set=corpus/debian-default
"$EXINQUEST" analyze -q -f xml -o whole "$FIXTURES/$set/logs" >made
recheck nothing_since 1 whole/case.xml "$FIXTURES/$set/logs"
says nothing_is_said 'The new logs hold nothing after 2026-11-16 01:28 UTC'
! grep -q -F '[passed]' out
result $? nothing_passes_without_logs

mkdir damaged
gzip -c "$FIXTURES/$set"/logs/mainlog >damaged/mainlog.gz
size=$(wc -c <damaged/mainlog.gz)
dd if=damaged/mainlog.gz of=damaged/cut.gz bs=1 count=$((size - 9)) 2>made
rm damaged/mainlog.gz
case_of "$set" 2026-11-14T15:00:00Z
recheck damage_is_no_pass 1 case/case.xml damaged
says damage_is_said 'Some of the new logs are damaged'

recheck no_evidence 3 case/case.xml nothing_here
recheck no_case 3 nothing.xml "$FIXTURES/$set/logs"
recheck wrong_since 2 --since noon case/case.xml "$FIXTURES/$set/logs"
recheck format_without_folder 2 -f html case/case.xml "$FIXTURES/$set/logs"

"$EXINQUEST" analyze -q -f xml -o quiet "$FIXTURES/made/hotel-guests/logs" >made
recheck nothing_to_ask 0 quiet/case.xml "$FIXTURES/made/hotel-guests/logs"
says nothing_to_ask_is_said 'There is nothing to re-check'

# ------------------------------------------------------------------- files

recheck page 0 -o page -f html,text --lang de case/case.xml \
    "$FIXTURES/$set/logs"
[ "$(cat out)" = 'page/recheck.html
page/recheck.txt' ]
result $? paths_are_told
grep -q 'Nachprüfung bestanden' page/recheck.html &&
    grep -q 'Nachprüfung bestanden' page/recheck.txt
result $? words_of_the_language
recheck page_stands 4 -o page -f html case/case.xml "$FIXTURES/$set/logs"
grep -q 'recheck.html exists' err
result $? page_is_not_replaced
recheck page_is_forced 0 --force -o page -f html case/case.xml \
    "$FIXTURES/$set/logs"
[ "$(find page -type f | wc -l)" -eq 2 ]
result $? nothing_else_is_left

# A scoped case is asked about its own alone.
set=recorded/mailbox-and-script
"$EXINQUEST" analyze -q -f xml -o scoped --account nordlich \
    --until 2026-10-20T10:00:00Z "$FIXTURES/$set/logs" >made 2>&1
recheck other_account 0 scoped/case.xml "$FIXTURES/$set/logs"
! grep -q stonebuild out
result $? others_are_not_named

# Hostile names: nothing that a terminal would obey.
case_of corpus/hostile-strings 2026-11-12T21:00:00Z
recheck hostile_names 5 case/case.xml "$FIXTURES/corpus/hostile-strings/logs"
! LC_ALL=C grep -q "$(printf '[\001-\010\013-\037\177]')" out
result $? no_control_bytes

exit "$failed"
