"""Metamorphic tests: the same incident told otherwise has the same culprit.

Each recorded set is transformed (renamed, moved, thinned, told by leaner
selectors, ...) and analyzed; what is found is held against the set's truth.
Findings stay, or fall back to a weaker conclusion where a transformation takes
evidence away; none may turn into a wrong one.

Needs EXINQUEST and FIXTURES. Prints "ok NAME" or "not ok NAME" a row.
"""
import argparse
import concurrent.futures
import json
import os
import shutil
import subprocess
import sys
import tempfile

import logset as L

# Of every compromise that is claimed with at least this confidence the culprit
# has to be one.
CLAIMED = 0.5
# An incident taken for something else is wrong, not weak, from here on.
SURE = 0.8
ONSET_SECONDS = 120
HOUR = 3600

# name, function, and what may happen: "same" findings, or "weaker" ones.
TRANSFORMATIONS = [
    ("as-recorded", lambda s, _: s, "weaker"),
    ("rename", lambda s, _: L.rename(s), "same"),
    ("rename-again", lambda s, _: L.rename(s, salt="two"), "same"),
    ("move-back", lambda s, _: L.move(s, -(301 * 24 * HOUR + 19043)), "same"),
    ("move-ahead", lambda s, _: L.move(s, 97 * 24 * HOUR + 36001), "same"),
    ("zone+0200", lambda s, _: L.zone(s, 2 * HOUR), "same"),
    ("zone-0330", lambda s, _: L.zone(s, -12600), "same"),
    ("zone+0530", lambda s, _: L.zone(s, 19800), "same"),
    ("id-form", lambda s, _: L.map_ids(s, form="swap"), "same"),
    ("shuffle", lambda s, _: L.shuffle(s), "same"),
    ("split", lambda s, _: L.split(s), "same"),
    ("thin-half", lambda s, _: L.thin(s, 50), "same"),
    ("lay-under", lambda s, other: L.lay(s, other), "same"),
    ("spread-networks", lambda s, _: L.rename(s, "three", True), "same"),
    ("no-rejectlog", lambda s, _: L.no_rejectlog(s), "same"),
    ("no-panel-lines", lambda s, _: L.no_panel(s), "weaker"),
    ("no-subjects", lambda s, _: L.no_subjects(s), "weaker"),
    ("no-recipients", lambda s, _: L.no_recipients(s), "weaker"),
    ("no-cwd", lambda s, _: L.no_cwd(s), "weaker"),
    ("lean", lambda s, _: L.lean(s), "weaker"),
    ("thin-all", lambda s, _: L.thin(s, 0), "weaker"),
    ("lonely", lambda s, _: L.lonely(s), "weaker"),
    ("late-start", lambda s, _: L.late_start(s), "weaker"),
    ("early-end", lambda s, _: L.early_end(s), "weaker"),
    ("one-network", lambda s, _: L.one_network(s), "weaker"),
]

# Without --all: every transformation, on the sets that it can hurt.
SHORT = {
    "as-recorded": ("nothing-wrong",),
    "rename": ("slow-theft", "mailbox-and-script", "nothing-wrong",
               "forwarder-loop"),
    "rename-again": ("hostile-strings", "list-abuse", "backscatter"),
    "move-back": ("slow-theft", "upgrade-span", "cron-mass-mail"),
    "move-ahead": ("debian-default", "remote-outage"),
    "zone+0200": ("script-one-dir", "server-blocklisted"),
    "zone-0330": ("upgrade-span", "webmail-abuse"),
    "zone+0530": ("mailbox-many-ips", "open-relay"),
    "id-form": ("upgrade-span", "framed-mailbox", "backscatter"),
    "shuffle": ("upgrade-span", "debian-default"),
    "split": ("spray-one-success", "cron-mass-mail"),
    "thin-half": ("slow-theft", "form-abuse", "nothing-wrong"),
    "lay-under": ("slow-theft", "framed-mailbox", "newsletter-stale-list"),
    "spread-networks": ("nothing-wrong", "local-smtp-script",
                        "newsletter-stale-list"),
    "no-rejectlog": ("spray-one-success", "hostile-strings"),
    "no-panel-lines": ("local-smtp-script", "mailbox-and-script"),
    "no-subjects": ("form-abuse", "newsletter-stale-list", "slow-theft"),
    "no-recipients": ("forwarded-spam", "webmail-abuse"),
    "no-cwd": ("script-one-dir", "cron-mass-mail", "nothing-wrong"),
    "lean": ("nothing-wrong", "newsletter-stale-list", "form-abuse",
             "framed-mailbox", "server-blocklisted"),
    "thin-all": ("open-relay", "spray-one-success"),
    "lonely": ("mailbox-and-script", "script-one-dir"),
    "late-start": ("slow-theft", "nothing-wrong", "newsletter-stale-list"),
    "early-end": ("mailbox-many-ips", "remote-outage"),
    "one-network": ("nothing-wrong", "slow-theft"),
}


