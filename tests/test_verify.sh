#!/bin/sh
# verify: the same evidence verifies however it is packed, and what was changed
# fails exactly there. Needs EXINQUEST, FIXTURES, EXINQUEST_TEMPLATES.
set -u
LC_ALL=C
export LC_ALL

scratch=$(mktemp -d "${TMPDIR:-/tmp}/exinquest-verify.XXXXXX") || exit 1
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

# NAME STATUS ARGUMENT...: verify of case/case.xml, into `out` and `err`
verify() {
    name=$1
    want=$2
    shift 2
    "$EXINQUEST" verify "$@" >out 2>err </dev/null
    got=$?
    [ "$got" -eq "$want" ]
    result $? "$name"
    [ "$got" -eq "$want" ] || {
        echo "  status $got, not $want"
        tail -n 5 out err
    }
}

mkdir logs
cp "$FIXTURES"/corpus/spray-one-success/logs/* logs/
gunzip logs/*.gz
"$EXINQUEST" analyze -q -f xml -o case logs >out || exit 1
case=case/case.xml

# ----------------------------------------------------------- the same evidence

verify same_evidence 0 "$case" logs
[ "$(tail -n 1 out | cut -c 1-24)" = "OK: everything matches, " ] &&
    ! grep -q -v '^OK' out && [ ! -s err ]
result $? all_is_ok
[ "$(grep -c '^OK  *citation ' out)" -eq "$(grep -c '<offset>' "$case")" ]
result $? citations_are_checked
for group in file text total finding citation claim; do
    grep -q "^OK  *$group  " out
    result $? "checks_every_$group"
done
awk '{ print $2 }' out | uniq | sort | uniq -d | grep -q . && twice=1 || twice=0
result "$twice" grouped
verify quiet_says_nothing 0 -q "$case" logs
[ ! -s out ] && [ ! -s err ]
result $? quiet_is_quiet

cp -r logs packed
gzip -9 packed/exim_mainlog
verify packed_anew 0 "$case" packed
grep -q 'packed otherwise, as packed/exim_mainlog.gz' out
result $? names_the_other_packing
tar cf - logs >moved.tar
verify archived 0 "$case" moved.tar
"$EXINQUEST" verify "$case" - <moved.tar >out 2>err
result $? from_stdin
gzip moved.tar
"$EXINQUEST" analyze -q -f xml -o of_archive moved.tar.gz >out
verify out_of_an_archive 0 of_archive/case.xml packed
mkdir renamed
for file in logs/*; do
    cp "$file" "renamed/x-$(basename "$file" | tr '[:lower:]' n-za-m)"
done
verify renamed 0 "$case" renamed

"$EXINQUEST" analyze -q -f xml -o scoped --since 2026-11-12T12:00 \
    --until 2026-11-13T06:00 logs >out
verify within_its_times 0 scoped/case.xml logs

# -------------------------------------------------------------- other evidence

# A field of the first citation of the first claim.
of_first_citation() {
    sed -n "/<claims>/,\$ { s|^ *<$1>\\(.*\\)</$1>|\\1|p; }" "$case" |
        sed -n "${2:-1}p"
}
line=$(of_first_citation line)
offset=$(of_first_citation offset)
sha=$(of_first_citation sha256)
# The file with that line, found by the line alone.
victim=
for file in logs/*; do
    [ "$(sed -n "${line}p" "$file" | tr -d '\n' | sha256sum | cut -d ' ' -f 1)" \
        = "$sha" ] && victim=$(basename "$file")
done
[ -n "$victim" ]
result $? citation_has_the_hash_of_its_line

cp -r logs flipped
printf '~' | dd of="flipped/$victim" bs=1 seek=$((offset + 70)) conv=notrunc \
    2>/dev/null
verify flipped_byte 5 -q "$case" flipped
grep '^CHANGED  citation' out | grep -v -q " line $line: another line stands" &&
    strays=1 || strays=0
result "$strays" only_that_line_fails
# The claims that cite it, out of the case itself.
awk -v sha="$sha" '
    /<finding>/ { claim = 0 } /<id>F/ { gsub(/ *<\/?id>/, ""); id = $0 }
    /<claim>/ { claim++; open = 1; hit = 0 } /<\/claim>/ {
        if (hit) print id " claim " claim; open = 0 }
    open && index($0, "<sha256>" sha) { hit = 1 }
' "$case" | sort >expected
sed -n 's/^CHANGED  claim     \(F[0-9]* claim [0-9]*\) .*/\1/p' out | sort >got
[ -s expected ] && cmp -s expected got
result $? exactly_the_claims_that_cite_it
! grep -q '^OK\|^MISSING' out
result $? quiet_shows_what_fails

