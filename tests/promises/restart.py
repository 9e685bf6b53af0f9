# SPDX-License-Identifier: MIT
#
# restart.py - a server that ends answers all it has received (P8), and one
# that takes over the listener of another costs nobody a connection (P9).

import os
import re
import select
import signal
import socket
import time

import figure
import programs
from figure import Helper, promise

CLIENTS = 20
LATE = 5  # that still stand in the backlog
MESSAGE = 16
BURST = 64  # of each that nobody has answered yet when it is to end


class Sender:
    """A client that sends messages as fast as it can until its server ends.
    The same bytes must come back."""

    def __init__(self, port, number):
        self.peer = figure.connect(port)
        self.port = self.peer.getsockname()[1]
        self.data = b"".join(b"%05d %09d\n" % (number, i)
                             for i in range(4096))
        self.sent = 0
        self.heard = bytearray()
        self.mute = self.ended = False
        self.peer.setblocking(False)

    def fileno(self):
        return self.peer.fileno()

    def send(self, count=64):
        start = self.sent % len(self.data)
        try:
            self.sent += self.peer.send(
                self.data[start:start + count * MESSAGE])
        except BlockingIOError:
            pass
        except OSError:  # it does not listen any more, but may have spoken
            self.mute = True

    def hear(self):
        try:
            more = self.peer.recv(65536)
        except BlockingIOError:
            return
        except OSError:
            more = b""
        self.heard += more
        if not more:
            self.ended = True
            self.peer.close()

    def is_prefix(self):
        whole = self.data * (len(self.heard) // len(self.data) + 1)
        return self.heard == whole[:len(self.heard)]


def exchange(senders, stop):
    """Everybody sends and hears until stop() or until all have ended."""
    deadline = time.monotonic() + programs.PATIENCE
    while not stop():
        alive = [sender for sender in senders if not sender.ended]
        if not alive:
            return
        assert time.monotonic() < deadline, "clients that never end"
        loud = [sender for sender in alive if not sender.mute]
        readable, writable, _ = select.select(alive, loud, [], 1)
        for sender in readable:
            sender.hear()
        for sender in writable:
            sender.send()


def answered(server, sender):
    """Bytes that the server says it has sent to a client."""
    number = re.search(rb"#(\d+) open 127\.0\.0\.1:%d -> .*\n" %
                       sender.port, server.text)
    found = number and re.search(rb"#%s close \d+ B in, (\d+) B out" %
                                 number.group(1), server.text)
    return int(found.group(1)) if found else 0


def messages(count):
    return -(-count // MESSAGE)


def drained(run, count):
    """One server that is asked to end while its clients send. Messages that
    were sent before; of these, those without an answer; and those that it
    took then and answered, but the answer never came."""
    server = run.serve("--drain", "30s")
    senders = [Sender(server.port, i) for i in range(CLIENTS)]
    exchange(senders, lambda: sum(s.sent for s in senders) >=
             (count - LATE - CLIENTS * BURST) * MESSAGE)
    senders += [Sender(server.port, CLIENTS + i) for i in range(LATE)]
    for sender in senders[:CLIENTS]:
        sender.send(BURST)
    for sender in senders[CLIENTS:]:
        sender.send(1)
    before = [sender.sent for sender in senders]
    server.popen.send_signal(signal.SIGTERM)
    exchange(senders, lambda: False)
    server.await_end()
    lost = late = 0
    for sender, owed in zip(senders, before):
        if not sender.is_prefix():
            raise AssertionError("other bytes came back")
        heard = len(sender.heard)
        lost += messages(max(0, owed - heard))
        late += messages(max(0, answered(server, sender) -
                             max(owed, heard)))
    return messages(sum(before)), lost, late


@promise("P8", drains=(5, 100), messages=(10000, 1000000))
def SG1_messages_lost_over_drains(run):
    sums = [sum(column) for column in zip(*(
        drained(run, run.messages // run.drains) for _ in range(run.drains)))]
    yield ("messages lost over %d drains" % run.drains,
           "%d of %d" % (sums[1], sums[0]), "0", sums[1] == 0)
    # The peer's next bytes race with the end; a few drains say little.
    yield ("answers to later ones that never arrived", str(sums[2]), "0",
           run.in_time(sums[2], 0))


# ---- handover -----------------------------------------------------------


def knock(pipe, port, source, count):
    """Clients one after the other, each with one message, at least so many
    and until it is told to end: how many there were, how many could not
    connect, and how many were never answered."""
    failed = unanswered = done = 0
    while done < count or not pipe.poll():
        if done % 100 == 0:
            pipe.send(100)
        done += 1
        try:
            peer = figure.connect(port, source)
        except OSError:
            failed += 1
            continue
        try:
            peer.sendall(b"knock")
            unanswered += peer.recv(5, 0x100) != b"knock"  # MSG_WAITALL
        except OSError:
            unanswered += 1
        figure.reset(peer)
    pipe.send((done, failed, unanswered))


def inherit(run, listener):
    """A server that gets the listener as systemd would hand it over."""
    script = 'LISTEN_PID=$$ LISTEN_FDS=1 exec "$@"'
    return programs.Server(
        ["sh", "-c", script, "sh", *run.command], "-q",
        *programs.unlimited(run.command), address=None,
        pass_fds=[3], preexec_fn=lambda: os.dup2(listener.fileno(), 3))


def replaced(run, listener, server, overlap):
    """The server that comes after this one, there before or after its end."""
    if not overlap:
        server.stop()
    new = inherit(run, listener)
    if overlap:
        server.stop()
    return new


def handed_over(run, listener, helpers):
    """Servers one after the other while the clients knock; returns what these
    have seen."""
    server = inherit(run, listener)
    knocks = 0
    for restart in range(run.restarts):
        while knocks < run.connects * (restart + 1) // (run.restarts + 1):
            for helper in helpers:
                if helper.pipe.poll(0.005):
                    knocks += helper.hear()
        server = replaced(run, listener, server, restart % 2 == 0)
    results = []
    for helper in helpers:
        helper.tell()
        word = 0
        while not isinstance(word, tuple):
            word = helper.hear()
        results.append(word)
    server.stop()
    return [sum(column) for column in zip(*results)]


@promise("P9", connects=(2000, 100000), restarts=(4, 20))
def UX5_connects_lost_over_restarts(run):
    programs.need_offer(run.command, "LISTEN_FDS|systemd")
    with socket.create_server(("127.0.0.1", 0), backlog=1024) as listener:
        port = listener.getsockname()[1]
        helpers = [Helper(knock, port, "127.0.0.%d" % (2 + i),
                          run.connects // 2) for i in range(2)]
        done, failed, unanswered = handed_over(run, listener, helpers)
    yield ("connects failed over %d restarts" % run.restarts,
           "%d of %d" % (failed, done), "0", failed == 0)
    yield ("connected, but never answered", "%d of %d" % (unanswered, done),
           "0", unanswered == 0)
