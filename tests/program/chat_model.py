# SPDX-License-Identifier: MIT
#
# chat_model.py POLLER DUOSOCK... [SEED] - members of a chat come, speak,
# change their names, quit, hang up and break off at random, all at the same
# time. An observer stays from the beginning to the end; what it hears is the
# order of things. The model: each member hears what the observer heard
# between its own "joined" and "left", without its own words; one that broke
# off heard the beginning of that.

import os
import random
import re
import select
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

PATIENCE = 30
STEPS = 4000
ALIVE = 12

POLLER = sys.argv[1]
COMMAND = sys.argv[2:]
SEED = int(COMMAND.pop()) if COMMAND[-1].isdigit() else 20260722
CHANCE = random.Random(SEED)
PRIVATE = re.compile(rb"\* (welcome |you are now |goodbye$)")


def fail(text):
    sys.exit("seed %d: %s" % (SEED, text))


class Member:
    """A connection; said counts its lines, so that no two are alike."""

    def __init__(self, port, name):
        self.name = self.first = name
        self.heard = b""
        self.said = 0
        self.ended = False   # it heard the end of the stream
        self.broken = False  # it broke off
        self.socket = socket.create_connection(("127.0.0.1", port), PATIENCE)
        self.send(name + "\n")

    def send(self, text):
        self.socket.sendall(text.encode())

    def hear(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionError:
            fail("%s was thrown out" % self.name)
        self.heard += data
        self.ended = data == b""
        if self.ended:
            self.socket.close()

    def act(self):
        """Does something; returns False when it was the last thing."""
        dice = CHANCE.random()
        if dice < 0.7:
            self.say(CHANCE.randrange(1, 4))
        elif dice < 0.85:
            self.name = "%s_%d" % (self.first, self.said)
            self.said += 1
            self.send("/nick %s\n" % self.name)
        elif dice < 0.90:
            self.say(2)
            self.send("bye\n/quit\nnever said\n")
            return False
        elif dice < 0.95:
            self.send("last words")
            self.socket.shutdown(socket.SHUT_WR)
            return False
        elif dice < 0.98:
            self.say(1)
            self.broken = True
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                   struct.pack("ii", 1, 0))
            self.socket.close()
            return False
        return True

    def say(self, count):
        for _ in range(count):
            self.send("line %d of %s\n" % (self.said, self.first))
            self.said += 1

    def public(self):
        return [line for line in self.heard.split(b"\n")[:-1]
                if not PRIVATE.match(line)]


def expected(member, order):
    """What the model says that a member hears."""
    name = member.first.encode()
    begin = order.index(b"* %s joined" % name)
    wanted = []
    for line in order[begin + 1:]:
        if line == b"* %s left" % name:
            return wanted
        if line.startswith(b"* %s is now " % name):
            name = line[len(b"* %s is now " % name):]
        elif not line.startswith(name + b": "):
            wanted.append(line)
    fail("%s never left" % member.first)


def check(member, order):
    heard = member.public()
    if not member.heard and member.broken:
        return  # perhaps nobody has ever heard of it
    if not member.broken and not member.heard.endswith(b"* goodbye\n"):
        fail("%s: its end is %r" % (member.first, member.heard[-80:]))
    wanted = expected(member, order)
    if member.broken:
        wanted = wanted[:len(heard)]
    if heard != wanted:
        at = next((i for i, (a, b) in enumerate(zip(heard, wanted)) if a != b),
                  min(len(heard), len(wanted)))
        fail("%s: at line %d of %d heard %r, wanted %r" %
             (member.first, at, len(wanted), heard[at:at + 3],
              wanted[at:at + 3]))


def listen_to(members, seconds):
    """Hears whatever there is; one at random is slow to listen."""
    there = [m for m in members if not m.ended and not m.broken]
    ready, _, _ = select.select([m.socket for m in there], [], [], seconds)
    for member in there:
        if member.socket in ready:
            member.hear()


def run(port):
    observer = Member(port, "observer")
    while b"welcome" not in observer.heard:
        observer.hear()
    everybody = [observer]
    alive = []
    for _ in range(STEPS):
        if len(alive) < ALIVE and CHANCE.random() < 0.2:
            alive.append(Member(port, "m%d" % len(everybody)))
            everybody.append(alive[-1])
        if alive:
            member = CHANCE.choice(alive)
            if not member.act():
                alive.remove(member)
        listen_to(everybody, 0)
    for member in alive:
        member.send("/quit\n")
    deadline = time.monotonic() + PATIENCE

    def gone():
        order = observer.public()
        return (all(m.ended or m.broken for m in everybody[1:]) and
                sum(line.endswith(b" joined") for line in order) ==
                sum(line.endswith(b" left") for line in order))

    while not gone():
        if time.monotonic() > deadline:
            fail("not all have left: %r" % observer.heard[-200:])
        listen_to(everybody, 0.1)
    order = observer.public()
    for member in everybody[1:]:
        check(member, order)
    print("%d members, %d lines" % (len(everybody), len(order)))
    observer.socket.close()


signal.alarm(100)  # whatever else goes wrong
with tempfile.TemporaryDirectory() as folder:
    server = subprocess.Popen(
        COMMAND + ["serve", "127.0.0.1:0", "--mode", "chat", "-q", "--poller",
                   POLLER, "--ready-file", "ready", "--exit-after-idle", "2s"],
        cwd=folder, stdin=subprocess.DEVNULL)
    ready = os.path.join(folder, "ready")
    begun = time.monotonic()
    while not os.path.exists(ready):
        if time.monotonic() > begun + PATIENCE:
            fail("the server never listened")
        time.sleep(0.05)
    with open(ready) as file:
        run(int(file.read().strip().split(":")[1]))
    # Wine may kill a program that says that it ends.
    ends = [0, -signal.SIGKILL] if COMMAND[-1].endswith(".exe") else [0]
    if server.wait(PATIENCE) not in ends:
        fail("the server ended with %d" % server.returncode)
print("[       OK ] test_CH3_members_hear_what_the_model_says")
