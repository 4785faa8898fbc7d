#!/bin/sh
# Awkward and hostile inputs, made here, through the whole program: the exit
# status, the topic of the warning, and every good line counted all the same.
# Needs EXINQUEST, FIXTURES, EXINQUEST_TEMPLATES. HOSTILE_KILLS: how many runs
# are killed at some moment (50).
set -u
LC_ALL=C
export LC_ALL
unset SOURCE_DATE_EPOCH

scratch=$(mktemp -d "${TMPDIR:-/tmp}/exinquest-hostile.XXXXXX") || exit 1
# shellcheck disable=SC2317 # the trap calls it
finish() {
    if [ -n "${mounted-}" ]; then
        umount "$scratch/disk"
    fi
    chmod -R u+rwx "$scratch"
    rm -rf "$scratch"
}
trap finish EXIT
trap 'exit 130' INT TERM
cd "$scratch" || exit 1

failed=0
sanitized=$(grep -c __asan_init "$EXINQUEST")

result() { # STATUS NAME
    if [ "$1" -eq 0 ]; then
        echo "ok $2"
    else
        echo "not ok $2"
        failed=1
    fi
}

# FROM COUNT: so many messages of three lines, one a second.
messages() {
    awk -v from="$1" -v count="$2" '
    function base62(n, width,   text) {
        for (; width > 0; width--) {
            text = substr(digits, n % 62 + 1, 1) text
            n = int(n / 62)
        }
        return text
    }
    BEGIN {
        digits = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        digits = digits "abcdefghijklmnopqrstuvwxyz"
        for (i = from; i < from + count; i++) {
            id = base62(1794441600 + i, 6) "-" base62(4096 + i % 60000, 6) "-00"
            at = sprintf("2026-11-12 %02d:%02d:%02d", i / 3600 % 24, i / 60 % 60, i % 60)
            print at " " id " <= user" i % 7 "@site.example H=(pc) [192.0.2." i % 250 "]:40000 P=esmtpsa A=dovecot_login:user" i % 7 "@site.example S=900 id=" i "@pc T=\"Hello\" for r" i "@else.example"
            print at " " id " => r" i "@else.example R=dnslookup T=remote_smtp H=mx.else.example [198.51.100.9] C=\"250 OK\""
            print at " " id " Completed"
        }
    }'
}

count_of() { # ELEMENT: its first value in the case
    sed -n "s:.*<$1>\\(.*\\)</$1>.*:\\1:p" out/case.xml 2>/dev/null | head -n 1
}

lines_counted() {
    sed -n '/<totals>/,/<.totals>/ s:.*<lines>\(.*\)</lines>.*:\1:p' out/case.xml
}

complain() {
    echo "  $1"
    head -n 5 err | sed 's/^/  stderr: /'
}

# NAME STATUS TOPIC ARRIVALS ARGUMENT...: TOPIC - is no warning, * is any.
expect() {
    name=$1
    status=$2
    topic=$3
    arrivals=$4
    shift 4
    rm -rf out
    "$EXINQUEST" analyze -f xml -o out "$@" >said 2>err </dev/null
    got=$?
    why=
    [ "$got" -eq "$status" ] || why="status $got, not $status"
    if [ "$status" -lt 2 ]; then
        found=$(count_of arrivals)
        [ "$found" = "$arrivals" ] || why="$why; $found arrivals, not $arrivals"
        case $topic in
        -) ! grep -q '<topic>' out/case.xml || why="$why; a warning" ;;
        '*') ;;
        *) grep -q "<topic>$topic</topic>" out/case.xml ||
            why="$why; no warning of the topic $topic" ;;
        esac
    elif [ -e out ]; then
        why="$why; something was left"
    fi
    [ ! -e PWNED ] && [ ! -e out/PWNED ] || why="$why; a command was run"
    [ -z "$why" ]
    result $? "$name"
    [ -z "$why" ] || complain "$why"
}

