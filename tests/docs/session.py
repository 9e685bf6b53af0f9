# SPDX-License-Identifier: MIT
#
# session.py [--whole] SOURCE BUILD PAGE... - does what a reader of a page
# does: types each command that it shows, in the terminal that it names, and
# looks for the output that it shows.
#
#   ```sh    commands, which must end with 0. "# terminal 2" as the first line
#            says where; otherwise it is terminal 1. The next block for that
#            terminal waits until these have ended.
#   ```text  what the terminal then shows, after the same first line. A port
#            of five digits stands for any, seconds with a fraction for any,
#            "..." for anything, as a line for any lines; "^C" is typed.
#
# What stands before a block as <!-- run: ... --> says how it is run:
#
#   never, REASON       not at all
#   whole, REASON       with --whole only, in a copy of SOURCE. Otherwise
#                       build/learn is BUILD, where all of it was built before
#   with IPv6           not where the system has none
#   each line           "command   explanation" a line: a command that listens
#                       serves those after it until the next one that does
#
# <!-- consumer: ... --> is for the tests in tests/consumer.
#
# All of it happens in a network of its own, where no port is in use, if the
# system has such a thing.

import fcntl
import os
import re
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time

PATIENCE = 30
PATIENCE_TO_BUILD = 900
PORTS = 7700, 7701
EXITS_AFTER_INTERRUPT = 0, 130, -signal.SIGINT
BLOCK = re.compile(r"(?:^<!-- (?:run: (?P<how>[^>]*?)|"
                   r"consumer: (?P<consumer>\S+)) -->\n+)?"
                   r"^```(?P<kind>\w+)\n(?P<text>.*?)^```$", re.M | re.S)
LISTENS = re.compile(r"duosock (serve|recv)\b")
PLACE = re.compile(r"# terminal (\d)[^\n]*\n")


def expected(text):
    """The pattern of what a page shows."""
    lines = []
    for line in text.splitlines():
        if line == "...":
            lines.append(r"(?:.*\n)*?")
            continue
        line = re.escape(line).replace(r"\.\.\.", ".*")
        line = re.sub(r":\d{5}\b", r":\\d+", line)
        line = re.sub(r"\d+\\\.\d+\\ s\b", r"\\d+\\.\\d+ s", line)
        line = re.sub(r"\d+\\ ms\b", r"\\d+ ms", line)
        lines.append(line + r"\n")
    return re.compile("".join(lines))


class Terminal:
    """What a reader has before them: one shell at a time, and its words."""

    def __init__(self, folder, env):
        self.folder = folder
        self.env = env
        self.shell = None
        self.changed = threading.Condition()

    def type(self, script):
        self.script = script
        self.text = ""
        self.shown = 0      # how much of it the page has shown
        self.judged = False # whether it has shown any
        self.ended = False
        self.interrupted = False
        self.shell = subprocess.Popen(
            ["sh", "-e", "-c", script], cwd=self.folder, env=self.env,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, start_new_session=True)
        self.reader = threading.Thread(target=self._collect, daemon=True)
        self.reader.start()

    def _collect(self):
        while True:
            data = os.read(self.shell.stdout.fileno(), 65536)
            with self.changed:
                self.text += data.decode(errors="replace")
                self.ended = not data
                self.changed.notify_all()
            if not data:
                return

    def _fail(self, why):
        raise AssertionError("%s\ncommand:\n%soutput:\n%s" % (
            why, self.script, self.text))

    def show(self, text, patience=PATIENCE):
        """Waits for what the page shows next."""
        pattern = expected(text)
        self.judged = True
        with self.changed:
            self.changed.wait_for(lambda: self.ended or pattern.match(
                self.text, self.shown), patience)
            found = pattern.match(self.text, self.shown)
            if not found:
                self._fail("the page shows:\n%sbut:" % text)
            self.shown = found.end()

    def interrupt(self):
        self.interrupted = True
        os.killpg(self.shell.pid, signal.SIGINT)

    def end(self, patience=PATIENCE):
        """Waits for the end of what was typed."""
        if self.shell is None:
            return
        try:
            self.code = self.shell.wait(patience)
        except subprocess.TimeoutExpired:
            self._fail("does not end:")
        self.reader.join(patience)
        self.shell.stdin.close()
        self.shell = None
        if self.code not in (EXITS_AFTER_INTERRUPT if self.interrupted
                             else (0,)):
            self._fail("ended with %d:" % self.code)
        if self.judged and self.shown != len(self.text):
            self._fail("the page does not show the end of:")

    def kill(self):
        if self.shell is not None:
            os.killpg(self.shell.pid, signal.SIGKILL)
            self.shell.wait()


