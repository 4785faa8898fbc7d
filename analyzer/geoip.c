#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "analyzer/geoip.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef WITH_GEOIP

#include <maxminddb.h>

struct geoip {
    size_t count;
    MMDB_s databases[];
};

enum status
geoip_open(const char *const *files, size_t count, struct geoip **ret_geoip,
           struct fault *fault)
{
    struct geoip *geoip;

    *ret_geoip = NULL;
    if (!count)
        return STATUS_OK;
    geoip = calloc(1, sizeof(*geoip) + count * sizeof(geoip->databases[0]));
    if (!geoip)
        return STATUS_NOMEM;
    for (size_t i = 0; i < count; i++) {
        int error = MMDB_open(files[i], MMDB_MODE_MMAP, &geoip->databases[i]);

        if (error != MMDB_SUCCESS) {
            geoip_free(geoip);
            return error == MMDB_OUT_OF_MEMORY_ERROR
                       ? STATUS_NOMEM
                       : fault_set(fault, STATUS_USAGE,
                                   "--geoip %s: cannot be used: %s", files[i],
                                   MMDB_strerror(error));
        }
        geoip->count++;
    }
    *ret_geoip = geoip;
    return STATUS_OK;
}

void
geoip_free(struct geoip *geoip)
{
    if (!geoip)
        return;
    for (size_t i = 0; i < geoip->count; i++)
        MMDB_close(&geoip->databases[i]);
    free(geoip);
}

/* Where the databases in use keep what we want; the first that is there. */
#define PATHS_MAX 3
static const char *const country_paths[PATHS_MAX][PATHS_MAX] = {
    { "country", "iso_code", NULL },
    { "registered_country", "iso_code", NULL },
    { "country_code", NULL, NULL },
};
static const char *const number_paths[PATHS_MAX][PATHS_MAX] = {
    { "autonomous_system_number", NULL, NULL },
    { "asn", NULL, NULL },
    { "traits", "autonomous_system_number", NULL },
};
static const char *const owner_paths[PATHS_MAX][PATHS_MAX] = {
    { "autonomous_system_organization", NULL, NULL },
    { "as_name", NULL, NULL },
    { "traits", "autonomous_system_organization", NULL },
};

static bool
entry_value(MMDB_entry_s *entry, const char *const paths[][PATHS_MAX],
            MMDB_entry_data_s *ret_data)
{
    for (size_t i = 0; i < PATHS_MAX; i++) {
        if (MMDB_aget_value(entry, ret_data, paths[i]) == MMDB_SUCCESS &&
            ret_data->has_data)
            return true;
    }
    return false;
}

static struct sv
data_text(const MMDB_entry_data_s *data)
{
    return data->type == MMDB_DATA_TYPE_UTF8_STRING
               ? (struct sv){ data->utf8_string, data->data_size }
               : sv_of("");
}

static void
take_country(MMDB_entry_s *entry, struct geoip_place *place)
{
    MMDB_entry_data_s data;
    struct sv code;

    if (place->country[0] || !entry_value(entry, country_paths, &data))
        return;
    code = data_text(&data);
    if (code.len == 2 && code.at[0] >= 'A' && code.at[0] <= 'Z' &&
        code.at[1] >= 'A' && code.at[1] <= 'Z')
        memcpy(place->country, code.at, 2);
}

static void
take_network(MMDB_entry_s *entry, struct geoip_place *place)
{
    MMDB_entry_data_s data;
    struct sv number, owner = sv_of("");
    char digits[16] = "";

    if (place->network[0] || !entry_value(entry, number_paths, &data))
        return;
    number = data_text(&data);
    if (data.type == MMDB_DATA_TYPE_UINT32)
        snprintf(digits, sizeof(digits), "%u", data.uint32);
    else if (sv_starts(number, SV("AS")) && number.len < sizeof(digits))
        memcpy(digits, number.at + 2, number.len - 2);
    if (!digits[0] || strspn(digits, "0123456789") != strlen(digits))
        return;
    if (entry_value(entry, owner_paths, &data))
        owner = data_text(&data);
    snprintf(place->network, sizeof(place->network), "AS%s%s%.*s", digits,
             owner.len ? " " : "", (int)owner.len, owner.at);
}

static bool
address_parse(struct sv ip, struct sockaddr_storage *ret_address)
{
    char text[INET6_ADDRSTRLEN + 1] = "";
    ptrdiff_t zone = sv_find_char(ip, '%');
    struct sockaddr_in *v4 = (struct sockaddr_in *)ret_address;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)ret_address;

    if (zone >= 0)
        ip = sv_head(ip, (size_t)zone);
    if (ip.len >= sizeof(text))
        return false;
    memcpy(text, ip.at, ip.len);
    memset(ret_address, 0, sizeof(*ret_address));
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        return true;
    }
    if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        return true;
    }
    return false;
}

void
geoip_find(const struct geoip *geoip, struct sv ip,
           struct geoip_place *ret_place)
{
    struct sockaddr_storage address;

    *ret_place = (struct geoip_place){ 0 };
    if (!geoip || !ip.len || !address_parse(ip, &address))
        return;
    for (size_t i = 0; i < geoip->count; i++) {
        int error = MMDB_SUCCESS;
        MMDB_lookup_result_s found = MMDB_lookup_sockaddr(
            &geoip->databases[i], (struct sockaddr *)&address, &error);

        if (error != MMDB_SUCCESS || !found.found_entry)
            continue;
        take_country(&found.entry, ret_place);
        take_network(&found.entry, ret_place);
    }
}

#else

struct geoip {
    char unused;
};

enum status
geoip_open(const char *const *files, size_t count, struct geoip **ret_geoip,
           struct fault *fault)
{
    *ret_geoip = NULL;
    if (!count)
        return STATUS_OK;
    return fault_set(fault, STATUS_USAGE,
                     "--geoip %s: this program was built without "
                     "libmaxminddb; run it without the option",
                     files[0]);
}

void
geoip_free(struct geoip *geoip)
{
    free(geoip);
}

void
geoip_find(const struct geoip *geoip, struct sv ip,
           struct geoip_place *ret_place)
{
    (void)geoip;
    (void)ip;
    *ret_place = (struct geoip_place){ 0 };
}

#endif
