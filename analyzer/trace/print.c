#include "analyzer/trace/print.h"

#include "analyzer/trace/line.h"

static void
add_json_text(struct printer *printer, struct sv text)
{
    struct buf *out = &printer->out;

    printer->visible.len = 0;
    if (!sv_printable(text, &printer->visible))
        out->failed = true;
    text = buf_sv(&printer->visible);
    buf_add_char(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char byte = (unsigned char)text.at[i];

        if (byte < 0x20) {
            buf_printf(out, "\\u%04x", byte);
            continue;
        }
        if (byte == '"' || byte == '\\')
            buf_add_char(out, '\\');
        buf_add_char(out, (char)byte);
    }
    buf_add_char(out, '"');
}

static void
add_json(struct printer *printer, struct sv id, enum group_end end,
         struct sv bytes)
{
    static const char *const completed[] = {
        [GROUP_LOOSE] = "null",
        [GROUP_COMPLETED] = "true",
        [GROUP_OPEN] = "false",
    };
    struct buf *out = &printer->out;

    buf_add(out, SV("{\"id\":"));
    if (id.len)
        buf_printf(out, "\"" SV_FMT "\"", SV_ARG(id));
    else
        buf_add(out, SV("null"));
    buf_printf(out, ",\"completed\":%s,\"lines\":[", completed[end]);
    for (const char *parting = ""; bytes.len; parting = ",") {
        struct sv line = line_take(&bytes);

        if (sv_ends(line, SV("\n")))
            line.len--;
        if (sv_ends(line, SV("\r")))
            line.len--;
        buf_add(out, sv_of(parting));
        add_json_text(printer, line);
    }
    buf_add(out, SV("]}\n"));
}

static void
add_text(struct printer *printer, struct sv id, enum group_end end,
         struct sv bytes)
{
    struct buf *out = &printer->out;

    if (end == GROUP_OPEN)
        buf_printf(out, "+++ " SV_FMT " has not completed +++\n", SV_ARG(id));
    buf_add(out, bytes);
    buf_add_char(out, '\n');
}

/* Does this group have its message's beginning? */
static bool
is_whole(struct sv bytes)
{
    struct log_line line;

    log_line_read(line_take(&bytes), &line);
    return sv_starts(line.text, SV(" <= ")) || sv_starts(line.text, SV(" >> "));
}

enum status
printer_group(struct printer *printer, struct message_id id, enum group_end end,
              struct sv bytes)
{
    char text[MESSAGE_ID_MAX + 1];
    struct sv name = { text, 0 };
    struct sv out;

    if (message_id_is(id))
        name.len = message_id_print(id, text);
    printer->out.len = 0;
    (printer->json ? add_json : add_text)(printer, name, end, bytes);
    if (printer->out.failed)
        return STATUS_NOMEM;
    printer->groups++;
    if (message_id_is(id) && message_id_eq(id, printer->watched))
        printer->watched_whole = printer->watched_whole || is_whole(bytes);
    out = buf_sv(&printer->out);
    if (printer->done_bytes < printer->skip_bytes) {
        uint64_t skip = printer->skip_bytes - printer->done_bytes;

        printer->done_bytes += out.len;
        if (skip >= out.len)
            return STATUS_OK;
        out = sv_drop(out, (size_t)skip);
    } else {
        printer->done_bytes += out.len;
    }
    return printer->write(printer->user, out) ? STATUS_OK : STATUS_END;
}

void
printer_clear(struct printer *printer)
{
    buf_clear(&printer->out);
    buf_clear(&printer->visible);
}
