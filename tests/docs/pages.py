# SPDX-License-Identifier: MIT
#
# pages.py SOURCE - holds the pages against what they speak of:
#
#   - a link to a file of this project leads to one, and a link to a heading
#     to a heading;
#   - a block of code under <!-- from FILE --> stands in FILE, line for line;
#   - a name of the library is one of its headers';
#   - docs/README.md names every page in docs/.

import glob
import os
import re
import sys

LINK = re.compile(r"\]\(([^)\s]+)\)|src=\"([^\"]+)\"")
QUOTE = re.compile(r"^<!-- from (\S+) -->\n+```\w+\n(.*?)^```$", re.M | re.S)
FENCE = re.compile(r"^```.*?^```$", re.M | re.S)
NAME = re.compile(r"\b(?:duos|DUOS)_\w+")
HEADING = re.compile(r"^#+ +(.+)$", re.M)


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def anchors(text):
    """What GitHub makes of the headings."""
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-")
            for heading in HEADING.findall(FENCE.sub("", text))}


def wrong_links(path, text):
    for match in LINK.finditer(FENCE.sub("", text)):
        link = match[1] or match[2]
        if re.match(r"[a-z]+:", link):
            continue
        target, _, anchor = link.partition("#")
        target = os.path.join(os.path.dirname(path), target) if target \
            else path
        if not os.path.exists(target):
            yield "%s: leads nowhere" % link
        elif anchor and anchor not in anchors(read(target)):
            yield "%s: no such heading" % link


def wrong_quotes(source, text):
    for name, quoted in QUOTE.findall(text):
        lines = [line.strip() for line in quoted.splitlines()]
        file = [line.strip() for line in
                read(os.path.join(source, name)).splitlines()]
        if not any(file[i:i + len(lines)] == lines
                   for i in range(len(file) - len(lines) + 1)):
            yield "%s has no such lines:\n%s" % (name, quoted)


def names_of(source):
    """The words of the headers, and what their lists make of them."""
    words = set()
    for path in glob.glob(os.path.join(source, "include", "duosock", "*.h")):
        words.update(re.findall(r"\w+", read(path)))
    return words | {prefix + word for word in words
                    for prefix in ("DUOS_E", "DUOS_OPT_", "DUOS_SIM_FAULT_")}


def wrong_names(known, text):
    for name in sorted(set(NAME.findall(text))):
        if name.endswith("_"):
            found = any(word.startswith(name) for word in known)
        else:
            found = name in known or name.startswith("duos__")
        if not found:
            yield "no header knows " + name


def left_out(source):
    """Pages that the index does not lead to."""
    index = read(os.path.join(source, "docs", "README.md"))
    links = {os.path.normpath(first) for first, _ in LINK.findall(index)}
    for path in sorted(glob.glob(os.path.join(source, "docs", "**", "*.md"),
                                 recursive=True)):
        name = os.path.relpath(path, os.path.join(source, "docs"))
        if name != "README.md" and name not in links:
            yield "docs/README.md: does not name " + name


def main(source):
    wrong = list(left_out(source))
    pages = [path for pattern in ("*.md", "docs/**/*.md", "*/README.md",
                                  ".github/**/*.md")
             for path in glob.glob(os.path.join(source, pattern),
                                   recursive=True)]
    pages = sorted(set(path for path in pages
                       if "/build/" not in path[len(source):]))
    known = names_of(source)
    quotes = 0
    for path in pages:
        text = read(path)
        quotes += len(QUOTE.findall(text))
        wrong += ["%s: %s" % (os.path.relpath(path, source), what)
                  for what in (*wrong_links(path, text),
                               *wrong_quotes(source, text),
                               *wrong_names(known, text))]
    for what in wrong:
        print("FAILED: " + what)
    print("%d pages with %d quotations, %d offences" % (len(pages), quotes,
                                                        len(wrong)))
    return 1 if wrong or not pages or not quotes else 0


if __name__ == "__main__":
    sys.exit(main(os.path.abspath(sys.argv[1])))
