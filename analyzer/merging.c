/* The texts' ledgers become one, with their order in time and servers. */
#include "analyzer/gathering.h"

#include <stdlib.h>
#include <string.h>

/* Texts in the order of their times; equal ones by what is in them. */
static int
rank_order(const void *left, const void *right, void *user)
{
    const struct gathering *gathering = user;
    const struct gathered_text *a = &gathering->texts[*(const uint32_t *)left];
    const struct gathered_text *b = &gathering->texts[*(const uint32_t *)right];
    const struct ledger_text *ta = &a->counts, *tb = &b->counts;

    if (ta->first_ms != tb->first_ms)
        return ta->first_ms < tb->first_ms ? -1 : 1;
    if (ta->last_ms != tb->last_ms)
        return ta->last_ms < tb->last_ms ? -1 : 1;
    return sv_cmp(sv_of(a->text_sha256), sv_of(b->text_sha256));
}

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
    if (!text->ledger || !text->counts.server)
        return (struct sv){ "", 0 };
    return names_text(text->ledger->names, text->counts.server);
}

/* Its own name; the only one of its group; the only one there is. */
static struct sv
server_of(const struct gathering *gathering, const struct gathered_text *text)
{
    struct sv own = own_server(text), in_group = { "", 0 }, any = { "", 0 };
    bool group_agrees = true, all_agree = true;

    if (own.len)
        return own;
    for (size_t i = 0; i < gathering->text_count; i++) {
        const struct gathered_text *other = &gathering->texts[i];
        struct sv name = own_server(other);

        if (!name.len)
            continue;
        if (any.len && !sv_eq(any, name))
            all_agree = false;
        any = name;
        if (!sv_eq(group_of(other), group_of(text)))
            continue;
        if (in_group.len && !sv_eq(in_group, name))
            group_agrees = false;
        in_group = name;
    }
    if (in_group.len && group_agrees)
        return in_group;
    if (any.len && all_agree)
        return any;
    return (struct sv){ "", 0 };
}

static enum status
rank_texts(struct gathering *gathering, uint32_t *rank)
{
    uint32_t *order = calloc(gathering->text_count + 1, sizeof(*order));
    size_t count = 0;

    if (!order)
        return STATUS_NOMEM;
    for (size_t i = 0; i < gathering->text_count; i++) {
        struct gathered_text *text = &gathering->texts[i];

        if (!text->ledger)
            continue;
        text->counts = text->ledger->texts[0];
        if (!text->duplicate)
            order[count++] = (uint32_t)i;
    }
    qsort_r(order, count, sizeof(*order), rank_order, gathering);
    for (size_t i = 0; i < count; i++)
        rank[order[i]] = (uint32_t)i + 1;
    free(order);
    return STATUS_OK;
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

/* The next text in the order of time that still has a ledger to give. */
static struct gathered_text *
text_of_rank(struct gathering *gathering, const uint32_t *rank, uint32_t wanted)
{
    for (size_t i = 0; i < gathering->text_count; i++) {
        if (rank[i] == wanted)
            return &gathering->texts[i];
    }
    return NULL;
}

static enum status
merge_one(struct gathering *gathering, struct gathered_text *text, struct sv server,
          struct ledger **merged, uint32_t *servers)
{
    uint32_t number = (uint32_t)(text - gathering->texts);
    struct ledger *ledger = text->ledger;
    uint32_t name = names_add(ledger->names, server);

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
    servers[number] = names_add((*merged)->names, server);
    return STATUS_OK;
}

enum status
gathering_merge(struct gathering *gathering, struct ledger **ret_ledger,
              uint32_t **ret_rank, uint32_t **ret_server)
{
    size_t count = gathering->text_count;
    uint32_t *rank = calloc(count + 1, sizeof(*rank));
    uint32_t *servers = calloc(count + 1, sizeof(*servers));
    struct sv *names = calloc(count + 1, sizeof(*names));
    struct ledger *merged = NULL;
    enum status status = STATUS_NOMEM;

    if (!rank || !servers || !names || rank_texts(gathering, rank) != STATUS_OK)
        goto out;
    for (size_t i = 0; i < count; i++) {
        if (gathering->texts[i].ledger &&
            !arena_keep(gathering->arena,
                        server_of(gathering, &gathering->texts[i]), &names[i]))
            goto out;
    }
    for (uint32_t i = 1;; i++) {
        struct gathered_text *text = text_of_rank(gathering, rank, i);

        if (!text)
            break;
        if (merge_one(gathering, text, names[text - gathering->texts], &merged,
                      servers) != STATUS_OK)
            goto out;
    }
    for (size_t i = 0; i < count; i++)
        gathering->texts[i].server = names[i].at;
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
    free(names);
    return status;
}
