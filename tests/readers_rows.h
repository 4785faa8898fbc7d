/*
 * readers_rows.h: lines and what must be read from them. `expect` lists
 * fields as "name=value", one a line; see field_text() for the names.
 */
#ifndef TESTS_READERS_ROWS_H
#define TESTS_READERS_ROWS_H

#include "analyzer/readers/reader.h"

struct row {
    const char *name;
    const char *line;
    enum event_kind kind;
    enum line_class class;
    uint32_t flags; /* exactly these */
    const char *expect;
};

#define S "2024-03-05 09:15:01 "
#define O "1rhQt3-00089R-1k"
#define N "1rhQt3-0000000089R-0W7E"
#define SO S O " "

static const struct row rows[] = {
    /* exim-log-format 10, by number */
    { "tricky_01", SO "<= bob@example.com U=bob P=local S=512", EVENT_ARRIVAL,
      LINE_PARSED, 0,
      "id=" O "\nsender=bob@example.com\nident=bob\nprotocol=local\n"
      "size=512\narrival_flags=0\nat_ms=1709630101000\ntext=<= bob@example.com "
      "U=bob P=local S=512" },
    { "tricky_02",
      S "[31337] " N " <= bob@example.com U=bob P=local S=512 T=\"Hi\" for "
        "a@example.net b@example.org",
      EVENT_ARRIVAL, LINE_PARSED, 0,
      "pid=31337\nid=" N
      "\nsubject=Hi\nrecipients=a@example.net b@example.org\n"
      "arrival_flags=24" },
    { "tricky_03", "2024-03-05 09:15:01.123 +0100 [7] " O " Completed QT=3m45s",
      EVENT_COMPLETED, LINE_PARSED, 0,
      "at_ms=1709630101123\nzone=60\npid=7\nqueue_time=3m45s" },
    { "tricky_04",
      SO "<= <> R=1rhQt3-00089R-0a U=mailnull P=local S=1900 T=\"Mail delivery "
         "failed: returning message to sender\" for bob@example.com",
      EVENT_ARRIVAL, LINE_PARSED, 0,
      "sender=\nsender_null=1\nparent=1rhQt3-00089R-0a\nident=mailnull\n"
      "subject=Mail delivery failed: returning message to sender" },
    { "tricky_05",
      SO "<= <> R=1rhQt3-00089R-0a U=mailnull P=local S=1500 T=\"Warning: "
         "message 1rhQt3-00089R-0a delayed 24 hours\" for bob@example.com",
      EVENT_ARRIVAL, LINE_PARSED, 0,
      "parent=1rhQt3-00089R-0a\n"
      "subject=Warning: message 1rhQt3-00089R-0a delayed 24 hours" },
    { "tricky_06",
      SO "<= <> H=mx.example.net [192.0.2.9] P=esmtp S=2000 id=x@example.net",
      EVENT_ARRIVAL, LINE_PARSED, 0,
      "sender_null=1\nparent=\nname=mx.example.net\nip=192.0.2.9\n"
      "host_flags=1\nheader_id=x@example.net" },
    { "tricky_07",
      SO "<= eve@example.com H=(laptop) [203.0.113.5]:52100 P=esmtpsa "
         "X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=no "
         "A=dovecot_login:eve@example.com S=2201 id=abc@x T=\"Invoice\" for "
         "a@example.net",
      EVENT_ARRIVAL, LINE_PARSED, 0,
      "helo=laptop\nname=\nhost_flags=0\nip=203.0.113.5\nport=52100\n"
      "protocol=esmtpsa\ncipher=TLS1.3:TLS_AES_256_GCM_SHA384:256\n"
      "authenticator=dovecot_login\nauth_id=eve@example.com\nsize=2201\n"
      "header_id=abc@x\nsubject=Invoice\nrecipients=a@example.net" },
    { "tricky_08",
      SO "<= a@example.com H=([IPv6:2001:db8::1]) [2001:db8::1]:1027 U=id ent "
         "P=esmtp S=220",
      EVENT_ARRIVAL, LINE_PARSED, 0,
      "helo=[IPv6:2001:db8::1]\nip=2001:db8::1\nport=1027\nident=id ent\n"
      "protocol=esmtp\nsize=220" },
    { "tricky_09",
      SO "<= \"a R=x T=y H=[198.51.100.1]\"@example.net "
         "H=client.example.net (my_helo) [192.0.2.7]:1025 P=esmtp S=282 "
         "id=\"i d\"@example.net T=\"s1\" from <\"a R=x T=y "
         "H=[198.51.100.1]\"@example.net> for bob@example.com \"rej <z> "
         "F=<evil> rejected\"@example.com",
      EVENT_ARRIVAL, LINE_PARSED, 0,
      "sender=\"a R=x T=y H=[198.51.100.1]\"@example.net\nip=192.0.2.7\n"
      "name=client.example.net\nhelo=my_helo\nheader_id=\"i d\"@example.net\n"
      "subject=s1\nfrom=\"a R=x T=y H=[198.51.100.1]\"@example.net\n"
      "recipient_count=2" },
    { "tricky_10",
      SO "<= a@example.net H=(x) [198.51.100.1]:25 P=esmtpsa "
         "A=plain:boss@example.com (y) [192.0.2.8]:1026 P=esmtp S=279",
      EVENT_ARRIVAL, LINE_PARSED, EVENT_TAMPER,
      "helo=x) [198.51.100.1]:25 P=esmtpsa A=plain:boss@example.com (y\n"
      "ip=192.0.2.8\nport=1026\nauthenticator=\nprotocol=esmtp\nsize=279" },
    { "tricky_11",
      SO "<= <> H=([192.0.2.99]) [192.0.2.8]:1026 P=esmtpa L.- A=plain:user "
         "name@example.com S=99 S=201 T=\"s\" for bob@example.com",
      EVENT_ARRIVAL, LINE_PARSED, EVENT_TAMPER,
      "helo=[192.0.2.99]\nip=192.0.2.8\nauth_id=user name@example.com S=99\n"
      "size=201\nsubject=s\nrecipients=bob@example.com" },
    { "tricky_12",
      SO
      "<= s@example.com U=s P=local S=300 T=\"a \\\"quoted\\\" back\\\\slash "
      "\\303\\251 for x@example.org\" for bob@example.com",
      EVENT_ARRIVAL, LINE_PARSED, 0,
      "subject_decoded=a \"quoted\" back\\slash \xc3\xa9 for x@example.org\n"
      "recipients=bob@example.com\nrecipient_count=1" },
    { "tricky_13",
      SO "<= s@example.com U=s P=local S=300 T=\"one\\ntwo 2024-01-01 00:00:00 "
         "Completed\" for bob@example.com",
      EVENT_ARRIVAL, LINE_PARSED, 0,
      "subject=one\\ntwo 2024-01-01 00:00:00 Completed\n"
      "recipients=bob@example.com" },
    { "tricky_14", SO "<= s@example.com U=s P=local S=300 T=\"\" for bob",
      EVENT_ARRIVAL, LINE_PARSED, 0,
      "subject=\narrival_flags=24\nrecipients=bob" },
    { "tricky_15",
      SO
      "<= s@example.com H=mx.example.net [192.0.2.9] P=esmtps "
      "X=TLS1.2:ECDHE-RSA-AES128-SHA256:128* CV=no SNI=mail\\040x K S=9 M8S=8 "
      "DKIM=example.net RT=0.204s Q=bulk id*=E1@example.com",
      EVENT_ARRIVAL, LINE_PARSED, 0,
      "cipher=TLS1.2:ECDHE-RSA-AES128-SHA256:128*\nsize=9\n"
      "header_id=E1@example.com\narrival_flags=6" },
    { "tricky_16",
      SO "<= s@example.com H=mx [192.0.2.9] P=esmtps X=TLSv1.2:AES256-SHA:256 "
         "CV=no SNI=\"mail.example.com\" S=9",
      EVENT_ARRIVAL, LINE_PARSED, 0,
      "cipher=TLSv1.2:AES256-SHA:256\nsize=9\nname=mx" },
    { "tricky_17",
      SO "(= s@example.net H=(h) [192.0.2.9] P=esmtp S=900 for a@example.com",
      EVENT_ARRIVAL, LINE_PARSED, 0,
      "arrival_flags=17\nsender=s@example.net\nrecipients=a@example.com" },
    { "tricky_18", SO "=> bob <bob@example.com> R=localuser T=local_delivery",
      EVENT_DELIVERY, LINE_PARSED, 0,
      "address=bob\noriginal=bob@example.com\nrouter=localuser\n"
      "transport=local_delivery\ntarget=2\nmark=1" },
    { "tricky_19",
      SO "=> bob <info@example.com> F=<s@example.net> P=<s@example.net> "
         "R=virtual_user T=virtual_userdelivery S=4411 QT=2s DT=0s",
      EVENT_DELIVERY, LINE_PARSED, 0,
      "address=bob\noriginal=info@example.com\nsender=s@example.net\nsize="
      "4411\n"
      "queue_time=2s\ndelivery_time=0s" },
    { "tricky_20",
      SO "=> a@example.net (list@example.com, all@example.com) "
         "<team@example.com> R=dnslookup T=remote_smtp H=mx.example.net "
         "[192.0.2.9]:25 I=[198.51.100.2]:40112 "
         "X=TLS1.3:TLS_AES_256_GCM_SHA384:256 CV=dane A=cram:me K C=\"250- 900 "
         "byte chunk, total 950\\\\n250 OK id=1abcde-000001-Xy\"",
      EVENT_DELIVERY, LINE_PARSED, 0,
      "address=a@example.net\nparents=list@example.com, all@example.com\n"
      "original=team@example.com\nname=mx.example.net\nip=192.0.2.9\nport=25\n"
      "interface=198.51.100.2\ninterface_port=40112\nauthenticator=cram\n"
      "auth_id=me\ntarget=1\nresponse_lines=250- 900 byte chunk, total 950/250 "
      "OK id=1abcde-000001-Xy" },
    { "tricky_21",
      SO "-> b@example.net R=dnslookup T=remote_smtp H=mx.example.net DS "
         "[2001:db8::25]* C=\"250 2.0.0 \\\"queued\\\"\"",
      EVENT_DELIVERY, LINE_PARSED, 0,
      "mark=2\naddress=b@example.net\noriginal=b@example.net\n"
      "name=mx.example.net\nip=2001:db8::25\nhost_flags=2\n"
      "response_lines=250 2.0.0 \"queued\"" },
    { "tricky_22",
      SO "=> |/usr/bin/php -q /home/u/p.php <pipe@example.com> "
         "R=virtual_aliases T=virtual_address_pipe",
      EVENT_DELIVERY, LINE_PARSED, 0,
      "address=|/usr/bin/php -q /home/u/p.php\noriginal=pipe@example.com\n"
      "router=virtual_aliases\ntarget=4" },
    { "tricky_23",
      SO "=> /home/u/mail/spam (u@example.com) <sales@example.com> "
         "R=central_filter T=address_file",
      EVENT_DELIVERY, LINE_PARSED, 0,
      "address=/home/u/mail/spam\nparents=u@example.com\n"
      "original=sales@example.com\ntarget=3" },
    { "tricky_24",
      SO "=> >cust@example.net <info@example.com> R=userautoreply "
         "T=userautoreply",
      EVENT_DELIVERY, LINE_PARSED, 0,
      "address=>cust@example.net\noriginal=info@example.com\ntarget=5" },
    { "tricky_25a", SO "=> :blackhole: <x@example.com> R=aliases",
      EVENT_DELIVERY, LINE_PARSED, 0,
      "address=:blackhole:\noriginal=x@example.com\ntransport=\ntarget=6" },
    { "tricky_25b", SO "=> discarded <x@example.com> R=filter", EVENT_DELIVERY,
      LINE_PARSED, 0, "original=x@example.com\nrouter=filter\ntarget=6" },
    { "tricky_26", SO "=> blackhole (RCPT ACL discarded recipients): why",
      EVENT_DELIVERY, LINE_PARSED, 0,
      "target=6\naddress=\nreason=(RCPT ACL discarded recipients): why" },
    { "tricky_27", SO "=> /dev/null <n@example.com> R=a T=**bypassed**",
      EVENT_DELIVERY, LINE_PARSED, 0,
      "transport=**bypassed**\noriginal=n@example.com\ntarget=6" },
    { "tricky_28",
      SO "=> x r=fake t=fake <\"x R=fake T=fake\"@example.com> R=loc "
         "T=local_delivery",
      EVENT_DELIVERY, LINE_PARSED, EVENT_TAMPER,
      "address=x r=fake t=fake\noriginal=\"x R=fake T=fake\"@example.com\n"
      "router=loc\ntransport=local_delivery" },
    { "tricky_29",
      SO "=> x@y R=f T=g@example.net <\"x@y R=f T=g\"@example.net> R=dnslookup "
         "T=remote_smtp H=mx [192.0.2.9] C=\"250 OK\"",
      EVENT_DELIVERY, LINE_PARSED, EVENT_TAMPER,
      "address=x@y R=f T=g@example.net\noriginal=\"x@y R=f T=g\"@example.net\n"
      "router=dnslookup\ntransport=remote_smtp\nip=192.0.2.9" },
    { "tricky_30",
      S N " >> a@example.net P=<s@example.org> R=dns T=remote_smtp H=mx "
          "[192.0.2.9] C=\"250 OK\"",
      EVENT_DELIVERY, LINE_PARSED, 0, "mark=3\nrouter=dns\nip=192.0.2.9" },
    { "tricky_31",
      SO "== a@example.net R=dnslookup T=remote_smtp defer (-53): retry time "
         "not reached for any host",
      EVENT_DEFERRAL, LINE_PARSED, 0,
      "errno=-53\nresponse=retry time not reached for any host\n"
      "transport=remote_smtp" },
    { "tricky_32",
      SO "== a@example.net routing defer (-52): retry time not reached",
      EVENT_DEFERRAL, LINE_PARSED, 0,
      "errno=-52\nrouter=\nresponse=retry time not reached" },
    { "tricky_33",
      SO "== a@example.net R=dnslookup T=remote_smtp defer (110): Connection "
         "timed out H=mx [192.0.2.9] DT=2m7s: SMTP timeout after end of data "
         "(900 bytes written)",
      EVENT_DEFERRAL, LINE_PARSED, 0,
      "errno=110\nip=192.0.2.9\ndelivery_time=2m7s\n"
      "response=SMTP timeout after end of data (900 bytes written)" },
    { "tricky_33_since_4_100",
      SO "== a@example.net R=dnslookup T=remote_smtp defer: Connection "
         "timed out H=mx [192.0.2.9] DT=2m7s: SMTP timeout after end of data "
         "(900 bytes written)",
      EVENT_DEFERRAL, LINE_PARSED, 0,
      "errno=0\nip=192.0.2.9\ndelivery_time=2m7s\n"
      "response=SMTP timeout after end of data (900 bytes written)" },
    { "deferred_since_4_100",
      SO "== a@example.net R=dnslookup T=remote_smtp defer H=mx.example.net "
         "[192.0.2.9]: SMTP error from remote mail server after RCPT "
         "TO:<a@example.net>: 451 4.7.1 later",
      EVENT_DEFERRAL, LINE_PARSED, 0,
      "errno=0\nname=mx.example.net\nip=192.0.2.9\ntransport=remote_smtp" },
    { "not_tried_since_4_100",
      SO "== a@example.net routing defer: retry time not reached",
      EVENT_DEFERRAL, LINE_PARSED, 0,
      "router=\nresponse=retry time not reached" },
    { "tricky_34",
      SO "== a@example.net R=dnslookup T=remote_smtp defer (-44): SMTP error "
         "from remote mail server after RCPT TO:<a@example.net>: host "
         "mx.example.net [192.0.2.9]: 451 later",
      EVENT_DEFERRAL, LINE_PARSED, 0,
      "errno=-44\nname=mx.example.net\nip=192.0.2.9" },
    { "tricky_35",
      SO "** a@example.net R=dnslookup T=remote_smtp H=mx [192.0.2.9] "
         "X=TLS1.2:x:256 CV=yes : SMTP error from remote mail server after "
         "pipelined MAIL FROM:<b@example.com> SIZE=900: 550-no\\n550 R=x T=y "
         "DT=1s",
      EVENT_FAILURE, LINE_PARSED, 0,
      "router=dnslookup\ntransport=remote_smtp\nip=192.0.2.9\ndelivery_time=\n"
      "response=SMTP error from remote mail server after pipelined MAIL "
      "FROM:<b@example.com> SIZE=900: 550-no\\n550 R=x T=y DT=1s" },
    { "tricky_36",
      SO "** a@example.net <list@example.com>: retry timeout exceeded",
      EVENT_FAILURE, LINE_PARSED, EVENT_QUEUED_TWICE,
      "address=a@example.net\noriginal=list@example.com\n"
      "response=retry timeout exceeded" },
    { "tricky_37",
      SO
      "** bob@example.com F=<s@example.net>: Too many \"Received\" headers - "
      "suspected mail loop DT=0.000s",
      EVENT_FAILURE, LINE_PARSED, 0,
      "address=bob@example.com\nsender=s@example.net\nrouter=" },
    { "tricky_38", S "**** log string overflowed log buffer ****",
      EVENT_OVERFLOW, LINE_DAMAGED, 0, "address=" },
    { "tricky_39", SO "**** log string overflowed log buffer ****",
      EVENT_OVERFLOW, LINE_DAMAGED, 0, "id=" O },
    { "tricky_40", SO "a@example.net <list@example.com>: error ignored",
      EVENT_IGNORED_FAIL, LINE_PARSED, 0,
      "address=a@example.net\nparents=list@example.com" },
    { "tricky_41a", SO "Frozen (delivery error message)", EVENT_FROZEN,
      LINE_PARSED, 0, "reason=(delivery error message)" },
    { "tricky_41b", SO "frozen by root", EVENT_FROZEN, LINE_PARSED, 0,
      "reason=root" },
    { "tricky_41c", SO "Message is frozen", EVENT_STILL_FROZEN, LINE_PARSED, 0,
      "id=" O },
    { "tricky_42",
      S "cwd=/home/u/my 3 args: dir 4 args: /usr/sbin/sendmail -t -i "
        "-fu@example.com",
      EVENT_CWD, LINE_PARSED, EVENT_TAMPER,
      "cwd=/home/u/my 3 args: dir\nargs_count=4\n"
      "args=/usr/sbin/sendmail -t -i -fu@example.com\ncwd_lines=1" },
    { "tricky_44",
      S "cwd=/var/spool/exim 3 args: /usr/sbin/exim -Mc 1rhQt3-00089R-1k",
      EVENT_CWD, LINE_PARSED, 0,
      "cwd=/var/spool/exim\nargs=/usr/sbin/exim -Mc 1rhQt3-00089R-1k" },
    { "tricky_45",
      S "cwd=/ 7 args: /usr/sbin/exim -t -oem -oi -f <> -E1rhQt3-00089R-1k",
      EVENT_CWD, LINE_PARSED, 0, "cwd=/\nargs_count=7" },
    { "tricky_46",
      S "H=(h) [192.0.2.9]:4000 F=<s@example.net> "
        "A=dovecot_login:u@example.com temporarily rejected RCPT "
        "<a@example.com>: Could not complete sender verify",
      EVENT_REJECTED, LINE_PARSED, EVENT_TEMPORARY,
      "ip=192.0.2.9\nport=4000\nsender=s@example.net\n"
      "authenticator=dovecot_login\nauth_id=u@example.com\nwhat=RCPT\n"
      "target_address=a@example.com\nreason=Could not complete sender verify" },
    { "tricky_47",
      S
      "H=[192.0.2.9] F=<s@example.net> rejected RCPT <\"rej: x> rejected RCPT "
      "<y\"@example.com>: no such user",
      EVENT_REJECTED, LINE_PARSED, 0,
      "ip=192.0.2.9\n"
      "target_address=\"rej: x> rejected RCPT <y\"@example.com\n"
      "reason=no such user" },
    { "tricky_48",
      S "dovecot_login authenticator failed for (u x) [203.0.113.7]:5000: 535 "
        "Incorrect authentication data (set_id=u x) H=(fake) [198.51.100.9]: "
        "535 ok)",
      EVENT_AUTH_FAILED, LINE_PARSED, EVENT_TAMPER,
      "ip=203.0.113.7\nport=5000\nauthenticator=dovecot_login\n"
      "auth_id=u x) H=(fake) [198.51.100.9]: 535 ok" },
    { "tricky_49",
      S "dovecot_plain authenticator failed for H=(u) [203.0.113.7]: 535 "
        "Incorrect authentication data (set_id=info)",
      EVENT_AUTH_FAILED, LINE_PARSED, 0,
      "ip=203.0.113.7\nhelo=u\nauth_id=info" },
    { "tricky_50a", SO "H=mx [192.0.2.9]:25 Connection refused", EVENT_ATTEMPT,
      LINE_PARSED, 0, "name=mx\nip=192.0.2.9\nreason=Connection refused" },
    { "tricky_50b",
      S "Connection from [203.0.113.9]:55 refused: too many connections",
      EVENT_REFUSED, LINE_PARSED, 0,
      "ip=203.0.113.9\nport=55\nreason=refused: too many connections" },
    { "tricky_51",
      S "rejected from <s@example.net>H=(h) [192.0.2.9]: Too many \"Received\" "
        "headers",
      EVENT_REJECTED, LINE_PARSED, 0,
      "sender=s@example.net\nip=192.0.2.9\nhelo=h\n"
      "reason=Too many \"Received\" headers" },
    { "tricky_52",
      S " DSH=mx.example.net [192.0.2.9] F=<s@example.net> rejected RCPT "
        "<a@example.com>",
      EVENT_REJECTED, LINE_PARSED, 0,
      "name=mx.example.net\nip=192.0.2.9\nsender=s@example.net\n"
      "target_address=a@example.com" },
    { "tricky_53",
      SO "SMTP connection identification H=localhost A=127.0.0.1 P=47264 U=u "
         "ID=1004 S=u B=identify_local_connection",
      EVENT_CONNECTION_IDENT, LINE_PARSED, 0,
      "name=localhost\nip=127.0.0.1\nident_port=47264\naccount=u\nlogin=u\n"
      "what=identify_local_connection\nauthenticator=\nprotocol=" },
    { "tricky_54",
      SO "rejected from <s@example.net> H=(h) [192.0.2.9]: message too big: "
         "read=105 max=100",
      EVENT_REJECTED, LINE_PARSED, 0,
      "sender=s@example.net\nip=192.0.2.9\n"
      "reason=message too big: read=105 max=100" },
    { "tricky_55a",
      S "SMTP connection from [203.0.113.9]:55 I=[192.0.2.1]:25 (TCP/IP "
        "connection count = 3)",
      EVENT_CONNECT, LINE_PARSED, 0,
      "ip=203.0.113.9\nport=55\ninterface=192.0.2.1\ninterface_port=25" },
    { "tricky_55b",
      S "SMTP connection from mx.example.net (h) [203.0.113.9]:55 "
        "I=[192.0.2.1]:25 D=2s closed by QUIT",
      EVENT_DISCONNECT, LINE_PARSED, 0,
      "name=mx.example.net\nhelo=h\nip=203.0.113.9\nport=55\n"
      "interface=192.0.2.1\nreason=closed by QUIT" },

    /* cpanel-facts 2.11 and 2.8 */
    { "cpanel_auth",
      "2025-11-21 10:11:13 1vMNAe-000000021aB-3kXy <= billing@example.net "
      "H=(WIN-7Q) [203.0.113.77]:50112 P=esmtpsa "
      "X=TLS1.2:ECDHE-RSA-AES256-GCM-SHA384:256 CV=no "
      "A=dovecot_login:info@example.com S=2210 id=aa11@example.net T=\"Invoice "
      "\\\"overdue\\\" 7\" for a@example.org b@example.org",
      EVENT_ARRIVAL, LINE_PARSED, 0,
      "auth_id=info@example.com\nip=203.0.113.77\n"
      "subject_decoded=Invoice \"overdue\" 7\nrecipient_count=2" },
    { "cpanel_sender_ident",
      SO "Sender identification U=exampleu D=example.com S=info@example.com",
      EVENT_SENDER_IDENT, LINE_PARSED, 0,
      "account=exampleu\ndomain=example.com\nlogin=info@example.com" },
    { "cpanel_sender_system",
      SO "Sender identification U=-system- D=x.example S=", EVENT_SENDER_IDENT,
      LINE_PARSED, 0, "account=-system-\nlogin=" },
    { "cpanel_outbound",
      S "1vMNAe-000000021aB-3kXy SMTP connection outbound 1763716273 "
        "1vMNAe-000000021aB-3kXy example.com a@example.org",
      EVENT_OUTBOUND, LINE_PARSED, 0,
      "about=1vMNAe-000000021aB-3kXy\ndomain=example.com\n"
      "target_address=a@example.org" },
    { "cpanel_outbound_nobody",
      SO "SMTP connection outbound 1763716273 " O "  a@example.org",
      EVENT_OUTBOUND, LINE_PARSED, 0, "domain=\ntarget_address=a@example.org" },
    { "cpanel_failure_colon",
      SO "** b@example.org R=dkim_lookuphost T=dkim_remote_smtp "
         "H=mx.example.org [198.51.100.25] X=TLS1.3:TLS_AES_256_GCM_SHA384:256 "
         "CV=yes: SMTP error from remote mail server after RCPT "
         "TO:<b@example.org>: 550 5.1.1 no such user",
      EVENT_FAILURE, LINE_PARSED, 0,
      "cipher=TLS1.3:TLS_AES_256_GCM_SHA384:256\nip=198.51.100.25\n"
      "response=SMTP error from remote mail server after RCPT "
      "TO:<b@example.org>: 550 5.1.1 no such user" },
    { "cpanel_webmail",
      SO "<= info@example.com H=(host.example.com) [127.0.0.1]:39856 P=esmtpa "
         "A=dovecot_login:info@example.com S=576 "
         "id=0123456789abcdef@example.com T=\"Hello\" for c@example.org",
      EVENT_ARRIVAL, LINE_PARSED, 0, "ip=127.0.0.1\nport=39856" },
    { "cpanel_script_cwd",
      S "cwd=/home/exampleu/public_html/wp-content/uploads 4 args: "
        "/usr/sbin/sendmail -t -i -fsales@example.com",
      EVENT_CWD, LINE_PARSED, 0,
      "cwd=/home/exampleu/public_html/wp-content/uploads\nargs_count=4" },
    { "cpanel_cron",
      S "cwd=/home/exampleu 9 args: /usr/sbin/sendmail -FCronDaemon -i -odi "
        "-oem -oi -t -f exampleu",
      EVENT_CWD, LINE_PARSED, 0, "args_count=9\ncwd=/home/exampleu" },
    { "cpanel_local_smtp",
      SO "<= x@example.com H=localhost (example.com) [127.0.0.1]:40112 P=esmtp "
         "S=900 T=\"Hi\" for e@example.org",
      EVENT_ARRIVAL, LINE_PARSED, 0,
      "name=localhost\nhelo=example.com\nport=40112\nauth_id=" },
    { "cpanel_ident_replayed",
      SO "SMTP connection identification H=localhost A=127.0.0.1 P=40112 "
         "M=1vMNEe-000000021aB-3kXy U=exampleu ID=1001 S=exampleu "
         "B=authenticated_local_user",
      EVENT_CONNECTION_IDENT, LINE_PARSED, 0,
      "about=1vMNEe-000000021aB-3kXy\nwhat=authenticated_local_user" },
    { "cpanel_redirect",
      SO "SMTP connection identification D=example.com O=fwd@example.com "
         "E=someone@example.org M=1vMNFK-000000021aB-3kXy U=exampleu ID=1001 "
         "B=redirect_resolver",
      EVENT_CONNECTION_IDENT, LINE_PARSED, 0,
      "domain=example.com\nsource=fwd@example.com\n"
      "target_address=someone@example.org\nwhat=redirect_resolver" },
    { "cpanel_forward",
      SO "=> someone@example.org (fwd@example.com) <fwd@example.com> "
         "R=dkim_lookuphost T=dkim_remote_forwarded_smtp H=mx.example.org "
         "[198.51.100.25] C=\"250 OK\"",
      EVENT_DELIVERY, LINE_PARSED, 0,
      "parents=fwd@example.com\noriginal=fwd@example.com\nresponse=250 OK" },
    { "cpanel_notice",
      SO "=> >info@example.com <g@example.org> R=check_mail_permissions "
         "T=address_reply",
      EVENT_DELIVERY, LINE_PARSED, 0, "target=5\noriginal=g@example.org" },
    { "limit_defer_fail",
      SO "** f@example.org R=enforce_mail_permissions: Domain example.com has "
         "exceeded the max defers and failures per hour (5/5 (62%)) allowed. "
         "Message discarded.",
      EVENT_FAILURE, LINE_PARSED, EVENT_BY_LIMIT,
      "domain=example.com\nwhat=defer_fail\nrouter=enforce_mail_permissions" },
    { "limit_unknown",
      SO "** f@example.org R=enforce_mail_permissions : Domain example.com has "
         "exceeded the max defers and failures per hour (unknown/unknown "
         "(100%)) allowed. Message discarded.",
      EVENT_FAILURE, LINE_PARSED, EVENT_BY_LIMIT, "what=defer_fail" },
    { "limit_emails_discard",
      SO
      "** f@example.org R=enforce_mail_permissionsHG: Domain example.com  has "
      "exceeded  the max emails per hour (126/100 (126%)) allowed.  Message "
      "discarded.",
      EVENT_FAILURE, LINE_PARSED, EVENT_BY_LIMIT,
      "what=max_emails\ndomain=example.com" },
    { "limit_emails_later",
      SO "== g@example.org R=enforce_mail_permissions defer (-1): \"Domain "
         "example.com has exceeded the max emails per hour (110/100 (110%)) "
         "allowed.  Message will be reattempted later\"",
      EVENT_DEFERRAL, LINE_PARSED, EVENT_BY_LIMIT,
      "what=max_emails\nerrno=-1" },
    { "limit_suspension",
      SO
      "** f@example.org R=enforce_mail_permissions: Sender u@example.com has "
      "an outgoing mail suspension.  Message discarded.",
      EVENT_FAILURE, LINE_PARSED, EVENT_BY_LIMIT,
      "what=suspension\nlogin=u@example.com\ndomain=" },
    { "limit_hold",
      SO "== f@example.org R=enforce_mail_permissions defer (-1): \"Domain "
         "example.com has an outgoing mail hold.  Message will be reattempted "
         "later\"",
      EVENT_DEFERRAL, LINE_PARSED, EVENT_BY_LIMIT, "what=hold" },
    { "limit_suspended_rcpt",
      S "H=(h) [192.0.2.9] F=<s@example.net> rejected RCPT <a@example.com>: "
        "Outgoing mail from \"u@example.com\" has been suspended.",
      EVENT_REJECTED, LINE_PARSED, EVENT_BY_LIMIT,
      "what=RCPT\nlogin=u@example.com" },
    { "limit_nobody",
      SO
      "** f@example.org R=enforce_mail_permissions: Mail sent by user nobody "
      "being discarded due to sender restrictions in WHM->Tweak Settings",
      EVENT_FAILURE, LINE_PARSED, 0, "router=enforce_mail_permissions" },
    { "limit_gid",
      SO "** f@example.org R=enforce_mail_permissions: Gid 99 is not permitted "
         "to relay mail, or has directly called /usr/sbin/exim instead of "
         "/usr/sbin/sendmail.",
      EVENT_FAILURE, LINE_PARSED, 0, "domain=" },
    { "limit_demo",
      SO "** f@example.org R=democheck: User with uid 1001 is a demo user. x",
      EVENT_FAILURE, LINE_PARSED, 0, "router=democheck" },
    { "limit_incomplete",
      SO "** f@example.org R=enforce_mail_permissions: check_mail_permissions "
         "failed to complete or set a status",
      EVENT_FAILURE, LINE_PARSED, 0, "router=enforce_mail_permissions" },
    { "limit_of_remote",
      SO
      "** f@example.org R=lookuphost T=remote_smtp H=mx [192.0.2.9]: Domain "
      "example.com has exceeded the max emails per hour (1/1 (100%)) allowed.",
      EVENT_FAILURE, LINE_PARSED, 0, "domain=" },
    { "panel_hold_bare", S "Sender user@example.com has an outgoing mail hold",
      EVENT_PANEL_NOTE, LINE_PARSED, EVENT_BY_LIMIT, "login=user@example.com" },
    { "panel_no_domain",
      SO "check_mail_permissions could not determine the sender domain "
         "[routed_domain=x message_exim_id=y]",
      EVENT_PANEL_NOTE, LINE_PARSED, 0, "domain=" },
    { "panel_daily",
      S "check_mail_permissions Hit daily email notify limit for domain "
        "d.example",
      EVENT_PANEL_NOTE, LINE_PARSED, 0, "domain=d.example" },
    { "panel_from_rewrite",
      SO
      "From: header (rewritten was: [x], actual sender is not the same system "
      "user) original=[x@a.example] actual_sender=[y@b.example]",
      EVENT_PANEL_NOTE, LINE_PARSED, 0, "login=y@b.example" },
    { "panel_nobody",
      S "nobody send identification H=localhost A=127.0.0.1 U=user ID=1001 "
        "B=acl_c_vhost_owner M=trust_x_php_script",
      EVENT_NOBODY_IDENT, LINE_PARSED, 0,
      "account=user\nwhat=acl_c_vhost_owner\nreason=trust_x_php_script" },
    { "panel_script",
      SO "Script details - User: U, X-PHP-Script: site.example/index.php for "
         "198.51.100.7, X-PHP-Filename: /home/U/public_html/index.php "
         "REMOTE_ADDR: 198.51.100.7, X-PHP-Originating-Script: 1004:x.php",
      EVENT_SCRIPT_DETAILS, LINE_PARSED, 0,
      "account=U\nsource=site.example/index.php\nip=198.51.100.7\n"
      "cwd=/home/U/public_html/index.php" },

    /* kinds not met above, as Exim wrote them in the recorded logs */
    { "kind_queue_run", "2026-11-13 00:00:00 Start queue run: pid=20250",
      EVENT_QUEUE_RUN, LINE_RECOGNISED, 0, "what=Start" },
    { "kind_daemon",
      "2026-11-13 00:00:00 exim 4.99.1 daemon started: pid=20249, -q1h, "
      "listening for SMTP on [127.0.0.1]:{25,587}",
      EVENT_DAEMON, LINE_RECOGNISED, 0, "" },
    { "kind_sighup", S "pid 7: SIGHUP received: re-exec daemon", EVENT_DAEMON,
      LINE_RECOGNISED, 0, "" },
    { "kind_no_host_name",
      "2026-11-13 00:04:54 no host name found for IP address 198.19.127.163",
      EVENT_NO_HOST_NAME, LINE_RECOGNISED, 0, "" },
    { "kind_tls_peer",
      "2026-11-13 00:18:59 1xRf0N-000000005Gf-1Jc4 [203.0.113.31] SSL verify "
      "error: depth=0 error=self-signed certificate cert=/CN=x.example",
      EVENT_TLS_ERROR, LINE_RECOGNISED, 0, "ip=203.0.113.31" },
    { "kind_tls_server",
      "2026-11-13 19:52:42 TLS error on connection from [198.19.146.252]:33259 "
      "(SSL_accept): (TLSv1.3)",
      EVENT_TLS_ERROR, LINE_RECOGNISED, 0, "" },
    { "kind_no_mail",
      "2026-11-12 02:36:01.316 [5539] no MAIL in SMTP connection from (User) "
      "[198.19.62.27]:45097 I=[192.0.2.10]:587 Ci=5539 D=0.036s "
      "X=TLS1.3:TLS_AES_256_GCM_SHA384:256 C=EHLO,STARTTLS,EHLO,AUTH,QUIT",
      EVENT_NO_MAIL, LINE_PARSED, 0,
      "helo=User\nip=198.19.62.27\nport=45097\ninterface_port=587\npid=5539" },
    { "kind_lost",
      "2026-11-12 08:28:15.782 [5671] SMTP connection Ci=5671 from "
      "[198.19.152.115]:40563 I=[192.0.2.10]:25 lost D=0.045s",
      EVENT_DISCONNECT, LINE_PARSED, 0,
      "ip=198.19.152.115\nport=40563\nreason=lost D=0.045s" },
    { "kind_protocol",
      "2026-11-12 17:49:22.167 [6548] SMTP syntax error in \"User-Agent: zgrab "
      "\\\"quoted\\\" \\back\" H=[198.19.148.181]:46189 I=[192.0.2.10]:25 "
      "Ci=6548 unrecognized command",
      EVENT_PROTOCOL_ERROR, LINE_RECOGNISED, 0, "ip=198.19.148.181" },
    { "kind_sync",
      S "SMTP protocol synchronization error (next input sent too soon: "
        "pipelining was not advertised): rejected \"DATA\" H=(x) [192.0.2.9] "
        "next input=\"a\\r\\n\"",
      EVENT_PROTOCOL_ERROR, LINE_RECOGNISED, 0, "ip=192.0.2.9" },
    { "kind_dropped",
      "2026-11-14 02:11:24 SMTP call from (probe.example) "
      "[198.19.159.237]:34901 dropped: too many syntax or protocol errors "
      "(last "
      "command was \"DATA\",  C=EHLO,RCPT,VRFY,EXPN,DATA)",
      EVENT_DROPPED, LINE_PARSED, 0, "helo=probe.example\nip=198.19.159.237" },
    { "kind_incomplete",
      "2026-11-12 05:54:08.366 [7694] H=([198.19.1.1]) [198.19.10.73]:40681 "
      "I=[192.0.2.10]:25 Ci=7694 incomplete transaction (RSET) from "
      "<\"H=localhost [127.0.0.1] P=esmtpa\"@company5.example> for a@b.example",
      EVENT_INCOMPLETE, LINE_PARSED, 0,
      "ip=198.19.10.73\nhelo=[198.19.1.1]\nreason=RSET\n"
      "sender=\"H=localhost [127.0.0.1] P=esmtpa\"@company5.example\n"
      "recipients=a@b.example" },
    { "kind_data_timeout",
      "2026-11-13 09:56:38 1xRo1K-000000005Kz-2LQW SMTP data timeout (message "
      "abandoned) on connection from (slow.example) [198.19.137.141]:54683 "
      "F=<felix.ross@mailhub.example> D=4s",
      EVENT_INCOMPLETE, LINE_PARSED, 0,
      "ip=198.19.137.141\nsender=felix.ross@mailhub.example" },
    { "kind_unexpected",
      S "unexpected disconnection while reading SMTP command from (x) "
        "[192.0.2.9]:5 (error: Connection reset by peer) D=1s",
      EVENT_DISCONNECT, LINE_PARSED, 0, "ip=192.0.2.9\nport=5\nhelo=x" },
    { "kind_auth_client",
      SO "plain authenticator failed H=mx.example.net [192.0.2.9] 535 no",
      EVENT_AUTH_CLIENT, LINE_PARSED, 0,
      "ip=192.0.2.9\nauthenticator=plain\nreason=535 no" },
    { "kind_auth_temporary",
      S "login authenticator failed for (x) [192.0.2.9]: 435 Unable to "
        "authenticate at present (set_id=a@b): lookup failed (x)",
      EVENT_AUTH_FAILED, LINE_PARSED, EVENT_TEMPORARY, "auth_id=a@b" },
    { "kind_dns", S "Long DNS lookup for 'x.example': 5012 msec", EVENT_DNS,
      LINE_RECOGNISED, 0, "" },
    { "kind_verify_note",
      "2026-11-13 06:28:14 H=([198.19.1.1]) [198.19.45.123]:45697 sender "
      "verify "
      "fail for <x@no-such.example>: The mail server could not deliver",
      EVENT_REJECT_NOTE, LINE_PARSED, 0,
      "target_address=x@no-such.example\nip=198.19.45.123" },
    { "kind_unqualified",
      "2026-11-13 09:20:35 unqualified verify rejected: <root> "
      "H=(probe.example) [198.19.149.74]:50069 I=[192.0.2.10]:25 (failed to "
      "find host name from IP address)",
      EVENT_REJECT_NOTE, LINE_PARSED, 0,
      "target_address=root\nip=198.19.149.74" },
    { "kind_discarded_rcpt",
      S
      "H=(x) [192.0.2.9] F=<s@a.example> RCPT <r@b.example>: discarded by RCPT "
      "ACL: why",
      EVENT_REJECT_NOTE, LINE_PARSED, 0,
      "what=discarded\ntarget_address=r@b.example" },
    { "kind_warning",
      SO "H=(x) [192.0.2.9]:5 Warning: \"SpamAssassin as u detected message as "
         "spam (8.4)\"",
      EVENT_WARNING, LINE_PARSED, 0,
      "reason=\"SpamAssassin as u detected message as spam (8.4)\"" },
    { "kind_attempt",
      "2026-11-14 02:22:39 1xS3Pb-0000000069D-1Ciq H=mx1.bigmail.example "
      "[198.51.100.21]: SMTP error from remote mail server after end of data: "
      "451 4.7.500 Server busy. [192.0.2.10] rejected RCPT <x>",
      EVENT_ATTEMPT, LINE_PARSED, 0,
      "ip=198.51.100.21\nname=mx1.bigmail.example\nhost_flags=0" },
    { "kind_attempt_old", SO "mx.example.net [192.0.2.9] Connection refused",
      EVENT_ATTEMPT, LINE_PARSED, 0, "ip=192.0.2.9\nname=mx.example.net" },
    { "kind_router_note", SO "userforward router: skipped error: x in \"y\"",
      EVENT_ROUTER_NOTE, LINE_RECOGNISED, 0, "" },
    { "kind_dkim",
      SO "DKIM: d=x.example s=s c=relaxed/relaxed a=rsa-sha256 b=2048 "
         "[verification succeeded]",
      EVENT_DKIM, LINE_RECOGNISED, 0, "" },
    { "kind_rewrite", S "\"a@b\" from env-from rewritten as \"c@d\" by rule 1",
      EVENT_REWRITE, LINE_RECOGNISED, 0, "" },
    { "kind_config", S "Exim configuration error in line 5 of /etc/exim.conf:",
      EVENT_CONFIG, LINE_RECOGNISED, 0, "" },
    { "kind_pipe_output",
      SO "<|/bin/x>: address_pipe transport output: Permission denied",
      EVENT_PIPE_OUTPUT, LINE_PARSED, 0, "address=|/bin/x" },
    { "kind_unfrozen", SO "Unfrozen by auto-thaw", EVENT_UNFROZEN, LINE_PARSED,
      0, "reason=auto-thaw" },
    { "kind_removed", SO "removed by root", EVENT_REMOVED, LINE_PARSED, 0,
      "reason=root" },
    { "kind_cancelled", SO "cancelled by timeout_frozen_after", EVENT_CANCELLED,
      LINE_PARSED, 0, "reason=timeout_frozen_after" },
    { "kind_expired", SO "Message removed because older than 4d", EVENT_EXPIRED,
      LINE_PARSED, 0, "reason=4d" },
    { "kind_queue_note",
      SO "no immediate delivery: more than 30 messages received in one "
         "connection",
      EVENT_QUEUE_NOTE, LINE_RECOGNISED, 0, "" },
    { "kind_rescinded", SO "rescind the above message-accept", EVENT_RESCINDED,
      LINE_RECOGNISED, 0, "" },
    { "kind_suppressed",
      SO
      "*> a@example.net R=r T=t H=mx [192.0.2.9] C=\"delivery bypassed by -N "
      "option\"",
      EVENT_SUPPRESSED, LINE_PARSED, 0, "mark=0\naddress=a@example.net" },
    { "kind_refused_host",
      S
      "refused connection from x.example [192.0.2.9] (host_reject_connection)",
      EVENT_REFUSED, LINE_PARSED, 0, "ip=192.0.2.9\nname=x.example" },
    { "kind_other", S "hello from somebody", EVENT_OTHER, LINE_UNPARSED, 0,
      "" },
    { "id_twice", S O " " O " bad addresses found in headers",
      EVENT_REJECT_NOTE, LINE_PARSED, 0, "id=" O },

    /* every form of a refusal */
    { "reject_mail",
      S "H=(x) [192.0.2.9] rejected MAIL <a@blocked.invalid>: Sender domain is "
        "blocked",
      EVENT_REJECTED, LINE_PARSED, 0,
      "what=MAIL\ntarget_address=a@blocked.invalid" },
    { "reject_helo_policy",
      S
      "H=(ylmf-PC) [198.19.11.13]:60679 rejected EHLO or HELO ylmf-pc: Access "
      "denied",
      EVENT_REJECTED, LINE_PARSED, 0, "what=EHLO\ntarget_address=ylmf-pc" },
    { "reject_helo_syntax",
      S "rejected HELO from [198.19.127.163]:55207: syntactically invalid "
        "argument(s): x y z",
      EVENT_REJECTED, LINE_PARSED, 0,
      "what=HELO\nip=198.19.127.163\nport=55207\n"
      "reason=syntactically invalid argument(s): x y z" },
    { "reject_helo_quoted",
      S "temporarily rejected \"EHLO mx.example\" from [192.0.2.9]: x",
      EVENT_REJECTED, LINE_PARSED, EVENT_TEMPORARY,
      "what=EHLO\ntarget_address=mx.example\nip=192.0.2.9" },
    { "reject_after_data",
      SO "H=(x) [192.0.2.9] F=<a@b.example> rejected after DATA: virus",
      EVENT_REJECTED, LINE_PARSED, 0, "what=after DATA\nreason=virus" },
    { "reject_mime",
      SO "H=(x) [192.0.2.9] F=<> rejected during MIME ACL checks: x",
      EVENT_REJECTED, LINE_PARSED, 0, "what=MIME\nsender_null=1" },
    { "reject_dkim", SO "H=(x) [192.0.2.9] rejected DKIM : x", EVENT_REJECTED,
      LINE_PARSED, 0, "what=DKIM" },
    { "reject_auth", S "H=(x) [192.0.2.9] rejected AUTH LOGIN: x",
      EVENT_REJECTED, LINE_PARSED, 0, "what=AUTH\ntarget_address=LOGIN" },
    { "reject_starttls", S "H=(x) [192.0.2.9] rejected STARTTLS : x",
      EVENT_REJECTED, LINE_PARSED, 0, "what=STARTTLS" },
    { "reject_expn",
      S "H=(probe.example) [198.19.159.237]:34901 rejected EXPN "
        "list",
      EVENT_REJECTED, LINE_PARSED, 0, "what=EXPN\ntarget_address=list" },
    { "reject_vrfy", S "H=(x) [192.0.2.9] rejected VRFY root", EVENT_REJECTED,
      LINE_PARSED, 0, "what=VRFY" },
    { "reject_connect",
      S "H=[192.0.2.9] rejected connection in \"connect\" ACL: x",
      EVENT_REJECTED, LINE_PARSED, 0, "what=connection" },
    { "reject_non_smtp", SO "F=<a@b.example> rejected by non-SMTP ACL: x",
      EVENT_REJECTED, LINE_PARSED, 0, "what=non-SMTP\nsender=a@b.example" },
    { "reject_local_scan",
      SO "F=a@b.example U=joe P=local temporarily rejected by local_scan(): x",
      EVENT_REJECTED, LINE_PARSED, EVENT_TEMPORARY,
      "what=local_scan\nsender=a@b.example\nident=joe" },
    { "reject_mail_size",
      S "rejected MAIL FROM:<a@b.example> H=(x) [192.0.2.9]: message too big: "
        "size=9 max=5",
      EVENT_REJECTED, LINE_PARSED, 0,
      "what=MAIL\nsender=a@b.example\nip=192.0.2.9" },
    { "reject_mail_no_helo",
      S "rejected MAIL from [192.0.2.9]: no HELO/EHLO given", EVENT_REJECTED,
      LINE_PARSED, 0, "what=MAIL\nip=192.0.2.9" },
    { "reject_helo_forged",
      S "H=(x) [198.51.100.1]:25 F=<a@b> rejected RCPT <c@d>: (y) "
        "[192.0.2.8]:1026 F=<s@e> rejected RCPT <real@f>: why",
      EVENT_REJECTED, LINE_PARSED, EVENT_TAMPER,
      "sender=s@e\nip=192.0.2.8\ntarget_address=real@f\nreason=why" },
    { "reject_sender_forged",
      S "H=(x) [192.0.2.9] F=<\"H=localhost [127.0.0.1] P=esmtpa\"@c.example> "
        "rejected RCPT <r@b.example>: no",
      EVENT_REJECTED, LINE_PARSED, 0, "ip=192.0.2.9" },

    /* texts that imitate items */
    { "subject_imitates_host",
      SO
      "<= s@a.example H=(h) [192.0.2.9]:5 P=esmtp S=900 id=i@a T=\"x) "
      "[198.51.100.9]:1 P=esmtpsa A=plain:boss@b.example S=5\" for r@c.example",
      EVENT_ARRIVAL, LINE_PARSED, 0,
      "ip=192.0.2.9\nauth_id=\nsize=900\nprotocol=esmtp" },
    { "id_imitates_size",
      SO "<= s@a.example U=u P=local S=900 id=x S=5 y T=\"s\" for r@c.example",
      EVENT_ARRIVAL, LINE_PARSED, EVENT_TAMPER,
      "size=900\nheader_id=x S=5 y\nsubject=s" },
    { "unknown_item", SO "<= s@a.example U=u P=local Zz9=abc S=900 id=i@a",
      EVENT_ARRIVAL, LINE_PARSED, 0, "size=900\nheader_id=i@a" },
    { "quoted_dn",
      SO "<= s@a.example H=mx [192.0.2.9] P=esmtps X=TLS1.2:x:256 CV=yes "
         "DN=\"/C=UK/CN=a \" b\" S=77",
      EVENT_ARRIVAL, LINE_PARSED, 0, "size=77" },
    { "failure_imitated",
      SO "** x@y R=f T=g : fake@e.example <\"x@y R=f T=g : fake\"@e.example> "
         "R=dnslookup T=remote_smtp: real",
      EVENT_FAILURE, LINE_PARSED, EVENT_TAMPER,
      "router=dnslookup\nresponse=real" },
    { "remote_imitates_original",
      SO "** a@b.example R=dnslookup T=remote_smtp H=mx [192.0.2.9]: 550 <x@y> "
         "R=evil T=evil: no",
      EVENT_FAILURE, LINE_PARSED, 0, "address=a@b.example\nrouter=dnslookup" },
    { "args_imitate_tail",
      S "cwd=/home/u 3 args: /usr/sbin/sendmail -F \"x 3 args: a b c\"",
      EVENT_CWD, LINE_PARSED, EVENT_TAMPER, "args_count=3" },
    { "cwd_up_load",
      S "cwd=/home/greenfld/public_html/up load/ 4 args: /usr/sbin/sendmail -t "
        "-i 3 args: /usr/sbin/sendmail -t -i",
      EVENT_CWD, LINE_PARSED, EVENT_TAMPER,
      "cwd=/home/greenfld/public_html/up load/ 4 args: /usr/sbin/sendmail -t "
      "-i\nargs_count=3" },
    { "cwd_failed", S "cwd= (failed) 2 args: /usr/sbin/exim -q", EVENT_CWD,
      LINE_PARSED, 0, "cwd=\nargs_count=2" },
    { "cwd_cut", S "cwd=/home/u 90 args: /usr/sbin/sendmail a b ...", EVENT_CWD,
      LINE_PARSED, 0, "cwd=/home/u\nargs_count=90" },
    { "cwd_quoted_args", S "cwd=/ 4 args: /usr/sbin/sendmail -F \"A B\" \"\"",
      EVENT_CWD, LINE_PARSED, 0, "args_count=4\ncwd=/" },

    /* damage */
    { "torn_arrival",
      SO "<= a@b.example H=(x) [192.0.2.9]:5 P=es2024-03-05 09:15:02 " O
         " Completed",
      EVENT_ARRIVAL, LINE_DAMAGED, 0, "sender=a@b.example" },
    { "torn_completed", SO "Comp2024-03-05 09:15:02 " O " Completed",
      EVENT_OTHER, LINE_DAMAGED, 0, "id=" O },
    { "torn_recipients",
      SO "<= a@b.example U=u P=local S=9 for c@d.ex2024-03-05 09:15:02 " O
         " Completed",
      EVENT_ARRIVAL, LINE_DAMAGED, 0, "size=9" },
    { "torn_response",
      SO "=> a@b.example R=r T=t H=mx [192.0.2.9] C=\"250 OK2024-03-05 "
         "09:15:02 " O " Completed",
      EVENT_DELIVERY, LINE_DAMAGED, 0, "address=a@b.example" },
    { "cut_arrival", SO "<= a@b.example H=(x) [192.0.2.9]:5 P=esm",
      EVENT_ARRIVAL, LINE_DAMAGED, 0, "sender=a@b.example" },
    { "cut_completed", SO "Completed Q", EVENT_COMPLETED, LINE_DAMAGED, 0, "" },
    { "not_utf8", SO "<= \xff\xfe@b.example U=u P=local S=9", EVENT_ARRIVAL,
      LINE_PARSED, 0, "sender=\xff\xfe@b.example" },
    { "bad_date", "2026-13-45 00:00:00 " O " Completed", EVENT_CONTINUATION,
      LINE_DAMAGED, 0, "" },
    { "leap_second", "2016-12-31 23:59:60 " O " Completed", EVENT_COMPLETED,
      LINE_PARSED, 0, "at_ms=1483228800000" },
    { "carriage_return", SO "Completed\r", EVENT_COMPLETED, LINE_PARSED, 0,
      "" },
    { "empty_line", "", EVENT_CONTINUATION, LINE_RECOGNISED, 0, "" },
    { "indented", "  Suggested action: none", EVENT_CONTINUATION,
      LINE_RECOGNISED, 0, "" },

    /* syslog */
    { "syslog_classic",
      "Mar  5 09:15:01 mx exim[31337]: 2024-03-05 09:15:01 " O " Completed",
      EVENT_COMPLETED, LINE_PARSED, 0,
      "pid=31337\nsyslog_host=mx\nat_ms=1709630101000\nid=" O },
    { "syslog_no_inner", "Mar  5 09:15:01 mx exim[31337]: " O " Completed",
      EVENT_COMPLETED, LINE_PARSED, 0, "at_ms=1709630101000" },
    { "syslog_iso",
      "2024-03-05T10:15:01.250000+01:00 mx exim[31337]: " O " Completed",
      EVENT_COMPLETED, LINE_PARSED, 0, "at_ms=1709633701250\nzone=60" },
    { "syslog_new_year",
      "Jan  1 00:00:02 mx exim[3]: 1rKA8a-00089R-1k Completed", EVENT_COMPLETED,
      LINE_PARSED, 0, "at_ms=1704067202000" },
    { "syslog_other", "Mar  5 09:15:01 mx sshd[3]: Connection closed",
      EVENT_OTHER, LINE_RECOGNISED, 0, "" },
};
enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

#endif