# ------------------------------------------------------------------- running

def analyze(program, logset, scratch, jobs=None):
    """The case, or a sentence about why there is none."""
    folder = tempfile.mkdtemp(dir=scratch)
    try:
        paths = L.order(logset, logset.write(folder))
        command = [program, "analyze", "-q", "-f", "json", "--force", "-o",
                   os.path.join(folder, "out")]
        run = subprocess.run(command + (["-j", str(jobs)] if jobs else []) +
                             paths, capture_output=True, timeout=120,
                             stdin=subprocess.DEVNULL, check=False)
        case = os.path.join(folder, "out", "case.json")
        if run.returncode not in (0, 1) or not os.path.exists(case):
            return f"status {run.returncode}: " + \
                run.stderr.decode(errors="replace").strip()[:300]
        with open(case, encoding="utf-8") as f:
            return json.load(f)
    finally:
        shutil.rmtree(folder)


# ------------------------------------------------------------------- judging

def brief(finding):
    who = finding["mailbox"] or finding["account"] or finding["domain"] or "-"
    return f"{finding['kind']} of {who} ({finding['confidence']:.2f}, " \
        f"{finding['messages']} messages)"


def names_nobody(finding):
    return not (finding["mailbox"] or finding["account"] or finding["domain"])


def culprit_fits(finding, incident):
    if incident["kind"] == "open_relay":
        return finding["kind"] == "open_relay" and \
            set(finding["source_ips"]) <= incident["ips"]
    if incident["mailbox"] and incident["compromise"]:
        return finding["mailbox"] == incident["mailbox"]
    if incident["mailbox"]:
        return finding["mailbox"] in (incident["mailbox"], None) and \
            finding["account"] in (incident["account"], None)
    return not incident["account"] or \
        finding["account"] == incident["account"]


def overlap(finding, incident):
    return len(set(finding["message_ids"]) & incident["ids"])


def accusation_fits(finding, incident):
    """Whether a claimed compromise is one, if perhaps of another kind."""
    if not incident["compromise"]:
        return False
    if names_nobody(finding):
        return overlap(finding, incident) * 2 > finding["messages"]
    if not culprit_fits(finding, incident):
        return False
    login = {"compromised_mailbox"}
    return (finding["kind"] in login) == (incident["kind"] in login) or \
        overlap(finding, incident) * 2 > finding["messages"]


def judge_messages(finding, incident, logset, present):
    ids = set(finding["message_ids"])
    truth = incident["ids"] & present
    both = len(ids & truth)
    stray = len(ids - truth - logset.triggers)
    stray = max(0, stray - incident["unknown"])
    if truth and both < 0.99 * len(truth):
        yield "recall", f"recall {both}/{len(truth)}"
    if ids and stray > 0.01 * len(ids):
        yield "stray", f"{stray} of {len(ids)} messages are not of it"


def judge_incident(findings, incident, logset, present):
    """(what, sentence) for all that is not as the truth has it."""
    touched = [f for f in findings if overlap(f, incident)]
    hits = [f for f in touched if culprit_fits(f, incident) and
            f["kind"] == incident["kind"]]
    if not hits:
        sure = any(f["confidence"] >= SURE and not (
            names_nobody(f) and f["kind"] == incident["kind"])
            for f in touched)
        yield ("mistaken" if sure else "missed"), "missed" + "".join(
            "; instead " + brief(f) for f in touched)
        return
    best = max(hits, key=lambda f: overlap(f, incident))
    yield from judge_messages(best, incident, logset, present)
    if best["onset"] is None:
        yield "onset", "onset unknown"
    elif abs(L.utc(best["onset"]) - incident["onset"]) > ONSET_SECONDS:
        yield "onset", f"onset {best['onset']}, " \
            f"{L.utc(best['onset']) - incident['onset']:+.0f} s"
    if best["compromise"] != incident["compromise"]:
        yield "compromise", f"compromise {best['compromise']}"


