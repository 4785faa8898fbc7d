#!/bin/sh
# export: each format is read back by a program that is not ours, and a scoped
# one holds nothing of others. Needs EXINQUEST, FIXTURES, EXINQUEST_TEMPLATES.
set -u
LC_ALL=C
export LC_ALL

scratch=$(mktemp -d "${TMPDIR:-/tmp}/exinquest-export.XXXXXX") || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1

failed=0
unset SOURCE_DATE_EPOCH
logs=$FIXTURES/corpus/spray-one-success/logs
hostile=$FIXTURES/corpus/hostile-strings/logs

result() { # STATUS NAME
    if [ "$1" -eq 0 ]; then
        echo "ok $2"
    else
        echo "not ok $2"
        failed=1
    fi
}

export_to() { # NAME STATUS ARGUMENT...
    name=$1
    want=$2
    shift 2
    "$EXINQUEST" export -q "$@" >out 2>err </dev/null
    got=$?
    [ "$got" -eq "$want" ]
    result $? "$name"
    [ "$got" -eq "$want" ] || {
        echo "  status $got, not $want"
        tail -n 5 err
    }
}

"$EXINQUEST" analyze -q -f xml,json -o case "$logs" >/dev/null || exit 1
case=case/case.xml

# ------------------------------------------------------------ the command line

export_to no_format 2 "$case"
export_to unknown_format 2 --to tsv "$case"
export_to case_and_evidence 2 --to csv "$case" "$logs"
export_to scope_of_a_case 2 --to csv --account stmarks "$case"
export_to items_of_a_table 2 --to csv --items scripts "$case"
export_to jsonl_of_a_case 2 --to jsonl "$case"
export_to no_such_finding 2 --to list --finding F99 "$case"
export_to no_evidence 3 --to csv -o none nothing_here
[ ! -e none ]
result $? failure_leaves_no_folder
: >a_file
export_to folder_is_a_file 4 --to csv -o a_file "$case"
export_to file_exists 4 --to jsonl -o a_file "$logs"
[ ! -s a_file ]
result $? existing_file_stays
export_to file_replaced 0 --to jsonl --force -o a_file "$logs"
[ -s a_file ] && [ "$(cat out)" = ./a_file ]
result $? path_is_printed
if [ -w /dev/full ]; then
    "$EXINQUEST" export -q --to jsonl "$logs" >/dev/full 2>err
    [ $? -eq 4 ]
    result $? full_disk
fi
{
    "$EXINQUEST" export -q --to jsonl "$logs" 2>err
    echo $? >status
} | head -n 1 >out
[ "$(cat status)" -eq 0 ] && [ ! -s err ]
result $? closed_pipe_is_no_error

# --------------------------------------------------------------------- lists

export_to list_of_addresses 0 --to list "$case"
cp out from_case
export_to list_of_evidence 0 --to list --finding f1 "$logs"
[ -s out ] && cmp -s from_case out
result $? lists_agree
export_to list_of_mailboxes 0 --to list --items mailboxes "$case"
[ "$(cat out)" = pe@stmarks-school.example ]
result $? mailbox_is_listed
export_to list_of_messages 0 --to list --items messages "$case"
[ "$(wc -l <out)" -eq 140 ] && ! grep -q -v -E '^[0-9A-Za-z-]{16,23}$' out
result $? every_message_is_listed

# ---------------------------------------------------------------- read back

export_to csv 0 --to csv -o csv "$logs"
export_to csv_of_a_case 0 --to csv -o csv_case "$case"
[ ! -e csv_case/messages.csv ] &&
    cmp -s csv/principals.csv csv_case/principals.csv
