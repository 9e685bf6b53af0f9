# SPDX-License-Identifier: MIT
#
# chat_foreign.py SERVER... -- DUOSOCK... [-- EXE...] - one chat of programs
# that know nothing of each other: nc, socat and telnet, duosock chat and
# duosock connect, and the exe. SERVER... is the command of the duosock that
# serves. Each says some lines; each must hear every line of the others once
# and in its sender's order. A program that is not here is left out.

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

PATIENCE = 30
LINES = 20


def commands(words):
    """The command lines between the "--"."""
    found = [[]]
    for word in words:
        if word == "--":
            found.append([])
        else:
            found[-1].append(word)
    return found


def environment(command):
    """Beside an exe, DUOSOCK_POLLER is meant for that alone."""
    env = dict(os.environ)
    if any(word.endswith(".exe") for word in sys.argv) and not any(
            word.endswith(".exe") for word in command):
        env.pop("DUOSOCK_POLLER", None)
    return env


class Client:
    """A program in the chat; a thread of its own collects what it hears."""

    def __init__(self, nick, command, own_nick=False):
        self.nick = nick
        self.heard = b""
        self.changed = threading.Condition()
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL,
                                        env=environment(command))
        threading.Thread(target=self.collect, daemon=True).start()
        if nick == "telnet":
            # It drops what it reads before the connection stands.
            self.expect(b"Escape character")
        if not own_nick:
            self.say(nick)

    def collect(self):
        while True:
            data = os.read(self.process.stdout.fileno(), 65536)
            with self.changed:
                self.heard += data
                self.changed.notify_all()
            if not data:
                return

    def say(self, line):
        self.process.stdin.write(line.encode() + b"\n")
        self.process.stdin.flush()

    def lines(self):
        return [line.rstrip(b"\r") for line in self.heard.split(b"\n")]

    def wait(self, test, what):
        with self.changed:
            if not self.changed.wait_for(test, PATIENCE):
                fail("%s never heard %s, but %r" %
                     (self.nick, what, self.heard))

    def expect(self, text):
        self.wait(lambda: text in self.heard, text)

    def expect_lines(self, speakers):
        """All lines of the others, each once, in their sender's order."""
        others = [other for other in speakers if other != self.nick]

        def said(line):
            return re.fullmatch(rb"(\w+): line (\d+)", line)

        self.wait(lambda: sum(1 for line in self.lines() if said(line)) >=
                  LINES * len(others), "all lines")
        heard = [said(line).groups() for line in self.lines() if said(line)]
        for other in others:
            numbers = [int(number) for nick, number in heard
                       if nick.decode() == other]
            if numbers != list(range(LINES)):
                fail("%s heard of %s: %r" % (self.nick, other, numbers))
        if len(heard) != LINES * len(others):
            fail("%s heard something twice: %r" % (self.nick, heard))

    def leave(self):
        self.say("/quit")
        self.expect(b"* goodbye")
        self.process.stdin.close()
        self.process.wait(PATIENCE)


def fail(text):
    print(text)
    os._exit(1)  # whatever threads and children still do


class Server:
    def __init__(self, command):
        # Wine may kill a program that says that it ends.
        self.ends = [0, -signal.SIGKILL] if command[-1].endswith(
            ".exe") else [0]
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            command + ["serve", "127.0.0.1:0", "--mode", "chat",
                       "--ready-file", "ready", "--exit-after-idle", "2s"],
            cwd=self.folder.name, stdin=subprocess.DEVNULL,
            env=environment(command))
        ready = os.path.join(self.folder.name, "ready")
        deadline = time.monotonic() + PATIENCE
        while not os.path.exists(ready):
            if time.monotonic() > deadline:
                fail("the server never listened")
            time.sleep(0.05)
        with open(ready) as file:
            self.address = file.read().strip()

    def expect_end(self):
        """It ends by itself when all have left."""
        code = self.process.wait(PATIENCE)
        self.folder.cleanup()
        if code not in self.ends:
            fail("the server ended with %d" % code)


def invite(address, duosock, exe):
    """A client of each kind that is here."""
    host, port = address.split(":")
    foreign = {"nc": ["nc", host, port],
               "socat": ["socat", "-", "TCP:" + address],
               "telnet": ["telnet", host, port]}
    clients = []
    for nick, command in foreign.items():
        if shutil.which(nick):
            clients.append(Client(nick, command))
        else:
            print("left out: there is no", nick)
    clients.append(Client("connect", duosock + ["connect", address]))
    clients.append(Client("chat", duosock + ["chat", address, "--nick",
                                             "chat"], True))
    if exe:
        clients.append(Client("exe", exe + ["chat", address, "--nick", "exe"],
                              True))
    return clients


def chat(server, duosock, exe=None):
    host = Server(server)
    clients = invite(host.address, duosock, exe)
    nicks = [client.nick for client in clients]
    for client in clients:
        client.expect(b"* welcome " + client.nick.encode())
    for number in range(LINES):
        for client in clients:
            client.say("line %d" % number)
    for client in clients:
        client.expect_lines(nicks)
    for client in clients:
        client.leave()
    host.expect_end()
    print("each heard all others:", ", ".join(nicks))


signal.alarm(110)  # whatever else goes wrong
chat(*commands(sys.argv[1:]))
