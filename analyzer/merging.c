/* The texts' ledgers become one, with their order in time and servers. */
#include "analyzer/gathering.h"

#include <stdlib.h>
#include <string.h>

/* The group in which texts without a name of their own share a server. */
static struct sv
group_of(const struct gathered_text *text)
{
    struct sv path = sv_of(text->container ? text->container : text->path);
    ptrdiff_t slash;

    if (text->container)
        return sv_cut(&path, '!');
    slash = sv_rfind_char(path, '/');
    return slash < 0 ? (struct sv){ "", 0 } : sv_head(path, (size_t)slash);
}

static struct sv
own_server(const struct gathered_text *text)
{
    const struct ledger *ledger = text->ledger;

    if (!ledger || !ledger->texts[0].server)
        return (struct sv){ "", 0 };
    return names_text(ledger->names, ledger->texts[0].server);
}

static int
group_order(const void *left, const void *right, void *user)
{
    const struct gathering *gathering = user;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    int order =
        sv_cmp(group_of(&gathering->texts[a]), group_of(&gathering->texts[b]));

    return order ? order : a < b ? -1 : a > b;
}

/* The one name that these texts have of their own; "" for none or several. */
static struct sv
only_server(const struct gathering *gathering, const uint32_t *texts,
            size_t count)
{
    struct sv only = { "", 0 };

    for (size_t i = 0; i < count; i++) {
        struct sv name = own_server(&gathering->texts[texts[i]]);

        if (only.len && name.len && !sv_eq(only, name))
            return (struct sv){ "", 0 };
        if (name.len)
            only = name;
    }
    return only;
}

/* Its own name; the only one of its group; the only one there is. */
static bool
name_server(struct gathering *gathering, struct gathered_text *text,
            struct sv in_group, struct sv of_all)
{
    struct sv server = own_server(text);

    if (!server.len)
        server = in_group.len ? in_group : of_all;
    text->server = arena_strdup(gathering->arena, server);
    return text->server != NULL;
}

enum status
gathering_name_servers(struct gathering *gathering)
{
    uint32_t *texts = calloc(gathering->text_count + 1, sizeof(*texts));
    enum status status = STATUS_NOMEM;
    size_t count = 0;
    struct sv of_all;

    if (!texts)
        return STATUS_NOMEM;
    for (size_t i = 0; i < gathering->text_count; i++) {
        if (gathering->texts[i].ledger)
            texts[count++] = (uint32_t)i;
    }
    qsort_r(texts, count, sizeof(*texts), group_order, gathering);
    of_all = only_server(gathering, texts, count);
    for (size_t from = 0; from < count;) {
        struct sv group = group_of(&gathering->texts[texts[from]]);
        size_t to = from;
        struct sv in_group;

        while (to < count &&
               sv_eq(group, group_of(&gathering->texts[texts[to]])))
            to++;
        in_group = only_server(gathering, texts + from, to - from);
        for (; from < to; from++) {
            if (!name_server(gathering, &gathering->texts[texts[from]],
                             in_group, of_all))
                goto out;
        }
    }
    status = STATUS_OK;
out:
    free(texts);
    return status;
}

/* Texts are numbered in the order of time already; copies have no rank. */
static void
rank_texts(struct gathering *gathering, uint32_t *rank)
{
    uint32_t next = 1;

    for (size_t i = 0; i < gathering->text_count; i++) {
        struct gathered_text *text = &gathering->texts[i];

        if (!text->ledger)
            continue;
        text->counts = text->ledger->texts[0];
        if (!text->duplicate)
            rank[i] = next++;
    }
}

/* While ledgers are apart, places name text 0: now they get its number. */
static void
number_text(struct ledger *ledger, uint32_t text)
{
    for (size_t i = 0; i < ledger->events_count; i++)
        ledger->events[i].text = text;
    for (size_t i = 0; i < ledger->limits_count; i++)
        ledger->limits[i].place.text = text;
    for (size_t i = 0; i < ledger->cwds_count; i++)
        ledger->cwds[i].place.text = text;
    for (size_t i = 0; i < ledger->idents_count; i++)
        ledger->idents[i].place.text = text;
    for (size_t i = 0; i < ledger->refused_count; i++)
        ledger->refused[i].place.text = text;
    for (size_t i = 0; i < ledger->shapes_count; i++)
        ledger->shapes[i].sample.text = text;
    for (size_t i = 0; i < ledger->warnings_count; i++)
        ledger->warnings[i].place.text = text;
    for (size_t i = 0; i < ledger->texts_count; i++)
        ledger->texts[i].text = text;
}

static enum status
merge_one(struct gathering *gathering, struct gathered_text *text,
          struct ledger **merged, uint32_t *servers)
{
    uint32_t number = (uint32_t)(text - gathering->texts);
    struct ledger *ledger = text->ledger;
    uint32_t name = names_add(ledger->names, sv_of(text->server));

    text->ledger = NULL;
    number_text(ledger, number);
    ledger_name_server(ledger, name);
    if (ledger->failed || names_failed(ledger->names)) {
        ledger_free(ledger);
        return STATUS_NOMEM;
    }
    if (!*merged)
        *merged = ledger;
    else if (ledger_merge(*merged, ledger) != STATUS_OK)
        return STATUS_NOMEM;
    servers[number] = names_add((*merged)->names, sv_of(text->server));
    return STATUS_OK;
}

enum status
gathering_merge(struct gathering *gathering, struct ledger **ret_ledger,
                uint32_t **ret_rank, uint32_t **ret_server)
{
    size_t count = gathering->text_count;
    uint32_t *rank = calloc(count + 1, sizeof(*rank));
    uint32_t *servers = calloc(count + 1, sizeof(*servers));
    struct ledger *merged = NULL;
    enum status status = STATUS_NOMEM;

    if (!rank || !servers)
        goto out;
    rank_texts(gathering, rank);
    for (size_t i = 0; i < count; i++) {
        if (rank[i] && merge_one(gathering, &gathering->texts[i], &merged,
                                 servers) != STATUS_OK)
            goto out;
    }
    for (size_t i = 0; i < count; i++) { /* copies have a clock, too */
        if (!rank[i] && gathering->texts[i].server)
            servers[i] =
                names_add(merged->names, sv_of(gathering->texts[i].server));
    }
    if (names_failed(merged->names))
        goto out;
    *ret_ledger = merged;
    *ret_rank = rank;
    *ret_server = servers;
    merged = NULL;
    rank = servers = NULL;
    status = STATUS_OK;
out:
    ledger_free(merged);
    free(rank);
    free(servers);
    return status;
}
