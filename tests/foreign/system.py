# SPDX-License-Identifier: MIT
#
# system.py DUOSOCK - a rude client and a supervisor: slowhttptest, and
# systemd-socket-activate that hands its listener over.

import os
import signal
import socket
import subprocess
import sys

import guests
from programs import (PATIENCE, Process, Server, echo, need, need_offer,
                      outcome, unlimited, until)

COMMAND = sys.argv[1:]
SLOW = 300
HANDOVER = "LISTEN_FDS|systemd"


def rude(*how):
    """Slow clients for some seconds; a good one is served all along."""
    slow = need("slowhttptest")
    server = Server(COMMAND, "-q", *unlimited(COMMAND))
    rude_one = Process([slow, *how, "-c", str(SLOW), "-r", str(SLOW), "-l",
                        "1", "-i", "1", "-u",
                        "http://127.0.0.1:%d/" % server.port],
                       stdout=subprocess.PIPE)
    served = 0
    while rude_one.popen.poll() is None:
        echo(server.port)
        served += 1
    code = rude_one.end()
    server.popen.send_signal(signal.SIGUSR1)
    most = int(server.await_text(rb"stats: .* (\d+) at most").group(1))
    echo(server.port)
    server.stop()
    print("%d echoes among up to %d clients" % (served, most))
    assert code == 0 and served > 1 and most > SLOW // 2, (
        code, served, most, rude_one.text[-500:])


def test_ST8_slowhttptest_with_slow_headers_holds_up_nobody():
    rude("-H")


def test_ST8_slowhttptest_with_a_slow_body_holds_up_nobody():
    rude("-B")


def test_ST7_slowhttptest_that_reads_slowly_holds_up_nobody():
    rude("-X", "-w", "1", "-y", "512", "-n", "1", "-z", "32", "-k", "3")


# ---- handover -----------------------------------------------------------


def activated(*options):
    """duosock serve whose listener is a unix socket of systemd-socket-
    activate, which starts it for the first client."""
    activate = need("systemd-socket-activate")
    need_offer(COMMAND, HANDOVER)
    path = os.path.abspath("s")
    parent = Process([activate, "-l", path, *options, *COMMAND, "serve"])
    until(lambda: os.path.exists(path), "it listens")
    return parent, path


def ask(path, text):
    with socket.socket(socket.AF_UNIX) as peer:
        peer.settimeout(PATIENCE)
        peer.connect(path)
        peer.sendall(text)
        peer.shutdown(socket.SHUT_WR)
        answer = b""
        while len(answer) < len(text):
            more = peer.recv(65536)
            assert more, "it ended after %r" % answer
            answer += more
    assert answer == text, answer


def test_UX5_systemd_socket_activate_hands_its_listener_over():
    parent, path = activated()
    for i in range(100):
        ask(path, b"message %d" % i)
    parent.popen.terminate()  # it has become the server by exec
    assert parent.end() == 0, parent.text


def test_UX5_systemd_socket_activate_may_name_its_listener():
    parent, path = activated("--fdname=echo")
    ask(path, b"named")
    parent.popen.terminate()
    assert parent.end() == 0, parent.text


def test_UX5_systemd_socket_activate_with_a_port():
    activate = need("systemd-socket-activate")
    need_offer(COMMAND, HANDOVER)
    port = guests.free_port()
    parent = Process([activate, "-l", "127.0.0.1:%d" % port, *COMMAND,
                      "serve"])
    parent.await_text(rb"Listening on")
    echo(port)
    parent.popen.terminate()
    assert parent.end() == 0, parent.text
    code, out, err = outcome([*COMMAND, "connect", "-q",
                              "127.0.0.1:%d" % port])
    assert code == 3, (code, out, err)


guests.main(globals())
