# SPDX-License-Identifier: MIT
#
# small.py - the figures of one server by itself: out of descriptors (P7),
# timers (P10), and what it does when nobody tells it anything (P13).

import os
import re
import select
import socket
import subprocess
import time

import figure
import programs
from figure import promise

LIMIT = 64


def crowd_until_full(port):
    """Clients until no more of them are served: those who are, the rest."""
    peers = {}
    for _ in range(2 * LIMIT):
        peer = figure.connect(port)
        peer.setblocking(False)
        try:
            peer.send(b"x")
        except OSError:
            pass
        peers[peer.fileno()] = peer
    served = []
    while True:
        ready, _, _ = select.select(list(peers.values()), [], [], 0.5)
        if not ready:
            return served, list(peers.values())
        for peer in ready:
            if answered(peer):
                served.append(peer)
            del peers[peer.fileno()]


def answered(peer):
    try:
        return peer.recv(1) == b"x"
    except OSError:
        return False


def seconds_until_accepting(port, waiting):
    """From now until one who waits or who comes is served."""
    begun = time.monotonic()
    while time.monotonic() < begun + programs.PATIENCE:
        peer = figure.connect(port)
        peer.setblocking(False)
        try:
            peer.send(b"x")
        except OSError:
            pass
        waiting.append(peer)
        for peer in select.select(waiting, [], [], 0.05)[0]:
            if answered(peer):
                return time.monotonic() - begun
            waiting.remove(peer)
    raise AssertionError("it never accepts again")


@promise("P7", seconds=(1, 10))
def SY4_out_of_descriptors(run):
    server = run.serve("-q", limit=LIMIT)
    served, waiting = crowd_until_full(server.port)
    if not LIMIT // 2 < len(served) < LIMIT:
        raise AssertionError("%d clients were served" % len(served))
    if not waiting:
        raise AssertionError("nobody waits: there is nothing to endure")
    begun, used = time.monotonic(), figure.cpu_seconds(server.pid)
    time.sleep(run.seconds)  # this is what is measured
    used = figure.cpu_seconds(server.pid) - used
    share = 100 * used / (time.monotonic() - begun)
    yield ("of a core while out of descriptors", "%.1f %%" % share, "5 %",
           share < 5)
    for peer in select.select(waiting, [], [], 0)[0]:
        if answered(peer):
            raise AssertionError("served beyond the limit")
        waiting.remove(peer)
    figure.reset(served.pop())
    again = seconds_until_accepting(server.port, waiting)
    yield ("accepting again after a client left", "%.1f ms" % (again * 1000),
           "1000 ms", run.in_time(again, 1))
    server.stop()


@promise("P10", timers=(20000, 1000000))
def timers_early_or_late(run):
    code, out, err = programs.outcome([run.tool("timers"), str(run.timers)],
                                      patience=600)
    found = re.search(rb"(\d+) timers, (\d+) early, p99 ([0-9.]+) ms late",
                      out + err)
    if code != 0 or not found:
        raise AssertionError((out + err)[-500:])
    fired, early, late = found.groups()
    yield ("timers that were early", "%d of %d" % (int(early), int(fired)),
           "0", int(early) == 0 and int(fired) == run.timers)
    yield ("p99 of how late a timer is", "%.2f ms" % float(late), "2 ms",
           run.in_time(float(late), 2))


# ---- defaults -----------------------------------------------------------


def finite(run):
    """The limits of serve by its help, and those of them that are none."""
    _, out, _ = programs.outcome([*run.command, "serve", "--help"])
    limits = dict(re.findall(
        r"^  (--(?:max|idle|first|write|drain)\S*) .*\((\S+)\)$",
        out.decode(), re.M))
    if len(limits) < 5:
        raise AssertionError("limits: %r" % limits)
    return len(limits), [name for name, value in limits.items()
                         if value == "0"]


def modes(run):
    _, out, _ = programs.outcome([*run.command, "serve", "--help"])
    found = re.search(r"^  --mode (\S+)", out.decode(), re.M).group(1)
    return [mode for mode in found.split("|") if "=" not in mode]


# In a network of its own, which shows all that listens there.
ALONE = """
ip link set lo up
"$@" & server=$!
while kill -0 $server && ! grep -q " 0A " /proc/self/net/tcp*; do :; done
cat /proc/self/net/tcp /proc/self/net/tcp6
cat /proc/self/net/udp /proc/self/net/udp6
kill $server
wait $server
"""


def bound_by(command):
    """Where a server listens, and how it ends."""
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    code, out, _ = programs.outcome(
        [programs.need("unshare"), "-rn", "sh", "-c", ALONE, "sh", *command],
        env=dict(os.environ, PATH=path))
    found = re.findall(r"^ +\d+: ([0-9A-F]+):([0-9A-F]{4}) ", out.decode(),
                       re.M)
    return ["%s:%d" % (socket.inet_ntoa(bytes.fromhex(host)[::-1])
                       if len(host) == 8 else host, int(port, 16))
            for host, port in found], code


@promise("P13")
def defaults(run):
    count, endless = finite(run)
    yield ("limits that are finite by default", "%d of %d" % (
        count - len(endless), count), "all", not endless)
    if subprocess.run([programs.need("unshare"), "-rn", "true"],
                      capture_output=True).returncode != 0:
        raise programs.Skip("no right to a network namespace")
    for mode in modes(run):
        bound, code = bound_by([*run.command, "serve", "--mode", mode])
        yield ("%s without options listens at" % mode, ", ".join(bound),
               "127.0.0.1:7700", bound == ["127.0.0.1:7700"] and code == 0)
