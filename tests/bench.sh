#!/bin/sh
# bench.sh: exinquest, its peers and the plain bounds on one data set, one
# after the other in one run. Prints a table; fails on nothing.
#   SIZE=100M   text of the data set       RUNS=5   of which the median counts
# Needs, from make: EXINQUEST, GENERATE, BENCH_TOOL, BENCH_DATA.
set -u

size=${SIZE:-100M}
runs=${RUNS:-5}
data=$BENCH_DATA/$size
plain=$data/plain/exim_mainlog
LC_ALL=C
export LC_ALL

make_data() {
	[ -f "$data/done" ] && return
	rm -rf "$data"
	mkdir -p "$data"
	echo "making $size of evidence in $data" >&2
	"$GENERATE" --size "$size" --list "$data/plain" &&
		"$GENERATE" --size "$size" --rotate 8 --gz all "$data/rotated" &&
		"$GENERATE" --size "$size" --gz all "$data/single" &&
		: >"$data/done"
}

machine() {
	cpu=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
	memory=$(awk '/^MemTotal/ { print int($2 / 1024) }' /proc/meminfo)
	echo "Machine: ${cpu:-$(uname -m)}, $(getconf _NPROCESSORS_ONLN) cores," \
		"$memory MiB, $(uname -s) $(uname -r)"
	echo "Load before: $(cut -d ' ' -f 1-3 /proc/loadavg)"
	echo "exinquest: $("$EXINQUEST" --version 2>/dev/null | head -n 1)"
	bytes=$(wc -c <"$plain")
	lines=$(wc -l <"$plain")
	messages=$(sed -n 's/.*"messages": \([0-9]*\).*/\1/p' \
		"$data/plain/truth.json" | head -n 1)
	echo "Data: $bytes bytes, $lines lines, $messages messages;" \
		"medians of $runs runs"
}

# row NAME COMMAND...: measures and keeps "name|cpu|wall|peak".
row() {
	name=$1
	shift
	rm -rf "$data/out"
	if got=$("$BENCH_TOOL" run "$runs" "$@" 2>/dev/null); then
		echo "$name|$got" | tr ' ' '|' |
			sed 's/~/ /g' >>"$data/rows"
	else
		echo "$name|-|-|-" | sed 's/~/ /g' >>"$data/rows"
	fi
}

has() {
	command -v "$1" >/dev/null 2>&1
}

# Folders that exist are refused: each run of a report writes with --force.
# shellcheck disable=SC2086 # $report is a list of words
ours() {
	report="report --force -q -o $data/out"
	row "report,~plain,~-j1" "$EXINQUEST" $report -j 1 "$plain"
	row "report,~plain,~-j2" "$EXINQUEST" $report -j 2 "$plain"
	row "report,~8~gz,~-j1" "$EXINQUEST" $report -j 1 "$data/rotated"
	row "report,~8~gz,~-j2" "$EXINQUEST" $report -j 2 "$data/rotated"
	row "report,~one~gz,~-j1" "$EXINQUEST" $report -j 1 "$data/single"
	row "report,~one~gz,~-j2" "$EXINQUEST" $report -j 2 "$data/single"
	row "analyze,~plain,~-j1" "$EXINQUEST" analyze --force -q \
		-o "$data/out" -j 1 "$plain"
	row "trace~of~a~sender" "$EXINQUEST" trace -l "$sender" "$plain"
	row "trace~of~an~id" "$EXINQUEST" trace "$id" "$plain"
}

peers() {
	has eximstats && row "eximstats" eximstats "$plain"
	has exigrep && row "exigrep~of~a~sender" exigrep -l "$sender" "$plain"
	row "grep~-F~of~the~id" grep -F "$id" "$plain"
	row "grep~-c~of~a~sender" grep -c -F "$sender" "$plain"
	has rg && row "rg~-c~of~a~sender" rg -c -F "$sender" "$plain"
	row "gzip~-dc,~8~gz" gzip -dc "$data"/rotated/*.gz
	row "zcat~|~wc~-l,~8~gz" sh -c "zcat $data/rotated/*.gz | wc -l"
}

bounds() {
	row "bound:~newlines" "$BENCH_TOOL" newlines "$plain"
	row "bound:~inflate,~8~gz" "$BENCH_TOOL" inflate "$data"/rotated/*.gz
}

table() {
	awk -F '|' -v bytes="$bytes" '
	BEGIN {
		print "| work | processor s | MB/s | wall s | peak MiB |"
		print "|---|---|---|---|---|"
	}
	$2 == "-" { printf "| %s | failed | | | |\n", $1; next }
	NF >= 4 {
		n = NF
		name = $1
		for (i = 2; i <= n - 3; i++) name = name "\\|" $i
		rate = $(n - 2) > 0 ? bytes / 1e6 / $(n - 2) : 0
		printf "| %s | %.3f | %.0f | %.3f | %.1f |\n", name, $(n - 2),
			rate, $(n - 1), $n / 1024
	}' "$data/rows"
}

# ratio NAME OVER UNDER FIELD: how many times UNDER fits in OVER.
ratio() {
	awk -F '|' -v name="$1" -v over="$2" -v under="$3" -v field="$4" '
	$1 == over { a = $(NF - 3 + field) }
	$1 == under { b = $(NF - 3 + field) }
	END { if (a > 0 && b > 0) printf "| %s | %.2f |\n", name, a / b }
	' "$data/rows"
}

ratios() {
	echo "| ratio | times |"
	echo "|---|---|"
	ratio "report to eximstats, processor" eximstats "report, plain, -j1" 1
	ratio "report to exigrep, processor" "exigrep of a sender" \
		"report, plain, -j1" 1
	ratio "trace to exigrep, processor" "exigrep of a sender" \
		"trace of a sender" 1
	ratio "trace of an id to grep -F, wall" "grep -F of the id" \
		"trace of an id" 2
	ratio "report of 8 gz on two cores to gzip -dc, wall" "gzip -dc, 8 gz" \
		"report, 8 gz, -j2" 2
	ratio "two cores to one, plain, wall" "report, plain, -j1" \
		"report, plain, -j2" 2
	ratio "two cores to one, 8 gz, wall" "report, 8 gz, -j1" \
		"report, 8 gz, -j2" 2
	ratio "two cores to one, one gz, wall" "report, one gz, -j1" \
		"report, one gz, -j2" 2
	awk -F '|' -v messages="$messages" '$1 == "report, plain, -j1" {
		printf "| bytes a message beyond 32 MiB | %.0f |\n",
			($4 - 32768) * 1024 / messages }' "$data/rows"
}

make_data || exit 0
sender=orders@shop37.example
id=$(sed -n 1000p "$data/plain/ids.txt")
[ -n "$id" ] || id=$(sed -n '$p' "$data/plain/ids.txt")
: >"$data/rows"
machine
ours
peers
bounds
echo
table
echo
ratios
rm -rf "$data/out"
exit 0
