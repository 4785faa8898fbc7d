#include "report/brand.h"

#include "report/html.h"
#include "report/node.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define BRAND_FILE "brand:/brand.xml"
#define DAYS_MAX 60

struct brand {
    const struct templates *templates;
    const struct report_options *options;
    xmlDoc *doc; /* the element that is made */
    xmlNode *root;
    struct fault *fault;
};

/* ------------------------------------------------------------------- checks */

static enum status
wrong(const struct brand *brand, const char *place, const char *name,
      struct sv value, const char *wanted)
{
    return fault_set(brand->fault, STATUS_USAGE,
                     "%s: %s \"" SV_FMT "\" is not %s", place, name,
                     SV_ARG(value), wanted);
}

static bool
days_valid(struct sv text)
{
    uint64_t days = 0;

    return sv_to_u64(text, DAYS_MAX, &days) && days > 0;
}

static bool
href_valid(struct sv text)
{
    return sv_starts(text, SV("https://")) || sv_starts(text, SV("mailto:"));
}

static bool
light_valid(struct sv text)
{
    return html_accent_valid(text, false);
}

static bool
dark_valid(struct sv text)
{
    return html_accent_valid(text, true);
}

static bool
any_valid(struct sv text)
{
    return text.len > 0;
}

/* An attribute of brand.xml, the key of the configuration that says the same,
 * and what both have to be. */
static const struct brand_rule {
    const char *attribute;
    const char *key;
    bool (*valid)(struct sv text);
    const char *wanted;
} brand_rules[] = {
    { "name", "organisation", any_valid, "a name: it is empty" },
    { "accent", "colour", light_valid,
      "a colour as #0a5fa5 with a contrast of 4.5 on white" },
    { "accent-dark", "colour_dark", dark_valid,
      "a colour as #7fbfff with a contrast of 4.5 on the dark page, #12161b" },
    { "days", "deadline", days_valid, "a number of days from 1 to 60" },
    { "label", NULL, any_valid, "a label: leave it out" },
    { "logo", "logo", any_valid, "a file: it is empty" },
};
#define RULE_COUNT (sizeof(brand_rules) / sizeof(brand_rules[0]))

static const char *
setting_of(const struct brand *brand, const char *key, const char **ret_origin)
{
    const struct report_options *options = brand->options;

    for (size_t i = options->house_count; key && i-- > 0;) {
        if (strcmp(options->house[i].key, key) == 0) {
            *ret_origin = options->house[i].origin;
            return options->house[i].value;
        }
    }
    return NULL;
}

/* --------------------------------------------------------------------- logo */

static enum status
file_read(const char *path, struct buf *bytes, struct fault *fault)
{
    char chunk[8192];
    ssize_t got = 0;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    enum status status = STATUS_OK;

    if (fd < 0)
        return fault_set(fault, STATUS_USAGE, "the logo %s: %s", path,
                         strerror(errno));
    while (status == STATUS_OK && bytes->len <= BRAND_LOGO_BYTES &&
           (got = read(fd, chunk, sizeof(chunk))) > 0)
        if (!buf_add(bytes, (struct sv){ chunk, (size_t)got }))
            status = STATUS_NOMEM;
    if (got < 0)
        status = fault_set(fault, STATUS_USAGE, "the logo %s: %s", path,
                           strerror(errno));
    close(fd);
    return status;
}

static bool
attr_number(xmlNode *node, const char *name, uint32_t number)
{
    struct buf text = { 0 };
    bool ok = buf_printf(&text, "%u", (unsigned)number) &&
              xmlNewProp(node, (const xmlChar *)name,
                         (const xmlChar *)text.at) != NULL;

    buf_clear(&text);
    return ok;
}

static enum status
logo_make(struct brand *brand, struct sv bytes, const char *name)
{
    struct buf png = { 0 };
    struct buf text = { 0 };
    uint32_t width = 0;
    uint32_t height = 0;
    xmlNode *node = NULL;
    enum status status = STATUS_OK;

    if (bytes.len > BRAND_LOGO_BYTES)
        return fault_set(brand->fault, STATUS_USAGE,
                         "%s: a logo has 256 KiB at most", name);
    status = brand_png_clean(bytes, name, &png, &width, &height, brand->fault);
    if (status == STATUS_OK && !base64_add(buf_sv(&png), &text))
        status = STATUS_NOMEM;
    if (status == STATUS_OK) {
        node = xmlNewTextChild(brand->root, NULL, (const xmlChar *)"logo",
                               (const xmlChar *)text.at);
        if (!node || !attr_number(node, "width", width) ||
            !attr_number(node, "height", height))
            status = STATUS_NOMEM;
    }
    buf_clear(&png);
    buf_clear(&text);
    return status;
}

