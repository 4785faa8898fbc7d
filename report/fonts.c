/* Finds the pinned fonts and nothing else. */
#include "report/fonts.h"

#include <dirent.h>
#include <fontconfig/fontconfig.h>
#include <pango/pangocairo.h>
#include <pango/pangofc-fontmap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define EXTRA_FONTS_MAX 64 /* files taken from one added folder */
#define PATH_BYTES 4096

const char *const fonts_system_dirs[] = {
    "/usr/share/fonts/truetype/dejavu",
    "/usr/share/fonts/dejavu",
    "/usr/share/fonts/dejavu-sans-fonts",
    "/usr/share/fonts/dejavu-sans-mono-fonts",
    "/usr/share/fonts/TTF",
    "/usr/share/fonts/ttf-dejavu",
    "/usr/local/share/fonts/dejavu",
    "/usr/local/share/fonts",
    NULL
};

static const char *const pinned[] = {
    "DejaVuSansCondensed.ttf",
    "DejaVuSansCondensed-Bold.ttf",
    "DejaVuSansMono.ttf",
    "DejaVuSans.ttf",
};
#define PINNED_COUNT (sizeof(pinned) / sizeof(pinned[0]))

struct fonts {
    FcConfig *config;
    PangoFontMap *map;
    FcCharSet *covered; /* what all of them have together */
};

static bool
font_is_in(const char *dir, const char *name, char path[static PATH_BYTES])
{
    int need = snprintf(path, PATH_BYTES, "%s/%s", dir, name);

    return need > 0 && need < PATH_BYTES && access(path, R_OK) == 0;
}

/* A file that is not a font does not count as found. */
static enum status
fonts_add_pinned(struct fonts *fonts, const char *name,
                 const char *const *extra_dirs, size_t extra_count,
                 const char *const *system_dirs, struct fault *fault)
{
    char path[PATH_BYTES];

    for (size_t i = 0; i < extra_count; i++) {
        if (font_is_in(extra_dirs[i], name, path) &&
            FcConfigAppFontAddFile(fonts->config, (const FcChar8 *)path))
            return STATUS_OK;
    }
    for (size_t i = 0; system_dirs[i]; i++) {
        if (font_is_in(system_dirs[i], name, path) &&
            FcConfigAppFontAddFile(fonts->config, (const FcChar8 *)path))
            return STATUS_OK;
    }
    return fault_set(fault, STATUS_IO,
                     "no PDF: the font file %s was not found; install "
                     "fonts-dejavu-core and fonts-dejavu-extra (Debian), or "
                     "dejavu-sans-fonts and dejavu-sans-mono-fonts (RHEL), or "
                     "name its folder with --font-dir",
                     name);
}

static int
is_extra_font(const struct dirent *entry)
{
    struct sv name = sv_of(entry->d_name);

    for (size_t i = 0; i < PINNED_COUNT; i++) {
        if (sv_eq(name, sv_of(pinned[i])))
            return 0;
    }
    return sv_ends(name, SV(".ttf")) || sv_ends(name, SV(".otf")) ||
           sv_ends(name, SV(".ttc"));
}

static int
by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

static enum status
fonts_add_dir(struct fonts *fonts, const char *dir, struct fault *fault)
{
    struct dirent **entries = NULL;
    char path[PATH_BYTES];
    int count = scandir(dir, &entries, is_extra_font, by_name);

    if (count < 0)
        return fault_set(fault, STATUS_IO,
                         "no PDF: cannot read the font "
                         "folder %s",
                         dir);
    for (int i = 0; i < count; i++) {
        if (i < EXTRA_FONTS_MAX && font_is_in(dir, entries[i]->d_name, path))
            FcConfigAppFontAddFile(fonts->config, (const FcChar8 *)path);
        free(entries[i]);
    }
    free(entries);
    return STATUS_OK;
}

static bool
fonts_unite_coverage(struct fonts *fonts)
{
    FcFontSet *set = FcConfigGetFonts(fonts->config, FcSetApplication);

    fonts->covered = FcCharSetCreate();
    for (int i = 0; fonts->covered && set && i < set->nfont; i++) {
        FcCharSet *one = NULL;

        if (FcPatternGetCharSet(set->fonts[i], FC_CHARSET, 0, &one) ==
                FcResultMatch &&
            !FcCharSetMerge(fonts->covered, one, NULL))
            return false;
    }
    return fonts->covered;
}

enum status
fonts_open(const char *const *extra_dirs, size_t extra_count,
           const char *const *system_dirs, struct fonts **ret_fonts,
           struct fault *fault)
{
    enum status status = STATUS_NOMEM;
    struct fonts *fonts = calloc(1, sizeof(*fonts));

    if (!fonts)
        goto out;
    fonts->config = FcConfigCreate();
    if (!fonts->config)
        goto out;
    for (size_t i = 0; i < PINNED_COUNT; i++) {
        status = fonts_add_pinned(fonts, pinned[i], extra_dirs, extra_count,
                                  system_dirs, fault);
        if (status)
            goto out;
    }
    for (size_t i = 0; i < extra_count; i++) {
        status = fonts_add_dir(fonts, extra_dirs[i], fault);
        if (status)
            goto out;
    }
    status = STATUS_NOMEM;
    if (!fonts_unite_coverage(fonts) || !FcConfigSetCurrent(fonts->config))
        goto out;
    fonts->map = pango_cairo_font_map_new_for_font_type(CAIRO_FONT_TYPE_FT);
    if (!fonts->map)
        goto out;
    pango_fc_font_map_set_config(PANGO_FC_FONT_MAP(fonts->map), fonts->config);
    pango_cairo_font_map_set_resolution(PANGO_CAIRO_FONT_MAP(fonts->map), 72);

    *ret_fonts = fonts;
    fonts = NULL;
    status = STATUS_OK;
out:
    fonts_free(fonts);
    return status;
}

PangoFontMap *
fonts_map(const struct fonts *fonts)
{
    return fonts->map;
}

bool
fonts_cover(const struct fonts *fonts, uint32_t code)
{
    return FcCharSetHasChar(fonts->covered, code);
}

void
fonts_free(struct fonts *fonts)
{
    if (!fonts)
        return;
    if (fonts->map)
        g_object_unref(fonts->map);
    if (fonts->covered)
        FcCharSetDestroy(fonts->covered);
    if (fonts->config)
        FcConfigDestroy(fonts->config);
    free(fonts);
}
