# SPDX-License-Identifier: MIT
#
# terminal.py COMMAND... - the program COMMAND (an emulator may stand before
# it) at a terminal of its own: what Ctrl-C and the end of input do when
# keys are pressed, not when a test calls kill.

import os
import signal
import socket
import sys

import cases
from terminals import CTRL_C, END, ENTER, PATIENCE, WINDOWS, Terminal, serve


def flood(peer):
    """Sends to one that does not read until nothing more fits."""
    peer.settimeout(1)
    try:
        while True:
            peer.sendall(bytes(65536))
    except TimeoutError:
        pass


def test_SG1_first_ctrl_c_ends_serve_with_0():
    server, _ = serve()
    server.type(CTRL_C)
    server.expect_exit(0)


def test_SG1_second_ctrl_c_ends_serve_with_130():
    server, port = serve("--drain", "1h")
    peer = socket.create_connection(("127.0.0.1", port))
    flood(peer)
    server.type(CTRL_C)
    server.expect(rb"stopping, clients left: 1")
    server.type(CTRL_C)
    server.expect_exit(130)
    peer.close()


def test_SG1_ctrl_c_before_a_connection_stands_ends_connect_with_0():
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        client = Terminal("connect", "127.0.0.1:%d" % bound.getsockname()[1],
                          "--retry", "99")
        client.expect(rb"again in ")
        client.type(CTRL_C)
        client.expect(rb"stopped before it was connected")
        client.expect_exit(0)


def talk():
    """A server and a client that has sent two lines and got them back."""
    server, port = serve()
    client = Terminal("connect", "127.0.0.1:%d" % port, "-v")
    server.expect(rb"#1 open")
    client.expect(rb"open ")
    client.await_console()
    client.type(b"one" + ENTER)
    client.expect(rb"(?s)one.*\n.*one.*\n")
    client.type(b"two" + ENTER)
    client.expect(rb"(?s)two.*\n.*two.*\n")
    return server, client


def test_CL1_CL5_end_of_input_half_closes_and_ends_connect_with_0():
    server, client = talk()
    client.type(END)
    client.expect_exit(0)
    server.expect(rb"#1 close 8 B in, 8 B out")
    server.type(CTRL_C)
    server.expect_exit(0)


def test_ctrl_c_ends_connect_with_0_amid_a_line():
    server, client = talk()
    client.type(b"not sent")
    client.type(CTRL_C)
    client.expect_exit(0)
    server.expect(rb"#1 close 8 B in, 8 B out")
    server.type(CTRL_C)
    server.expect_exit(0)


def test_two_requests_end_connect_that_is_stuck_in_a_write():
    """Nobody reads the terminal, so its loop does not turn any more."""
    if WINDOWS:
        return "Wine turns the signals of POSIX into nothing"
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = Terminal("connect", "127.0.0.1:%d" %
                          listener.getsockname()[1])
        peer, _ = listener.accept()
        flood(peer)
        os.kill(client.pid, signal.SIGTERM)
        os.kill(client.pid, signal.SIGINT)
        _, status = os.waitpid(client.pid, 0)
        os.close(client.fd)
        peer.close()
        code = os.waitstatus_to_exitcode(status)
        if code not in (130, 143):
            sys.exit("exit code %d" % code)


def receive(name):
    """A file that has begun to come, and whoever sends it."""
    for other in os.listdir("."):
        if other.startswith(name):  # of a run that was killed
            os.remove(other)
    with open(name, "wb") as file:
        file.write(b"as it was")
    receiver = Terminal("recv", "-o", name, "127.0.0.1:0", "-v")
    port = int(receiver.expect(rb"listening on 127\.0\.0\.1:(\d+)\D").group(1))
    peer = socket.create_connection(("127.0.0.1", port), PATIENCE)
    peer.sendall(bytes(3 << 20))
    receiver.expect(rb"3\.0 MiB, .*iB/s")
    receiver.type(CTRL_C)
    # On a line of its own; Wine's console hides its cursor meanwhile.
    receiver.expect(rb"\n(\x1b\[\?25[lh])*stopping once the file is there")
    return receiver, peer


def check_file(name, wanted):
    with open(name, "rb") as file:
        content = file.read()
    if content != wanted:
        sys.exit("%d other bytes" % len(content))
    beside = [other for other in os.listdir(".")
              if other.startswith(name) and other != name]
    if beside:
        sys.exit("left behind: %r" % beside)
    os.remove(name)


