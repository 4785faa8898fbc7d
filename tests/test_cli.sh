#!/bin/sh
# The front door: exit statuses, the sentences that go with them, and what is
# left behind. Needs EXINQUEST (the program), FIXTURES, EXINQUEST_TEMPLATES.
set -u
LC_ALL=C
export LC_ALL

scratch=$(mktemp -d "${TMPDIR:-/tmp}/exinquest-cli.XXXXXX") || exit 1
trap 'chmod -R u+rwx "$scratch"; rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

failed=0
logs=$FIXTURES/corpus/spray-one-success/logs
unset SOURCE_DATE_EPOCH

result() { # STATUS NAME
    if [ "$1" -eq 0 ]; then
        echo "ok $2"
    else
        echo "not ok $2"
        failed=1
    fi
}

complain() { # what was seen, for whoever has to find out why
    echo "  $1"
    head -n 5 out | sed 's/^/  stdout: /'
    head -n 5 err | sed 's/^/  stderr: /'
}

# NAME STATUS PATTERN ARGUMENT...: the exit status and, on stderr, a line that
# matches; a run that fails leaves no folder `report` behind.
expect() {
    name=$1
    status=$2
    pattern=$3
    shift 3
    "$EXINQUEST" "$@" >out 2>err </dev/null
    got=$?
    why=
    [ "$got" -eq "$status" ] || why="status $got, not $status"
    grep -q -e "$pattern" err || why="$why; no line that matches: $pattern"
    [ "$status" -lt 2 ] || [ ! -e report ] || why="$why; left a folder behind"
    [ -z "$why" ]
    result $? "$name"
    [ -z "$why" ] || complain "$why"
    rm -rf report
}

# ------------------------------------------------------------ command line

expect wrong_subcommand 2 'no subcommand "reprot"; did you mean "report"?' reprot
expect strange_subcommand 2 'no subcommand "xyzzy"' xyzzy
expect wrong_help 2 'did you mean "trace"?' help trcae
expect wrong_option 2 'no option --outptu; did you mean --output?' \
    report --outptu report "$logs"
expect cut_option 2 'did you mean --format?' report --form html "$logs"
expect strange_option 2 'report has no option --xyzzy ' report --xyzzy
if "$EXINQUEST" --version | grep -q '^countries: libmaxminddb'; then
    expect geoip_no_database 2 '--geoip .*README.md: cannot be used' \
        analyze --geoip "$FIXTURES/geoip/README.md" -o report "$logs"
    expect geoip_missing 2 '--geoip none.mmdb: cannot be used' \
        analyze --geoip none.mmdb -o report "$logs"
    "$EXINQUEST" analyze -q --geoip "$FIXTURES/geoip/lab.mmdb" -f json \
        -o countries "$FIXTURES/recorded/theft-then-blocklist/logs" >out 2>err &&
        grep -q '"name": "AS64499 Far Hosting"' countries/case.json &&
        grep -q '"kind": "country"' countries/case.json &&
        grep -q '"rule": "foreign_countries"' countries/case.json
    result $? geoip_in_the_case
else
    expect geoip_not_built 2 'built without libmaxminddb' \
        analyze --geoip "$FIXTURES/geoip/lab.mmdb" -o report "$logs"
fi
expect wrong_letter 2 'report has no option -Z' report -Z
expect wrong_letter_in_bundle 2 'trace has no option -Z' trace -lZ x "$logs"
expect flag_with_value 2 '--force takes no value' report --force=yes "$logs"
expect value_missing 2 '--output needs a value' report --output
expect letter_value_missing 2 '--output needs a value' report -o
expect empty_output 2 '--output: "" is not' report --output= "$logs"
expect wrong_word 2 '"pfd" is not one of html, pdf' \
    report -o report -f html,pfd "$logs"
expect wrong_audience 2 '"boss" is not one of' report -o report --for boss "$logs"
expect wrong_paper 2 '"a5" is not one of a4, letter' \
    report -o report --paper a5 "$logs"
expect analyze_draws_nothing 2 '"html" is not one of json, xml' \
    analyze -o report -f html "$logs"
expect no_threads 2 '"0" is not a number from 1' report -o report -j 0 "$logs"
expect number_with_rubbish 2 '"4x" is not a number' report -o report -j4x "$logs"
expect number_too_large 2 'is not a number' \
    report -o report --max-ratio 99999999999999999999 "$logs"