def judge(case, logset):
    """{(what, of which): sentence}: where the case departs from the truth."""
    out = {}
    present = set(L.arrivals_of(logset))
    for finding in case["findings"]:
        if finding["compromise"] and finding["confidence"] >= CLAIMED and \
                not any(accusation_fits(finding, i)
                        for i in logset.incidents):
            out["accused", finding["id"]] = \
                "false accusation: " + brief(finding)
    for at, incident in enumerate(logset.incidents):
        if not incident["ids"] & present:
            continue
        name = f"{incident['kind']} of " \
            f"{incident['mailbox'] or incident['account']}: "
        for what, text in judge_incident(case["findings"], incident, logset,
                                         present):
            out[what, at] = name + text
    return out


# What no transformation may bring about.
GRAVE = ("accused", "mistaken")


# ------------------------------------------------------------------- the rows

def partner(name, sets):
    """Another set from a server that logs alike."""
    mine = sets[name].truth
    alike = [n for n in sorted(sets) if n != name and
             sets[n].truth["style"] == mine["style"] and
             ("+all" in sets[n].truth["log_selector"].split()) ==
             ("+all" in mine["log_selector"].split())]
    after = [n for n in alike if n > name]
    return (after or alike or [name])[0]


SETS = {}


def load_sets(fixtures):
    for group in ("corpus", "recorded"):
        root = os.path.join(fixtures, group)
        for name in sorted(os.listdir(root) if os.path.isdir(root) else []):
            if os.path.exists(os.path.join(root, name, "truth.json")):
                SETS[name] = L.load(os.path.join(root, name))


def departures(logset, program, scratch):
    case = analyze(program, logset, scratch)
    return {("broken", 0): case} if isinstance(case, str) \
        else judge(case, logset)


def row(name, which, program, scratch):
    """Sentences on what is wrong and on what is only weaker.

    What the set as it was recorded is not understood in is left to the
    measurement of accuracy: here counts what the transformation changed.
    """
    _, transform, rule = next(t for t in TRANSFORMATIONS if t[0] == which)
    try:
        before = departures(SETS[name], program, scratch)
        changed = transform(SETS[name], SETS[partner(name, SETS)])
        after = departures(changed, program, scratch)
    except Exception as error:  # a broken row must not hide the others
        return name, which, [f"{type(error).__name__}: {error}"], []
    wrong = []
    weaker = []
    for (what, of), text in after.items():
        if what in ("broken", "accused"):
            wrong.append(text)
        elif (what, of) in before or ("mistaken", of) in before:
            weaker.append(text)
        elif rule == "same" or what in GRAVE:
            wrong.append(text)
        else:
            weaker.append(text)
    return name, which, wrong, weaker


def chosen_rows(options):
    for which, _, _ in TRANSFORMATIONS:
        if options.only and which not in options.only:
            continue
        for name in sorted(SETS):
            if options.set and name not in options.set:
                continue
            if options.all or options.set or name in SHORT[which]:
                yield name, which


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true",
                        help="every transformation on every set")
    parser.add_argument("--only", action="append", help="a transformation")
    parser.add_argument("--set", action="append", help="a recorded set")
    parser.add_argument("--keep", help="write the transformed logs here")
    parser.add_argument("-v", action="store_true",
                        help="say also where conclusions became weaker")
    options = parser.parse_args()
    program = os.environ["EXINQUEST"]
    load_sets(os.environ["FIXTURES"])
    if options.keep:
        for name, which in chosen_rows(options):
            transform = next(t[1] for t in TRANSFORMATIONS if t[0] == which)
            transform(SETS[name], SETS[partner(name, SETS)]).write(
                os.path.join(options.keep, which, name))
        return 0
    failed = False
    with tempfile.TemporaryDirectory(prefix="exinquest-meta.") as scratch, \
            concurrent.futures.ProcessPoolExecutor(
                max_workers=os.cpu_count()) as pool:
        jobs = [pool.submit(row, name, which, program, scratch)
                for name, which in chosen_rows(options)]
        for job in jobs:
            name, which, wrong, weaker = job.result()
            failed = failed or bool(wrong)
            print(("not ok " if wrong else "ok ") + f"{which}/{name}",
                  flush=True)
            for word in wrong:
                print("  " + word)
            for word in weaker if options.v else []:
                print("  weaker: " + word)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
