#ifdef HAVE_CONFIG_H
#include "config.h"
#endif

#include "cli/cli.h"

#include <archive.h>
#include <libxml/parser.h>
#include <libxslt/xsltconfig.h>
#include <openssl/crypto.h>
#include <zlib.h>
#ifdef WITH_GEOIP
#include <maxminddb.h>
#endif
#ifdef WITH_PDF
#include <pango/pangocairo.h>
#endif

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

static void
print_pdf(void)
{
#ifdef WITH_PDF
    printf("PDF: yes (cairo %s, pango %s)\n", cairo_version_string(),
           pango_version_string());
#else
    puts("PDF: no (built --without-pdf)");
#endif
}

static void
print_geoip(void)
{
#ifdef WITH_GEOIP
    printf("countries: libmaxminddb %s\n", MMDB_lib_version());
#else
    puts("countries: no (built without libmaxminddb)");
#endif
}

void
version_print(void)
{
    char pcre[64] = "";

    pcre2_config(PCRE2_CONFIG_VERSION, pcre);
    printf("exinquest %s\n", PACKAGE_VERSION);
    printf("inflate: zlib %s\n", zlibVersion());
    print_pdf();
    print_geoip();
    printf("archives: %s\n", archive_version_string());
    printf("libxml2 %s, libxslt %s, PCRE2 %s\n", LIBXML_DOTTED_VERSION,
           LIBXSLT_DOTTED_VERSION, pcre);
    puts(OpenSSL_version(OPENSSL_VERSION));
}
