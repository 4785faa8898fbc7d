#!/bin/sh
# The catalogues: each has every sentence that English has, with the same
# places for values, a form for every number, and none that nobody asks for.
# Needs SOURCE (the source folder).
set -u
LC_ALL=C.UTF-8
export LC_ALL

failed=0

result() { # STATUS NAME
    if [ "$1" -eq 0 ]; then
        echo "ok $2"
    else
        echo "not ok $2"
        failed=1
    fi
}

python=$(command -v python3) || {
    echo "skip words_complete: python3 is not here"
    exit 0
}

# compare ENGLISH OTHER: one line for each difference
compare() {
    "$python" - "$1" "$2" <<'PYTHON'
import re
import sys
import xml.etree.ElementTree as tree

# An English case says these itself; its catalogue needs no words for them.
SAID_BY_THE_CASE = ("unknown.",)
FORMS = {"fr": ("one", "other"), "pt-BR": ("one", "other"),
         "pl": ("one", "few", "many", "other"),
         "ru": ("one", "few", "many", "other"),
         "uk": ("one", "few", "many", "other"),
         "ja": ("other",), "zh": ("other",), "ko": ("other",)}
EVERY_FORM = ("one", "few", "many", "other")


def places(node):
    return set(re.findall(r"\{([a-z_]+)\}", "".join(node.itertext())))


def codes(node):
    return sorted("".join(code.itertext()) for code in node.iter("code")
                  if code.text and code.text.isascii())


def read(path):
    root = tree.parse(path).getroot()
    messages = {}
    for message in root.iter("msg"):
        name = message.get("id")
        if name in messages:
            print(f"{name}: there twice")
        messages[name] = message
    return root, messages


english_root, english = read(sys.argv[1])
root, words = read(sys.argv[2])
forms = FORMS.get(root.get("lang"), ("one", "other"))

for name in english_root.find("format").keys():
    format = root.find("format")
    if format is None or format.get(name) is None:
        print(f"format: no {name}")
for name, message in english.items():
    if name not in words:
        print(f"{name}: missing")
        continue
    other = words[name]
    if places(message) != places(other):
        print(f"{name}: {sorted(places(other))} for {sorted(places(message))}")
    if not "".join(other.itertext()).strip():
        print(f"{name}: empty")
    if message.get("plural") != other.get("plural"):
        print(f"{name}: another plural")
    counted = [child.tag for child in other if child.tag in EVERY_FORM]
    if counted and sorted(counted) != sorted(forms):
        print(f"{name}: forms {counted}")
    if counted and other.find("other") is not None \
            and places(other.find("other")) != places(message):
        print(f"{name}: a value is missing from the form for many")
    if set(codes(message)) != set(codes(other)):
        print(f"{name}: {codes(other)} for {codes(message)}")
for name in words:
    if name not in english and not name.startswith(SAID_BY_THE_CASE):
        print(f"{name}: not in English")
PYTHON
}

for catalogue in "$SOURCE"/templates/words/*.xml; do
    name=$(basename "$catalogue" .xml)
    words=$(compare "$SOURCE/templates/words/en.xml" "$catalogue" 2>&1)
    [ -z "$words" ]
    result $? "words_$name"
    [ -z "$words" ] || echo "$words"
done

# It must be able to see: a catalogue that lacks a sentence, a value, a form.
dir=$(mktemp -d "${TMPDIR:-/tmp}/words.XXXXXX") || exit 1
trap 'rm -rf "$dir"' EXIT
cat >"$dir/en.xml" <<'XML'
<words lang="en"><format group=","/><msg id="a">{x}</msg><msg id="b">b</msg>
<msg id="c"><one>1</one><other>{count}</other></msg></words>
XML
cat >"$dir/de.xml" <<'XML'
<words lang="de"><format/><msg id="a">{y}</msg>
<msg id="c"><other>{count}</other></msg><msg id="d">d</msg></words>
XML
words=$(compare "$dir/en.xml" "$dir/de.xml" | cut -d: -f1 | tr '\n' ' ')
[ "$words" = "format a b c d " ]
result $? words_differences_are_seen

exit "$failed"
