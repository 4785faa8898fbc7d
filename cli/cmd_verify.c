#include "analyzer/verify.h"
#include "cli/cli.h"

#include <stdio.h>
#include <string.h>

struct verifier {
    const struct settings *settings;
    struct reading *reading;
    struct casefile *casefile;
};

static void
print_check(void *user, const struct verify_check *check)
{
    const struct verifier *verifier = user;

    progress_end(&verifier->reading->progress);
    if (check->verdict != VERIFY_OK || !verifier->settings->quiet)
        printf("%-7s  %-8s  %s\n", verify_verdict_name(check->verdict),
               verify_group_name(check->group), check->text);
}

/* "4 files, 12 totals, …" of one verdict, and how many in all. */
static size_t
counts_add(const struct verify_result *result, enum verify_verdict verdict,
           struct buf *text)
{
    size_t all = 0;

    for (size_t i = 0; i < VERIFY_GROUP_COUNT; i++) {
        size_t count = result->counts[i][verdict];

        if (count)
            buf_printf(text, "%s%zu %s%s", all ? ", " : "", count,
                       verify_group_name((enum verify_group)i),
                       count == 1 ? "" : "s");
        all += count;
    }
    return all;
}

static bool
print_summary(const struct verify_result *result)
{
    struct buf text = { 0 };
    size_t wrong = 0;
    bool printed = false;

    for (size_t i = VERIFY_CHANGED; i < VERIFY_VERDICT_COUNT; i++) {
        struct buf counts = { 0 };
        size_t count = counts_add(result, (enum verify_verdict)i, &counts);

        if (count)
            buf_printf(&text, "%s%s: %s", wrong ? "; " : "",
                       verify_verdict_name((enum verify_verdict)i), counts.at);
        text.failed |= counts.failed;
        wrong += count;
        buf_clear(&counts);
    }
    if (!wrong) {
        buf_add(&text, SV("OK: everything matches, "));
        if (!counts_add(result, VERIFY_OK, &text))
            buf_add(&text, SV("and there was nothing to check"));
    }
    printed = !text.failed && puts(text.at ? text.at : "") >= 0;
    buf_clear(&text);
    return printed;
}

/* Findings follow the rules of the program that made them. */
static void
say_version(const struct casefile *casefile)
{
    const char *made_by = casefile->generator_version;

    if (made_by && strcmp(made_by, PACKAGE_VERSION) != 0)
        say("the case was made by exinquest %s; this is %s, whose rules may "
            "find otherwise",
            made_by, PACKAGE_VERSION);
}

static enum exit_status
verifier_run(struct verifier *verifier)
{
    struct verify_options options = { .evidence = verifier->reading->options,
                                      .casefile = verifier->casefile,
                                      .tell = print_check,
                                      .user = verifier };
    struct verify_result result = { 0 };
    struct fault fault = { 0 };
    enum status status;

    say_version(verifier->casefile);
    status = verify(&options, &result, &fault);
    progress_end(&verifier->reading->progress);
    if (status != STATUS_OK && status != STATUS_MISMATCH)
        return say_fault(&fault, status, EXIT_NO_EVIDENCE);
    if ((status != STATUS_OK || !verifier->settings->quiet) &&
        !print_summary(&result))
        return EXIT_INTERNAL;
    return status == STATUS_OK ? EXIT_DONE : EXIT_MISMATCH;
}

enum exit_status
cmd_verify(const struct settings *settings)
{
    const char *path = settings->operands.at[0];
    enum exit_status exit_status = EXIT_INTERNAL;
    struct reading reading;
    struct verifier verifier = { .settings = settings, .reading = &reading };

    if (!case_is_readable(path))
        return EXIT_NO_EVIDENCE;
    if (reading_init(&reading, settings, settings->operands.at + 1,
                     settings->operands.count - 1, &exit_status) &&
        confine_reading(settings, path, &reading, NULL, &exit_status) &&
        case_open(settings, path, &verifier.casefile, &exit_status))
        exit_status = verifier_run(&verifier);
    casefile_free(verifier.casefile);
    reading_clear(&reading);
    return exit_status;
}
