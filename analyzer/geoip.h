/*
 * geoip.h: which country an address belongs to, and which network (AS), by
 * databases in the MMDB format that the user named. Nothing is ever fetched.
 * A database that knows only one of the two is fine; several are asked in
 * turn.
 */
#ifndef ANALYZER_GEOIP_H
#define ANALYZER_GEOIP_H

#include "analyzer/base.h"

struct geoip;

/*
 * Opens the files. No file: *ret_geoip is NULL, which geoip_find() takes.
 * Owner: the caller, geoip_free().
 * Fails: STATUS_USAGE when a file is no such database, or the program was
 * built without libmaxminddb; STATUS_NOMEM.
 */
enum status geoip_open(const char *const *files, size_t count,
                       struct geoip **ret_geoip, struct fault *fault);
void geoip_free(struct geoip *geoip);

struct geoip_place {
    char country[3];  /* ISO 3166, two capitals; "" where no database knows */
    char network[96]; /* "AS64500 Example Net"; "" the same */
};

/* `ip` is the text of an IPv4 or IPv6 address; a zone after % is left out. */
void geoip_find(const struct geoip *geoip, struct sv ip,
                struct geoip_place *ret_place);

#endif
