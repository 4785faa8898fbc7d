/* The targets, and what they share. */
#include "tests/fuzz/fuzz.h"

#include "report/words.h"
#include "report/xmlmem.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

const struct fuzz_target fuzz_targets[] = {
    { "lines", fuzz_lines },       { "syslog", fuzz_syslog },
    { "reject", fuzz_reject },     { "decode", fuzz_decode },
    { "evidence", fuzz_evidence }, { "analyze", fuzz_analyze },
    { "trace", fuzz_trace },       { "case", fuzz_case },
    { "text", fuzz_text },         { NULL, NULL },
};

const struct fuzz_target *
fuzz_target_find(const char *name)
{
    const struct fuzz_target *target = fuzz_targets;

    while (target->name && strcmp(target->name, name) != 0)
        target++;
    return target->name ? target : NULL;
}

void
fuzz_fail(const char *file, int line, const char *condition)
{
    fprintf(stderr, "%s:%d: does not hold: %s\n", file, line, condition);
    abort();
}

void
fuzz_tools_open(struct fuzz_tools *tools)
{
    const char *dir = getenv("EXINQUEST_TEMPLATES");
    struct fault fault = { .status = STATUS_OK };

    *tools = (struct fuzz_tools){ .template_dir = dir ? dir : "templates" };
    xmlmem_mark(); /* libxml2's own words would only drown ours */
    if (templates_open(tools->template_dir, NULL, &tools->templates, &fault) !=
            STATUS_OK ||
        words_open(tools->templates, "en", &tools->words, &fault) !=
            STATUS_OK) {
        fprintf(stderr, "%s\n", fault.text);
        exit(2);
    }
}

void
fuzz_tools_close(struct fuzz_tools *tools)
{
    words_free(tools->words);
    templates_free(tools->templates);
    *tools = (struct fuzz_tools){ 0 };
}

int
fuzz_file(struct sv bytes, char path[FUZZ_PATH_BYTES])
{
    int fd = memfd_create("fuzz", MFD_CLOEXEC);

    MUST(fd >= 0);
    while (bytes.len) {
        ssize_t put = write(fd, bytes.at, bytes.len);

        MUST(put > 0);
        bytes = sv_drop(bytes, (size_t)put);
    }
    snprintf(path, FUZZ_PATH_BYTES, "/proc/self/fd/%d", fd);
    return fd;
}
