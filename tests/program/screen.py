# SPDX-License-Identifier: MIT
#
# screen.py COMMAND... - what the program COMMAND (an emulator may stand before
# it) shows at a terminal: progress, colors, what it does when that is resized,
# when a line comes while another one is typed, and when it goes away.

import os
import re
import signal
import socket
import subprocess
import sys
import time

import cases
from terminals import (COMMAND, CTRL_C, END, ENTER, PATIENCE, WINDOWS, Terminal,
                       serve)


def free_port():
    """One where nobody listens, as long as the socket is bound."""
    bound = socket.socket()
    bound.bind(("127.0.0.1", 0))
    return bound, "127.0.0.1:%d" % bound.getsockname()[1]


def accept(*args, **kept):
    """A client at a terminal, and its peer."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = "127.0.0.1:%d" % listener.getsockname()[1]
        client = Terminal(*[address if word == "HERE" else word
                            for word in args], **kept)
        listener.settimeout(PATIENCE)
        peer, _ = listener.accept()
        peer.settimeout(PATIENCE)
        return client, peer


def hear(peer, wanted):
    heard = peer.recv(len(wanted), socket.MSG_WAITALL)
    if heard != wanted:
        sys.exit("heard %r, wanted %r" % (heard, wanted))


# ---- while somebody types ---------------------------------------------------

def test_connect_prints_a_line_that_comes_while_one_is_typed():
    client, peer = accept("connect", "HERE", "-v")
    client.expect(rb"open ")
    client.await_console()
    client.type(b"ha")
    peer.sendall(b"meanwhile\n")
    client.expect(rb"meanwhile")
    client.type(b"lf" + ENTER)
    hear(peer, b"half\n")
    client.type(END)
    if peer.recv(1) != b"":
        sys.exit("no end of input")
    peer.close()
    client.expect_exit(0)


def test_resize_disturbs_neither_connect_nor_serve():
    server, port = serve()
    client = Terminal("connect", "127.0.0.1:%d" % port, "-v")
    client.expect(rb"open ")
    client.await_console()
    client.type(b"ha")
    for columns in range(100, 20, -10):
        client.resize(24, columns)
        server.resize(24, columns)
    client.type(b"lf" + ENTER)
    client.expect(rb"(?s)lf\r+\n.*half")  # what was typed, then what came
    client.resize(24, 80)
    client.type(CTRL_C)
    client.expect_exit(0)
    server.expect(rb"#1 close 5 B in, 5 B out")
    server.type(CTRL_C)
    server.expect_exit(0)


# ---- progress ---------------------------------------------------------------

def test_progress_fits_a_terminal_that_becomes_narrow():
    if WINDOWS:
        return "Wine's console draws its screen anew in its own way"
    with open("screen.file", "wb") as file:
        file.truncate(64 << 20)
    sender, peer = accept("send", "screen.file", "HERE")
    sender.expect(rb"\d % \[#*-*\] .* of 64\.0 MiB, ")
    sender.resize(24, 30)
    sender.seen = b""
    sender.expect(rb"\r[^\r]*\r[^\r]*\r[^\r]*\r")
    for line in sender.seen.split(b"\r")[2:-1]:
        if len(line) != 29:
            sys.exit("%d columns: %r" % (len(line), line))
    sender.type(CTRL_C)
    sender.expect(rb"\n.*stopped; the file was not sent as a whole")
    sender.expect_exit(1)
    peer.close()
    os.remove("screen.file")


def test_SG1_bench_shows_progress_and_ctrl_c_prints_the_table():
    server, port = serve("-q")
    bench = Terminal("bench", "127.0.0.1:%d" % port, "--duration", "1h",
                     "--clients", "2")
    bench.expect(rb"  0 % \[-+\] \d\.\d s, \d+ messages, \d+ messages/s")
    bench.type(CTRL_C)
    bench.expect(rb"throughput +[1-9]\d* messages/s")
    bench.expect(rb"latency +p50 ")
    bench.expect_exit(0)
    server.type(CTRL_C)
    server.expect_exit(0)


def test_progress_is_not_shown_with_quiet_json_or_trace():
    server, port = serve("-q")
    for option in "-q", "--json", "--trace":
        bench = Terminal("bench", "127.0.0.1:%d" % port, "--duration", "500ms",
                         "--clients", "1", option)
        bench.expect_exit(0)
        if re.search(rb"\d messages, \d+ messages/s", bench.seen):
            sys.exit("%s: %r" % (option, bench.seen[-500:]))
    server.type(CTRL_C)
    server.expect_exit(0)


# ---- colors -----------------------------------------------------------------

def test_colors_are_for_terminals_that_want_them():
    bound, address = free_port()
    cases_of_color = (
        (True, [], {"TERM": "xterm", "NO_COLOR": ""}),
        (False, [], {"TERM": "xterm", "NO_COLOR": "1"}),
        (False, [], {"TERM": "dumb", "NO_COLOR": ""}),
        (True, ["--color=always"], {"TERM": "dumb", "NO_COLOR": "1"}),
        (False, ["--color=never"], {"TERM": "xterm", "NO_COLOR": ""}))
    for colored, options, variables in cases_of_color:
        client = Terminal("connect", address, *options, **variables)
        client.expect_exit(3)
        # Wine's console hides its cursor while it writes, and says so.
        seen = re.sub(rb"\x1b\[\?25[lh]", b"", client.seen)
        wanted = (rb"\x1b\[31mconnect .*ECONNREFUSED \d+\)\x1b\[m\r+\n"
                  rb"\x1b\[33mhint: .*\x1b\[m\r+\n")
        if bool(re.search(wanted, seen)) != colored or (
                not colored and b"\x1b" in seen):
            sys.exit("%r %r: %r" % (options, variables, client.seen))
    for options, colored in ([], False), (["--color", "always"], True):
        said = subprocess.run(COMMAND + ["connect", address] + options,
                              stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=PATIENCE).stderr
        if (b"\x1b[31m" in said) != colored:
            sys.exit("through a pipe, %r: %r" % (options, said))
    bound.close()


# ---- a terminal that goes away ----------------------------------------------

def ignore_hangup():
    """As nohup does, with a log of what is said of it."""
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    log = os.open("screen.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(log, 2)


def test_SG2_terminal_that_goes_away_ends_each_command():
    if WINDOWS:
        return "no terminal that hangs up on this system"
    with open("screen.file", "wb") as file:
        file.truncate(64 << 20)
    for args in (["connect", "HERE"], ["chat", "HERE", "--nick", "me"],
                 ["send", "screen.file", "HERE"],
                 ["bench", "HERE", "--clients", "1", "--duration", "1h"]):
        client, peer = accept(*args)
        client.expect_exit(-signal.SIGHUP, hang_up=True)
        peer.close()
    server, _ = serve()
    server.expect_exit(-signal.SIGHUP, hang_up=True)
    os.remove("screen.file")


def test_SG2_terminal_that_goes_away_leaves_no_part_of_a_file():
    if WINDOWS:
        return "no terminal that hangs up on this system"
    for name in os.listdir("."):
        if name.startswith("screen.got"):  # of a run that was killed
            os.remove(name)
    receiver = Terminal("recv", "-o", "screen.got", "127.0.0.1:0")
    port = int(receiver.expect(rb"listening on 127\.0\.0\.1:(\d+)\D").group(1))
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as peer:
        peer.sendall(bytes(3 << 20))
        receiver.expect(rb"3\.0 MiB, .*iB/s")
        if not [name for name in os.listdir(".")
                if name.startswith("screen.got.")]:
            sys.exit("nothing is written aside")
        receiver.expect_exit(-signal.SIGHUP, hang_up=True)
    left = [name for name in os.listdir(".") if name.startswith("screen.got")]
    if left:
        sys.exit("left behind: %r" % left)


def test_SG2_bench_whose_terminal_has_gone_ends_quietly():
    """It survives SIGHUP, but nobody sees the table."""
    if WINDOWS:
        return "no terminal that hangs up on this system"
    server, port = serve()
    bench = Terminal("bench", "127.0.0.1:%d" % port, "--clients", "1",
                     "--duration", "1s", prepare=ignore_hangup)
    server.expect(rb"#1 open")
    bench.expect_exit(1, hang_up=True)
    with open("screen.log", "rb") as log:
        said = log.read()
    if said:
        sys.exit("it was not quiet: %r" % said)
    server.type(CTRL_C)
    server.expect_exit(0)


def test_SG2_reader_that_has_gone_ends_each_printer_quietly():
    """As with | true."""
    for args in ["--help"], ["serve", "--help"], ["--version"], ["probe"], \
            ["probe", "--json"], ["selftest"]:
        read_end, write_end = os.pipe()
        os.close(read_end)
        process = subprocess.Popen(COMMAND + args, stdin=subprocess.DEVNULL,
                                   stdout=write_end, stderr=subprocess.PIPE)
        os.close(write_end)
        _, said = process.communicate(timeout=PATIENCE)
        if process.returncode != 1 or said:
            sys.exit("%r: exit code %d, and it said %r" %
                     (args, process.returncode, said))


signal.alarm(100)  # whatever else goes wrong
cases.run(globals())
