/*
 * redact_lexer.h: a text of strangers cut into what could name somebody, and
 * the rest. The pieces, put together, are the text.
 */
#ifndef REPORT_REDACT_LEXER_H
#define REPORT_REDACT_LEXER_H

#include "analyzer/base.h"

enum redact_token_kind {
    TOKEN_PLAIN = 1, /* marks, spaces, escapes */
    TOKEN_WORD,
    TOKEN_LOGIN,   /* a word where a log names who logged in or runs */
    TOKEN_ADDRESS, /* local@domain; the domain may be empty */
    TOKEN_DOMAIN,  /* what looks like one: file.name too */
    TOKEN_IP,
    TOKEN_PATH
};

struct redact_token {
    enum redact_token_kind kind;
    struct sv text;
};

struct redact_lexer {
    struct sv text;
    size_t at;
    size_t no_mark_until; /* no @ from here to there: keeps it linear */
    bool no_paths;        /* a slash is a mark like any other */
    bool login_next;      /* U= or its kin went before */
    bool auth_next;       /* A= went before: the login follows its colon */
};

/* False at the end. */
bool redact_lexer_next(struct redact_lexer *lexer,
                       struct redact_token *ret_token);

#endif