change_byte() { # FILE OFFSET: turns its lowest bits
    byte=$(od -An -tu1 -j "$2" -N 1 "$1" | tr -d ' ')
    # shellcheck disable=SC2059 # an octal number is what is to be printed
    printf "\\$(printf '%03o' $(((byte + 1) % 256)))" |
        dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

size_of() {
    wc -c <"$1" | tr -d ' '
}

messages 0 400 >plain
messages 400 400 >later
expect plain_log 0 - 400 plain

# -------------------------------------------------------------- what is packed

gzip -nc plain >plain.gz
gzip -nc later >later.gz
half=$(($(size_of plain.gz) / 2))
head -c "$half" plain.gz >cut.gz
head -c "$(($(size_of plain.gz) - 1))" plain.gz >cut-by-one.gz
cp plain.gz crc.gz
change_byte crc.gz $(($(size_of crc.gz) - 6))
{ cat plain.gz; echo 'junk between members'; cat later.gz; } >junk.gz
cat plain.gz later.gz >members.gz
{ cat plain.gz; head -c 700 /dev/zero; } >padded.gz
expect gz_whole 0 - 400 plain.gz
expect gz_members 0 - 800 members.gz
expect gz_padded_with_zeros 0 - 400 padded.gz
expect gz_cut_by_one_byte 1 damaged 400 cut-by-one.gz
expect gz_bad_checksum 1 damaged 400 crc.gz
expect gz_junk_between_members 1 damaged 800 junk.gz
rm -rf out
"$EXINQUEST" analyze -f xml -o out cut.gz >said 2>err
[ $? -eq 1 ] && grep -q '<topic>damaged</topic>' out/case.xml &&
    [ "$(count_of arrivals)" -gt 100 ] && [ "$(count_of arrivals)" -lt 400 ]
result $? gz_cut_in_half

if command -v xz >/dev/null 2>&1; then
    { cat plain; head -c 6000000 /dev/urandom | base64; } | xz -0 >noise.xz
    head -c 5000000 noise.xz >cut.xz
    expect xz_cut_far_behind 1 damaged 400 cut.xz
    grep -q '<topic>bound</topic>' out/case.xml
    result $? xz_bound_of_the_search_is_said
    rm noise.xz cut.xz
else
    echo "skip xz_cut_far_behind: there is no xz"
fi

cp plain.gz plain.txt
cp plain named.gz
expect gz_without_its_name 0 - 400 plain.txt
expect text_named_gz 0 - 400 named.gz
cp plain.gz nested0
for i in 1 2 3 4 5 6 7 8 9 10 11 12; do
    gzip -nc "nested$((i - 1))" >"nested$i"
done
expect nested_within_the_bound 0 - 400 nested5
expect nested_too_deep 1 bound 400 nested12 plain
head -c 300000000 /dev/zero | gzip -nc >bomb.gz
expect bomb_beside_a_log 1 bound 400 bomb.gz plain
expect bomb_alone 3 - 0 bomb.gz
rm -rf out
"$EXINQUEST" analyze -f xml --max-text 20K -o out plain.gz >said 2>err
[ $? -eq 1 ] && grep -q '<topic>bound</topic>' out/case.xml &&
    [ "$(count_of arrivals)" -gt 50 ] && [ "$(count_of arrivals)" -lt 400 ]
result $? text_bound
mkdir box
cp plain.gz box/a.gz
cp later box/later
ln -s /etc/passwd box/link
mkfifo box/pipe
tar cf box.tar box/a.gz box/link box/pipe box/later
expect tar_with_link_and_pipe 1 skipped 800 box.tar
gzip -nc box.tar >box.tgz
expect tar_gz 1 skipped 800 box.tgz
head -c "$(($(size_of box.tar) / 2))" box.tar >halfbox.tar
rm -rf out
"$EXINQUEST" analyze -f xml -o out halfbox.tar >said 2>err
[ $? -eq 1 ] && grep -q '<topic>damaged</topic>' out/case.xml &&
    [ "$(count_of arrivals)" -gt 400 ] && [ "$(count_of arrivals)" -lt 800 ]
result $? tar_cut
expect member_bound 1 bound 400 --max-members 2 box.tar plain
mkdir box/deep
name=$(printf 'n%.0s' $(awk 'BEGIN { for (i = 0; i < 200; i++) print i }'))
cp plain.gz "box/deep/$name"
tar cf names.tar box/deep
expect name_bound 1 bound 400 --max-name 64 names.tar
expect name_within_the_bound 0 - 400 names.tar
rm -r box

# ---------------------------------------------------------------------- names

hostile_name() { # NAME FILE
    mkdir names
    cp plain.gz "names/$2"
    expect "$1" 0 - 400 names
    if grep -q "$(printf '[\001-\011\013-\037]')" out/case.xml; then
        false
    fi
    result $? "$1_is_shown_not_obeyed"
    rm -r names
}
hostile_name name_with_a_command 'x;touch PWNED;.gz'
hostile_name name_with_a_substitution "\$(touch PWNED)\`touch PWNED\`.gz"
hostile_name name_with_a_pipe '|touch PWNED'
hostile_name name_with_a_newline "a
b.gz"
hostile_name name_with_a_dash '-o.gz'
hostile_name name_of_broken_utf8 "$(printf 'a\377\303(.gz')"
hostile_name name_with_an_escape "$(printf 'a\033]0;x\007.gz')"
hostile_name name_with_markup '<script>&amp;.gz'
cp plain ./-n
expect dash_name_after_dashes 0 - 400 -- -n
expect dash_name_is_an_option 2 - 0 -n
rm ./-n

# ---------------------------------------------------------------------- lines

{
    head -n 600 plain
    printf '2026-11-12 00:03:20 1wR9aH-00012'
} >torn
expect torn_last_line 0 torn 200 torn # as in every log still being written
grep -q '<line>601</line>' out/case.xml
result $? torn_last_line_has_its_place
{ sed -n '1,300p' plain; echo '6 <= torn@site.example H=(pc) S=1'; sed -n '301,$p' plain; } >torn2
expect torn_middle_line 0 '*' 400 torn2
{ sed -n '1,300p' plain; head -c 4096 /dev/zero; echo; sed -n '301,$p' plain; } >nuls
expect nul_block_between_lines 1 binary 400 nuls
{ head -c 8192 /dev/zero; cat plain; } >nuls_first
expect nul_block_first 1 binary 400 nuls_first
sed "s/\$/$(printf '\r')/" plain >crlf
expect crlf 0 - 400 crlf
{
    sed -n '1,3p' plain
    printf '2026-11-12 00:00:01 cwd=/home/u/a\n'
    printf '2026-11-12 00:00:01 1wR9aH-00012x-00 <= root@site.example U=root P=local S=1\n'
    printf '/b 3 args: /usr/sbin/sendmail -t -i\n'
    sed -n '4,$p' plain
} >forged
expect forged_line_in_a_directory 0 forged 400 forged
sed '1,3s/1xR/1xQ/' plain >moved_id
expect id_of_another_time 0 forged 400 moved_id
sed 's/^\(2026-11-12 ..:..:..\) /\1 [4711] /; 9s/\[4711\]/[99999999]/' plain >pids
expect impossible_pid 0 forged 400 pids
sed '9s/99999999/4712/' pids >possible
expect possible_pids 0 - 400 possible
sed 's/T="Hello"/T="Hello \\\\" <= x@y => z Completed"/; s/Hello/Gr\xfc\xdfe/' plain >latin
expect wrong_charset 0 - 400 latin
sed 's/@pc T=/@pc\xff\xfe T=/; s/H=(pc)/H=(\x1b[2J)/' plain >bytes
expect control_bytes 0 - 400 bytes
! grep -q "$(printf '\033')" out/case.xml
result $? control_bytes_are_shown
sed 's/^2026-11-12 00:0[3-4]/2026-11-12 09:0&/; s/09:02026-11-12 00:/09:/' plain >clock
expect wrong_clock 0 order 400 clock
sed 's/^2026-/1970-/' plain >epoch
expect clock_of_1970 0 '*' 400 epoch
sed 's/^2026-/9999-/' plain >far
expect clock_of_9999 0 '*' 400 far
sed 's/^2026-11-12/2026-13-45/' plain >nodate
expect impossible_dates 3 - 0 nodate
{ cat plain; cat later; } >both
expect same_text_twice 0 duplicate 400 plain plain.gz
expect overlapping_copies 0 overlap 800 both later

# A log that begins with an attack, and the reject log that repeats it.
awk 'BEGIN {
    for (i = 0; i < 900; i++)
        printf "2026-11-11 23:%02d:%02d dovecot_login authenticator failed for (pc) [192.0.2.%d]: 535 Incorrect authentication data (set_id=user%d)\n", i / 60, i % 60, i % 250, i
}' >attack
{ cat attack; cat plain; } >attacked
expect log_that_begins_with_an_attack 0 - 400 attacked
[ "$(count_of auth_failures)" = 900 ]
result $? refusals_at_the_start_count
expect reject_log_beside_it 0 - 400 attacked attack
[ "$(count_of auth_failures)" = 900 ] && [ "$(lines_counted)" = 2100 ]
result $? refusals_of_both_logs_count_once
expect log_cut_within_an_attack 0 - 400 attack plain
[ "$(count_of auth_failures)" = 900 ] && [ "$(lines_counted)" = 2100 ]
result $? refusals_alone_are_of_the_log_that_goes_on
expect reject_log_alone 0 - 0 attack
[ "$(count_of auth_failures)" = 900 ] && [ "$(count_of kind)" = exim_reject ]
result $? refusals_of_no_other_log_count

