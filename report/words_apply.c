#include "report/words_catalogue.h"

#include "report/node.h"
#include "report/shell.h"

#include <stdlib.h>
#include <string.h>

#define DEPTH_MAX 100

/* ------------------------------------------------------------------ plural */

static const char *
plural_english(int64_t n)
{
    return n == 1 ? "one" : "other";
}

static const char *
plural_french(int64_t n)
{
    return n == 0 || n == 1 ? "one" : "other";
}

static const char *
plural_polish(int64_t n)
{
    bool teens = n % 100 >= 12 && n % 100 <= 14;

    if (n == 1)
        return "one";
    return n % 10 >= 2 && n % 10 <= 4 && !teens ? "few" : "many";
}

static const char *
plural_russian(int64_t n)
{
    if (n % 10 == 1 && n % 100 != 11)
        return "one";
    return n == 1 ? "many" : plural_polish(n);
}

static const char *
plural_none(int64_t n)
{
    (void)n;
    return "other";
}

static const struct plural_rule {
    const char *lang;
    const char *(*category)(int64_t n);
} plural_rules[] = {
    { "fr", plural_french },  { "pt-BR", plural_french },
    { "pl", plural_polish },  { "ru", plural_russian },
    { "uk", plural_russian }, { "ja", plural_none },
    { "zh", plural_none },    { "ko", plural_none },
};

static const char *
plural_of(const char *lang, int64_t n)
{
    for (size_t i = 0; i < sizeof(plural_rules) / sizeof(plural_rules[0]);
         i++) {
        if (strcmp(plural_rules[i].lang, lang) == 0)
            return plural_rules[i].category(n);
    }
    return plural_english(n);
}

static const xmlNode *
arg_find(const xmlNode *sentence, struct sv name)
{
    for (const xmlNode *arg = node_child(sentence, "arg"); arg;
         arg = node_next(arg, "arg")) {
        if (sv_eq(node_attr(arg, "name"), name))
            return arg;
    }
    return NULL;
}

/* The message itself, or the form of it that the count asks for. */
static const xmlNode *
message_form(const struct words *words, const xmlNode *message,
             const xmlNode *sentence)
{
    struct sv name = node_attr(message, "plural");
    const xmlNode *arg;
    const xmlNode *form;
    int64_t count;

    if (!node_child(message, "other"))
        return message;
    arg = arg_find(sentence, name.len > 0 ? name : SV("count"));
    count = node_attr_int(arg, "count", 0);
    form = node_child(message, plural_of(words->lang, count));
    return form ? form : node_child(message, "other");
}

/* --------------------------------------------------------------- sentences */

static bool
text_append(xmlNode *to, struct sv text)
{
    return text.len == 0 ||
           (xmlNodeAddContentLen(to, (const xmlChar *)text.at, (int)text.len),
            true);
}

static bool
children_copy(xmlNode *to, const xmlNode *from)
{
    for (xmlNode *child = from ? from->children : NULL; child;
         child = child->next) {
        xmlNode *copy = xmlDocCopyNode(child, to->doc, 1);

        if (!copy || !xmlAddChild(to, copy))
            return false;
    }
    return true;
}

/* "61 logins from {countries}" with the arguments in their places. */
static bool
pattern_fill(xmlNode *to, struct sv pattern, const xmlNode *sentence)
{
    while (pattern.len > 0) {
        struct sv rest = pattern;
        struct sv plain = sv_cut(&rest, '{');
        struct sv name;
        const xmlNode *arg;

        if (!text_append(to, plain))
            return false;
        if (plain.len == pattern.len)
            return true;
        name = sv_cut(&rest, '}');
        arg = arg_find(sentence, name);
        if (arg ? !children_copy(to, arg)
                : !(text_append(to, SV("{")) && text_append(to, name) &&
                    text_append(to, SV("}"))))
            return false;
        pattern = rest;
    }
    return true;
}