result $? tables_of_a_case
export_to csv_of_one_thread 0 --to csv -o csv1 -j 1 "$logs"
for table in csv/*; do
    cmp -s "$table" "csv1/${table#csv/}"
    result $? "same_bytes_$(basename "$table" .csv)"
done
export_to jsonl 0 --to jsonl -o events.jsonl "$logs"
export_to timesketch 0 --to timesketch -o sketch.jsonl "$logs"
export_to timesketch_of_a_case 0 --to timesketch -o sketch_case.jsonl "$case"
export_to csv_scoped 0 --to csv --account stmarks -o csv_scoped "$logs"
export_to jsonl_scoped 0 --to jsonl --account stmarks -o scoped.jsonl "$logs"
export_to csv_of_hostile_strings 0 --to csv -o csv_hostile "$hostile"
export_to jsonl_of_hostile_strings 0 --to jsonl -o hostile.jsonl "$hostile"
"$EXINQUEST" export -q --to csv -o csv_formula - >out 2>err <<'END'
2026-11-12 10:00:00 1xRRr6-000000001Qs-3Mpo <= a@b.example H=x.example [192.0.2.7] P=esmtp S=10 T="=cmd|' /C calc'!A0" for c@d.example
2026-11-12 10:00:00 1xRRr6-000000001Qs-3Mpo => c@d.example R=lookuphost T=remote_smtp H=mx.d.example [192.0.2.8]
2026-11-12 10:00:00 1xRRr6-000000001Qs-3Mpo Completed
END
result $? csv_from_stdin

xarf_by() { # NAME STATUS ARGUMENT...
    name=$1
    want=$2
    shift 2
    export_to "$name" "$want" --to xarf --organisation 'Example "Hosting"' "$@"
}
xarf_by xarf_without_contact 2 "$logs"
xarf_by xarf_contact_is_none 2 --contact nobody "$logs"
xarf_by xarf_of_a_case 2 --contact abuse@host.example "$case"
xarf_by xarf 0 --contact abuse@host.example -o xarf.jsonl "$logs"
xarf_by xarf_of_a_clean_log 0 --contact abuse@host.example \
    -o xarf_none.jsonl "$FIXTURES/corpus/newsletter-stale-list/logs"

if command -v python3 >/dev/null 2>&1; then
    cat >read.py <<'END'
import base64, csv, datetime, ipaddress, json, uuid

def say(name, good):
    print(('ok ' if good else 'not ok ') + name)

def table(folder, name):
    with open('%s/%s.csv' % (folder, name), newline='', encoding='utf-8') as f:
        return list(csv.DictReader(f, strict=True))

def lines(path):
    with open(path, encoding='utf-8') as f:
        return [json.loads(line) for line in f]

case = json.load(open('case/case.json'))
finding = case['findings'][0]
messages = table('csv', 'messages')
recipients = table('csv', 'recipients')
say('csv_has_every_message', len(messages) == case['totals']['messages'])
say('csv_is_rfc4180', all(line.endswith(b'\r\n') for line in
                          open('csv/messages.csv', 'rb')))
say('csv_messages_of_the_finding',
    sorted(m['message_id'] for m in messages if m['finding'] == 'F1')
    == sorted(finding['message_ids']))
of_finding = set(finding['message_ids'])
own = [r for r in recipients if r['message_id'] in of_finding]
say('csv_recipients_of_the_finding', len(own) == finding['recipients'])
say('csv_outcomes_of_the_finding',
    sum(r['outcome'] == 'delivered' for r in own) == finding['delivered'] and
    sum(r['outcome'] == 'failed' for r in own) == finding['failed'])
say('csv_principals_sum_up',
    sum(int(p['messages']) for p in table('csv', 'principals'))
    == case['totals']['messages'])
say('csv_timeline', len(table('csv', 'timeline')) ==
    sum(len(f['timeline']) for f in case['findings']))
formula = table('csv_formula', 'messages')[0]['subject']
say('csv_formula_is_text', formula.startswith("'=cmd|"))
say('csv_no_formula', not any(
    value and value[0] in '=+-@\t\r' for folder in ('csv', 'csv_hostile')
    for name in ('messages', 'recipients', 'principals', 'timeline')
    for row in table(folder, name) for value in row.values()))
say('csv_hostile_has_no_short_row', not any(
    None in row or None in row.values()
    for row in table('csv_hostile', 'messages')))

events = lines('events.jsonl')
arrivals = [e for e in events if e['event']['action'] == 'arrival']
say('jsonl_arrivals', len(arrivals) == case['totals']['arrivals'])
say('jsonl_local_ids', {e['email']['local_id'] for e in arrivals} ==
    {m['message_id'] for m in messages if m['sender']})
say('jsonl_deliveries', sum(e['event']['action'] == 'delivery'
                            for e in events) == case['totals']['deliveries'])
say('jsonl_failed_logins', sum(
    e['event']['action'] == 'auth_failed' for e in events)
    == case['totals']['auth_failures'])
say('jsonl_times', all(datetime.datetime.strptime(
    e['@timestamp'], '%Y-%m-%dT%H:%M:%S.%fZ') for e in events))
say('jsonl_hostile_strings', len(lines('hostile.jsonl')) > 0)

sketch = lines('sketch.jsonl')
say('timesketch_fields', all(
    isinstance(e.get(key), str) and e[key] for e in sketch
    for key in ('message', 'datetime', 'timestamp_desc')))
say('timesketch_times_agree', all(
    datetime.datetime.strptime(e['datetime'], '%Y-%m-%dT%H:%M:%S.%fZ')
    .replace(tzinfo=datetime.timezone.utc).timestamp() * 1000
    == e['timestamp'] / 1000 for e in sketch))
say('timesketch_of_a_case', len(lines('sketch_case.jsonl')) ==
    sum(len(f['timeline']) for f in case['findings']))

# What the published schemas of XARF 4 ask for.
def is_xarf(report):
    contact = {'org': 'Example "Hosting"', 'contact': 'abuse@host.example',
               'domain': 'host.example'}
    kinds = {('messaging', 'spam'): ['protocol'],
             ('connection', 'login_attack'): ['protocol', 'first_seen']}
    kind = (report['category'], report['type'])
    uuid.UUID(report['report_id'])
    ipaddress.ip_address(report['source_identifier'])
    datetime.datetime.strptime(report['timestamp'], '%Y-%m-%dT%H:%M:%SZ')
    needs = list(kinds[kind])
    if report['protocol'] == 'smtp':
        needs += ['smtp_from', 'source_port']
        if '@' not in report['smtp_from'] or \
                not 0 < report['source_port'] < 65536:
            return False
    for item in report.get('evidence', []):
        if set(item) - {'content_type', 'description', 'payload', 'hash',
                        'size'}:
            return False
        if len(base64.b64decode(item['payload'], validate=True)) \
                != item['size']:
            return False
    return (report['xarf_version'] == '4.0.0' and
            report['reporter'] == report['sender'] == contact and
            0 <= report['confidence'] <= 1 and
            report['protocol'] in ('smtp', 'other', 'tcp') and
            all(key in report for key in needs))

reports = lines('xarf.jsonl')
say('xarf_fields', len(reports) > 0 and all(map(is_xarf, reports)))
say('xarf_ids_differ',
    len({r['report_id'] for r in reports}) == len(reports))
say('xarf_one_for_each_source',
    sorted(r['source_identifier'] for r in reports if r['type'] == 'spam')
    == sorted(finding['source_ips']))
say('xarf_recipients', sum(r['recipient_count'] for r in reports
    if r['type'] == 'spam') == finding['recipients'])
say('xarf_shows_lines_of_the_source', all(
    '[%s]' % r['source_identifier'] in line
    for r in reports for item in r.get('evidence', [])
    for line in base64.b64decode(item['payload']).decode().splitlines()))
say('xarf_of_a_clean_log', not [r for r in lines('xarf_none.jsonl')
                                if r['type'] == 'spam'])

ours = table('csv_scoped', 'messages')
say('scope_has_its_own', len(ours) ==
    sum(m['account'] == 'stmarks' for m in messages) > 0)
say('scope_has_no_other_account',
    {m['account'] for m in ours} == {'stmarks'} and
    {p['account'] for p in table('csv_scoped', 'principals')} == {'stmarks'})
ids = {m['message_id'] for m in ours}
say('scope_has_no_other_recipient',
    {r['message_id'] for r in table('csv_scoped', 'recipients')} <= ids)
scoped = lines('scoped.jsonl')
say('scope_has_no_other_event',
    {e['email']['local_id'] for e in scoped if 'email' in e} == ids and
    all(e['exinquest']['account'] == 'stmarks' for e in scoped
        if 'email' in e))
others = {m['login'] for m in messages
          if m['login'] and m['account'] != 'stmarks'}
say('scope_names_no_other_login', others and not others & {
    e['user']['name'] for e in scoped if 'user' in e})
END
    python3 read.py >told 2>err
    status=$?
    cat told
    ! grep -q '^not ok' told && [ "$status" -eq 0 ]
    result $? read_back_by_python
    [ "$status" -eq 0 ] || tail -n 3 err
else
    echo "skip read_back_by_python: python3 is not here"
fi

# -------------------------------------------------------------------- SQLite

if ! "$EXINQUEST" help export | grep -q sqlite; then
    echo "skip sqlite: built without it"
elif ! command -v sqlite3 >/dev/null 2>&1; then
    echo "skip sqlite: sqlite3 is not here"
else
    export_to sqlite_without_file 2 --to sqlite "$logs"
    export_to sqlite_of_a_case 2 --to sqlite -o x.db "$case"
    export_to sqlite 0 --to sqlite -o logs.db "$logs"
    ask() { # NAME EXPECTED SQL
        [ "$(sqlite3 logs.db "$3")" = "$2" ]
        result $? "$1"
    }
    ask sqlite_is_sound ok 'PRAGMA integrity_check'
    ask sqlite_messages 509 'SELECT count(*) FROM messages'
    ask sqlite_finding '140|compromised_mailbox|1' \
        "SELECT messages, kind, compromise FROM findings WHERE id = 'F1'"
    ask sqlite_joins 292 "SELECT count(*) FROM recipients JOIN messages \
        USING (message_id, server) WHERE finding = 'F1'"
    ask sqlite_events 508 \
        "SELECT count(*) FROM events WHERE kind = 'arrival'"
    sqlite3 logs.db "EXPLAIN QUERY PLAN SELECT * FROM recipients \
        WHERE message_id = 'x'" | grep -q recipients_by_message
    result $? sqlite_is_indexed
    sqlite3 logs.db .schema | grep -q -e '-- envelope sender'
    result $? sqlite_is_documented
    export_to sqlite_again 0 --to sqlite -o again.db -j 1 "$logs"
    cmp -s logs.db again.db
    result $? sqlite_same_bytes
    ! find . | grep -q -e '\.tmp' -e journal
    result $? sqlite_leaves_nothing_beside
fi

exit "$failed"
