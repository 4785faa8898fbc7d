#!/bin/sh
# What a house says of itself: the configuration and the brand folder. What is
# wrong is said with file and line. Needs EXINQUEST, FIXTURES, SOURCE,
# EXINQUEST_TEMPLATES.
set -u
LC_ALL=C
export LC_ALL

scratch=$(mktemp -d "${TMPDIR:-/tmp}/exinquest-house.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

failed=0
unset SOURCE_DATE_EPOCH
umask 022

result() { # STATUS NAME
    if [ "$1" -eq 0 ]; then
        echo "ok $2"
    else
        echo "not ok $2"
        failed=1
    fi
}

for scope in '' --account=stmarks; do # the second for the customer
    # shellcheck disable=SC2086 # an option, or none
    "$EXINQUEST" report -q -f xml -o "case$scope" --for \
        "$([ "$scope" ] && echo customer || echo investigator)" $scope \
        "$FIXTURES/corpus/spray-one-success/logs" >said || exit 1
done

# NAME STATUS PATTERN ARGUMENT...: render of the case, into out/
render() {
    name=$1
    want=$2
    pattern=$3
    shift 3
    rm -rf out
    case " $* " in
    *customer*) of=case--account=stmarks ;;
    *) of=case ;;
    esac
    "$EXINQUEST" render -f html,text -o out "$@" "$of/case.xml" >said 2>err
    got=$?
    [ "$got" -eq "$want" ] && { [ -z "$pattern" ] || grep -q -e "$pattern" err; }
    result $? "$name"
    [ "$got" -eq "$want" ] || {
        echo "  status $got, not $want"
        cat err
    }
}

configured() { # NAME STATUS PATTERN LINE...: with these lines
    name=$1
    want=$2
    pattern=$3
    shift 3
    printf '%s\n' "$@" >house.conf
    EXINQUEST_CONFIG=$scratch/house.conf
    export EXINQUEST_CONFIG
    render "$name" "$want" "$pattern" --for investigator
    EXINQUEST_CONFIG=none
}

# ----------------------------------------------------------- configuration

EXINQUEST_CONFIG=none
export EXINQUEST_CONFIG
render without 0 ''
cp out/investigator.html plain.html
configured unknown_key 2 \
    'house.conf:2: there is no key "organization"; did you mean "organisation"' \
    '# ours' 'organization = x'
configured strange_key 2 'house.conf:1: there is no key "qqqqqq"' 'qqqqqq = 1'
configured no_value 2 'house.conf:1: logo has no value' 'logo ='
configured no_key 2 'house.conf:3: not "key = value"' '' '' 'hello'
configured there_twice 2 'house.conf:2: language is there twice' \
    'language = de' 'language = en'
configured wrong_audience 2 'house.conf:1: .*"boss" is not one of' \
    'audience = boss'
configured pale_colour 2 'house.conf:2: colour "#ffff00" is not a colour' '' \
    'colour = #ffff00'
configured no_colour 2 'house.conf:1: colour "green" is not a colour' \
    'colour = green'
configured dim_colour 2 'house.conf:1: colour_dark "#0b5a35" is not' \
    'colour_dark = #0b5a35'
configured long_deadline 2 'house.conf:1: deadline "999" is not a number' \
    'deadline = 999'
configured no_logo 2 'nothing.png: No such file' 'logo = nothing.png'
configured control_bytes 2 'house.conf:1: not plain UTF-8' \
    "$(printf 'organisation = a\033[31mb')"

configured all_keys 0 '' 'organisation = Example Hosting' \
    'contact = abuse@hosting.example' 'contact = +49 30 0000000' \
    "logo = $SOURCE/docs/examples/brand/logo.png" 'colour = #0b5a35' \
    'colour_dark = #8fdcb0' 'deadline = 3' 'language = de'