static bool
message_fill(xmlNode *to, const xmlNode *form, const xmlNode *sentence,
             int depth)
{
    if (depth > 4)
        return true;
    for (const xmlNode *child = form->children; child; child = child->next) {
        if (child->type == XML_TEXT_NODE) {
            if (!pattern_fill(to, sv_of((char *)child->content), sentence))
                return false;
        } else if (node_is(child, "em") || node_is(child, "code")) {
            xmlNode *copy = xmlNewChild(to, NULL, child->name, NULL);

            if (!copy || !message_fill(copy, child, sentence, depth + 1))
                return false;
        }
    }
    return true;
}

/* What is said when no catalogue knows the id: the outline's own words. */
static bool
missing_fill(struct words *words, xmlNode *to, const xmlNode *sentence)
{
    const xmlNode *otherwise = node_child(sentence, "otherwise");

    words->missing += !otherwise;
    if (otherwise)
        return children_copy(to, otherwise);
    return text_append(to, SV("[")) &&
           text_append(to, node_attr(sentence, "id")) &&
           text_append(to, SV("]"));
}

/* Puts what stands in `holder` in the place of `node`, which is freed. */
static void
node_replace(xmlNode *node, xmlNode *holder)
{
    while (holder->children) {
        xmlNode *child = holder->children;

        xmlUnlinkNode(child);
        xmlAddPrevSibling(node, child);
    }
    xmlUnlinkNode(node);
    xmlFreeNode(node);
}

static bool
sentence_fill(struct words *words, xmlNode *sentence)
{
    const xmlNode *message = words_find(words, node_attr(sentence, "id"));
    xmlNode *holder =
        xmlNewDocNode(sentence->doc, NULL, (const xmlChar *)"holder", NULL);
    bool ok = holder != NULL;

    if (ok && message)
        ok = message_fill(holder, message_form(words, message, sentence),
                          sentence, 0);
    else if (ok)
        ok = missing_fill(words, holder, sentence);
    if (ok)
        node_replace(sentence, holder);
    xmlFreeNode(holder);
    return ok;
}

/* ------------------------------------------------------------------ values */

static bool
fill_num(struct words *words, const xmlNode *node, struct buf *out)
{
    int64_t value;

    if (!text_to_int(node_attr(node, "value"), &value))
        return buf_add(out, words->format.unknown);
    return format_number(&words->format, value, out);
}

static bool
fill_bytes(struct words *words, const xmlNode *node, struct buf *out)
{
    int64_t value;

    if (!text_to_int(node_attr(node, "value"), &value))
        return buf_add(out, words->format.unknown);
    return format_bytes(&words->format, value, out);
}

static bool
fill_duration(struct words *words, const xmlNode *node, struct buf *out)
{
    int64_t value;
    int64_t from;
    int64_t to;

    if (time_parse(node_attr(node, "from"), &from) &&
        time_parse(node_attr(node, "to"), &to))
        return format_duration(&words->format, to - from, out);
    if (!text_to_int(node_attr(node, "value"), &value))
        return buf_add(out, words->format.unknown);
    return format_duration(&words->format, value, out);
}

static bool
fill_percent(struct words *words, const xmlNode *node, struct buf *out)
{
    int64_t value;

    if (text_to_int(node_attr(node, "value"), &value))
        return format_number(&words->format, value, out) &&
               buf_add(out, SV("\xc2\xa0%"));
    return format_percent(&words->format, node_attr(node, "share"), out);
}

static int64_t
offset_at(const struct words *words, int64_t at)
{
    int64_t offset = words->span_count > 0 ? words->spans[0].offset_s : 0;

    for (size_t i = 0; i < words->span_count; i++) {
        if (words->spans[i].from <= at)
            offset = words->spans[i].offset_s;
        if (words->spans[i].from <= at && at <= words->spans[i].to)
            break;
    }
    return offset;
}

static bool
fill_time(struct words *words, const xmlNode *node, struct buf *out)
{
    const struct words_format *format = &words->format;
    struct sv pattern = node_attr_is(node, "form", "minute")  ? format->minute
                        : node_attr_is(node, "form", "day")   ? format->day
                        : node_attr_is(node, "form", "clock") ? format->clock
                                                              : format->second;
    int64_t at;

    if (!time_parse(node_attr(node, "at"), &at))
        return buf_add(out, format->unknown);
    if (node_attr_is(node, "zone", "server"))
        at += offset_at(words, at);
    return format_time(pattern, at, out);
}