expect size_unit_unknown 2 '"3X" is not a number' \
    report -o report --max-line 3X "$logs"
expect size_overflows 2 'is not a number' \
    report -o report --max-text 99999999999G "$logs"
expect wrong_time 2 '"yesterday" is not a time' \
    report -o report --since yesterday "$logs"
expect wrong_as_of 2 '--as-of: "-48h" is not a date' \
    report -o report --as-of -48h "$logs"
expect customer_without_scope 2 'needs to know whose' \
    report -o report --for customer "$logs"
expect trace_without_pattern 2 'something is missing' trace
expect render_without_case 2 'something is missing' render
expect render_of_two 2 '"b.xml" is one too many' render a.xml b.xml
expect trace_bad_pattern 2 . trace '(' "$logs"
SOURCE_DATE_EPOCH=noon
export SOURCE_DATE_EPOCH
expect bad_epoch 2 'SOURCE_DATE_EPOCH' report -o report "$logs"
unset SOURCE_DATE_EPOCH

# ---------------------------------------------------------------- evidence

mkdir empty_folder no_logs
: >empty_file
printf 'hello\n' >no_logs/readme.txt
head -c 100000 /dev/zero >zeros
printf 'Dear all,\n\nthis is no log at all.\n' >letter
printf 'no stamp <= here\nnor => here\n' >unstamped
expect missing_file 3 'nothing_here' report -o report nothing_here
expect empty_folder 3 . report -o report empty_folder
expect folder_without_logs 3 . report -o report no_logs
expect empty_file 3 . report -o report empty_file
expect zeros 3 . report -o report zeros
expect not_a_log 3 . report -o report letter
expect log_without_a_stamp 3 . report -o report unstamped
expect trace_missing_file 3 'nothing_here' trace x nothing_here
expect case_missing 3 'nothing.xml' render -o report nothing.xml
expect case_is_a_folder 3 'name the case.xml in it' render -o report no_logs
expect not_a_case 3 . render -o report letter
expect one_of_two_missing 1 'nothing_here' report -f json -o report \
    nothing_here "$logs"