# syslog without a year, over New Year
awk 'BEGIN {
    for (i = 0; i < 60; i++)
        printf "Dec 31 23:59:%02d mx exim[7]: 2026-12-31 23:59:%02d cwd=/ 1 args: x\n", i, i
    for (i = 0; i < 60; i++)
        printf "Jan  1 00:00:%02d mx exim[7]: 1abcde-000%03d-00 <= a@b.example U=a P=local S=1\n", i, i
}' >syslog
expect syslog_over_new_year 0 '*' 60 syslog

# -------------------------------------------------------------------- enormous

peak=0 # KiB, of the last run
seconds=0

# Runs, and looks at the peak of its memory; seconds are of the processor.
measured() { # ARGUMENT...
    rm -rf out
    peak=0
    "$EXINQUEST" analyze -f xml -j 2 -o out "$@" >said 2>err </dev/null &
    pid=$!
    while kill -0 "$pid" 2>/dev/null; do
        now=$(sed -n 's/^VmHWM:[^0-9]*\([0-9]*\).*/\1/p' "/proc/$pid/status" 2>/dev/null)
        [ "${now:-0}" -le "$peak" ] || peak=$now
        ticks=$(awk '{ sub(/.*\) /, ""); print $12 + $13 }' "/proc/$pid/stat" 2>/dev/null)
        [ -z "$ticks" ] || [ "$ticks" -eq 0 ] || seconds=$((ticks / 100))
        sleep 0.05
    done
    wait "$pid"
}

