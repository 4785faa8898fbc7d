/* geoip: places of addresses, by a database that fixtures/geoip/make.py made.
 */
#include "analyzer/geoip.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const struct place_row {
    const char *name;
    const char *ip;
    const char *country;
    const char *network;
} places[] = {
    { "a wide network", "198.18.3.4", "AA", "AS64496 Home Broadband" },
    { "a narrow one inside it", "198.19.200.1", "ZZ", "AS64499 Far Hosting" },
    { "the last address before it", "198.19.127.255", "AA",
      "AS64496 Home Broadband" },
    { "IPv6", "2001:db8::25", "XA", "AS64500 Example Six" },
    { "IPv6 with a zone", "2001:db8::25%eth0", "XA", "AS64500 Example Six" },
    { "an address of nobody's", "192.0.2.1", "", "" },
    { "IPv6 of nobody's", "fe80::1", "", "" },
    { "no address", "mail.example.net", "", "" },
    { "nothing", "", "", "" },
    { "longer than an address can be",
      "2001:db8:0000:0000:0000:0000:0000:0000:0000:0000:0000:0000", "", "" },
};

static const char *
path_of(const char *name, char *room, size_t size)
{
    snprintf(room, size, "%s/%s", getenv("FIXTURES"), name);
    return room;
}

static void
place_is_found(void **state)
{
    const struct place_row *row = *state;
    char path[4096];
    const char *files[] = { path_of("geoip/lab.mmdb", path, sizeof(path)) };
    struct fault fault = { 0 };
    struct geoip_place place;
    struct geoip *geoip;

    assert_int_equal(geoip_open(files, 1, &geoip, &fault), STATUS_OK);
    geoip_find(geoip, sv_of(row->ip), &place);
    assert_string_equal(place.country, row->country);
    assert_string_equal(place.network, row->network);
    geoip_free(geoip);
}

static void
two_databases_are_asked_in_turn(void **state)
{
    char path[4096];
    const char *file = path_of("geoip/lab.mmdb", path, sizeof(path));
    const char *files[] = { file, file };
    struct fault fault = { 0 };
    struct geoip_place place;
    struct geoip *geoip;

    (void)state;
    assert_int_equal(geoip_open(files, 2, &geoip, &fault), STATUS_OK);
    geoip_find(geoip, sv_of("203.0.113.9"), &place);
    assert_string_equal(place.network, "AS64497 City Net");
    geoip_free(geoip);
}

static void
without_a_database_nothing_is_known(void **state)
{
    struct fault fault = { 0 };
    struct geoip_place place;
    struct geoip *geoip;

    (void)state;
    assert_int_equal(geoip_open(NULL, 0, &geoip, &fault), STATUS_OK);
    assert_null(geoip);
    geoip_find(geoip, sv_of("203.0.113.9"), &place);
    assert_string_equal(place.country, "");
    geoip_free(geoip);
}

static const struct bad_row {
    const char *name;
    const char *file;
} bad_files[] = {
    { "a file that is no database", "geoip/README.md" },
    { "a folder", "geoip" },
    { "no such file", "geoip/none.mmdb" },
};

static void
bad_file_is_named(void **state)
{
    const struct bad_row *row = *state;
    char path[4096];
    const char *files[] = { path_of(row->file, path, sizeof(path)) };
    struct fault fault = { 0 };
    struct geoip *geoip;

    assert_int_equal(geoip_open(files, 1, &geoip, &fault), STATUS_USAGE);
    assert_null(geoip);
    assert_non_null(strstr(fault.text, row->file));
}

/* Cut at any byte: an answer or none, and never a crash. */
static void
cut_database_is_survived(void **state)
{
    char path[4096];
    char part[] = "geoip-part.XXXXXX";
    unsigned char bytes[65536];
    FILE *whole = fopen(path_of("geoip/lab.mmdb", path, sizeof(path)), "rb");
    size_t size;
    int fd = mkstemp(part);

    (void)state;
    assert_non_null(whole);
    size = fread(bytes, 1, sizeof(bytes), whole);
    fclose(whole);
    assert_true(fd >= 0 && size > 1000);
    for (size_t cut = 0; cut < size; cut += cut < size - 200 ? 97 : 1) {
        const char *files[] = { part };
        struct fault fault = { 0 };
        struct geoip_place place;
        struct geoip *geoip;

        assert_int_equal(ftruncate(fd, 0), 0);
        assert_int_equal(pwrite(fd, bytes + cut, size - cut, 0),
                         (ssize_t)(size - cut));
        if (geoip_open(files, 1, &geoip, &fault) != STATUS_OK)
            continue;
        geoip_find(geoip, sv_of("198.19.200.1"), &place);
        geoip_find(geoip, sv_of("2001:db8::1"), &place);
        geoip_free(geoip);
    }
    close(fd);
    unlink(part);
}

int
main(void)
{
    size_t count = 0;
    struct CMUnitTest tests[32] = { 0 };

    for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
        tests[count++] = (struct CMUnitTest){
            .name = places[i].name,
            .test_func = place_is_found,
            .initial_state = (void *)(uintptr_t)&places[i],
        };
    for (size_t i = 0; i < sizeof(bad_files) / sizeof(bad_files[0]); i++)
        tests[count++] = (struct CMUnitTest){
            .name = bad_files[i].name,
            .test_func = bad_file_is_named,
            .initial_state = (void *)(uintptr_t)&bad_files[i],
        };
    tests[count++] =
        (struct CMUnitTest)cmocka_unit_test(two_databases_are_asked_in_turn);
    tests[count++] = (struct CMUnitTest)cmocka_unit_test(
        without_a_database_nothing_is_known);
    tests[count++] =
        (struct CMUnitTest)cmocka_unit_test(cut_database_is_survived);
    return _cmocka_run_group_tests("geoip", tests, count, NULL, NULL);
}
