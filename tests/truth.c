#include "tests/truth.h"

#include "tests/json_read.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analyzer/analyze.h"

static bool
file_read(const char *path, struct buf *out)
{
    FILE *file = fopen(path, "rb");
    char block[65536];
    size_t got;
    bool good = file != NULL;

    while (good && (got = fread(block, 1, sizeof(block), file)) > 0)
        good = buf_add(out, (struct sv){ block, got });
    if (file)
        fclose(file);
    return good;
}

static const char *
joined(struct arena *arena, const char *folder, const char *name)
{
    struct buf path = { 0 };
    const char *kept = buf_printf(&path, "%s/%s", folder, name)
                           ? arena_strdup(arena, buf_sv(&path))
                           : NULL;

    buf_clear(&path);
    return kept;
}

/* The truth's own words for causes: contracts.md 2. */
static const struct kind_row {
    const char *truth;
    const char *kind;
    const char *channel;
} kind_rows[] = {
    { "compromised_mailbox_webmail", "compromised_mailbox", "webmail" },
    { "system_user_cron_or_shell", "compromised_system_account", NULL },
    { "open_relay_host", "open_relay", NULL },
};

static void
kind_read(const struct json *row, struct incident *incident)
{
    incident->kind = json_text(row, "kind");
    incident->channel = json_text(row, "channel");
    for (size_t i = 0; i < sizeof(kind_rows) / sizeof(kind_rows[0]); i++) {
        if (incident->kind && strcmp(kind_rows[i].truth, incident->kind) == 0) {
            incident->kind = kind_rows[i].kind;
            incident->channel = kind_rows[i].channel;
            return;
        }
    }
}

static bool
dir_add(struct arena *arena, struct incident *incident, const char *dir)
{
    struct buf visible = { 0 };
    bool good = incident->dir_count < TRUTH_DIRS_MAX &&
                sv_printable(sv_of(dir), &visible);

    if (good)
        incident->dirs[incident->dir_count++] =
            arena_strdup(arena, buf_sv(&visible));
    buf_clear(&visible);
    return good;
}

static bool
dirs_read(struct arena *arena, const struct json *row,
          struct incident *incident)
{
    const struct json *dirs = json_get(row, "script_dirs");

    if (dirs->kind != JSON_ARRAY)
        return !json_text(row, "script_dir") ||
               dir_add(arena, incident, json_text(row, "script_dir"));
    for (const struct json *dir = dirs->first; dir; dir = dir->next) {
        if (!dir->text || !dir_add(arena, incident, dir->text))
            return false;
    }
    return true;
}

static int
text_order(const void *left, const void *right)
{
    return strcmp(*(const char *const *)left, *(const char *const *)right);
}

static bool
ids_read(struct arena *arena, const char *path, struct incident *incident)
{
    struct buf text = { 0 };
    struct sv rest;
    bool good = file_read(path, &text);

    rest = buf_sv(&text);
    incident->ids = arena_alloc(arena, (rest.len + 1) * sizeof(char *));
    good = good && incident->ids;
    while (good && rest.len) {
        struct sv id = sv_trim(sv_cut(&rest, '\n'));

        if (id.len)
            good = (incident->ids[incident->id_count++] =
                        arena_strdup(arena, id)) != NULL;
    }
    if (good && incident->id_count)
        qsort(incident->ids, incident->id_count, sizeof(*incident->ids),
              text_order);
    buf_clear(&text);
    return good;
}

bool
incident_has(const struct incident *incident, const char *id)
{
    return incident->id_count && bsearch(&id, incident->ids, incident->id_count,
                                         sizeof(*incident->ids), text_order);
}

static bool
incident_read(struct arena *arena, const char *folder, const struct json *row,
              struct incident *incident)
{
    const struct json *lines = json_get(row, "log_counts");
    const char *file = json_text(row, "exim_ids_file");

    kind_read(row, incident);
    incident->account = json_text(row, "account");
    incident->domain = json_text(row, "domain");
    incident->mailbox = json_text(row, "mailbox");
    incident->messages = json_number(row, "messages");
    incident->recipients = json_number(row, "recipients");
    incident->delivered = json_number(row, "delivered");
    incident->failed =
        json_number(json_get(row, "final_outcome_per_recipient"), "failed");
    incident->deferral_lines = json_number(lines, "deferral_lines");
    incident->unknown_ids =
        json_number(row, "accepted_messages_without_known_id");
    return incident->kind && file &&
           time_read(json_text(row, "first_abuse_time"), 0, &incident->onset) &&
           time_read(json_text(row, "last_time"), 0, &incident->last) &&
           dirs_read(arena, row, incident) &&
           ids_read(arena, joined(arena, folder, file), incident);
}

