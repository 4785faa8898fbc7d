/* sniff.h: what bytes are, from the bytes alone. */
#ifndef ANALYZER_EVIDENCE_SNIFF_H
#define ANALYZER_EVIDENCE_SNIFF_H

#include "analyzer/base.h"

enum content {
    CONTENT_TEXT = 0, /* whatever has no signature that we know */
    CONTENT_GZIP,
    CONTENT_XZ,
    CONTENT_BZIP2,
    CONTENT_ZSTD,
    CONTENT_LZ4,
    CONTENT_TAR,
    CONTENT_ZIP,
    CONTENT_CPIO,
    CONTENT_7ZIP,
    CONTENT_COUNT
};

#define SNIFF_BYTES ((size_t)8192) /* of a head, as far as there are any */

/* Only by signatures that no log can begin with. */
enum content sniff(struct sv head);
const char *content_name(enum content content); /* "gzip", "tar", … */
bool content_is_compression(enum content content);
bool content_is_archive(enum content content);

/* True when 512 bytes are a tar header whose checksum is right. */
bool sniff_tar_header(struct sv head);

#endif
