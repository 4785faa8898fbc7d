/*
 * fuzz.h: what hostile bytes are thrown at. Each target is one function over
 * one input; it aborts when something that must always hold does not.
 * drive.c hands them to libFuzzer (`make fuzz`), replay.c runs them over the
 * inputs that are kept in fixtures/fuzz/TARGET/ (`make check`).
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include "analyzer/base.h"

struct words;
struct templates;

/* What is opened once for many inputs. */
struct fuzz_tools {
    const char *template_dir;
    struct templates *templates;
    struct words *words;
};

struct fuzz_target {
    const char *name;
    void (*run)(const struct fuzz_tools *tools, struct sv input);
};

/* Ends with a row without a name. */
extern const struct fuzz_target fuzz_targets[];

/* NULL when there is none of that name. */
const struct fuzz_target *fuzz_target_find(const char *name);

/* Opens the templates in EXINQUEST_TEMPLATES, else "templates". */
void fuzz_tools_open(struct fuzz_tools *tools);
void fuzz_tools_close(struct fuzz_tools *tools);

/* What must always hold. */
#define MUST(condition)                                                        \
    do {                                                                       \
        if (!(condition))                                                      \
            fuzz_fail(__FILE__, __LINE__, #condition);                         \
    } while (0)
_Noreturn void fuzz_fail(const char *file, int line, const char *condition);

/* A file in memory that holds `bytes`, and a path that opens it. */
#define FUZZ_PATH_BYTES 64
int fuzz_file(struct sv bytes, char path[FUZZ_PATH_BYTES]);

/* --------------------------------------------------------- fuzz_readers.c */

void fuzz_lines(const struct fuzz_tools *tools, struct sv input);
void fuzz_syslog(const struct fuzz_tools *tools, struct sv input);
void fuzz_reject(const struct fuzz_tools *tools, struct sv input);
void fuzz_decode(const struct fuzz_tools *tools, struct sv input);

/* --------------------------------------------------------- fuzz_files.c */

void fuzz_evidence(const struct fuzz_tools *tools, struct sv input);
void fuzz_analyze(const struct fuzz_tools *tools, struct sv input);
void fuzz_trace(const struct fuzz_tools *tools, struct sv input);

/* --------------------------------------------------------- fuzz_report.c */

void fuzz_case(const struct fuzz_tools *tools, struct sv input);
void fuzz_text(const struct fuzz_tools *tools, struct sv input);

/*
 * Reads the bytes of a case.xml and writes them again: as a tree and as a
 * case, they are the same bytes. False when it is no valid case.
 */
bool fuzz_case_round(const struct fuzz_tools *tools, struct sv xml);

#endif
