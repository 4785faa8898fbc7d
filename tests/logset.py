"""A recorded set of logs, and the ways in which the tests transform it.

Everything works on the text of the logs (latin-1, so that every byte stays
what it is). A transformation takes a LogSet and gives a new one, its truth
carried along. Standard library only.
"""
import copy
import gzip
import hashlib
import json
import os
import random
import re
import tarfile
from datetime import datetime, timedelta, timezone

BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
VALUE62 = {c: i for i, c in enumerate(BASE62)}
ID = re.compile(r"(?<![0-9A-Za-z-])(E?)(1[0-9A-Za-z]{5})-"
                r"(?:([0-9A-Za-z]{11})-([0-9A-Za-z]{4})|"
                r"([0-9A-Za-z]{6})-([0-9A-Za-z]{2}))(?![0-9A-Za-z-])")
STAMP = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(\.\d{3})?"
                   r"(?: ([+-]\d{4}))? ")
SYSLOG = re.compile(r"([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d) ")
HEAD = re.compile(STAMP.pattern + r"(?:\[\d+\] )?")
ADDRESS = r"[A-Za-z0-9._%+=&*-]+@[A-Za-z0-9.-]+"
KINDS = {"compromised_mailbox_webmail": "compromised_mailbox",
         "system_user_cron_or_shell": "compromised_system_account",
         "open_relay_host": "open_relay"}
# Of words with a meaning to mail servers the renaming keeps its hands.
KEPT_LOCAL = {"root", "postmaster", "mailer-daemon", "nobody", "mailnull",
              "cpanel", "mailman", "abuse", "www-data", "apache", "exim",
              "Debian-exim", "daemon"}
KEPT_TAIL = re.compile(r"^(.*?)(-bounces|-owner|-admin|-request|-return)?$")


def number62(text):
    value = 0
    for c in text:
        value = value * 62 + VALUE62[c]
    return value


def text62(value, width):
    out = ""
    for _ in range(width):
        value, digit = divmod(value, 62)
        out = BASE62[digit] + out
    return out


