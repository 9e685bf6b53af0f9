# SPDX-License-Identifier: MIT
#
# hostile.py - good clients among hostile ones (P6): a quarter of these never
# reads, one sends a byte now and then, one floods with garbage, and one comes
# and resets its connection, again and again. They have processes of their
# own, on the last core alone, as if they were on another machine: the figure
# is the server's, not the scheduler's.

import os
import select
import time

import figure
from figure import Helper, promise

PROCESSES = 2
GOOD = 50
PER_SECOND = 20
SWEEP_MS = 100
KINDS = ("stuck", "slow", "garbage", "resetting")


class Horde:
    """Hostile clients of all kinds in one process."""

    def __init__(self, port, count):
        self.port = port
        self.epoll = select.epoll()
        self.garbage = os.urandom(4096)
        self.flooding = {}
        self.slow = []
        self.resets = self.bytes = 0
        for i in range(count):
            self.add(KINDS[i % len(KINDS)])

    def add(self, kind):
        peer = figure.connect(self.port)
        peer.setblocking(False)
        if kind == "slow":
            self.slow.append(peer)
        elif kind == "resetting":
            figure.reset(peer)
            self.resets += 1
        else:
            events = select.EPOLLOUT
            if kind == "garbage":
                events |= select.EPOLLIN
            self.flooding[peer.fileno()] = (kind, peer)
            self.epoll.register(peer, events)

    def flood(self, number, events):
        kind, peer = self.flooding[number]
        try:
            if events & select.EPOLLIN:
                peer.recv(65536)
            if events & select.EPOLLOUT:
                self.bytes += peer.send(self.garbage)
        except BlockingIOError:
            pass
        except OSError:  # dropped: the next one comes
            self.epoll.unregister(number)
            del self.flooding[number]
            peer.close()
            self.add(kind)

    def sweep(self, resetting):
        """Each slow client's next byte, and as many resets as clients."""
        for peer in self.slow:
            try:
                peer.send(b"s")
            except OSError:
                pass
        for _ in range(resetting):
            self.add("resetting")

    def run(self, pipe, resetting):
        due = time.monotonic()
        while not pipe.poll():
            for number, events in self.epoll.poll(SWEEP_MS / 1000, 64):
                self.flood(number, events)
            if time.monotonic() >= due:
                self.sweep(resetting)
                due = time.monotonic() + SWEEP_MS / 1000


def harass(pipe, port, count):
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    horde = Horde(port, count)
    pipe.send(count)
    horde.run(pipe, count // len(KINDS))
    pipe.send((horde.resets, horde.bytes))


def p99_of_echo(port, seconds):
    """Milliseconds until a message is back: all good clients speak at the
    same time, at times that do not depend on the answers."""
    peers = [figure.connect(port) for _ in range(GOOD)]
    text = b"x" * 64
    times = []
    begun = time.monotonic()
    for i in range(seconds * PER_SECOND):
        due = begun + i / PER_SECOND
        if due + seconds < time.monotonic():
            break  # this late, nothing can hold any more
        time.sleep(max(0, due - time.monotonic()))
        for peer in peers:
            peer.sendall(text)
        for peer in peers:
            if peer.recv(64, 0x100) != text:  # MSG_WAITALL
                raise AssertionError("a good client got something else")
            times.append((time.monotonic() - due) * 1000)
    for peer in peers:
        peer.close()
    return sorted(times)[len(times) * 99 // 100]


@promise("P6", hostile=(200, 1000), seconds=(1, 10))
def ST14_good_clients_among_hostile_ones(run):
    server = run.serve("-q")
    clean = p99_of_echo(server.port, run.seconds)
    helpers = [Helper(harass, server.port, run.hostile // PROCESSES)
               for _ in range(PROCESSES)]
    for helper in helpers:
        helper.hear()
    among = p99_of_echo(server.port, run.seconds)
    for helper in helpers:
        helper.tell()
    did = [helper.hear() for helper in helpers]
    for helper in helpers:
        helper.end()
    print("%d resets, %d MiB of garbage" % (
        sum(one[0] for one in did), sum(one[1] for one in did) >> 20))
    server.stop()
    bar = max(2 * clean, 50)
    yield ("p99 of an echo among %d hostile clients" % run.hostile,
           "%.2f ms, clean %.2f ms" % (among, clean), "%.0f ms" % bar,
           run.in_time(among, bar))
