/*
 * configuration.h: /etc/exinquest/exinquest.conf, then the user's own; or the
 * one file that EXINQUEST_CONFIG names, "none" for no file at all. Options win.
 */
#ifndef CLI_CONFIGURATION_H
#define CLI_CONFIGURATION_H

#include "report/report.h"

struct config {
    struct report_setting *at; /* in the order of the files */
    size_t count;
    size_t capacity;
    struct arena *arena; /* owns the texts */
};

/*
 * Reads the files that there are.
 * Owner: the caller, config_clear(), also after a failure.
 * Fails: STATUS_USAGE with file, line and the nearest key; STATUS_IO,
 * STATUS_NOMEM.
 */
enum status config_read(struct config *config, struct fault *fault);
void config_clear(struct config *config);

/* The option that says the same as a key; NULL: none does. */
const char *config_option(const char *key);
/* One bit for each key; 0: no key says the same as this option. */
uint32_t config_bit(const char *option);
/* The settings that no option overrides; `overridden` as in struct settings. */
void config_drop(struct config *config, uint32_t overridden);
/* The last value of a key; NULL: it is in no file. */
const char *config_value(const struct config *config, const char *key);

#endif