mkdir locked
cp "$logs"/* locked/
chmod 0 locked/*
if [ "$(id -u)" -eq 0 ]; then
    echo "skip unreadable_file: root reads everything"
else
    expect unreadable_file 3 'locked' report -o report locked
fi

# ------------------------------------------------------------------ output

: >a_file
expect output_is_a_file 4 'not a folder; choose another with -o' \
    report -o a_file "$logs"
expect output_under_a_file 4 'cannot be made' report -o a_file/x "$logs"
if [ "$(id -u)" -eq 0 ]; then
    expect output_refused 4 'cannot be' report -o /proc/report "$logs"
else
    mkdir sealed
    chmod 555 sealed
    expect output_refused 4 'cannot be' report -o sealed/report "$logs"
fi

"$EXINQUEST" analyze -o deep/er/report "$logs" >out 2>err
result $? analyze_makes_folders
[ "$(cat out)" = "deep/er/report/case.json
deep/er/report/case.xml" ]
result $? stdout_has_paths_only

# Two days are missing between these two rotations: a gap, not a loss.
mkdir holes
cp "$FIXTURES/corpus/debian-default/logs/mainlog" \
    "$FIXTURES/corpus/debian-default/logs/mainlog.3.gz" holes
"$EXINQUEST" analyze -q -f json -o report holes >out 2>err </dev/null &&
    grep -q '"completeness": "gaps"' report/case.json &&
    grep -q 'gap: no line for 48 h' report/case.json
result $? missing_rotation_is_a_gap
rm -rf report holes

# What is written when nothing is asked for: HTML, the case, and a PDF where
# the program was built with one.
rm -rf report
"$EXINQUEST" report -q -o report "$logs" >out 2>err </dev/null
wanted='case.json investigator.html'
! "$EXINQUEST" --version | grep -q '^PDF: yes' ||
    wanted='case.json investigator.html investigator.pdf'
[ "$(cd report && echo *)" = "$wanted" ]
result $? default_formats
rm -rf report
cp deep/er/report/case.json before
"$EXINQUEST" analyze -o deep/er/report -j 1 "$logs" >out 2>err
[ $? -eq 4 ] && [ ! -s out ] && cmp -s before deep/er/report/case.json &&
    grep -q 'case.json exists; replace it with --force' err
result $? existing_output_stays
"$EXINQUEST" analyze --force -o deep/er/report "$logs" >out 2>err
result $? existing_output_replaced
"$EXINQUEST" analyze -o gone/for/good nothing_here >out 2>err
[ ! -e gone ]
result $? failure_leaves_no_folders
if [ -w /dev/full ]; then
    "$EXINQUEST" trace . "$logs" >/dev/full 2>err
    [ $? -eq 4 ] && grep -q 'standard output' err
    result $? full_disk_on_stdout
fi
{
    "$EXINQUEST" trace . "$logs" 2>err
    echo $? >status
} | head -n 1 >out
[ "$(cat status)" -eq 0 ] && [ ! -s err ]
result $? closed_pipe_is_no_error
"$EXINQUEST" trace no-such-pattern-anywhere "$logs" >out 2>err
[ $? -eq 1 ] && [ ! -s out ]
result $? trace_without_match
"$EXINQUEST" analyze -v -o with "$logs" >out 2>err &&
    "$EXINQUEST" analyze -v --no-sandbox -o without "$logs" >out 2>err2 &&
    cmp -s with/case.json without/case.json && grep -q 'sandbox: ' err &&
    ! grep -q 'sandbox: ' err2
result $? sandbox_said_with_verbose
"$EXINQUEST" analyze -q --progress never -o quiet "$logs" >out 2>err &&
    [ ! -s err ]
result $? quiet_is_quiet
"$EXINQUEST" analyze -o hung - >out 2>err <&-
[ $? -eq 3 ] && [ ! -e hung ]
result $? closed_stdin

# Interrupted while it waits for its input.
mkfifo pipe
"$EXINQUEST" analyze -o broken/off - <pipe >out 2>err &
pid=$!
exec 3>pipe
tries=0
while [ ! -d broken/off ] && [ "$tries" -lt 100 ]; do
    sleep 0.1
    tries=$((tries + 1))
done
[ -d broken/off ]
result $? folder_stands_while_reading
kill -TERM "$pid"
wait "$pid"
[ $? -gt 128 ] && [ ! -e broken ]
result $? interrupted_leaves_nothing
exec 3>&-

# -------------------------------------------------------------------- help

"$EXINQUEST" >out 2>err && grep -q '^Usage: ' out && [ ! -s err ]
result $? alone_is_helpful
"$EXINQUEST" --version >out && grep -q '^exinquest [0-9]' out &&
    grep -q '^inflate: ' out &&
    grep -q '^PDF: ' out
result $? version_names_parts
for name in '' report analyze render trace verify preserve export help; do
    # shellcheck disable=SC2086 # none is no argument
    "$EXINQUEST" help $name >out
    awk 'length > 80 { wide = 1 } END { exit wide || NR > 24 }' out
    result $? "help_${name:-alone}_fits_a_screen"
    [ -n "$name" ] || continue
    "$EXINQUEST" "$name" --help >out2
    cmp -s out out2
    result $? "help_${name}_as_option"
done

"$EXINQUEST" help --completion bash >complete.bash
if command -v bash >/dev/null 2>&1; then
    cat >try.bash <<'END'
. ./complete.bash
try() { # EXPECTED WORD...
    local expected=$1
    shift
    COMP_WORDS=("$@")
    COMP_CWORD=$(($# - 1))
    _exinquest
    [ "${COMPREPLY[*]}" = "$expected" ] ||
        { echo "$*: ${COMPREPLY[*]}, not $expected"; bad=1; }
}
bad=0
try trace exinquest tr
try --paper exinquest report --pap
try "a4 letter" exinquest report --paper ""
try letter exinquest report --paper = l
try html,pdf exinquest report -f html,p
try "json xml" exinquest analyze --format ""
try empty_folder exinquest report -o empty_fo
try "" exinquest report --case ""
try render exinquest help ren
exit $bad
END
    bash try.bash
    result $? bash_completes
else
    echo "skip bash_completes: bash is not here"
fi
"$EXINQUEST" help --completion zsh >_exinquest
if command -v zsh >/dev/null 2>&1; then
    zsh -n _exinquest
    result $? zsh_completion_reads
else
    echo "skip zsh_completion_reads: zsh is not here"
fi

exit "$failed"
