# SPDX-License-Identifier: MIT
#
# between.py COMMAND... - duosock serve, which is run by COMMAND (an emulator
# may stand before it), between foreign programs: iperf3 and git through its
# relay, haproxy that tells it who its clients are.

import hashlib
import json
import os
import re
import socket
import subprocess
import sys

import guests
from programs import (PATIENCE, Process, Server, native, need, need_offer,
                      outcome, read_all, until)

COMMAND = sys.argv[1:]
BYTES = 64 << 20


def relay_to(port):
    return Server(COMMAND, "-q", "--mode", "relay=127.0.0.1:%d" % port)


def listens(port):
    try:
        socket.create_connection(("127.0.0.1", port), PATIENCE).close()
    except ConnectionRefusedError:
        return False
    return True


def test_iperf3_through_the_relay():
    """Both ways. It ends by what the sender has handed over and does not
    count what is still on its way, so it says how fast, not that all came;
    git and P2 say that."""
    iperf = need("iperf3")
    need_offer(COMMAND, "relay")
    port = guests.free_port()
    server = Process([iperf, "-s", "-B", "127.0.0.1", "-p", str(port),
                      "--forceflush"], stdout=subprocess.PIPE,
                     env=native(COMMAND))
    relay = relay_to(port)
    for turn, direction in enumerate(([], ["-R"]), 1):
        # It says so each time; before that it would be busy.
        server.await_text(rb"(?s)(Server listening.*){%d}" % turn)
        code, out, err = outcome(
            [iperf, "-c", "127.0.0.1", "-p", str(relay.port), "-n",
             str(BYTES), "-J", *direction], env=native(COMMAND))
        assert code == 0, (code, out[-500:], err)
        end = json.loads(out)["end"]
        sent, received = (end[name]["bytes"]
                          for name in ("sum_sent", "sum_received"))
        assert sent >= BYTES and BYTES // 2 < received <= sent, (sent,
                                                                 received)
        print("%.0f MiB/s %s" % (end["sum_received"]["bits_per_second"] /
                                 (8 << 20), " ".join(direction)))
    relay.stop()


def git(*args, **options):
    code, out, err = outcome(
        [need("git"), "-c", "user.name=a", "-c", "user.email=a@b", *args],
        **options)
    assert code == 0, (args, err)
    return out.strip()


def test_git_clones_through_the_relay():
    """A history with files of all sizes arrives whole."""
    need_offer(COMMAND, "relay")
    git("init", "-q", "origin")
    for i in range(40):
        with open("origin/file%d" % i, "wb") as file:
            file.write(hashlib.sha256(b"%d" % i).digest() * (i * i * 20))
            file.write(os.urandom(i * 5000))
        git("-C", "origin", "add", ".")
        git("-C", "origin", "commit", "-qm", "file %d" % i)
    port = guests.free_port()
    Process([need("git"), "daemon", "--export-all", "--reuseaddr",
             "--listen=127.0.0.1", "--port=%d" % port,
             "--base-path=" + os.getcwd()], env=native(COMMAND))
    until(lambda: listens(port), "git daemon listens")
    relay = relay_to(port)
    git("clone", "-q", "git://127.0.0.1:%d/origin" % relay.port, "copy")
    assert git("-C", "copy", "rev-parse", "HEAD") == \
        git("-C", "origin", "rev-parse", "HEAD")
    git("-C", "copy", "fsck", "--full", "--strict")
    relay.stop()


# ---- PROXY protocol -----------------------------------------------------

HAPROXY = """
defaults
    mode tcp
    timeout connect 10s
    timeout client 30s
    timeout server 30s
listen front
    bind fd@{listener}
    server back 127.0.0.1:{port} {sends}
"""


def behind_haproxy(sends, *trusted):
    """A client of haproxy, in front of duosock that trusts some: the
    client's address, its answer, and the server."""
    haproxy = need("haproxy")
    need_offer(COMMAND, "--proxy-protocol")
    server = Server(COMMAND, *trusted)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        with open("haproxy.cfg", "w") as file:
            file.write(HAPROXY.format(listener=listener.fileno(),
                                      port=server.port, sends=sends))
        Process([haproxy, "-db", "-f", "haproxy.cfg"],
                pass_fds=[listener.fileno()], env=native(COMMAND))
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as peer:
            mine = "127.0.0.1:%d -> 127.0.0.1:%d" % (peer.getsockname()[1],
                                                     port)
            try:
                peer.sendall(b"through haproxy")
                peer.shutdown(socket.SHUT_WR)
                answer = read_all(peer)
            except OSError:  # reset: shutdown calls it "not connected"
                answer = b""
    return server, mine, answer


def origins(sends):
    server, mine, answer = behind_haproxy(sends, "--proxy-protocol",
                                          "127.0.0.0/8")
    assert answer == b"through haproxy", answer
    server.await_text(b"open " + re.escape(mine.encode()))
    server.stop()


def test_haproxy_tells_origins_in_version_1():
    origins("send-proxy")


def test_haproxy_tells_origins_in_version_2():
    origins("send-proxy-v2")


def test_haproxy_that_is_not_trusted_is_not_believed():
    server, mine, answer = behind_haproxy("send-proxy", "--proxy-protocol",
                                          "192.0.2.0/24")
    assert b"open " + mine.encode() not in server.text, server.text
    assert answer != b"through haproxy", "its header was taken for one"
    server.stop()


guests.main(globals())