enormous() { # NAME STATUS ARRIVALS SECONDS MIB FILE...
    name=$1
    status=$2
    arrivals=$3
    most=$4
    mib=$5
    shift 5
    seconds=0
    measured "$@"
    got=$?
    why=
    [ "$got" -eq "$status" ] || why="status $got, not $status"
    [ "$status" -ge 2 ] || [ "$(count_of arrivals)" = "$arrivals" ] ||
        why="$why; $(count_of arrivals) arrivals, not $arrivals"
    if [ "$sanitized" -eq 0 ]; then
        [ "$peak" -lt $((mib * 1024)) ] || why="$why; $peak KiB"
        [ "$seconds" -le "$most" ] || why="$why; $seconds s of the processor"
    fi
    [ -z "$why" ]
    result $? "$name"
    echo "     $name: $((peak / 1024)) MiB, $seconds s"
    [ -z "$why" ] || complain "$why"
}

{ cat plain; head -c 67108864 /dev/zero | tr '\0' x; echo; cat later; } >long
enormous line_of_64_mib 1 800 20 256 long
grep -q '<topic>long_line</topic>' out/case.xml
result $? line_of_64_mib_is_said
rm long
{ cat plain; yes '' | head -n 1000000; cat later; } >empty
enormous million_empty_lines 0 800 20 256 empty
rm empty
{
    cat plain
    printf '2026-11-12 00:10:00 1wR9aH-00012x-00 <= a@site.example H=(pc) [192.0.2.1] P=esmtpsa A=x:a@site.example S=1 T="x" for'
    awk 'BEGIN { for (i = 0; i < 10000; i++) printf " r%d@else.example", i; print "" }'
    cat later
} >many
enormous ten_thousand_recipients 1 801 10 256 many
grep -q '<topic>torn</topic>' out/case.xml # Exim cuts its lines at 8 KiB
result $? ten_thousand_recipients_is_no_line_of_exim
rm many
# 256 MiB and 600 bytes for each message that lives
messages 0 1000000 | grep ' <= ' >endless
enormous million_open_messages 0 1000000 60 828 endless
rm endless
enormous bomb_memory 3 0 30 256 bomb.gz
rm bomb.gz

# ---------------------------------------------------------------- surroundings

rm -rf out
env -i EXINQUEST_TEMPLATES="$EXINQUEST_TEMPLATES" "$EXINQUEST" analyze -f xml \
    -o out plain >said 2>err
