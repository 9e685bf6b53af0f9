#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""
report.py unreachable.txt merged.json - the table of cmake/coverage.cmake.

Knows the gates: which part of which folder must be reached. What is missing
is printed line by line, with the reason that unreachable.txt gives. Nothing
is taken out of the figures, neither for a reason nor as a compiler's branch:
of C, gcc makes no branches that the source does not have, and a switch made
of a list of names has one for each, which a test can take.
"""
import json
import os
import re
import sys

ROOT = os.path.normpath(os.path.join(os.path.dirname(__file__), "../.."))

# Folder, what it is called, least % of lines, least % of branches.
GROUPS = [("src", "shared code", 98, 90),
          ("src/posix", "POSIX", 90, 0),
          ("src/win32", "Windows", 90, 0),
          ("src/sim", "simulator", 90, 0),
          ("src/cli", "program", 90, 0)]


class Source:
    """What is known of a file: its text, its functions and its counters."""

    def __init__(self, path, record):
        self.path = path
        self.lines = {}
        with open(os.path.join(ROOT, path), encoding="utf-8") as file:
            self.text = [""] + [line.strip() for line in file]
        for line in record["lines"]:
            if not line["gcovr/noncode"]:
                branches = [b["count"] > 0 for b in line["branches"]]
                self.lines[line["line_number"]] = (line["count"] > 0, branches)
        self.starts = sorted((f["lineno"], f["name"])
                             for f in record["functions"])

    def function(self, number):
        names = [name for start, name in self.starts if start <= number]
        return names[-1] if names else ""

    def missing(self):
        return [n for n, (hit, _) in sorted(self.lines.items()) if not hit]

    def counts(self):
        """Lines reached, lines, branches taken, branches."""
        branches = [b for _, all_of in self.lines.values() for b in all_of]
        return (sum(hit for hit, _ in self.lines.values()), len(self.lines),
                sum(branches), len(branches))


def read_sources(path):
    with open(path, encoding="utf-8") as file:
        records = json.load(file)["files"]
    return {r["file"]: Source(r["file"], r) for r in records}


def read_reasons(path):
    """Yields (number, path, function, text, reason)."""
    reason = ""
    with open(path, encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if line.startswith("#") or not line.strip():
                continue
            if not line.startswith(" "):
                reason = line.strip()
                continue
            entry = re.match(r" +(\S+)(?: (\w+))?(?:: (.*\S))?\s*$", line)
            if not entry:
                sys.exit(f"{path}:{number}: cannot be read")
            yield (number, *entry.groups(), reason)


def wrong_file(source, path):
    """What speaks against an entry that is a file and nothing more."""
    if source is not None:
        return "has counters"
    exists = os.path.exists(os.path.join(ROOT, path))
    return None if exists else "is not there"


def check_entry(source, function, text, explained, reason):
    """Notes the lines that an entry explains; returns what is wrong."""
    named = [n for n in source.lines if source.function(n) == function]
    if text is not None:
        named = [n for n in named if source.text[n] == text]
    missing = [n for n in named if not source.lines[n][0]]
    if not named:
        return "matches nothing"
    if not missing or (text is None and len(missing) < len(named)):
        return "is reached"
    for n in missing:
        explained[(source.path, n)] = reason
    return None


def check_reasons(path, sources, measured):
    """Returns what each line is missed for, and what is wrong in the list."""
    explained, wrong = {}, []
    for number, name, function, text, reason in read_reasons(path):
        if os.path.dirname(name) not in measured:
            continue
        source = sources.get(name)
        if function is None:
            fault = wrong_file(source, name)
            explained[(name, 0)] = reason
        elif source is None:
            fault = "has no counters"
        else:
            fault = check_entry(source, function, text, explained, reason)
        if fault:
            wrong.append(f"{os.path.basename(path)}:{number}: {name} "
                         f"{function or ''}{': ' + text if text else ''}: "
                         f"{fault}")
    return explained, wrong


def percent(hit, total):
    """Rounded down, so that 100.0 is all of them."""
    return "     - " if total == 0 else f"{hit * 1000 // total / 10:5.1f} %"


def row(name, counts):
    lines, all_lines, taken, branches = counts
    return (f"{name:38} {lines:5}/{all_lines:<5} {percent(lines, all_lines)}"
            f"   {taken:5}/{branches:<5} {percent(taken, branches)}").rstrip()


def print_files(sources):
    print(f"{'':38} {'lines':>19}   {'branches':>19}")
    for path in sorted(sources, key=lambda p: (os.path.dirname(p), p)):
        print(row(path, sources[path].counts()))
    print()


def is_missed(hit, total, least):
    return hit * 100 < total * least


def print_groups(sources):
    """Prints the totals; returns the gates that are missed."""
    failed = []
    for folder, name, least_lines, least_branches in GROUPS:
        inside = [s for s in sources.values()
                  if os.path.dirname(s.path) == folder]
        if not inside:
            print(f"{name + ' (' + folder + ')':38} not measured")
            continue
        total = [sum(column) for column in zip(*(s.counts() for s in inside))]
        print(row(f"{name} ({folder})", total))
        if is_missed(total[0], total[1], least_lines):
            failed.append(f"{name}: {percent(total[0], total[1]).strip()} "
                          f"of lines, {least_lines} % are wanted")
        if is_missed(total[2], total[3], least_branches):
            failed.append(f"{name}: {percent(total[2], total[3]).strip()} "
                          f"of branches, {least_branches} % are wanted")
    print()
    return failed


def print_missing(sources, explained):
    """Prints what is missing; returns how many lines have no reason."""
    lines = [(s.path, n) for s in sources.values() for n in s.missing()]
    unknown = [where for where in lines if where not in explained]
    by_reason = {}
    for where, reason in explained.items():
        by_reason.setdefault(reason, []).append(where)
    if unknown:
        by_reason["No reason is given"] = unknown
    for reason, places in by_reason.items():
        print(f"Not reached: {reason}")
        for path, n in sorted(places):
            print(f"   {path}:{n}: {sources[path].text[n]}" if n
                  else f"   {path}")
    print(f"\n{len(lines)} lines are not reached, "
          f"{len(unknown)} of them for no reason that is given")


def main():
    sources = read_sources(sys.argv[2])
    measured = {os.path.dirname(path) for path in sources}
    explained, wrong = check_reasons(sys.argv[1], sources, measured)
    for folder in sorted(measured):
        for name in sorted(os.listdir(os.path.join(ROOT, folder))):
            path = f"{folder}/{name}"
            if (name.endswith(".c") and path not in sources
                    and (path, 0) not in explained):
                wrong.append(f"{path}: has no counters, for no reason given")
    print_files(sources)
    print_missing(sources, explained)
    print()
    failed = print_groups(sources) + wrong
    for fault in failed:
        print(f"coverage: {fault}")
    if not failed:
        print("coverage: all gates hold")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
