# SPDX-License-Identifier: MIT
#
# promises.py [--quick] [--markdown] [TOOL=PATH...]
#             -- DUOSOCK [Pn...] [Pn.SIZE=N...]
# prints what duosock promises, one figure a line, with its bar and whether it
# holds, and names the machine. Ends with 1 where a bar is broken, and at full
# size where a figure could not be shown.
#
#   --quick      small sizes, and times are only shown: for a machine that
#                does other things as well
#   --markdown   the table once more, as the README has it
#   TOOL=PATH    programs that measure: timers, memory
#   Pn           these alone
#   P2.bytes=1G  one size of a figure, as its declaration names it

import os
import platform
import re
import resource
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.dont_write_bytecode = True
sys.path[:0] = [HERE, os.path.join(HERE, "..", "support")]

import figure  # noqa: E402
import programs  # noqa: E402
import crowd  # noqa: E402,F401
import hostile  # noqa: E402,F401
import relay  # noqa: E402,F401
import restart  # noqa: E402,F401
import small  # noqa: E402,F401


VERDICTS = {True: "holds", False: "BROKEN", None: "not judged"}


def machine():
    """The processor, its cores and the kernel, and what else is going on."""
    name = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo") as file:
            name = re.search(r"model name\s*:\s*(.*)", file.read()).group(1)
    except (OSError, AttributeError):
        pass
    return "%s, %d cores, %s %s, load %.1f" % (
        name, os.cpu_count(), platform.system(), platform.release(),
        os.getloadavg()[0])


def number(text):
    match = re.fullmatch(r"(\d+)([KMG]?)", text)
    if not match:
        sys.exit("not a size: " + text)
    return int(match.group(1)) << " KMG".index(match.group(2) or " ") * 10


def arguments(words):
    """What main needs: a figure.Run and the wanted promises."""
    if "--" not in words or words[-1] == "--":
        sys.exit("usage: promises.py [options] -- DUOSOCK [Pn...]")
    split = words.index("--")
    run = figure.Run(quick="--quick" in words[:split])
    run.command = [words[split + 1]]
    for word in words[:split]:
        name, _, value = word.partition("=")
        if value:
            run.tools[name] = value
        elif word not in ("--quick", "--markdown"):
            sys.exit("unknown: " + word)
    wanted = []
    for word in words[split + 2:]:
        name, _, value = word.partition("=")
        if value:
            run.sizes[name] = number(value)
        elif word in figure.promises:
            wanted.append(word)
        else:
            sys.exit("no such promise: " + word)
    return run, wanted or sorted(figure.promises, key=lambda name:
                                 int(name[1:]))


def show(row, seconds):
    print("%-4s %-46s %-28s %-22s %-10s %5.1f s" % (*row, seconds), flush=True)


def measure(run, name):
    """The rows of one promise: name, what, figure, bar, verdict."""
    promise = figure.promises[name]
    rows = []
    begun = time.monotonic()
    title = "test_%s_%s" % (name, promise.__name__)
    print("[ RUN      ] " + title, flush=True)
    run.begin(name, promise.scale)
    try:
        for what, got, bar, holds in promise(run):
            rows.append((name, what, got, bar, VERDICTS[holds]))
            now = time.monotonic()
            show(rows[-1], now - begun)
            begun = now
    except programs.Skip as why:
        print("[  REASON  ] %s" % why)
        rows.append((name, "not shown: %s" % why, "-", "-", "skipped"))
    except Exception as error:
        print("%s: %s" % (name, repr(error)[:2000]), flush=True)
        rows.append((name, type(error).__name__, "-", "-", "BROKEN"))
    programs.end_all()
    verdicts = [row[4] for row in rows]
    word = ("  FAILED " if "BROKEN" in verdicts else "      OK "
            if "holds" in verdicts else "  SKIPPED")
    print("[%-10s] %s" % (word, title), flush=True)
    return rows


def main():
    run, wanted = arguments(sys.argv[1:])
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    where = machine()
    print(where)
    rows = [row for name in wanted for row in measure(run, name)]
    print("\n" + where + (", small sizes, times not judged" if run.quick
                          else ""))
    for row in rows:
        print("%-4s %-46s %-28s %-22s %s" % row)
    if "--markdown" in sys.argv:
        print("\n| | promise | figure | bar |\n|---|---|---|---|")
        for row in rows:
            print("| %s | %s | %s | %s |" % row[:4])
    broken = sum(row[4] == "BROKEN" for row in rows)
    skipped = sum(row[4] == "skipped" for row in rows)
    print("%d figures, %d broken, %d not shown" % (len(rows), broken, skipped))
    sys.exit(1 if broken or (skipped and not run.quick) else 0)


main()