for text in 'class="house">Example Hosting<' 'href="mailto:abuse@hosting.example"' \
    '+49 30 0000000' 'src="data:image/png;base64,iVBOR' '#0b5a35' '#8fdcb0' \
    'lang="de"' 'house.conf:8'; do
    grep -q -F -e "$text" out/investigator.html
    result $? "says_$(printf '%s' "$text" | tr -c 'a-zA-Z0-9' _ | cut -c 1-24)"
done

printf 'organisation = A\nlanguage = de\n' >house.conf
EXINQUEST_CONFIG=$scratch/house.conf
render option_wins 0 'organisation = A (.*house.conf:1)' -v --lang en
grep -q 'lang="en"' out/investigator.html && ! grep -q 'language = ' err &&
    ! grep -q 'house.conf:2' out/investigator.html
result $? option_is_in_force
render customers_deadline 0 '' --for customer
! grep -q 'house.conf' out/customer.html
result $? customers_see_no_paths
printf 'deadline = 3\n' >house.conf
render customers_deadline 0 '' --for customer
tr -d '\n' <out/customer.html |
    grep -q 'Please do all of this by <time[^>]*>2026-11-17<'
result $? deadline_is_said
chmod o+w house.conf
render others_may_write 2 'only its owner may write'
chmod o-w house.conf
EXINQUEST_CONFIG=$scratch/absent.conf
render named_file_is_missing 2 'absent.conf: No such file'
EXINQUEST_CONFIG=$scratch/absent.conf "$EXINQUEST" help >said 2>&1
result $? help_needs_no_configuration

# The user's own file, found and named by its place.
unset EXINQUEST_CONFIG
mkdir -p xdg/exinquest home/.config/exinquest
printf 'organisation = From XDG\n' >xdg/exinquest/exinquest.conf
printf 'organisation = From home\n' >home/.config/exinquest/exinquest.conf
XDG_CONFIG_HOME=$scratch/xdg HOME=$scratch/home "$EXINQUEST" render -v -f html \
    -o xdg_out case/case.xml >said 2>err
grep -q 'From XDG (.*xdg/exinquest/exinquest.conf:1)' err
result $? xdg_place
HOME=$scratch/home XDG_CONFIG_HOME='' "$EXINQUEST" render -v -f html \
    -o home_out case/case.xml >said 2>err
grep -q 'From home (.*home/.config/exinquest/exinquest.conf:1)' err
result $? home_place
EXINQUEST_CONFIG=none
export EXINQUEST_CONFIG

# The sample says nothing until a # is taken away; then it is all right.
EXINQUEST_CONFIG=$SOURCE/docs/examples/exinquest.conf
render sample_says_nothing 0 ''
cmp -s out/investigator.html plain.html
result $? sample_changes_nothing
cp -R "$SOURCE/docs/examples" samples
sed -e 's/^#\([a-z_]* = \)/\1/' -e '/^data/d' -e '/^logo/d' \
    samples/exinquest.conf >samples/all.conf
EXINQUEST_CONFIG=$scratch/samples/all.conf
render sample_without_its_marks 0 ''
grep -q 'abuse@hosting.example' out/ticket.txt
result $? sample_is_in_force
EXINQUEST_CONFIG=none

# ------------------------------------------------------------ brand folder

render sample_brand 0 '' --brand "$SOURCE/docs/examples/brand" --for customer
for text in 'class="house">Example Hosting<' 'src="data:image/png;base64,' \
    'our abuse desk watches your mail' 'Example Hosting Ltd' \
    'Please do all of this by'; do
    grep -q -F -e "$text" out/customer.html
    result $? "brand_$(printf '%s' "$text" | tr -c 'a-zA-Z0-9' _ | cut -c 1-24)"
done

brand() { # NAME PATTERN XML: a brand.xml that is wrong
    rm -rf house
    mkdir house
    cp "$SOURCE/docs/examples/brand/logo.png" house/
    printf '%s\n' "$3" >house/brand.xml
    render "$1" 2 "$2" --brand house
}