# A second copy that can no longer be read whole: all lines are still there.
cp -r logs twice
gzip -9 -c logs/exim_mainlog >twice/copy.gz
"$EXINQUEST" analyze -q -f xml -o of_twice twice >out
verify both_copies 0 of_twice/case.xml twice
head -c 5000 twice/copy.gz >cut.gz
mv cut.gz twice/copy.gz
verify copy_cut 5 -q of_twice/case.xml twice
[ "$(cat out)" = 'CHANGED  file      twice/copy.gz: given, and not of this case
CHANGED: 1 file' ]
result $? only_the_copy_fails
rm twice/copy.gz
ln -s /nowhere twice/copy.gz
verify copy_unreadable 0 -q of_twice/case.xml twice
[ ! -s out ]
result $? lines_of_the_other_copy_verify

cp -r logs shifted
sed -i '1s/^/x/' "shifted/$victim"
verify shifted_byte 5 "$case" shifted
grep -q 'no line begins there' out
result $? says_no_line_begins

cp -r logs cut
head -n 3 "logs/$victim" >"cut/$victim"
verify cut_short 5 "$case" cut
grep -q 'the text ends before it' out
result $? says_the_text_ends

mkdir part
for file in logs/*; do
    [ "$(basename "$file")" = "$victim" ] || cp "$file" part/
done
verify one_missing 5 "$case" part
grep -q '^MISSING  text  .*not in what was given' out &&
    grep -q '^CHANGED  total ' out && grep -q '^MISSING  claim ' out
result $? missing_is_said

cp -r logs more
cp "$FIXTURES"/corpus/mailbox-many-ips/logs/exim_mainlog more/other
verify one_too_many 5 "$case" more
grep -q '^CHANGED  file      more/other: given, and not of this case' out
result $? extra_is_said

# ------------------------------------------------------------------- the case

sed '/<totals>/,/<.totals>/ s|<messages>|<messages>1|
    /<finding>/,/<claims>/ s|<messages>|<messages>1|' "$case" >inflated.xml
verify inflated_figures 5 -q inflated.xml logs
grep -q '^CHANGED  total     messages ' out &&
    grep -q '^CHANGED  finding ' out && ! grep -q citation out
result $? figures_of_the_case_are_checked
sed '/<claims>/,$ s|^\( *<text>....\)-|\1/|' "$case" >reworded.xml
verify reworded_lines 5 -q reworded.xml logs
grep -q 'the case words it otherwise' out
result $? words_of_the_case_are_checked
sed "/<claims>/,\$ s|<evidence>[0-9]*<|<evidence>77<|" "$case" >astray.xml
verify citation_of_no_text 5 -q astray.xml logs
sed 's|<version>.*</version>|<version>0.0.9</version>|' "$case" >older.xml
verify older_program 0 older.xml logs
grep -q 'made by exinquest 0.0.9' err
result $? other_version_is_said

verify no_evidence 3 "$case" nothing_here
verify no_case 3 nothing.xml logs
verify case_is_a_folder 3 case logs
echo '<case/>' >broken.xml
verify case_is_none 3 broken.xml logs
verify no_operand 2

exit "$failed"
