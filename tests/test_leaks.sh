#!/bin/sh
# The last look before a scoped file is written: a text of somebody else's that
# templates bring in stops the run, with no file; and over every recorded log,
# what customers and tickets get names no other account. Needs EXINQUEST,
# FIXTURES, EXINQUEST_TEMPLATES.
set -u
LC_ALL=C
export LC_ALL

scratch=$(mktemp -d "${TMPDIR:-/tmp}/exinquest-leaks.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

failed=0
unset SOURCE_DATE_EPOCH
pdf=
"$EXINQUEST" --version | grep -q -i 'without.*pdf' || pdf=pdf,

result() { # STATUS NAME
    if [ "$1" -eq 0 ]; then
        echo "ok $2"
    else
        echo "not ok $2"
        failed=1
    fi
}

# ------------------------------------------------------- templates that leak

logs=$FIXTURES/corpus/spray-one-success/logs
scoped() { # OUT FORMATS AUDIENCE [BRAND]
    "$EXINQUEST" report -q --for "$3" --account stmarks -f "$2" -o "$1" \
        ${4:+--brand "$4"} "$logs" >said 2>err
}

# The sentence is one that every such report has.
brand() { # FOLDER TEXT
    mkdir -p "$1/words"
    cat >"$1/words/en.xml" <<END
<words lang="en">
  <msg id="customer.title.compromised_mailbox">$2</msg>
  <msg id="ticket.again">$2</msg>
</words>
END
}

stopped() { # NAME FORMATS AUDIENCE SECRET KIND
    rm -rf house out
    brand house "Ask $4 about it"
    scoped out "$2" "$3" house
    [ $? -eq 4 ] && [ "$(wc -l <err)" -eq 1 ] && grep -q "$5" err &&
        ! grep -q -F -e "$4" err && [ ! -s said ] &&
        [ -z "$(find out -type f 2>/dev/null)" ]
    result $? "stopped_$1"
}

# A scoped case is a case: it can be rendered again, for whom it was made.
for by in 'account stmarks' 'mailbox pe@stmarks-school.example'; do
    rm -rf first again
    "$EXINQUEST" report -q --for investigator,customer,ticket \
        "--${by% *}" "${by#* }" -f text,xml -o first "$logs" >said 2>err &&
        "$EXINQUEST" render -q --for investigator,customer,ticket -f text \
            -o again first/case.xml >said 2>err
    status=$?
    for file in investigator customer ticket; do
        # Its digest is another case's.
        grep -v -E '^ *[0-9a-f]{64}$' first/$file.txt >one
        grep -v -E '^ *[0-9a-f]{64}$' again/$file.txt >two
        cmp -s one two || status=1
    done
    result $status "rendered_again_by_${by% *}"
done

neighbour=s.harper@harper-law.example
stopped address_in_html html customer "$neighbour" 'an address'
stopped address_in_text text customer "$neighbour" 'an address'
stopped address_in_ticket text ticket "$neighbour" 'an address'
stopped domain text customer keyhomes.example 'a domain'
stopped domain_defanged html customer 'keyhomes[.]example' 'a domain'
if [ -n "$pdf" ]; then
    stopped address_in_pdf pdf customer "$neighbour" 'an address'
    stopped address_in_ticket_pdf pdf ticket "$neighbour" 'an address'
fi
rm -rf house
brand house 'Ask pe@stmarks-school.example about it'
scoped own text customer house && [ -s own/customer.txt ]
result $? own_address_is_no_leak

# A house may name itself, be it in the logs or not.
mkdir -p named
cat >named/brand.xml <<'END'
<brand name="Example Hosting">
  <contact href="mailto:abuse@server1.example.net">abuse@server1.example.net</contact>
</brand>
END
scoped house_named text customer named && [ -s house_named/customer.txt ]
result $? house_may_name_itself

# ------------------------------------------------------------ what was handed

if ! command -v python3 >/dev/null; then
    echo "skip nobody_else: python3 is not installed"
    exit "$failed"
fi

cat >others.py <<'END'
"""Prints the texts of other accounts that the files of a folder hold."""
import html, json, os, re, subprocess, sys

truth, account, folder = sys.argv[1:]
accounts = json.load(open(truth))["accounts"]
mine = accounts.get(account, {})
own = set(mine.get("domains", []) + mine.get("mailboxes", []))
others = set()
for name, holds in accounts.items():
    if name != account:
        others.update(holds.get("domains", []) + holds.get("mailboxes", []))
others = {text.lower() for text in others - own}

def read(path):
    with open(path, "rb") as file:
        data = file.read()
    if path.endswith(".pdf"):
        plain = subprocess.run(["pdftotext", "-raw", path, "-"], check=True,
                               stdout=subprocess.PIPE).stdout
        data += b"\n" + plain + b"\n" + re.sub(rb"\s+", b"", plain)
    text = data.decode("utf-8", "replace")
    bare = re.sub(r"<[^>]*>", "", text) if path.endswith(".html") else text
    text = html.unescape(text) + "\n" + html.unescape(bare)
    return text.replace("[.]", ".").replace("[:]", ":").lower()

seen = 0
for where, _, names in os.walk(folder):
    for name in names:
        seen += 1
        text = name.lower() + "\n" + read(os.path.join(where, name))
        for other in sorted(others):
            if re.search(r"(?<![a-z0-9-])" + re.escape(other) +
                         r"(?![a-z0-9-])", text):
                print(name, other)
if not seen:
    print("no file in", folder)
END

command -v pdftotext >/dev/null || pdf=
"$EXINQUEST" report -q --for investigator -f html,text --force -o whole "$logs" \
    >/dev/null 2>&1
[ -n "$(python3 others.py "$FIXTURES/corpus/spray-one-success/truth.json" \
    stmarks whole)" ]
result $? the_check_sees_others

accounts_of() { # EVIDENCE
    rm -rf case
    "$EXINQUEST" analyze -q -f json -o case "$1" >/dev/null 2>&1
    python3 -c 'import json
case = json.load(open("case/case.json"))
names = {f.get("account") for f in case["findings"]}
print(*sorted(name for name in names if name), sep="\n")'
}

for set in "$FIXTURES"/corpus/*/ "$FIXTURES"/recorded/*/; do
    set=${set%/}
    [ -f "$set/truth.json" ] || continue
    logs=$set/logs
    [ -d "$logs" ] || logs=$(ls "$set"/*.tar.gz)
    for account in $(accounts_of "$logs"); do
        rm -rf out
        "$EXINQUEST" report -q --for customer,ticket --account "$account" \
            -f "html,${pdf}text" -o out "$logs" >/dev/null 2>err
        status=$?
        [ "$status" -le 1 ] || sed 's/^/# /' err
        python3 others.py "$set/truth.json" "$account" out >found 2>&1
        [ "$status" -eq 0 ] && [ ! -s found ]
        result $? "nobody_else_in_${set##*/}_$account"
        sed 's/^/# /' found
    done
done

exit "$failed"