static void
totals_read(const struct json *row, struct case_totals *totals)
{
    totals->lines = json_number(row, "lines");
    totals->arrivals = json_number(row, "arrivals");
    totals->bounces = json_number(row, "bounces_generated");
    totals->deliveries = json_number(row, "deliveries");
    totals->deferrals = json_number(row, "deferral_lines");
    totals->failures = json_number(row, "failures");
    totals->completed = json_number(row, "completed");
    totals->rejections = json_number(row, "reject_lines");
    totals->auth_failures = json_number(row, "auth_failed_lines");
    totals->frozen = json_number(row, "frozen");
    totals->cwd_lines = json_number(row, "cwd_lines");
}

/* The folder `logs`, or the one archive. */
static const char *
logs_find(struct arena *arena, const char *folder)
{
    DIR *listing = opendir(folder);
    const char *found = NULL;
    struct dirent *entry;

    while (listing && !found && (entry = readdir(listing))) {
        struct sv name = sv_of(entry->d_name);

        if (sv_eq(name, SV("logs")) || sv_ends(name, SV(".tar.gz")))
            found = joined(arena, folder, entry->d_name);
    }
    if (listing)
        closedir(listing);
    return found;
}

static bool
set_fill(struct arena *arena, const char *folder, const struct json *json,
         struct truth *set)
{
    const struct json *rows = json_get(json, "incidents");
    size_t count = 0;

    set->name = json_text(json, "data_set");
    set->logs = logs_find(arena, folder);
    totals_read(json_get(json, "totals_from_log"), &set->totals);
    for (const struct json *row = rows->first; row; row = row->next)
        count++;
    set->incidents = arena_alloc(arena, (count + 1) * sizeof(*set->incidents));
    if (!set->name || !set->logs || !set->incidents)
        return false;
    for (const struct json *row = rows->first; row; row = row->next) {
        if (!incident_read(arena, folder, row,
                           &set->incidents[set->incident_count++]))
            return false;
    }
    return true;
}

static bool
set_read(struct truths *truths, const char *folder)
{
    struct buf text = { 0 };
    void *grown = truths->sets;
    const char *path = joined(truths->arena, folder, "truth.json");
    const struct json *json = path && file_read(path, &text)
                                  ? json_read(buf_sv(&text), truths->arena)
                                  : NULL;
    bool good = json && array_reserve(&grown, &truths->capacity,
                                      truths->count + 1, sizeof(*truths->sets));

    if (good) {
        truths->sets = grown;
        truths->sets[truths->count] = (struct truth){ 0 };
        good = set_fill(truths->arena, folder, json,
                        &truths->sets[truths->count++]);
    }
    if (!good)
        fprintf(stderr, "%s: cannot be understood\n", folder);
    buf_clear(&text);
    return good;
}

static bool
is_set(struct arena *arena, const char *folder)
{
    const char *path = joined(arena, folder, "truth.json");
    struct stat info;

    return path && stat(path, &info) == 0;
}

static bool
sets_read(struct truths *truths, const char *fixtures, const char *group)
{
    const char *folder = joined(truths->arena, fixtures, group);
    DIR *listing = folder ? opendir(folder) : NULL;
    struct dirent *entry;
    bool good = listing != NULL;

    while (good && (entry = readdir(listing))) {
        const char *set = joined(truths->arena, folder, entry->d_name);

        if (entry->d_name[0] != '.' && is_set(truths->arena, set))
            good = set_read(truths, set);
    }
    if (listing)
        closedir(listing);
    return good;
}

static int
set_order(const void *left, const void *right)
{
    const struct truth *a = left, *b = right;

    return strcmp(a->name, b->name);
}

bool
truths_read(const char *fixtures, bool made, struct truths *ret_truths)
{
    *ret_truths = (struct truths){ .arena = arena_new() };
    if (!fixtures || !ret_truths->arena ||
        !sets_read(ret_truths, fixtures, "corpus") ||
        !sets_read(ret_truths, fixtures, "recorded") ||
        (made && !sets_read(ret_truths, fixtures, "made")) ||
        !ret_truths->count) {
        fprintf(stderr, "FIXTURES does not name the folder of fixtures\n");
        truths_clear(ret_truths);
        return false;
    }
    qsort(ret_truths->sets, ret_truths->count, sizeof(*ret_truths->sets),
          set_order);
    return true;
}

void
truths_clear(struct truths *truths)
{
    free(truths->sets);
    arena_free(truths->arena);
    *truths = (struct truths){ 0 };
}