def test_SG1_recv_shows_progress_and_first_ctrl_c_lets_the_file_come_in():
    receiver, peer = receive("terminal.got")
    peer.sendall(b"end")
    peer.close()
    receiver.expect(rb"received 3145731 B, .* sha256 [0-9a-f]{20}")
    receiver.expect_exit(0)
    check_file("terminal.got", bytes(3 << 20) + b"end")


def test_SG1_second_ctrl_c_ends_recv_with_130_and_leaves_nothing():
    receiver, peer = receive("terminal.got")
    receiver.type(CTRL_C)
    receiver.expect_exit(130)
    check_file("terminal.got", b"as it was")
    peer.close()


def test_SG1_ctrl_c_ends_send_with_1_and_a_reset():
    with open("terminal.file", "wb") as file:
        file.truncate(64 << 20)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        sender = Terminal("send", "terminal.file", "127.0.0.1:%d" %
                          listener.getsockname()[1])
        peer, _ = listener.accept()
        sender.expect(rb"\d % \[#*-*\] .* of 64\.0 MiB, ")
        sender.type(CTRL_C)
        sender.expect(rb"stopped; the file was not sent as a whole")
        sender.expect_exit(1)
        peer.settimeout(PATIENCE)
        try:
            while peer.recv(1 << 20):
                pass
        except ConnectionResetError:
            pass
        else:
            if not WINDOWS:  # Wine's resets are ends of the stream
                sys.exit("the end looked complete")
        peer.close()
    os.remove("terminal.file")


def chat(*args):
    """A room with a peer of ours and a client at a terminal in it."""
    server = Terminal("serve", "127.0.0.1:0", "--mode", "chat")
    port = int(server.expect(rb"listening on 127\.0\.0\.1:(\d+)").group(1))
    peer = socket.create_connection(("127.0.0.1", port), PATIENCE)
    peer.sendall(b"peer\n")
    hear(peer, b"* welcome peer\n")
    client = Terminal("chat", "127.0.0.1:%d" % port, "--nick", "me", *args)
    hear(peer, b"* me joined\n")
    client.expect(rb"\* welcome me")
    client.await_console()
    return server, peer, client


def hear(peer, wanted):
    heard = b""
    while len(heard) < len(wanted):
        more = peer.recv(len(wanted) - len(heard))
        if not more:
            break
        heard += more
    if heard != wanted:
        sys.exit("heard %r, wanted %r" % (heard, wanted))


def end_chat(server, peer):
    hear(peer, b"* me left\n")
    server.type(CTRL_C)
    hear(peer, b"* the server is closing\n")
    server.expect_exit(0)
    peer.close()


def test_chat_hears_while_a_line_is_typed():
    server, peer, client = chat()
    client.type(b"ha")
    peer.sendall(b"meanwhile\n")
    client.expect(rb"peer: meanwhile")
    client.type(b"lf" + ENTER)
    hear(peer, b"me: half\n")
    client.type(CTRL_C)
    client.expect_exit(0)
    end_chat(server, peer)


def test_CL5_end_of_input_ends_chat_with_0():
    server, peer, client = chat()
    client.type(b"one" + ENTER)
    hear(peer, b"me: one\n")
    client.type(END)
    client.expect(rb"\* goodbye")
    client.expect_exit(0)
    end_chat(server, peer)


def test_chat_shows_letters_of_the_world():
    """Also those whose bytes come one at a time."""
    server, peer, client = chat()
    word = "\u00e9\u5b57\u043b".encode()
    for i in range(len(word)):
        peer.sendall(word[i:i + 1])
    peer.sendall(b"\n")
    client.expect(b"peer: " + word)
    client.type(CTRL_C)
    client.expect_exit(0)
    end_chat(server, peer)


def test_CL3_chat_shows_escape_sequences_escaped():
    """Those of a peer, and those of a server that lets them through."""
    server, peer, client = chat()
    peer.sendall(b"\x1b]0;peer\x07\n")
    client.expect(rb"peer: \\x1B\]0;peer\\x07")
    client.type(CTRL_C)
    client.expect_exit(0)
    end_chat(server, peer)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = Terminal("chat", "127.0.0.1:%d" % listener.getsockname()[1],
                          "--nick", "me")
        evil, _ = listener.accept()
        hear(evil, b"me\n")
        evil.sendall(b"* welcome me\n\x1b]0;evil\x07\n")
        evil.close()
        client.expect(rb"\\x1B\]0;evil\\x07")
        client.expect_exit(0)
        if b"\x1b]0;evil" in client.seen:
            sys.exit("the terminal got %r" % client.seen)


signal.alarm(100)  # whatever else goes wrong
cases.run(globals())
