# SPDX-License-Identifier: MIT
#
# rfc.py DUOSOCK - the services of RFC 862 to 868 beside those of inetd: what
# one says the other says, too. inetd has them on their own ports, so both run
# in a network of their own, as its root.

import os
import re
import socket
import struct
import subprocess
import sys
import tempfile
import time

import guests
from programs import (PATIENCE, Process, Server, Skip, need, need_offer,
                      read_all, until)

COMMAND = sys.argv[1:]
IN_NETWORK = "DUOSOCK_TEST_NETWORK"
PORTS = {"echo": 7, "discard": 9, "daytime": 13, "chargen": 19, "time": 37}
CONFIG = "".join("127.0.0.1:%s stream tcp nowait root internal\n" % name
                 for name in PORTS)
EPOCH = 2208988800  # 1970, in the seconds of RFC 868


def enter_network():
    """Starts this script again in a network of its own; returns why not."""
    try:
        need("unshare", "ip", "inetutils-inetd")
    except Skip as why:
        return str(why)
    if subprocess.run(["unshare", "-rn", "true"],
                      capture_output=True).returncode != 0:
        return "no right to a network namespace"
    os.environ[IN_NETWORK] = "1"
    os.execvp("unshare", ["unshare", "-rn", sys.executable, "-B"] + sys.argv)


def run_tests():
    """With one inetd for all: what serves a client holds its listeners."""
    with tempfile.NamedTemporaryFile("w") as config:
        config.write(CONFIG)
        config.flush()
        inetd = subprocess.Popen([need("inetutils-inetd"), "-d", config.name],
                                 stdout=subprocess.DEVNULL,
                                 stderr=subprocess.DEVNULL)
        try:
            guests.main(globals())
        finally:
            inetd.kill()
            inetd.wait()


def connect(port):
    return socket.create_connection(("127.0.0.1", port), PATIENCE)


def is_there(port):
    try:
        connect(port).close()
        return True
    except ConnectionRefusedError:
        return False


class Pair:
    """The same service of both."""

    def __init__(self, name):
        if no_network:
            raise Skip(no_network)
        found = re.search(r"--mode (\S+\|\S+)", helped())
        if name not in found.group(1).split("|"):
            raise Skip("duosock serve has no --mode %s here" % name)
        until(lambda: is_there(PORTS[name]), "inetd listens")
        self.server = Server(COMMAND, "-q", "--mode", name)
        self.ports = PORTS[name], self.server.port

    def ask(self, text=b""):
        """What each says to the text and its end."""
        answers = []
        for port in self.ports:
            with connect(port) as peer:
                peer.sendall(text)
                peer.shutdown(socket.SHUT_WR)
                answers.append(read_all(peer))
        return answers


def helped():
    return subprocess.run([*COMMAND, "serve", "--help"], capture_output=True,
                          text=True).stdout


def test_echo_says_what_inetd_says():
    pair = Pair("echo")
    theirs, ours = pair.ask(guests.TEXT)
    guests.equal(theirs, guests.TEXT, "inetd")
    guests.equal(ours, theirs, "duosock")
    pair.server.stop()


def test_discard_says_what_inetd_says():
    pair = Pair("discard")
    assert pair.ask(guests.TEXT) == [b"", b""]
    pair.server.stop()


def lines_of(port, count):
    with connect(port) as peer, peer.makefile("rb") as stream:
        return [stream.readline() for _ in range(count)]


def test_chargen_says_what_inetd_says():
    """The same lines in the same order, from wherever one begins."""
    pair = Pair("chargen")
    theirs, ours = (lines_of(port, 2000) for port in pair.ports)
    begin = theirs.index(ours[0])
    length = len(theirs) - begin
    assert begin < 95 and ours[:length] == theirs[begin:], ours[:3]
    assert all(len(line) == 74 and line.endswith(b"\r\n") for line in ours)
    pair.server.stop()


def test_daytime_says_a_line_as_inetd_does():
    """The RFC leaves the form open; what must be there is one line."""
    pair = Pair("daytime")
    theirs, ours = pair.ask()
    for line in theirs, ours:
        assert re.fullmatch(rb"[ -~]+\r\n", line), line
    year = time.strftime("%Y", time.gmtime()).encode()
    assert year in theirs and year in ours, (theirs, ours)
    pair.server.stop()


def test_time_says_what_inetd_says():
    """Four bytes. Of 64 bits, inetutils' inetd sends four more, a mistake."""
    pair = Pair("time")
    answers = pair.ask()
    assert len(answers[1]) == 4 and len(answers[0]) in (4, 8), answers
    theirs, ours = (struct.unpack("!I", answer[:4])[0] for answer in answers)
    now = int(time.time()) + EPOCH
    assert abs(theirs - ours) <= 2 and abs(ours - now) <= 5, (theirs, ours)
    pair.server.stop()


no_network = None
if IN_NETWORK not in os.environ:
    no_network = enter_network()
elif subprocess.run([need("ip"), "link", "set", "lo", "up"]).returncode != 0:
    no_network = "no right to set up a network"
if no_network:
    guests.main(globals())
else:
    run_tests()