static bool
fill_command(struct words *words, const xmlNode *node, struct buf *out)
{
    static const char *const names[] = { "account", "domain",     "mailbox",
                                         "dir",     "message_id", "ip",
                                         "since",   "until" };
    struct shell_value values[8];
    struct buf command = { 0 };
    struct buf epochs[2] = { { 0 }, { 0 } };
    bool ok = node_text(node, &command);

    (void)words;
    for (size_t i = 0; i < 8; i++) {
        int64_t at;

        values[i] =
            (struct shell_value){ sv_of(names[i]), node_attr(node, names[i]) };
        if (i >= 6 && time_parse(values[i].text, &at)) {
            ok = ok && buf_printf(&epochs[i - 6], "%lld", (long long)at);
            values[i].text = buf_sv(&epochs[i - 6]);
        }
    }
    ok = ok && shell_expand(sv_trim(buf_sv(&command)), values, 8, out);
    buf_clear(&epochs[0]);
    buf_clear(&epochs[1]);
    buf_clear(&command);
    return ok;
}

static bool
fill_text(struct words *words, const xmlNode *node, struct buf *out)
{
    (void)words;
    return node_text(node, out);
}

/* Elements that end as plain text, and the attributes that go or stay. */
static const struct filler {
    const char *name;
    bool (*fill)(struct words *, const xmlNode *, struct buf *);
    bool bare;        /* all attributes go */
    const char *keep; /* else: all but those that only we read go */
} fillers[] = {
    { "num", fill_num, true, NULL },
    { "bytes", fill_bytes, true, NULL },
    { "duration", fill_duration, true, NULL },
    { "percent", fill_percent, true, NULL },
    { "time", fill_time, false, "at" },
    { "v", fill_text, false, "kind" },
    { "command", fill_command, false, "effect" },
    { "word", fill_text, false, "id" },
    { "alt", fill_text, true, NULL },
    { "axis", fill_text, true, NULL },
    { "tag", fill_text, false, "kind" },
    { "code", fill_text, true, NULL },
    { "series", fill_text, false, "ink" },
    { "bar", fill_text, false, NULL },
    { "limit", fill_text, false, NULL },
    { "mark", fill_text, false, NULL },
    { "point", fill_text, false, NULL },
    { "contact", fill_text, false, "href" },
    { "legal", fill_text, true, NULL },
};

static bool
filler_apply(struct words *words, const struct filler *filler, xmlNode *node)
{
    struct buf text = { 0 };
    bool ok = filler->fill(words, node, &text);
    xmlNode *content = NULL;

    if (ok && text.len > 0) {
        content = xmlNewDocTextLen(node->doc, (const xmlChar *)text.at,
                                   (int)text.len);
        ok = content != NULL;
    }
    if (ok) {
        xmlFreeNodeList(node->children);
        node->children = NULL;
        node->last = NULL;
        if (content)
            xmlAddChild(node, content);
    }
    buf_clear(&text);
    for (xmlAttr *attr = node->properties, *next; ok && attr; attr = next) {
        next = attr->next;
        if (filler->bare || (filler->keep && strcmp((const char *)attr->name,
                                                    filler->keep) != 0))
            xmlRemoveProp(attr);
    }
    return ok;
}

/* A count is read before it is formatted away: the plural needs it. */
static bool
arg_count(xmlNode *arg)
{
    const xmlNode *num = node_child(arg, "num");
    struct sv value = node_attr(num, "value");

    return value.len == 0 || xmlNewProp(arg, (const xmlChar *)"count",
                                        (const xmlChar *)value.at) != NULL;
}

/* A chart writes its own numbers and times, in the shape of all others. */
static bool
chart_patterns(const struct words *words, xmlNode *chart)
{
    const struct pattern {
        const char *name;
        struct sv is;
    } patterns[] = {
        { "group", words->format.group },
        { "day", words->format.day },
        { "second", words->format.second },
        { "units", words->format.units },
    };

    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        if (!xmlSetProp(chart, (const xmlChar *)patterns[i].name,
                        (const xmlChar *)patterns[i].is.at))
            return false;
    }
    return true;
}