def utc(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(
        tzinfo=timezone.utc).timestamp()


class LogSet:
    """Files as [name, text], and what the truth says of them."""

    def __init__(self, name, truth, files, incidents, triggers):
        self.name = name
        self.truth = truth
        self.files = files
        self.incidents = incidents
        self.triggers = triggers  # ids around an incident, neither in nor out
        self.shuffled = None      # order of the command line, if it matters

    def clone(self, edit=None):
        twin = copy.copy(self)
        twin.incidents = [dict(i) for i in self.incidents]
        twin.files = [[n, edit(t) if edit else t] for n, t in self.files]
        return twin

    def lines(self, edit):
        """`edit` each line; None drops it, with what continues it."""
        def whole(text):
            out = []
            dropping = False
            for line in text.split("\n"):
                if STAMP.match(line):
                    new = edit(line)
                    dropping = new is None
                    if not dropping:
                        out.append(new)
                elif not dropping:
                    out.append(line)
            joined = "\n".join(out)
            return joined if not joined or joined.endswith("\n") \
                else joined + "\n"
        return self.clone(whole)

    def abuse_ids(self):
        out = set(self.triggers)
        for incident in self.incidents:
            out |= incident["ids"]
        return out

    def write(self, folder):
        paths = []
        for name, text in self.files:
            path = os.path.join(folder, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            data = text.encode("latin-1")
            with open(path, "wb") as out:
                out.write(gzip.compress(data, 1, mtime=0)
                          if name.endswith(".gz") else data)
            paths.append(path)
        return paths


def read_files(folder):
    files = []
    for root, dirs, names in sorted(os.walk(os.path.join(folder, "logs"))):
        dirs.sort()
        for name in sorted(names):
            path = os.path.join(root, name)
            with open(path, "rb") as f:
                files.append([os.path.relpath(path, folder), f.read()])
    for name in sorted(os.listdir(folder)):
        if name.endswith(".tar.gz"):
            with tarfile.open(os.path.join(folder, name)) as tar:
                for member in tar.getmembers():
                    if member.isfile():
                        files.append(["logs/" + member.name,
                                      tar.extractfile(member).read()])
    return [[n, (gzip.decompress(d) if n.endswith(".gz") else d)
             .decode("latin-1")] for n, d in files]


def load(folder):
    with open(os.path.join(folder, "truth.json")) as f:
        truth = json.load(f)
    incidents = []
    triggers = set()

    def ids_of(name):
        with open(os.path.join(folder, name)) as f:
            return set(f.read().split())
    for told in truth.get("incidents", []):
        incident = {
            "kind": KINDS.get(told["kind"], told["kind"]),
            "compromise": told.get("compromise", True),
            "account": told.get("account"), "domain": told.get("domain"),
            "mailbox": told.get("mailbox"),
            "onset": utc(told["first_abuse_time"]),
            "last": utc(told["last_time"]),
            "unknown": told.get("accepted_messages_without_known_id", 0),
            "users": told.get("local_users", []),
            "ips": set(told.get("source_ips", [])),
            "ids": ids_of(told["exim_ids_file"])}
        if told.get("trigger_ids_file"):
            triggers |= ids_of(told["trigger_ids_file"])
        incidents.append(incident)
    return LogSet(os.path.basename(folder), truth, read_files(folder),
                  incidents, triggers)


# ------------------------------------------------------------------- reading

def leading_id(line):
    head = HEAD.match(line)
    found = ID.match(line, head.end()) if head else None
    return found.group(0) if found else None


def is_arrival(line):
    return " <= " in line[:90]


def offset_of(logset):
    """Seconds of the log's zone east of UTC, as its ids tell."""
    votes = {}
    for name, text in logset.files:
        for line in text.split("\n"):
            stamp = STAMP.match(line)
            found = leading_id(line) if stamp and is_arrival(line) else None
            if not found:
                continue
            local = datetime.strptime(stamp.group(1), "%Y-%m-%d %H:%M:%S")
            diff = local.replace(tzinfo=timezone.utc).timestamp() - \
                number62(found[:6])
            quarter = round(diff / 900) * 900
            votes[quarter] = votes.get(quarter, 0) + 1
    return max(votes, key=votes.get) if votes else 0


# -------------------------------------------------------------------- rename

class Renaming:
    def __init__(self, logset, salt, spread=False, keep_host=False):
        self.salt = salt
        self.spread = spread
        self.accounts = set(logset.truth.get("accounts", {}))
        for incident in logset.incidents:
            self.accounts |= set(incident["users"])
        self.accounts -= KEPT_LOCAL
        self.keep = {logset.truth.get("hostname", "")} if keep_host else set()
        self.words = {}
        self.used = set()
        self.nets = {}
        self.locals = set()
        for _, text in logset.files:
            self.locals |= set(re.findall(r"([A-Za-z0-9._-]+)@", text))
        self.account_word = re.compile(
            r"(?<![A-Za-z0-9_.-])(" +
            "|".join(sorted(map(re.escape, self.accounts), key=len,
                            reverse=True)) + r")(?![A-Za-z0-9_.-])(?!@)") \
            if self.accounts else None

    def word(self, kind, text):
        key = (kind, text.lower())
        if key not in self.words:
            digest = hashlib.md5((self.salt + kind + key[1]).encode()).digest()
            value = int.from_bytes(digest, "big")
            new = ""
            for _ in range(max(5, min(len(text), 12))):
                value, digit = divmod(value, 26)
                new += chr(97 + digit)
            while new in self.used:
                new += "x"
            self.used.add(new)
            self.words[key] = new
        return self.words[key]

    def domain(self, text):
        if text in self.keep:
            return text
        labels = text.split(".")
        return ".".join([self.word("d", x) for x in labels[:-1]] +
                        labels[-1:])

    def local(self, text):
        if text in KEPT_LOCAL or text.startswith("__cpanel"):
            return text
        if text in self.accounts:
            return self.word("a", text)
        parts = re.split(r"([+=%])", text)
        out = []
        for part in parts:
            stem, tail = KEPT_TAIL.match(part).groups()
            if part in "+=%" or not stem:
                out.append(part)
            elif re.search(r"\.(example|net|com|org)$", stem):
                out.append(self.domain(stem))
            else:
                out.append(self.word("l", stem) + (tail or ""))
        return "".join(out)

    def network(self, key):
        """A /16 of its own for each: public, and never one of the lab's."""
        if key not in self.nets:
            value = int(hashlib.md5((self.salt + key).encode())
                        .hexdigest(), 16)
            while True:
                net = (20 + value % 70, value // 70 % 256)
                if net not in self.nets.values():
                    break
                value += 1
            self.nets[key] = net
        return self.nets[key]

    def ipv4(self, text):
        a, b, c, d = (int(x) for x in text.split("."))
        if max(a, b, c, d) > 255 or a in (0, 127):
            return text
        k = int(hashlib.md5(self.salt.encode()).hexdigest(), 16) % 256
        c, d = (c * 77 + k) % 256, (d * 149 + k) % 256
        if a == 10 or (a, b) == (192, 168) or (a == 172 and 16 <= b < 32):
            return f"{a}.{b}.{c}.{d}"
        a, b = self.network(text if self.spread else f"{a}.{b}")
        return f"{a}.{b}.{c}.{d}"

    def ipv6(self, text):
        if text in ("::1", "::") or text.lower().startswith(("fe80", "::f")):
            return text
        parts = text.split(":")
        k = int(hashlib.md5((self.salt + "6").encode()).hexdigest(), 16) % 4096
        out = []
        for i, part in enumerate(parts):
            if i < 2 or part in ("", "0"):
                out.append(part)
            else:
                out.append(format((int(part, 16) ^ k) or 1, "x"))
        return ":".join(out)

    def text(self, text):
        text = re.sub(
            r"(?<![A-Za-z0-9._%+&*-])"
            r"((?:[A-Za-z0-9._-]+\+[A-Za-z0-9._-]+=)?[A-Za-z0-9._%+&-]+)@"
            r"((?:[A-Za-z0-9_-]+\.)+[A-Za-z]+)",
            lambda m: "\x00" + self.local(m[1]) + "\x01" +
            self.domain(m[2]) + "\x02", text)
        text = re.sub(r"(?<![A-Za-z0-9._\x00\x01-])"
                      r"((?:[A-Za-z0-9_-]+\.)+(?:example|net|com|org))"
                      r"(?![A-Za-z0-9_\x01\x02-])",
                      lambda m: self.domain(m[1]), text)
        text = re.sub(r"(?<![0-9.A-Za-z])(\d{1,3}(?:\.\d{1,3}){3})"
                      r"(?![0-9]|\.[0-9])", lambda m: self.ipv4(m[1]), text)
        text = re.sub(r"(?<![0-9A-Fa-f:.])(?=[0-9a-f:]*::?[0-9a-f:]*:)"
                      r"([0-9a-f]{1,4}(?::[0-9a-f]{0,4}){3,7})"
                      r"(?![0-9A-Fa-f:])",
                      lambda m: self.ipv6(m[1]), text)
        text = re.sub(r"( [=-]> | \*\* | == |set_id=|login:|plain:)"
                      r"([A-Za-z0-9._-]+)(?=[ )]| <)",
                      lambda m: m[1] + (self.local(m[2]) if m[2] in self.locals
                                        or m[2] in self.accounts else m[2]),
                      text)
        if self.account_word:
            text = self.account_word.sub(
                lambda m: self.word("a", m[1]), text)
        return text.replace("\x00", "").replace("\x01", "@") \
                   .replace("\x02", "")

    def mailbox(self, text):
        if not text:
            return text
        local, _, domain = text.partition("@")
        return self.local(local) + "@" + self.domain(domain)


def rename(logset, salt="one", spread=False, keep_host=False):
    names = Renaming(logset, salt, spread, keep_host)
    # NUL bytes in a log would clash with the marks of the renaming.
    twin = logset.clone(lambda t: names.text(
        t.replace("\x00", "").replace("\x01", "").replace("\x02", "")))
    for i in twin.incidents:
        i["mailbox"] = names.mailbox(i["mailbox"])
        i["domain"] = names.domain(i["domain"]) if i["domain"] else None
        i["account"] = names.word("a", i["account"]) if i["account"] else None
        i["users"] = [names.word("a", u) for u in i["users"]]
        i["ips"] = {names.ipv6(x) if ":" in x else names.ipv4(x)
                    for x in i["ips"]}
    return twin


def one_network(logset):
    """Every client address into one /16: the thief lives next door."""
    def near(m):
        if m[1].startswith(("198.18.", "198.19.")):
            a, b, c, d = m[1].split(".")
            return f"198.18.{c}.{d}" if b == "18" else \
                f"198.18.{(int(c) * 7 + 3) % 256}.{(int(d) * 5 + 1) % 256}"
        return m[1]
    pattern = re.compile(r"(?<![0-9.A-Za-z])(\d{1,3}(?:\.\d{1,3}){3})"
                         r"(?![0-9]|\.[0-9])")
    twin = logset.clone(lambda t: pattern.sub(near, t))
    for i in twin.incidents:
        i["ips"] = {pattern.sub(near, x) for x in i["ips"]}
    return twin


# ---------------------------------------------------------------------- time

def shift_stamps(text, seconds, year, zone=None):
    delta = timedelta(seconds=seconds)

    def full(m):
        at = datetime.strptime(m[1], "%Y-%m-%d %H:%M:%S") + delta
        mark = m[3]
        if mark and zone is not None:
            old = (int(mark[1:3]) * 60 + int(mark[3:])) * \
                (-1 if mark[0] == "-" else 1)
            new = old + zone // 60
            mark = f"{'-' if new < 0 else '+'}{abs(new) // 60:02}" \
                f"{abs(new) % 60:02}"
        return at.strftime("%Y-%m-%d %H:%M:%S") + (m[2] or "") + \
            (" " + mark if mark else "") + " "

    def short(m):
        at = datetime.strptime(f"{year} {m[1]}", "%Y %b %d %H:%M:%S") + delta
        return at.strftime("%b ") + f"{at.day:2}" + at.strftime(" %H:%M:%S ")
    out = []
    for line in text.split("\n"):
        if STAMP.match(line):
            line = STAMP.sub(full, line, count=1)
        elif SYSLOG.match(line):
            line = SYSLOG.sub(short, line, count=1)
        out.append(line)
    return "\n".join(out)


def map_ids(logset, seconds=None, pid=0, form=None):
    seen = {}
    taken = set()

    def one(m):
        old = m[0]
        if old in seen:
            return seen[old]
        new_form = m[3] is not None
        at = number62(m[2]) + (seconds or 0)
        process = number62(m[3] or m[5]) + pid
        part = number62(m[4] or m[6])
        if form == "swap":
            part = part // 500 if new_form else part * 500
            new_form = not new_form
        while True:
            new = text62(at, 6) + "-" + (
                text62(process, 11) + "-" + text62(part, 4) if new_form else
                text62(process, 6) + "-" + text62(part, 2))
            if new not in taken:
                break
            part += 1
        taken.add(new)
        seen[m[0]] = m[1] + new
        if m[1]:
            taken.discard(new)
        return seen[old]

    def whole(text):
        return ID.sub(one, text)
    # An id and its E form must map alike: the bare ones come first.
    twin = logset.clone()
    bare = re.compile(ID.pattern.replace("(E?)", "()"))
    for _, text in twin.files:
        bare.sub(one, text)
    for found, new in list(seen.items()):
        seen["E" + found] = "E" + new
    for pair in twin.files:
        pair[1] = whole(pair[1])
    for i in twin.incidents:
        i["ids"] = {seen.get(x, x) for x in i["ids"]}
    twin.triggers = {seen.get(x, x) for x in logset.triggers}
    return twin


def move(logset, seconds):
    """The whole log at another time: stamps, ids, epochs."""
    year = int(logset.truth["period"][0][:4])
    twin = map_ids(logset, seconds)

    def epochs(m):
        return m[1] + str(int(m[2]) + int(seconds))
    for pair in twin.files:
        text = shift_stamps(pair[1], seconds, year)
        pair[1] = re.sub(r"(SMTP connection outbound )(\d{9,10})", epochs,
                         text)
    for i in twin.incidents:
        i["onset"] += seconds
        i["last"] += seconds
    return twin


def zone(logset, seconds):
    """The same moments, written down in another zone."""
    year = int(logset.truth["period"][0][:4])
    return logset.clone(lambda t: shift_stamps(t, seconds, year, seconds))


# ------------------------------------------------------------------- traffic

def unknown_abuse(logset):
    """Abuse whose ids the lab does not know: by user and time."""
    out = set()
    for i in logset.incidents:
        if not i["unknown"]:
            continue
        for _, text in logset.files:
            for line in text.split("\n"):
                found = leading_id(line)
                if found and is_arrival(line) and any(
                        f" U={u} " in line for u in i["users"]) and \
                        i["onset"] - 60 <= number62(found[:6]) <= \
                        i["last"] + 60:
                    out.add(found)
    return out


def arrivals_of(logset):
    out = {}
    for _, text in logset.files:
        for line in text.split("\n"):
            if is_arrival(line):
                found = leading_id(line)
                if found:
                    out.setdefault(found, line)
    return out


def drop_messages(logset, doomed):
    """Without these messages: all their lines, and the calls behind them."""
    def whole(text):
        out = []
        dropping = False
        for line in text.split("\n"):
            if not STAMP.match(line):
                if not dropping:
                    out.append(line)
                continue
            found = leading_id(line)
            if found is None and " cwd=" in line[:60]:
                ids = [m[0].lstrip("E") for m in ID.finditer(line)]
                dropping = any(x in doomed for x in ids)
            else:
                dropping = found in doomed
            if dropping and found and is_arrival(line) and " P=local" in line:
                for back in range(1, min(4, len(out)) + 1):
                    if " cwd=" in out[-back][:60] and \
                            " -Mc " not in out[-back]:
                        del out[-back]
                        break
            if not dropping:
                out.append(line)
        return "\n".join(out)
    twin = logset.clone(whole)
    for i in twin.incidents:
        i["ids"] = i["ids"] - doomed
    return twin


def with_children(logset, doomed):
    """Bounces go with what they are about."""
    parents = {}
    for found, line in arrivals_of(logset).items():
        parent = re.search(r" <= <> .*?\bR=(\S+)", line)
        if parent:
            parents[found] = parent[1]
    grown = True
    while grown:
        more = {c for c, p in parents.items() if p in doomed} - doomed
        doomed |= more
        grown = bool(more)
    return doomed


def innocent_ids(logset):
    return set(arrivals_of(logset)) - logset.abuse_ids() - \
        unknown_abuse(logset)


def thin(logset, share=50):
    """Innocent traffic to a part of it."""
    innocent = innocent_ids(logset)
    doomed = {x for x in innocent if hashlib.md5(
        x.encode()).digest()[0] * 100 // 256 >= share}
    return drop_messages(logset, with_children(logset, doomed) -
                         logset.abuse_ids())


def lonely(logset):
    """Without the culprits' own mail: nothing to compare the abuse with."""
    doomed = set()
    abuse = logset.abuse_ids() | unknown_abuse(logset)
    for found, line in arrivals_of(logset).items():
        for i in logset.incidents:
            if found in abuse:
                continue
            if i["mailbox"] and re.search(
                    r" A=[a-z_]+:" + re.escape(i["mailbox"]) + " ", line):
                doomed.add(found)
            if any(f" U={u} " in line for u in i["users"]):
                doomed.add(found)
    return drop_messages(logset, with_children(logset, doomed) - abuse)


def between(logset, start=None, end=None):
    """What was logged in this time (UTC) only."""
    offset = offset_of(logset)

    def edit(line):
        stamp = STAMP.match(line)
        at = datetime.strptime(stamp[1], "%Y-%m-%d %H:%M:%S").replace(
            tzinfo=timezone.utc).timestamp() - offset
        return line if (start is None or at >= start) and \
            (end is None or at < end) else None
    twin = logset.lines(edit)
    left = set(arrivals_of(twin))
    for i in twin.incidents:
        i["ids"] = i["ids"] & left
        i["onset"] = max([i["onset"]] + ([start] if start else []))
    return twin


def late_start(logset):
    """The log begins ten minutes before the first abuse: no past."""
    first = min((i["onset"] for i in logset.incidents), default=None)
    if first is None:
        lo, hi = (utc(x) for x in logset.truth["period"])
        first = lo + (hi - lo) / 3
    return between(logset, start=first - 600)


def early_end(logset):
    """The logs were collected in the middle of it."""
    if not logset.incidents:
        lo, hi = (utc(x) for x in logset.truth["period"])
        return between(logset, end=lo + (hi - lo) / 2)
    ids = sorted(number62(x[:6]) for i in logset.incidents for x in i["ids"])
    return between(logset, end=ids[len(ids) * 6 // 10])


def is_reject(name):
    return "reject" in name


def merge_texts(texts):
    """Logs merged by stamp; a line stays where its own log has it, even if
    somebody forged its stamp."""
    records = []
    for text in texts:
        mine = []
        for line in text.split("\n"):
            if STAMP.match(line):
                at = line[:23] if line[19] == "." else line[:19] + ".000"
                mine.append([at, line])
            elif mine and line:
                mine[-1][1] += "\n" + line
        for i in range(len(mine) - 2, -1, -1):
            mine[i][0] = min(mine[i][0], mine[i + 1][0])
        records += mine
    records.sort(key=lambda r: r[0])
    return "".join(r[1] + "\n" for r in records)


def lay(logset, other):
    """Another server's innocent traffic under it."""
    host = logset.truth["hostname"]
    doomed = other.abuse_ids() | unknown_abuse(other)
    other = drop_messages(other, with_children(other, doomed))
    other.incidents = []
    other.triggers = set()
    other.truth = dict(other.truth)
    other = rename(other, salt="under", keep_host=True)
    other = other.clone(lambda t: t.replace(other.truth["hostname"], host))
    delta = int(utc(logset.truth["period"][0]) -
                utc(other.truth["period"][0]))
    gap = offset_of(logset) - offset_of(other)
    other = map_ids(move(other, delta), pid=500000)
    other = zone(other, gap)

    def pids(m):
        return f"{m[1]}{int(m[2]) + 500000}{m[3]}"
    other = other.clone(lambda t: re.sub(
        r"(?m)(^\S+ \S+ (?:[+-]\d{4} )?\[|pid=)(\d+)(\]|\b)", pids, t))
    last = max((STAMP.match(line)[1] for n, t in logset.files
                for line in t.split("\n") if STAMP.match(line)))
    other = other.lines(lambda x: x if x[:19] <= last else None)
    twin = logset.clone()
    ext = [n for n, t in twin.files]
    main = [t for s in (twin, other) for n, t in s.files
            if "mainlog" in n]
    reject = [t for s in (twin, other) for n, t in s.files if is_reject(n)]
    rest = [[n, t] for n, t in twin.files
            if "mainlog" not in n and not is_reject(n)]
    folder = os.path.dirname(ext[0])
    prefix = "exim_" if any("exim_main" in n for n in ext) else ""
    twin.files = [[f"{folder}/{prefix}mainlog", merge_texts(main)],
                  [f"{folder}/{prefix}rejectlog", merge_texts(reject)]] + rest
    return twin


# ----------------------------------------------------------- leaner selectors

SUBJECT = re.compile(r' T="(?:[^"\\]|\\.)*"(?=( from <.*>)?( for .*)?$)')
FOR_SUBJECT = re.compile(r'( T="(?:[^"\\]|\\.)*"(?: from <[^"]*>)?) for .*$')
FOR_BARE = re.compile(r" for (?:" + ADDRESS + r"|[A-Za-z0-9._-]+)(?: "
                      + ADDRESS + r")*$")
PANEL = re.compile(r" (Sender identification U=|SMTP connection outbound \d|"
                   r"SMTP connection identification )")


def no_subjects(logset):
    def edit(line):
        return SUBJECT.sub("", line, count=1) if is_arrival(line) else line
    return logset.lines(edit)


def no_recipients(logset):
    def edit(line):
        if not is_arrival(line):
            return line
        if FOR_SUBJECT.search(line):
            return FOR_SUBJECT.sub(r"\1", line, count=1)
        return FOR_BARE.sub("", line, count=1)
    return logset.lines(edit)


def no_cwd(logset):
    return logset.lines(
        lambda x: None if x[HEAD.match(x).end():].startswith("cwd=") else x)


def no_panel(logset):
    return logset.lines(lambda x: None if PANEL.search(x) and
                        (leading_id(x) or
                         PANEL.match(x, HEAD.match(x).end() - 1)) else x)


def lean(logset):
    return no_subjects(no_recipients(no_cwd(no_panel(logset))))


def no_rejectlog(logset):
    twin = logset.clone()
    twin.files = [[n, t] for n, t in twin.files if not is_reject(n)]
    return twin


# ------------------------------------------------------------------ packaging

def shuffle(logset):
    twin = logset.clone()
    twin.shuffled = 7
    return twin


def split(logset):
    """Each file in up to four, cut between records, named out of order."""
    twin = logset.clone()
    rng = random.Random(5)
    twin.files = []
    for name, text in logset.files:
        starts = [m.start() for m in re.finditer(
            r"(?m)^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", text)]
        cuts = sorted(rng.sample(starts[1:], min(3, len(starts) - 1))) \
            if len(starts) > 8 else []
        pieces = [text[a:b] for a, b in zip([0] + cuts, cuts + [len(text)])]
        stem = name[:-3] if name.endswith(".gz") else name
        labels = list(range(len(pieces)))
        rng.shuffle(labels)
        for label, piece in zip(labels, pieces):
            twin.files.append([f"{stem}.part{label}", piece])
    twin.shuffled = 11
    return twin


def order(logset, paths):
    if logset.shuffled is None:
        return paths
    out = list(paths)
    random.Random(logset.shuffled).shuffle(out)
    return out
