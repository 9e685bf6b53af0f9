# SPDX-License-Identifier: MIT
#
# handover.py COMMAND... - what a service manager does to duosock serve: it
# hands over sockets that are open already (LISTEN_FDS), waits to be told
# (NOTIFY_SOCKET), and starts it anew while clients come.

import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading

import cases

COMMAND = sys.argv[1:]
PATIENCE = 30
WINDOWS = COMMAND[-1].endswith(".exe")
# Becomes the program: descriptors are put from 3 on, the variables tell of
# them. "-" is none, so that its number stays closed.
BECOME = """
import fcntl, os, sys
fds, pid, command = sys.argv[1].split(","), sys.argv[2], sys.argv[3:]
high = [None if fd in ("", "-") else fcntl.fcntl(int(fd), fcntl.F_DUPFD, 100)
        for fd in fds]
os.closerange(3, 100)
for at, fd in enumerate(high):
    if fd is not None:
        os.dup2(fd, 3 + at)
        os.close(fd)
if pid:
    os.environ["LISTEN_PID"] = str(os.getpid()) if pid == "own" else pid
os.execvp(command[0], command)
"""
started = []


def start(*args, sockets=(), pid="own", fds=None, names=None, notify=None):
    variables = dict(os.environ)
    for name in "LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "NOTIFY_SOCKET":
        variables.pop(name, None)
    if sockets or fds is not None:
        variables["LISTEN_FDS"] = fds if fds is not None else str(len(sockets))
    if names is not None:
        variables["LISTEN_FDNAMES"] = names
    if notify is not None:
        variables["NOTIFY_SOCKET"] = notify
    numbers = ["-" if s is None else str(s.fileno()) for s in sockets]
    process = subprocess.Popen(
        [sys.executable, "-c", BECOME, ",".join(numbers), pid, *COMMAND,
         "serve", "-v", *args],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, env=variables,
        pass_fds=[s.fileno() for s in sockets if s is not None])
    process.seen = b""
    started.append(process)
    return process


def read_until(process, pattern):
    while True:
        match = re.search(pattern, process.seen)
        if match:
            return match
        ready, _, _ = select.select([process.stderr], [], [], PATIENCE)
        more = os.read(process.stderr.fileno(), 65536) if ready else b""
        if not more:
            sys.exit("never saw %r in %r" % (pattern, process.seen[-2000:]))
        process.seen += more


def end(process):
    """What it says until its end, and its exit code."""
    _, rest = process.communicate(timeout=PATIENCE)
    process.seen += rest
    return process.returncode


def stop(process):
    process.terminate()
    code = end(process)
    if code != 0:
        sys.exit("exit code %d: %r" % (code, process.seen[-2000:]))


def expect(process, code, *texts):
    got = end(process)
    for text in texts:
        if text not in process.seen:
            sys.exit("never said %r: %r" % (text, process.seen))
    if got != code:
        sys.exit("exit code %d, wanted %d: %r" % (got, code, process.seen))


def listener():
    return socket.create_server(("127.0.0.1", 0), backlog=1024)


def port_of(s):
    return s.getsockname()[1]


def talk(peer, text=b"hello", said=False):
    with peer:
        peer.settimeout(PATIENCE)
        if not said:
            peer.sendall(text)
            peer.shutdown(socket.SHUT_WR)
        answer = b""
        while True:
            more = peer.recv(4096)
            if not more:
                break
            answer += more
    if answer != text:
        sys.exit("echo of %r is %r" % (text, answer))


def echo(port, text=b"hello"):
    talk(socket.create_connection(("127.0.0.1", port), PATIENCE), text)


def say_listening(s):
    return rb"listening on 127\.0\.0\.1:%d " % port_of(s)


# ---- sockets that are open already --------------------------------------


def test_UX5_inherited_listener_is_served_instead_of_the_default():
    with listener() as s:
        server = start(sockets=[s])
        read_until(server, say_listening(s))
        echo(port_of(s))
        stop(server)
        if b":7700" in server.seen:
            sys.exit("it listened on its default as well")
        # It lives on here: nobody is refused, and the next one answers.
        with socket.create_connection(("127.0.0.1", port_of(s))) as late:
            server = start(sockets=[s])
            talk(late)
            stop(server)


def test_UX5_inherited_listeners_have_names_and_stand_beside_an_address():
    with listener() as one, listener() as two:
        server = start("127.0.0.1:0", sockets=[one, two], names="web:a\x1bb")
        for s in one, two:
            read_until(server, say_listening(s))
            echo(port_of(s))
        third = read_until(server, rb"(?s)(?:listening on \S+:(\d+) .*?){3}\n")
        echo(int(third.group(1)))
        read_until(server, rb"inherited socket: web\n")
        read_until(server, rb"inherited socket: a\\x1Bb\n")
        stop(server)


def test_UX5_inherited_unix_listener_keeps_its_file():
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "s")
    try:
        with socket.socket(socket.AF_UNIX) as s:
            s.bind(path)
            s.listen(16)
            for _ in range(2):
                server = start(sockets=[s])
                read_until(server, rb"listening on unix:\S+ \(unix")
                peer = socket.socket(socket.AF_UNIX)
                peer.connect(path)
                talk(peer)
                stop(server)
                if not os.path.exists(path):
                    sys.exit("the file of the socket has gone")
    finally:
        shutil.rmtree(folder)


def test_UX5_variables_for_another_process_are_left_alone():
    with listener() as s:
        for pid, fds in ("1", "1"), ("", "1"), ("own", "0"):
            server = start("127.0.0.1:0", sockets=[s], pid=pid, fds=fds)
            port = int(read_until(server, rb"listening on \S+:(\d+) ").group(1))
            if port == port_of(s):
                sys.exit("took a socket that was another's")
            echo(port)
            stop(server)