/* A weight is a number with one tenth at most: only its point changes. */
static bool
reason_weight(const struct words *words, xmlNode *reason)
{
    struct sv tail = node_attr(reason, "weight");
    struct sv head = sv_cut(&tail, '.');
    struct buf text = { 0 };
    bool ok = true;

    if (tail.len > 0)
        ok = buf_add(&text, head) && buf_add(&text, words->format.decimal) &&
             buf_add(&text, tail) &&
             xmlSetProp(reason, (const xmlChar *)"weight",
                        (const xmlChar *)text.at) != NULL;
    buf_clear(&text);
    return ok;
}

static enum status
node_apply(struct words *words, xmlNode *node, int depth)
{
    if (depth > DEPTH_MAX)
        return STATUS_DAMAGED;
    if (node_is(node, "arg") && !arg_count(node))
        return STATUS_NOMEM;
    if (node_is(node, "chart") && !chart_patterns(words, node))
        return STATUS_NOMEM;
    if (node_is(node, "reason") && !reason_weight(words, node))
        return STATUS_NOMEM;
    for (xmlNode *child = node->children, *next; child; child = next) {
        enum status status;

        next = child->next;
        if (child->type != XML_ELEMENT_NODE)
            continue;
        status = node_apply(words, child, depth + 1);
        if (status != STATUS_OK)
            return status;
    }
    for (size_t i = 0; i < sizeof(fillers) / sizeof(fillers[0]); i++) {
        if (node_is(node, fillers[i].name))
            return filler_apply(words, &fillers[i], node) ? STATUS_OK
                                                          : STATUS_NOMEM;
    }
    if (node_is(node, "t") && !sentence_fill(words, node))
        return STATUS_NOMEM;
    return STATUS_OK;
}

/* --------------------------------------------------------------- documents */

static bool
spans_read(struct words *words, const xmlNode *clock)
{
    size_t capacity = 0;

    free(words->spans);
    words->spans = NULL;
    words->span_count = 0;
    for (const xmlNode *node = node_child(clock, "span"); node;
         node = node_next(node, "span")) {
        struct span span = { 0 };

        if (!time_parse(node_value(node, "from"), &span.from) ||
            !time_parse(node_value(node, "to"), &span.to) ||
            !offset_parse(node_value(node, "utc_offset"), &span.offset_s))
            continue;
        if (!array_reserve((void **)&words->spans, &capacity,
                           words->span_count + 1, sizeof(struct span)))
            return false;
        words->spans[words->span_count++] = span;
    }
    return true;
}

/* The title for metadata is a message without arguments. */
static bool
title_apply(struct words *words, xmlNode *root)
{
    const xmlNode *message = words_find(words, node_attr(root, "title"));
    struct buf title = { 0 };
    bool ok = true;

    if (message)
        ok = node_text(message, &title) && title.at &&
             xmlSetProp(root, (const xmlChar *)"title",
                        (const xmlChar *)title.at);
    else
        words->missing++;
    buf_clear(&title);
    return ok;
}

enum status
words_apply(struct words *words, xmlDoc *document, const xmlNode *clock,
            struct fault *fault)
{
    xmlNode *root = xmlDocGetRootElement(document);
    enum status status;

    if (!node_is(root, "document"))
        return fault_set(fault, STATUS_DAMAGED,
                         "the outline did not make a document");
    if (!spans_read(words, clock) || !title_apply(words, root) ||
        !xmlSetProp(root, (const xmlChar *)"lang",
                    (const xmlChar *)words->lang) ||
        !xmlSetProp(root, (const xmlChar *)"dir", (const xmlChar *)words->dir))
        return STATUS_NOMEM;
    status = node_apply(words, root, 0);
    if (status == STATUS_DAMAGED)
        return fault_set(fault, status, "the document is nested too deep");
    return status;
}
