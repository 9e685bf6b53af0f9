# SPDX-License-Identifier: MIT
#
# servers.py COMMAND... - duosock connect, which is run by COMMAND (an
# emulator may stand before it), at foreign servers: what either says arrives,
# and both end well.

import os
import re
import subprocess
import sys

import guests
from guests import TEXT
from programs import PATIENCE, Process, need, native, outcome

COMMAND = sys.argv[1:]

# It fits into a pipe.
ANSWER = b"".join(b"answer %d\n" % i for i in range(4000))


def exchange(who, listener, says):
    """listener: its command, whose stdin and stdout are the connection; says:
    the pattern on stderr that holds its port. Its input stays open: connect
    ends when its peer does."""
    with open("got", "wb") as got:
        server = Process(listener, stdin=subprocess.PIPE, stdout=got,
                         env=native(COMMAND))
        server.popen.stdin.write(ANSWER)
        server.popen.stdin.flush()
        port = int(server.await_text(says).group(1))
        code, out, err = outcome([*COMMAND, "connect", "-q",
                                  "127.0.0.1:%d" % port], TEXT)
        server.popen.stdin.close()
        theirs = server.end()
    guests.equal(out, ANSWER, "duosock at " + who)
    with open("got", "rb") as got:
        guests.equal(got.read(), TEXT, who)
    assert (code, theirs) == (0, 0), (code, err, theirs)


def test_connect_to_nc_openbsd():
    exchange("nc", [need("nc.openbsd"), "-l", "-v", "127.0.0.1", "0"],
             rb"Listening on \S+ (\d+)")


def test_connect_to_nc_traditional():
    exchange("nc", [need("nc.traditional"), "-n", "-v", "-l", "-s",
                    "127.0.0.1"],
             rb"listening on \[127.0.0.1\] (\d+)")


def test_connect_to_ncat():
    ncat = need("ncat")
    port = guests.free_port()  # it says that it listens on port 0
    exchange("ncat", [ncat, "-n", "-v", "-l", "127.0.0.1", str(port)],
             rb"Listening on 127.0.0.1:(\d+)")


def test_connect_to_socat():
    exchange("socat", [need("socat"), "-d", "-d",
                       "TCP-LISTEN:0,bind=127.0.0.1", "-"],
             rb"listening on AF=2 127\.0\.0\.1:(\d+)")


def test_connect_to_socat_over_a_unix_socket():
    guests.need_unix_sockets(COMMAND)
    path = os.path.abspath("s")
    server = Process([need("socat"), "-d", "-d", "-t", "30",
                      "UNIX-LISTEN:" + path, "EXEC:cat"])
    server.await_text(rb"listening on")
    code, out, err = outcome([*COMMAND, "connect", "-q", "unix:" + path],
                             TEXT)
    guests.equal(out, TEXT, "socat")
    assert code == 0 and server.end() == 0, (code, err)


def test_connect_to_a_server_that_closes_at_once():
    """What it said before is told, and that is a good end."""
    server = Process([need("socat"), "-d", "-d",
                      "TCP-LISTEN:0,bind=127.0.0.1", "EXEC:echo bye"])
    port = int(server.await_text(rb"127\.0\.0\.1:(\d+)").group(1))
    client = subprocess.Popen([*COMMAND, "connect", "-q",
                               "127.0.0.1:%d" % port],
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    out = client.stdout.read()
    client.stdin.close()
    assert client.wait(PATIENCE) == 0 and re.fullmatch(rb"bye\n", out), out


guests.main(globals())