brand no_name 'brand.xml:1: the brand has no name' '<brand accent="#0b5a35"/>'
brand unknown_attribute 'brand.xml:1: a brand has no "color"' \
    '<brand name="A" color="red"/>'
brand unknown_element 'brand.xml:2: a brand has <contact> and <legal>' \
    '<brand name="A">
<link/></brand>'
brand pale_accent 'brand.xml:1: accent "#ffff00"' '<brand name="A" accent="#ffff00"/>'
brand script_link 'brand.xml:2: href "javascript:x" is not an address' \
    '<brand name="A">
<contact href="javascript:x">x</contact></brand>'
brand markup_inside 'brand.xml:2: <legal> holds plain text alone' '<brand name="A">
<legal><b>x</b></legal></brand>'
brand no_xml 'brand.xml:3: not well-formed' '<brand name="A">
<contact>'
brand doctype 'brand.xml:[0-9]*: a document type' '<!DOCTYPE brand [<!ENTITY a "b">]>
<brand name="A"/>'
brand logo_missing 'brand.xml:1: the logo gone.png cannot be read' \
    '<brand name="A" logo="gone.png"/>'
brand logo_elsewhere 'brand:/../x.png: not a file of' '<brand name="A" logo="../x.png"/>'

logo() { # NAME PATTERN: house/logo.png is wrong
    render "$1" 2 "$2" --brand house
}

rm -rf house && cp -R "$SOURCE/docs/examples/brand" house
printf 'GIF89a' >house/logo.png
logo logo_of_another_kind 'logo.png: not a PNG picture'
good=$SOURCE/docs/examples/brand/logo.png
head -c 300 "$good" >house/logo.png
logo logo_cut 'logo.png: the picture is damaged or cut short'
{
    head -c 200 "$good"
    printf 'x'
    tail -c +202 "$good"
} >house/logo.png
logo logo_damaged 'logo.png: the picture is damaged: wrong checksum'
{
    cat "$good"
    head -c 300000 /dev/zero
} >house/logo.png
logo logo_too_large 'logo.png: a logo has 256 KiB at most'
cp "$good" house/logo.png
render logo_mended 0 '' --brand house
! base64 -d <out/investigator.html 2>/dev/null | grep -q 'made by hand' &&
    grep -q 'made by hand' "$good"
result $? logo_without_its_comment

words() { # NAME PATTERN XML
    rm -rf house
    mkdir -p house/words
    printf '%s\n' "$3" >house/words/en.xml
    render "$1" 2 "$2" --brand house
}

words unknown_sentence 'words/en.xml:2: there is no sentence "title.claen"' \
    '<words lang="en">
<msg id="title.claen">x</msg></words>'
words unknown_value 'words/en.xml:2: "title.forwarder_loop" has no value {whom}' \
    '<words lang="en">
<msg id="title.forwarder_loop">At {whom}</msg></words>'
words sentence_twice 'words/en.xml:3: "title.clean" is there twice' \
    '<words lang="en">
<msg id="title.clean">x</msg>
<msg id="title.clean">y</msg></words>'

mkdir -p house/open/words && chmod o+w house/open
render folder_of_others 2 'others may write to this folder' --brand house/open

if command -v pdfinfo >/dev/null 2>&1 && command -v pdfimages >/dev/null 2>&1 &&
    "$EXINQUEST" render -q -f pdf --for customer -o pdf \
        --brand "$SOURCE/docs/examples/brand" \
        case--account=stmarks/case.xml >said 2>err; then
    pdfinfo pdf/customer.pdf >info
    grep -q '^Author: *Example Hosting' info && grep -q '^Tagged: *yes' info &&
        grep -q '^PDF version: *1.7' info && [ ! -s err ]
    result $? pdf_is_the_houses
    [ "$(pdfimages -list pdf/customer.pdf | awk '$3 == "image"' | wc -l)" -eq 1 ]
    result $? pdf_has_the_logo_once
else
    echo 'skip pdf_of_the_house: no PDF here, or no poppler'
fi

exit "$failed"