class Reader:
    """Reads one page from its beginning to its end."""

    def __init__(self, folder, programs, whole):
        path = "%s:%s" % (programs, os.environ["PATH"])
        self.env = dict(os.environ, PATH=path, LC_ALL="C")
        self.env.pop("DUOSOCK_POLLER", None)
        self.folder = folder
        self.whole = whole
        self.terminals = {}
        self.done = 0
        self.left_out = []

    def terminal(self, number):
        if number not in self.terminals:
            self.terminals[number] = Terminal(self.folder, self.env)
        return self.terminals[number]

    def read(self, page):
        with open(page, encoding="utf-8") as file:
            text = file.read()
        for block in BLOCK.finditer(text):
            line = text.count("\n", 0, block.start("kind")) + 1
            try:
                if not block["consumer"]:
                    self.block(block["kind"], block["how"], block["text"])
            except AssertionError as failure:
                raise AssertionError("%s:%d: %s" % (page, line, failure))
        for terminal in self.terminals.values():
            terminal.end()

    def block(self, kind, how, text):
        if how is None:
            if kind == "sh":
                self.commands(text)
            elif kind == "text":
                self.output(text)
        elif how == "each line":
            self.each_line(text)
        elif how == "with IPv6":
            if not self.left_if(not has_ipv6(), "no IPv6 here", text):
                self.block(kind, None, text)
        elif how.startswith("whole, "):
            if not self.left_if(not self.whole, how[7:], text):
                self.commands(text, PATIENCE_TO_BUILD)
        elif how.startswith("never, "):
            self.left_if(True, how[7:], text)
        else:
            raise AssertionError("run: %s: what is that?" % how)

    def left_if(self, condition, why, text):
        if condition:
            for line in text.splitlines():
                self.left_out.append("%s  (%s)" % (line, why))
        return condition

    def place(self, text):
        match = PLACE.match(text)
        return self.terminal(match[1] if match else "1")

    def commands(self, text, patience=PATIENCE):
        terminal = self.place(text)
        terminal.end(patience)
        terminal.type(text)
        self.done += 1
        if patience != PATIENCE:
            terminal.end(patience)

    def output(self, text):
        terminal = self.place(text)
        text = PLACE.sub("", text, count=1)
        for part in re.split(r"(^\^C\n)", text, flags=re.M):
            if part == "^C\n":
                terminal.interrupt()
            elif part:
                terminal.show(part)

    # ---- a list of commands ----------------------------------------------

    def each_line(self, text):
        server = None
        for line in text.splitlines():
            command = re.split(r" {2,}", line)[0]
            listens = LISTENS.match(command)
            if listens:
                self.stop(server)
            process = self.terminal(command)
            process.type("exec %s\n" % command)
            process.shell.stdin.close() # nobody types
            self.done += 1
            if listens:
                server = process
                server.show("...\nlistening on ...\n")
                server.judged = False
            else:
                process.end()
        self.stop(server)

    def stop(self, server):
        """By Ctrl-C, unless it has done its work."""
        if server is not None:
            if server.shell.poll() is None:
                server.interrupt()
            server.end()
            assert server.code == 0, "%s ended with %d" % (
                server.script, server.code)


# ---- where it happens -----------------------------------------------------

def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
        return True
    except OSError:
        return False


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def skip(why):
    print("skipped: " + why)
    sys.exit(77)


def enter_own_network():
    """A new process in a network of its own, where that can be had."""
    if os.environ.get("OWN_NETWORK") == "yes":
        flags = struct.pack("16sh", b"lo", 1) # IFF_UP
        with socket.socket() as any_socket:
            fcntl.ioctl(any_socket, 0x8914, flags) # SIOCSIFFLAGS
        del os.environ["OWN_NETWORK"]
    elif shutil.which("unshare") and subprocess.run(
            ["unshare", "-rn", "true"], capture_output=True).returncode == 0:
        os.execvpe("unshare", ["unshare", "-rn", sys.executable, "-B",
                               *sys.argv], dict(os.environ, OWN_NETWORK="yes"))
    for port in PORTS:
        if not is_free(port):
            skip("port %d is in use" % port)


def furnish(folder, source, build, whole):
    """What a reader has: a clone, and what was built there."""
    for name in os.listdir(source):
        path = os.path.join(source, name)
        if name in ("build", ".git"):
            continue
        if not whole:
            os.symlink(path, os.path.join(folder, name))
        elif os.path.isdir(path):
            shutil.copytree(path, os.path.join(folder, name), symlinks=True,
                            ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(path, folder)
    if not whole:
        os.mkdir(os.path.join(folder, "build"))
        os.symlink(build, os.path.join(folder, "build", "learn"))
    with open(os.path.join(folder, "FILE"), "wb") as file:
        file.write(b"bytes of a file\n" * 1000)


def main(arguments):
    whole = arguments[0] == "--whole"
    source, build, *pages = arguments[whole:]
    enter_own_network()
    for page in pages:
        with tempfile.TemporaryDirectory() as folder:
            furnish(folder, source, build, whole)
            reader = Reader(folder, build, whole)
            try:
                reader.read(os.path.join(source, page))
            finally:
                for terminal in reader.terminals.values():
                    terminal.kill()
        assert reader.done > 0, "%s: nothing was run" % page
        print("%s: %d commands were run" % (page, reader.done))
        for line in reader.left_out:
            print("  not run: " + line)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except AssertionError as failure:
        print("FAILED: %s" % failure)
        sys.exit(1)
