/*
 * shell.h: names from logs put into the commands that a report shows. Nothing
 * is executed by us, but a reader will paste it: a name that is not exactly
 * what it should be becomes a placeholder in capitals, and what passes is
 * quoted all the same.
 */
#ifndef REPORT_SHELL_H
#define REPORT_SHELL_H

#include "analyzer/base.h"

enum shell_kind {
    SHELL_ACCOUNT = 1, /* a system account */
    SHELL_DOMAIN,
    SHELL_MAILBOX,
    SHELL_LOCAL, /* the part of a mailbox before its @ */
    SHELL_PATH,  /* absolute, without `..` */
    SHELL_MESSAGE_ID,
    SHELL_IP,
    SHELL_EPOCH /* seconds since 1970 */
};

bool shell_valid(enum shell_kind kind, struct sv text);

/* `text` as one word of a POSIX shell. False: out of memory. */
bool shell_quote(struct sv text, struct buf *out);

struct shell_value { /* what {name} stands for */
    struct sv name;
    struct sv text;
};

/*
 * Appends `command` with each {name} filled in: known names are account,
 * domain, mailbox, mailbox_local, dir, message_id, ip, since, until and
 * regex_mailbox, regex_domain (dots escaped; always inside quotes). A prime
 * after the name, as {mailbox'}, says that it stands inside single quotes
 * already. Other braces are left alone, as a shell's own are.
 * False: out of memory.
 */
bool shell_expand(struct sv command, const struct shell_value *values,
                  size_t value_count, struct buf *out);

#endif
