/* What names nobody: users of every server, providers of millions. */
#include "report/redact_scope.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Users that every server has: they name nobody. */
static const struct sv system_users[] = {
    { SV_LIT("root") },       { SV_LIT("nobody") },
    { SV_LIT("mailnull") },   { SV_LIT("mail") },
    { SV_LIT("exim") },       { SV_LIT("debian-exim") },
    { SV_LIT("cpanel") },     { SV_LIT("mailman") },
    { SV_LIT("www-data") },   { SV_LIT("apache") },
    { SV_LIT("daemon") },     { SV_LIT("dovecot") },
    { SV_LIT("system") },     { SV_LIT("local") },
    { SV_LIT("postmaster") }, { SV_LIT("mailer-daemon") },
};

/* So large that the domain says nothing of the person. */
static const struct sv large_providers[] = {
    { SV_LIT("gmail.com") },      { SV_LIT("googlemail.com") },
    { SV_LIT("google.com") },     { SV_LIT("outlook.com") },
    { SV_LIT("hotmail.com") },    { SV_LIT("hotmail.co.uk") },
    { SV_LIT("hotmail.fr") },     { SV_LIT("hotmail.de") },
    { SV_LIT("live.com") },       { SV_LIT("msn.com") },
    { SV_LIT("yahoo.com") },      { SV_LIT("yahoo.co.uk") },
    { SV_LIT("yahoo.co.in") },    { SV_LIT("yahoo.co.jp") },
    { SV_LIT("yahoo.de") },       { SV_LIT("yahoo.fr") },
    { SV_LIT("yahoodns.net") },   { SV_LIT("ymail.com") },
    { SV_LIT("aol.com") },        { SV_LIT("icloud.com") },
    { SV_LIT("me.com") },         { SV_LIT("mac.com") },
    { SV_LIT("gmx.de") },         { SV_LIT("gmx.net") },
    { SV_LIT("gmx.com") },        { SV_LIT("gmx.at") },
    { SV_LIT("web.de") },         { SV_LIT("t-online.de") },
    { SV_LIT("freenet.de") },     { SV_LIT("mail.ru") },
    { SV_LIT("yandex.ru") },      { SV_LIT("yandex.com") },
    { SV_LIT("proton.me") },      { SV_LIT("protonmail.com") },
    { SV_LIT("orange.fr") },      { SV_LIT("wanadoo.fr") },
    { SV_LIT("free.fr") },        { SV_LIT("laposte.net") },
    { SV_LIT("libero.it") },      { SV_LIT("comcast.net") },
    { SV_LIT("verizon.net") },    { SV_LIT("att.net") },
    { SV_LIT("qq.com") },         { SV_LIT("163.com") },
    { SV_LIT("126.com") },        { SV_LIT("naver.com") },
    { SV_LIT("uol.com.br") },     { SV_LIT("bol.com.br") },
    { SV_LIT("btinternet.com") }, { SV_LIT("seznam.cz") },
    { SV_LIT("wp.pl") },          { SV_LIT("zoho.com") },
};

static const struct sv file_endings[] = {
    { SV_LIT("php") },  { SV_LIT("html") }, { SV_LIT("htm") },
    { SV_LIT("log") },  { SV_LIT("txt") },  { SV_LIT("gz") },
    { SV_LIT("xz") },   { SV_LIT("bz") },   { SV_LIT("zip") },
    { SV_LIT("tar") },  { SV_LIT("tgz") },  { SV_LIT("cgi") },
    { SV_LIT("py") },   { SV_LIT("pl") },   { SV_LIT("sh") },
    { SV_LIT("js") },   { SV_LIT("css") },  { SV_LIT("xml") },
    { SV_LIT("json") }, { SV_LIT("jpg") },  { SV_LIT("jpeg") },
    { SV_LIT("png") },  { SV_LIT("gif") },  { SV_LIT("pdf") },
    { SV_LIT("doc") },  { SV_LIT("docx") }, { SV_LIT("xls") },
    { SV_LIT("csv") },  { SV_LIT("conf") }, { SV_LIT("cf") },
    { SV_LIT("so") },   { SV_LIT("exe") },  { SV_LIT("service") },
};

static bool
listed(struct sv text, const struct sv *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (sv_eq_nocase(text, list[i]))
            return true;
    }
    return false;
}

bool
redact_domain_up(struct sv *domain)
{
    sv_cut(domain, '.');
    return domain->len > 0;
}

struct sv
redact_large_provider(struct sv domain)
{
    do {
        if (listed(domain, large_providers, COUNT(large_providers)))
            return domain;
    } while (redact_domain_up(&domain));
    return (struct sv){ NULL, 0 };
}

bool
redact_is_file_name(struct sv text)
{
    ptrdiff_t dot = sv_rfind_char(text, '.');

    return dot >= 0 && listed(sv_drop(text, (size_t)dot + 1), file_endings,
                              COUNT(file_endings));
}

struct sv
redact_home_name(struct sv path)
{
    if (!sv_skip_prefix(&path, SV("/home")))
        return (struct sv){ NULL, 0 };
    while (path.len && path.at[0] >= '0' && path.at[0] <= '9')
        path = sv_drop(path, 1);
    if (!sv_skip_prefix(&path, SV("/")))
        return (struct sv){ NULL, 0 };
    return sv_cut(&path, '/');
}

bool
redact_is_system_user(struct sv login)
{
    return listed(login, system_users, COUNT(system_users));
}

struct sv
redact_domain_of(struct sv address)
{
    ptrdiff_t mark = sv_rfind_char(address, '@');

    return mark < 0 ? (struct sv){ NULL, 0 }
                    : sv_drop(address, (size_t)mark + 1);
}