/* Of the brand folder; or by its path, as the configuration has it. */
static enum status
logo_take(struct brand *brand, const char *place, const char *file,
          bool in_folder)
{
    struct buf name = { 0 };
    struct buf bytes = { 0 };
    enum status status = STATUS_NOMEM;

    if (buf_printf(&name, "%s%s", in_folder ? "brand:/" : "", file))
        status = in_folder ? templates_read(brand->templates, name.at, &bytes,
                                            brand->fault)
                           : file_read(file, &bytes, brand->fault);
    if (in_folder && status == STATUS_DAMAGED)
        status = STATUS_USAGE; /* a name that leads out of the folder */
    if (status == STATUS_IO || status == STATUS_LIMIT)
        status = fault_set(brand->fault, STATUS_USAGE,
                           "%s: the logo %s cannot be read", place, file);
    if (status == STATUS_OK)
        status = logo_make(brand, buf_sv(&bytes), name.at);
    buf_clear(&name);
    buf_clear(&bytes);
    return status;
}

/* ---------------------------------------------------------------- brand.xml */

static enum status
value_take(struct brand *brand, const struct brand_rule *rule,
           const char *place, const char *name, const char *value,
           bool in_folder)
{
    if (!rule->valid(sv_of(value)))
        return wrong(brand, place, name, sv_of(value), rule->wanted);
    if (strcmp(rule->attribute, "logo") == 0)
        return logo_take(brand, place, value, in_folder);
    return xmlNewProp(brand->root, (const xmlChar *)rule->attribute,
                      (const xmlChar *)value)
               ? STATUS_OK
               : STATUS_NOMEM;
}

static const struct brand_rule *
rule_find(const char *attribute)
{
    for (size_t i = 0; i < RULE_COUNT; i++) {
        if (strcmp(brand_rules[i].attribute, attribute) == 0)
            return &brand_rules[i];
    }
    return NULL;
}

static enum status
attributes_check(const struct brand *brand, const xmlNode *root,
                 const char *place)
{
    for (const xmlAttr *attr = root->properties; attr; attr = attr->next) {
        if (!rule_find((const char *)attr->name))
            return fault_set(brand->fault, STATUS_USAGE,
                             "%s: a brand has no \"%s\"; it has name, logo, "
                             "accent, accent-dark, label and days",
                             place, (const char *)attr->name);
    }
    if (!node_attr(root, "name").len)
        return fault_set(brand->fault, STATUS_USAGE,
                         "%s: the brand has no name", place);
    return STATUS_OK;
}

static bool
place_print(struct buf *place, const xmlNode *node)
{
    place->len = 0;
    return buf_printf(place, BRAND_FILE ":%ld", xmlGetLineNo(node));
}

/* <contact> and <legal>, in their order. */
static enum status
child_take(struct brand *brand, const xmlNode *node, struct buf *place)
{
    bool contact = node_is(node, "contact");
    struct sv href = node_attr(node, "href");
    xmlNode *copy;

    if (!place_print(place, node))
        return STATUS_NOMEM;
    if (!contact && !node_is(node, "legal"))
        return fault_set(brand->fault, STATUS_USAGE,
                         "%s: a brand has <contact> and <legal> in it, not "
                         "<%s>",
                         place->at, (const char *)node->name);
    for (const xmlAttr *attr = node->properties; attr; attr = attr->next) {
        if (!contact || strcmp((const char *)attr->name, "href") != 0)
            return fault_set(
                brand->fault, STATUS_USAGE, "%s: <%s> has no \"%s\"", place->at,
                (const char *)node->name, (const char *)attr->name);
    }
    if (href.len && !href_valid(href))
        return wrong(brand, place->at, "href", href,
                     "an address with https:// or mailto:");
    if (node_child(node, NULL))
        return fault_set(brand->fault, STATUS_USAGE,
                         "%s: <%s> holds plain text alone", place->at,
                         (const char *)node->name);
    copy = xmlDocCopyNode((xmlNode *)(uintptr_t)node, brand->doc, 1);
    return copy && xmlAddChild(brand->root, copy) ? STATUS_OK : STATUS_NOMEM;
}

