#!/bin/sh
# Fuzzes every target (or those in TARGETS) for SECONDS each, from the inputs
# kept in fixtures/fuzz/. New inputs go to fuzz-corpus/, findings to
# fuzz-findings/, both in the current folder. Status 1 when there is a finding.
set -u
drive=$1
targets=${TARGETS:-lines syslog reject decode evidence analyze trace case text}
EXINQUEST_TEMPLATES=$SOURCE/templates
export EXINQUEST_TEMPLATES
failed=0

mkdir -p fuzz-findings
for target in $targets; do
    case $target in
    case) options="-dict=$SOURCE/tests/fuzz/case.dict -max_len=16384" ;;
    decode) options="-dict=$SOURCE/tests/fuzz/exim.dict -max_len=1024" ;;
    *) options="-dict=$SOURCE/tests/fuzz/exim.dict -max_len=8192" ;;
    esac
    mkdir -p "fuzz-corpus/$target"
    # shellcheck disable=SC2086,SC3028 # words; SECONDS is the Makefile's
    if FUZZ_TARGET=$target "./$drive" $options -max_total_time="$SECONDS" \
        -timeout=90 -rss_limit_mb=1536 -print_final_stats=1 \
        -artifact_prefix="fuzz-findings/$target-" \
        "fuzz-corpus/$target" "$SOURCE/fixtures/fuzz/$target" \
        >"fuzz-findings/$target.log" 2>&1; then
        echo "ok fuzz_$target: $(sed -n 's/^stat::number_of_executed_units: *//p' \
            "fuzz-findings/$target.log") inputs"
    else
        echo "not ok fuzz_$target"
        grep -E 'SUMMARY|does not hold|Test unit written' \
            "fuzz-findings/$target.log" | sed 's/^/     /'
        failed=1
    fi
done
exit "$failed"
