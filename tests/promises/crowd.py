# SPDX-License-Identifier: MIT
#
# crowd.py - many clients: how many are held at a limit of descriptors (P1),
# and what they cost in memory when they are idle or never read (P3).

import os
import re
import select
import subprocess

import figure
from programs import Skip, outcome
from figure import Helper, promise

PROCESSES = 2
BATCH = 200
SOURCES = 4


def ask(peers, mark):
    """One message each, and how many were echoed."""
    for number, peer in enumerate(peers):
        peer.sendall(b"%s%09d" % (mark, number))
    return sum(peer.recv(10, 0x100) == b"%s%09d" % (mark, number)
               for number, peer in enumerate(peers))  # MSG_WAITALL


def hold(pipe, port, first, count):
    """Clients that stay: each is served when it comes, and once more when
    all are there."""
    peers = []
    while len(peers) < count:
        batch = [figure.connect(port, "127.0.0.%d" %
                                (2 + (first + len(peers) + i) % SOURCES))
                 for i in range(min(BATCH, count - len(peers)))]
        if ask(batch, b"a") != len(batch):
            raise AssertionError("a client was not served")
        peers += batch
    pipe.send(len(peers))
    pipe.recv()
    pipe.send(sum(ask(peers[i:i + BATCH], b"b")
                  for i in range(0, len(peers), BATCH)))
    pipe.recv()


def held(run, backend, clients, limit, **options):
    """How many of the clients are served when all are connected."""
    server = run.serve("-q", "--poller", backend, limit=limit, **options)
    shares = [clients // PROCESSES + (i < clients % PROCESSES)
              for i in range(PROCESSES)]
    helpers = [Helper(hold, server.port, i, share)
               for i, share in enumerate(shares)]
    try:
        came = sum(helper.hear() for helper in helpers)
        for helper in helpers:
            helper.tell()
        served = sum(helper.hear() for helper in helpers)
    finally:
        for helper in helpers:
            helper.end()
    server.stop()
    return min(came, served)


@promise("P1", clients=(1900, 19900), limit=(2000, 20000),
         late=(200, 1500), before=(1100, 1100))
def LO5_LO6_clients_held_at_the_limit_of_descriptors(run):
    figure.need_descriptors(run.limit)
    for backend in run.backends():
        served = held(run, backend, run.clients, run.limit)
        yield ("clients held at a limit of %d, %s" % (run.limit, backend),
               "%d of %d" % (served, run.clients), "all",
               served == run.clients)
    # Numbers of descriptors beyond what an fd_set has room for.
    null = os.open(os.devnull, os.O_RDONLY)
    taken = [null] + [os.dup(null) for _ in range(run.before - 1)]
    for backend in run.backends():
        served = held(run, backend, run.late, None, pass_fds=taken)
        yield ("held beside %d open descriptors, %s" % (run.before, backend),
               "%d of %d" % (served, run.late), "all", served == run.late)
    for descriptor in taken:
        os.close(descriptor)


# ---- memory -------------------------------------------------------------


def push(pipe, port, count):
    """Clients that send as long as they are read, and never read."""
    block = b"x" * 65536
    peers = [figure.connect(port, receive=4096) for _ in range(count)]
    poll = select.poll()
    by_number = {peer.fileno(): peer for peer in peers}
    for peer in peers:
        peer.setblocking(False)
        poll.register(peer, select.POLLOUT)
    pipe.send(len(peers))
    pipe.recv()
    sent = 0
    while True:
        ready = poll.poll(1000)
        if not ready:  # nobody is read any more
            break
        for number, _ in ready:
            try:
                sent += by_number[number].send(block)
            except BlockingIOError:
                pass
            except OSError:  # dropped
                poll.unregister(number)
    pipe.send(sent)
    pipe.recv()


def idle_rows(run):
    tool = run.tool("memory")
    for backend in run.backends():
        code, out, err = outcome([tool], patience=300, env=dict(
            os.environ, DUOSOCK_POLLER=backend))
        found = re.search(rb"at worst ([0-9.]+)", out + err)
        if code != 0 or not found:
            raise AssertionError(out[-500:])
        worst = float(found.group(1))
        yield ("an idle connection, %s" % backend, "%.0f B" % worst, "256 B",
               worst <= 256)


@promise("P3", readers=(100, 1000), cap=(65536, 1 << 20))
def ST7_memory_of_clients(run):
    if not run.quick:  # figures.memory is a test of its own
        yield from idle_rows(run)
    for cap in sorted({65536, run.cap}):
        server = run.serve("-q", "--max-queue", "%dK" % (cap // 1024),
                           stdout=subprocess.DEVNULL)
        before = figure.resident(server.pid)
        helper = Helper(push, server.port, run.readers)
        helper.hear()
        helper.tell()
        sent = helper.hear()
        each = (figure.resident(server.pid) - before) / run.readers
        helper.end()
        server.stop()
        if sent < run.readers * 4096:
            raise Skip("the clients could send %d bytes only" % sent)
        yield ("each of %d stuck readers, a queue of %d KiB" %
               (run.readers, cap // 1024), "%.1f KiB" % (each / 1024),
               "%d KiB" % (cap // 1024 + 4), each <= cap + 4096)