static enum status
file_take(struct brand *brand, const xmlNode *root)
{
    struct buf place = { 0 };
    enum status status = STATUS_NOMEM;

    if (!place_print(&place, root))
        goto out;
    status = node_is(root, "brand")
                 ? attributes_check(brand, root, place.at)
                 : fault_set(brand->fault, STATUS_USAGE,
                             "%s: a brand begins with <brand>", place.at);
    for (size_t i = 0; i < RULE_COUNT && status == STATUS_OK; i++) {
        const struct brand_rule *rule = &brand_rules[i];
        struct sv value = node_attr(root, rule->attribute);

        if (value.at)
            status = value_take(brand, rule, place.at, rule->attribute,
                                value.at, true);
    }
    for (const xmlNode *node = node_child(root, NULL);
         node && status == STATUS_OK; node = node_next(node, NULL))
        status = child_take(brand, node, &place);
out:
    buf_clear(&place);
    return status;
}

/* ------------------------------------------------------------ configuration */

static enum status
contacts_take(struct brand *brand)
{
    const struct report_options *options = brand->options;

    for (size_t i = 0; i < options->house_count; i++) {
        const struct report_setting *setting = &options->house[i];
        bool address = strchr(setting->value, '@') &&
                       !strpbrk(setting->value, " \t,;<>\"()");
        struct buf href = { 0 };
        xmlNode *node;
        bool ok;

        if (strcmp(setting->key, "contact") != 0)
            continue;
        node = xmlNewTextChild(brand->root, NULL, (const xmlChar *)"contact",
                               (const xmlChar *)setting->value);
        ok = node &&
             (!address || (buf_printf(&href, "mailto:%s", setting->value) &&
                           xmlNewProp(node, (const xmlChar *)"href",
                                      (const xmlChar *)href.at)));
        buf_clear(&href);
        if (!ok)
            return STATUS_NOMEM;
    }
    return STATUS_OK;
}

/* What brand.xml has not said. */
static enum status
settings_take(struct brand *brand)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; i < RULE_COUNT && status == STATUS_OK; i++) {
        const struct brand_rule *rule = &brand_rules[i];
        const char *origin = NULL;
        const char *value = setting_of(brand, rule->key, &origin);
        bool said = strcmp(rule->attribute, "logo") == 0
                        ? node_child(brand->root, "logo") != NULL
                        : node_attr(brand->root, rule->attribute).at != NULL;

        if (value && !said)
            status = value_take(brand, rule, origin, rule->key, value, false);
    }
    if (status == STATUS_OK && !node_child(brand->root, "contact"))
        status = contacts_take(brand);
    return status;
}

static bool
brand_is_plain(const struct brand *brand)
{
    return !brand->root->properties && !brand->root->children;
}

enum status
brand_read(const struct templates *templates,
           const struct report_options *options, xmlDoc **ret_brand,
           struct fault *fault)
{
    struct brand brand = { .templates = templates,
                           .options = options,
                           .doc = xmlNewDoc((const xmlChar *)"1.0"),
                           .fault = fault };
    xmlDoc *file = NULL;
    enum status status = STATUS_NOMEM;

    if (brand.doc)
        brand.root =
            xmlNewDocNode(brand.doc, NULL, (const xmlChar *)"brand", NULL);
    if (!brand.root)
        goto out;
    xmlDocSetRootElement(brand.doc, brand.root);
    status = STATUS_OK;
    if (templates_has(templates, BRAND_FILE))
        status = templates_parse(templates, BRAND_FILE, &file, fault);
    if (status == STATUS_DAMAGED) /* the house's, not ours */
        status = STATUS_USAGE;
    if (status == STATUS_OK && file)
        status = file_take(&brand, xmlDocGetRootElement(file));
    if (status == STATUS_OK)
        status = settings_take(&brand);
    if (status == STATUS_OK && !brand_is_plain(&brand)) {
        if (!node_attr(brand.root, "name").at &&
            !xmlNewProp(brand.root, (const xmlChar *)"name",
                        (const xmlChar *)""))
            status = STATUS_NOMEM;
        *ret_brand = brand.doc;
        brand.doc = NULL;
    }
out:
    xmlFreeDoc(file);
    xmlFreeDoc(brand.doc);
    return status;
}