def test_UX5_variables_that_are_wrong_are_errors():
    said = b"take inherited sockets (LISTEN_FDS): "
    with listener() as s, socket.socket() as idle, \
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams, \
            open(os.devnull) as file:
        datagrams.bind(("127.0.0.1", 0))
        expect(start(sockets=[s], fds="x"), 4, said)
        expect(start(sockets=[s], fds="-1"), 4, said)
        expect(start(sockets=[s], fds=""), 4, said)
        expect(start(sockets=[s], fds="65"), 4, said)
        expect(start(sockets=[s], fds="999"), 4, said)
        expect(start(sockets=[s], pid="12x"), 4, said)
        expect(start(sockets=[s], names="one:two"), 4, said)
        expect(start(sockets=[s], names="a" * 300), 4, said)
        expect(start(sockets=[s, None]), 4, said, b"EBADF")
        expect(start(sockets=[s, file]), 4, said, b"ENOTSOCK")
        expect(start(sockets=[s, idle]), 4, said)
        expect(start(sockets=[s, datagrams]), 4,
               b"listen on an inherited socket: ")


# ---- being told ---------------------------------------------------------


class Manager:
    """Waits for datagrams, at a path or an abstract name."""

    def __init__(self, name):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind("\0" + name[1:] if name[0] == "@" else name)
        self.socket.settimeout(PATIENCE)

    def hear(self, wanted):
        got = self.socket.recv(4096)
        if got != wanted:
            sys.exit("was told %r, wanted %r" % (got, wanted))


def notify_once(name):
    manager = Manager(name)
    with listener() as s, manager.socket:
        server = start(sockets=[s], notify=name)
        manager.hear(b"READY=1")
        echo(port_of(s))
        with socket.create_connection(("127.0.0.1", port_of(s))) as peer:
            peer.sendall(b"x")
            peer.recv(1)
            stop(server)
        manager.hear(b"STOPPING=1")


def test_manager_is_told_at_a_path():
    folder = tempfile.mkdtemp()
    try:
        notify_once(os.path.join(folder, "notify"))
    finally:
        shutil.rmtree(folder)


def test_manager_is_told_at_an_abstract_name():
    if not sys.platform.startswith("linux"):
        return "no abstract names on this system"
    notify_once("@duosock-test-%d" % os.getpid())


def test_manager_that_cannot_be_told_is_an_error():
    with listener() as s:
        for name in "", "vsock:2:1", "relative", "/" + "x" * 200:
            expect(start(sockets=[s], notify=name), 2, b"read NOTIFY_SOCKET: ",
                   b"hint: ")
        expect(start(sockets=[s], notify="/nonexistent/notify"), 1,
               b"tell NOTIFY_SOCKET: ")


# ---- starting anew ------------------------------------------------------


class Load(threading.Thread):
    """Clients one after the other, each of which must be answered."""

    def __init__(self, port):
        super().__init__(daemon=True)
        self.port, self.served, self.failed = port, 0, []
        self.over = threading.Event()

    def run(self):
        while not self.over.is_set():
            try:
                with socket.create_connection(("127.0.0.1", self.port),
                                              PATIENCE) as peer:
                    peer.shutdown(socket.SHUT_WR)
                    while peer.recv(64):
                        pass
                self.served += 1
            except OSError as error:
                self.failed.append(error)


def restart(*args):
    with listener() as s:
        loads = [Load(port_of(s)) for _ in range(4)]
        server = start(*args, sockets=[s])
        read_until(server, say_listening(s))
        for load in loads:
            load.start()
        for _ in range(5):
            before = sum(load.served for load in loads)
            while sum(load.served for load in loads) < before + 50:
                read_until(server, rb"\n")
                server.seen = b""
            stop(server)
            server = start(*args, sockets=[s])
            read_until(server, say_listening(s))
        for load in loads:
            load.over.set()
        for load in loads:
            load.join(PATIENCE)
        failed = [error for load in loads for error in load.failed]
        print("%d clients, %d failed" %
              (sum(load.served for load in loads), len(failed)))
        if failed or any(load.is_alive() for load in loads):
            sys.exit("failed: %r" % failed[:5])
        stop(server)


def test_P9_five_restarts_under_load_lose_no_connect():
    restart()


def test_P9_five_restarts_of_workers_lose_no_connect():
    restart("--workers", "2")


def test_P8_backlog_is_answered_when_told_to_stop():
    """300 clients wait in the backlog, and have said all, when it comes."""
    for workers in "1", "3":
        with listener() as s:
            server = start("--workers", workers, sockets=[s])
            read_until(server, say_listening(s))
            server.send_signal(signal.SIGSTOP)
            peers = []
            for number in range(300):
                peer = socket.create_connection(("127.0.0.1", port_of(s)))
                peer.sendall(b"%d" % number)
                peers.append(peer)
            server.terminate()
            server.send_signal(signal.SIGCONT)
            for number, peer in enumerate(peers):
                talk(peer, b"%d" % number, said=True)
            expect(server, 0, b"stats: 0 clients, ")


def test_socket_activate_hands_over():
    """The real thing, where it is there."""
    tool = shutil.which("systemd-socket-activate")
    if tool is None:
        return "no systemd-socket-activate"
    with listener() as s:  # a port that is free
        port = port_of(s)
    server = subprocess.Popen(
        [tool, "-l", "127.0.0.1:%d" % port, *COMMAND, "serve"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE)
    server.seen = b""
    started.append(server)
    read_until(server, rb"Listening on ")
    echo(port)
    read_until(server, rb"listening on 127\.0\.0\.1:%d \(tcp" % port)
    stop(server)


signal.alarm(150)  # whatever else goes wrong
try:
    cases.run(globals())
finally:
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()
