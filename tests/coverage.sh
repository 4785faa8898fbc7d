#!/bin/sh
# Line coverage of analyzer/ and report/ by the whole suite, per folder and in
# all; `coverage-lines` in the build folder has it per file. The sandbox would
# keep the program from writing its counts: here it runs without.
# Needs SOURCE, MAKE; the folder is configured with --coverage.
set -eu
cd "$1"
find . -name '*.gcda' -exec rm -f {} +
"$MAKE" -s exinquest check-programs tests/eximstats_totals >/dev/null
cat >exinquest-unconfined <<END
#!/bin/sh
case \${1-} in
report | analyze | render | trace | verify | recheck | export | preserve)
    command=\$1
    shift
    exec '$PWD/exinquest' "\$command" --no-sandbox "\$@" ;;
*) exec '$PWD/exinquest' "\$@" ;;
esac
END
chmod +x exinquest-unconfined
# What fails here fails in `make check` too, where it counts.
programs=$("$MAKE" -s print-check-programs)
scripts=$("$MAKE" -s print-check-scripts)
# shellcheck disable=SC2086 # both are lists
FIXTURES=$SOURCE/fixtures EXINQUEST=$PWD/exinquest-unconfined \
    EXINQUEST_TEMPLATES=$SOURCE/templates \
    EXIMSTATS_TOTALS=$PWD/tests/eximstats_totals \
    sh "$SOURCE/tests/run.sh" $programs $scripts || :

# One line each: FILE LINES COVERED. A file that is in several programs counts
# by the library's objects, which all of them link.
find analyzer report -name '*.gcda' | LC_ALL=C sort | while read -r counts; do
    gcov -n -o "$(dirname "$counts")" "$counts" 2>/dev/null
done | awk -v source="$SOURCE/" '
    /^File / {
        file = $0
        sub(/^File .(.*\/)?/, "", file)
        path = $0
        gsub(/^File .|.$/, "", path)
        if (match(path, /(analyzer|report)\/.*\.c$/))
            file = substr(path, RSTART)
        else
            file = ""
    }
    /^Lines executed:/ && file {
        split($0, part, /[:% ]+/)
        lines = $NF
        printf "%s %d %d\n", file, lines, part[3] / 100 * lines + 0.5
        file = ""
    }' | LC_ALL=C sort -u >coverage-lines
awk '
    {
        folder = $1
        sub(/\/[^\/]*$/, "", folder)
        lines[folder] += $2
        covered[folder] += $3
        all += $2
        hit += $3
    }
    END {
        for (folder in lines)
            printf "%5.1f %% of %6d lines  %s\n",
                100 * covered[folder] / lines[folder], lines[folder], folder
        if (all)
            printf "%5.1f %% of %6d lines  all\n", 100 * hit / all, all
    }' coverage-lines | LC_ALL=C sort -k 6