[ $? -eq 0 ] && [ "$(count_of arrivals)" = 400 ]
result $? empty_environment
cp out/case.xml first.xml
rm -rf out
HOME=/nowhere TZ=Asia/Kathmandu LANG=tr_TR.UTF-8 LC_ALL=tr_TR.UTF-8 \
    "$EXINQUEST" analyze -f xml -j 3 -o out plain >said 2>err &&
    cmp -s first.xml out/case.xml
result $? no_home_other_zone_other_language
rm -rf out
"$EXINQUEST" analyze -f xml -o out plain >&- 2>err
[ $? -le 4 ] && [ ! -s out/case.xml ] || cmp -s first.xml out/case.xml
result $? closed_stdout
rm -rf out
"$EXINQUEST" analyze -f xml -o out plain >said 2>&-
[ $? -eq 0 ] && cmp -s first.xml out/case.xml
result $? closed_stderr
if [ -w /dev/full ]; then
    "$EXINQUEST" trace . plain >/dev/full 2>err
    [ $? -eq 4 ]
    result $? full_disk_under_stdout
fi

# Every file whole or absent; no temporary one when `$1` is none.
whole_or_none() {
    for file in out/* out/.exinquest-*; do
        [ -e "$file" ] || continue
        case $file in
        out/.exinquest-*) [ "$1" = some ] || return 1 ;;
        *) cmp -s "$file" "good/${file#out/}" || return 1 ;;
        esac
    done
    return 0
}

report() { # OPTION...
    "$EXINQUEST" report -q -j 2 -f html,text,json,xml -o out "$@" plain later
}

mkdir disk
rm -rf out
began=$(cut -d ' ' -f 1 /proc/uptime)
report >said 2>err && mv out good
result $? undisturbed_report
ended=$(cut -d ' ' -f 1 /proc/uptime)
if [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=4k none disk 2>/dev/null; then
    mounted=yes
    ln -s disk/out out
    wrong=0
    for size in 8 16 24 40 64 96 128 160; do
        mount -o "remount,size=${size}k" none disk
        mkdir -p disk/out
        report --force >said 2>err
        got=$?
        case $got in
        4) [ -z "$(ls -A disk/out 2>/dev/null)" ] || wrong=1 ;;
        0) whole_or_none none || wrong=1 ;;
        *) wrong=1 ;;
        esac
        [ "$wrong" -eq 0 ] || complain "status $got with $size KiB: $(ls -A disk/out)"
        rm -rf disk/out
    done
    result $wrong full_disk
    rm out
    umount -l disk && mounted=
    mkdir sealed
    if mount -t tmpfs -o ro none sealed 2>/dev/null; then
        "$EXINQUEST" analyze -f xml -o sealed plain >said 2>err
        [ $? -eq 4 ]
        result $? read_only_output
        umount -l sealed
    else
        echo "skip read_only_output: no second disk can be mounted here"
    fi
else
    echo "skip full_disk: no small disk can be mounted here"
    mkdir out
    chmod 555 out
    if [ "$(id -u)" -ne 0 ]; then
        report >said 2>err
        [ $? -eq 4 ]
        result $? read_only_output
    else
        echo "skip read_only_output: root writes everywhere"
    fi
    rm -rf out
fi

# ------------------------------------------------------------------------ kills

kills=${HOSTILE_KILLS:-50}
wrong=0
reached=0
i=0
while [ "$i" -lt "$kills" ]; do
    i=$((i + 1))
    signal=$([ $((i % 2)) -eq 0 ] && echo KILL || echo INT)
    # Each moment once, in an order that looks like chance.
    pause=$(awk -v i="$i" -v n="$kills" -v began="$began" \
        -v ended="$ended" 'BEGIN {
            printf "%.3f", (i * 37 % n) / n * (ended - began)
        }')
    rm -rf out
    # not by report(): its number would be that of a shell
    "$EXINQUEST" report -q -j 2 -f html,text,json,xml -o out plain later \
        >said 2>err &
    pid=$!
    sleep "$pause"
    kill "-$signal" "$pid" 2>/dev/null && reached=$((reached + 1))
    wait "$pid" 2>/dev/null
    if [ "$signal" = KILL ]; then
        whole_or_none some || wrong=$((wrong + 1))
    else
        whole_or_none none || wrong=$((wrong + 1))
    fi
done
[ "$wrong" -eq 0 ]
result $? "killed_at_any_moment"
echo "     killed_at_any_moment: $reached of $kills runs were reached, $wrong wrong"

exit "$failed"
