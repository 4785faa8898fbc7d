#!/bin/sh
# Every command of the checklists, for each kind of server, with hostile names
# in the case: a shell takes it (`sh -n`), and a lexer finds no word in it that
# a name brought along. Needs EXINQUEST, FIXTURES, EXINQUEST_TEMPLATES.
set -u
LC_ALL=C.UTF-8
export LC_ALL

command -v python3 >/dev/null || {
    echo "skip commands: python3 is not here"
    exit 0
}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/exinquest-commands.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
failed=0

# Prints what is wrong with the commands of a page, and how many there are.
read_commands() { # HTML
    python3 - "$1" <<'PYTHON'
import html
import re
import shlex
import subprocess
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    page = file.read()
blocks = re.findall(r"<pre><code>(.*?)</code></pre>", page, re.S)
for block in blocks:
    command = html.unescape(re.sub(r"<[^>]*>", "", block))
    checked = subprocess.run(["sh", "-n"], input=command, text=True,
                             capture_output=True)
    if checked.returncode:
        print(f"no shell takes: {command}")
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    try:
        words = list(lexer)
    except ValueError as error:
        print(f"{error}: {command}")
        continue
    for word in words:
        if word in ("touch", "owned", "-rf", "--owned"):
            print(f"a name's own word in: {command}")
print(len(blocks), file=sys.stderr)
PYTHON
}

# A value of the case replaced by a hostile one wherever it stands.
poisoned() { # KIND FROM TO
    python3 - "$@" <<'PYTHON'
import sys
from xml.sax.saxutils import escape

kind, old, new = sys.argv[1:]
with open("case/case.xml", encoding="utf-8") as file:
    text = file.read()
text = text.replace(f">{old}<", f">{escape(new)}<")
text = text.replace("<server_kind>cpanel<", f"<server_kind>{kind}<")
with open("poisoned.xml", "w", encoding="utf-8") as file:
    file.write(text)
PYTHON
}

check() { # SET VALUE
    rm -rf case
    "$EXINQUEST" analyze -q -f xml -o case "$FIXTURES/$1" >said 2>&1
    for kind in cpanel debian directadmin; do
        number=0
        for hostile in 'x;touch owned' "x';touch owned;'" 'x$(touch owned)' \
            'x`touch owned`' '-rf' '--owned' 'x|touch owned' 'x&touch owned' \
            "/a b/'; touch owned #" 'x"; touch owned; "'; do
            number=$((number + 1))
            poisoned "$kind" "$2" "$hostile" && rm -rf out &&
                "$EXINQUEST" render -q -f html -o out poisoned.xml \
                    >said 2>&1 &&
                read_commands out/investigator.html >wrong 2>count
            if [ $? -eq 0 ] && [ ! -s wrong ] && [ "$(cat count)" -ge 12 ]; then
                echo "ok ${1##*/}_${kind}_$number"
            else
                echo "not ok ${1##*/}_${kind}_$number"
                cat said wrong count | head -n 5 | sed 's/^/# /'
                failed=1
            fi
        done
    done
}

check corpus/mailbox-many-ips orders@bakery.example
check corpus/script-one-dir greenfld

exit "$failed"
