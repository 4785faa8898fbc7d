#!/bin/sh
# preserve: a listing for each kind of server, which a shell can read, with
# this case's names and nothing of a stranger's. Needs EXINQUEST, FIXTURES,
# EXINQUEST_TEMPLATES.
set -u
LC_ALL=C
export LC_ALL

scratch=$(mktemp -d "${TMPDIR:-/tmp}/exinquest-preserve.XXXXXX") || exit 1
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

has() { # NAME TEXT: the listing has this line
    grep -q -x -F -e "$2" out
    result $? "$1"
}

case_of() { # SET FOLDER
    "$EXINQUEST" analyze -q -f xml -o "$2" "$FIXTURES/corpus/$1/logs" >/dev/null
}

case_of spray-one-success mailbox && case_of script-one-dir script ||
    exit 1

"$EXINQUEST" preserve mailbox/case.xml >out 2>err && [ ! -s err ]
result $? prints
sh -n out
result $? a_shell_reads_it
keep='cp -a --parents -t /root/incident'
has web_logs_of_the_domain \
    "$keep /etc/apache2/logs/domlogs/stmarks-school.example*"
has settings_of_the_mailbox "$keep ~stmarks/etc/stmarks-school.example/{passwd,shadow} ~stmarks/etc/stmarks-school.example/pe"
has sessions_of_the_mailbox \
    'doveadm who pe@stmarks-school.example >>/root/incident/logged-in'
has mail_logs "$keep /var/log/exim_*"
[ "$(grep -v '^#' out | grep . | sort | uniq -d | wc -l)" -eq 0 ]
result $? nothing_twice
order=$(grep -n -e '-bpr' -e 'domlogs/stmarks-school.example\*' \
    -e 'crontab -u' -e 'cpanel/logs/{access' -e 'log/exim_\*' out | cut -d : -f 1)
[ "$(echo "$order" | sort -n)" = "$order" ] && [ "$(echo "$order" | wc -l)" -eq 5 ]
result $? first_what_disappears_first
! grep -v '^#' out | grep -q -E '(^|[;&|] *)(rm|mv|sed|kill|exim -M|chmod) '
result $? only_reads

"$EXINQUEST" preserve script/case.xml >out
dir=$(sed -n '/<script_dirs>/,/<.script_dirs>/ s|.*<dir>\(.*\)</dir>|\1|p' \
    script/case.xml | head -n 1)
[ -n "$dir" ]
result $? case_names_a_directory
has copies_the_directory "$keep $dir"
grep -q '^find .* -xdev ' out
result $? lists_the_files_with_their_times

# ------------------------------------------------------------ other servers

for server in debian directadmin other; do
    sed "s|<server_kind>.*</server_kind>|<server_kind>$server</server_kind>|" \
        mailbox/case.xml >other.xml
    "$EXINQUEST" preserve other.xml >out && sh -n out &&
        ! grep -q 'cpanel\|whmapi\|domlogs' out
    result $? "nothing_of_cpanel_on_$server"
done
sed 's|<server_kind>.*</server_kind>|<server_kind>debian</server_kind>|
    0,/<state>[a-z_]*</ s|<state>[a-z_]*<|<state>queued<|' \
    mailbox/case.xml >queued.xml
"$EXINQUEST" preserve queued.xml >out
grep -q '^cp .* /var/spool/exim4/{input,msglog}/[0-9A-Za-z-]*\*$' out
result $? copies_what_is_queued

# ------------------------------------------------------------- hostile names

hostile() { # NAME ELEMENT VALUE PLACEHOLDER
    awk -v element="$2" -v value="$3" '
        /<finding>/ { inside = 1 } /<claims>/ { inside = 0 }
        inside && $0 ~ "<" element ">" {
            print "<" element ">" value "</" element ">"; next }
        { print }' mailbox/case.xml >hostile.xml
    "$EXINQUEST" preserve hostile.xml >out 2>err && sh -n out &&
        ! grep -q 'touch owned' out && grep -q -e "$4" out
    result $? "$1"
}
hostile command_in_account account ';touch owned;' 'crontab -u ACCOUNT '
# shellcheck disable=SC2016 # that is what must not be expanded
hostile substitution_in_mailbox mailbox '$(touch owned)@x.example' \
    'doveadm who MAILBOX '
hostile option_as_account account '-rtouch owned' 'crontab -u ACCOUNT '
# A control byte is never in a case of ours: the file is refused.
sed 's|<domain>[^<]*<|<domain>x.example\&#10;touch owned<|' mailbox/case.xml >newline.xml
"$EXINQUEST" preserve newline.xml >out 2>err
[ $? -eq 3 ] && [ ! -s out ] && grep -q 'not printable' err
result $? newline_in_domain
sed 's|<as_of>|<id>1\&#10;touch owned</id><as_of>|' mailbox/case.xml >named.xml
"$EXINQUEST" preserve named.xml >out 2>err
! grep -q '^touch owned' out
result $? newline_in_case_number
[ ! -e owned ]
result $? nothing_was_run

# -------------------------------------------------------------- what is wrong

"$EXINQUEST" preserve nothing.xml >out 2>err
[ $? -eq 3 ] && [ ! -s out ]
result $? missing_case
"$EXINQUEST" preserve >out 2>err
[ $? -eq 2 ]
result $? no_case
if [ -w /dev/full ]; then
    "$EXINQUEST" preserve mailbox/case.xml >/dev/full 2>err
    [ $? -eq 4 ]
    result $? full_disk
fi

exit "$failed"
