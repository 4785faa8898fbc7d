/*
 * sample_case.h: a case made by hand for the tests of the report room: two
 * findings, every array filled, and strings as strangers would write them.
 */
#ifndef TESTS_SAMPLE_CASE_H
#define TESTS_SAMPLE_CASE_H

#include "analyzer/case.h"

/*
 * The account acct12 (customer.example) lost the mailbox billing@, the
 * account shop77 (shop.example) a script. Long strings are in it.
 * Owner: the caller, casefile_free(). NULL when out of memory.
 */
struct casefile *sample_case_new(void);

/* A case of nothing: every array empty, every text silent that may be. */
struct casefile *sample_case_new_empty(void);

#endif
