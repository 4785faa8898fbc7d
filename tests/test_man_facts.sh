#!/bin/sh
# What the manual says of rules and of the case is what the sources say: every
# rule with its weights, every field, and words for each rule in the catalogue.
# Needs SOURCE (the source folder).
set -u
LC_ALL=C
export LC_ALL

failed=0

result() { # NAME DIFFERENCES
    if [ -z "$2" ]; then
        echo "ok $1"
    else
        echo "not ok $1"
        echo "$2"
        failed=1
    fi
}

dir=$(mktemp -d "${TMPDIR:-/tmp}/man.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
page=$SOURCE/man/exinquest-rules.7

# A weighed rule: { { "name", "text" }, test, kinds, for, kinds, against, SHOW_
tr '\n' ' ' <"$SOURCE/analyzer/attribution/rules.c" |
    sed 's/SHOW_[A-Z]* }/\n/g' |
    sed -n -E -e 's/.*\{ \{ "([a-z_]*)",.*" \}, *[a-z_]*, *([A-Z0| ]*), *([0-9.]*), *([A-Z0| ]*), *([0-9.]*), *$/\1:\3:\2:\5:\4/' \
        -e 's/TAKEN/MAILBOX SCRIPT SYSTEM/g' \
        -e 's/MAILBOX/compromised_mailbox/g' -e 's/SCRIPT/compromised_script/g' \
        -e 's/SYSTEM/compromised_system_account/g' -e 's/FORM/form_abuse/g' \
        -e 's/STALE/bulk_to_stale_list/g' -e 's/ *\| */ /g' \
        -e '/^[a-z_]*:/p' | sort >"$dir/weighed"
# A rule that stands alone: static const struct rule rule = { "name", …
cat "$SOURCE"/analyzer/attribution/*.c | tr '\n' ' ' |
    grep -o 'static const struct rule [a-z_]* = { *"[a-z_]*"' |
    sed 's/.*"\([a-z_]*\)"/\1/' | sort >"$dir/alone"

[ "$(wc -l <"$dir/weighed")" -ge 30 ] && [ "$(wc -l <"$dir/alone")" -ge 10 ]
result rules_are_found "$([ $? -eq 0 ] || cat "$dir/weighed" "$dir/alone")"

awk '/^\.Sh/ { alone = /ALONE/ }
    /^\.It Li/ && alone { print $3 }' "$page" | sort >"$dir/page_alone"
result rules_alone "$(diff "$dir/alone" "$dir/page_alone")"

# name:for:kinds:against:kinds, as above
awk 'function flush() {
        if (name)
            print name ":" weight["For"] ":" kinds["For"] ":" \
                weight["Against"] ":" kinds["Against"]
        name = side = ""
    }
    /^\.It Li|^\.Sh/ { flush() }
    /^\.Sh/ { weighed = /WEIGHED/ }
    /^\.It Li/ && weighed {
        name = $3
        weight["For"] = weight["Against"] = 0
        kinds["For"] = kinds["Against"] = 0
    }
    /^(For|Against) [0-9.]*:$/ {
        side = $1
        weight[side] = substr($2, 1, length($2) - 1)
        kinds[side] = ""
    }
    /^\.Sy/ && side { kinds[side] = kinds[side] (kinds[side] ? " " : "") $2 }
    END { flush() }' "$page" | sort >"$dir/page_weighed"
result rules_weights "$(diff "$dir/weighed" "$dir/page_weighed")"

absent=
for rule in $(cut -d : -f 1 "$dir/weighed") $(cat "$dir/alone"); do
    grep -q "id=\"claim\.$rule\"" "$SOURCE/templates/words/en.xml" ||
        absent="$absent $rule"
done
result rules_have_words "$absent"

# Fields of the case: each element and attribute of the grammar has its item,
# and no item is of a field that is gone. An item of a list is no field.
page=$SOURCE/man/exinquest-case.5
grep -o '<element name="[a-z0-9_]*"\|<attribute name="[a-z_]*"' \
    "$SOURCE/templates/case.rng" | sed 's/.*"\(.*\)"/\1/' | sort -u \
    >"$dir/fields"
tr '\n' ' ' <"$page" >"$dir/page"
absent=
while read -r field; do
    grep -q -e "^\.It Li $field Pq" -e "^\.It Li .*\b$field\b.* Pq" "$page" ||
        grep -q -e "in XML each is an\{0,1\} $field\." \
            -e " \.Li $field " "$dir/page" ||
        absent="$absent $field"
done <"$dir/fields"
result case_fields_are_told "$absent"
absent=
for field in $(sed -n 's/^\.It Li \(.*\) Pq .*/\1/p' "$page" | tr -d ,); do
    grep -q "^$field\$" "$dir/fields" || absent="$absent $field"
done
result page_has_no_other_field "$absent"

exit "$failed"
