# SPDX-License-Identifier: MIT
#
# programs.py - what scripts need that start duosock and play its peers: a
# server whose words are collected, a program run to its end, an echo. Every
# wait has a deadline; nothing that was started is left behind.

import atexit
import os
import re
import shutil
import socket
import subprocess
import threading
import time

PATIENCE = 30
started = []


class Skip(Exception):
    """Why something cannot be shown here."""


def need(*names):
    """Paths of programs; /usr/sbin counts."""
    path = os.environ["PATH"] + ":/usr/sbin:/sbin"
    paths = [shutil.which(name, path=path) for name in names]
    for name, found in zip(names, paths):
        if not found:
            raise Skip("%s is not here" % name)
    return paths[0] if len(paths) == 1 else paths


class Process:
    """A program; a thread of its own collects what it says on stderr, and on
    stdout, too, if that is piped."""

    def __init__(self, command, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.DEVNULL)
        self.command = command
        self.text = b""
        self.changed = threading.Condition()
        self.popen = subprocess.Popen(command, stderr=subprocess.PIPE,
                                      **options)
        started.append(self.popen)
        self.readers = [threading.Thread(target=self._collect, daemon=True,
                                         args=[stream])
                        for stream in (self.popen.stderr, self.popen.stdout)
                        if stream]
        for reader in self.readers:
            reader.start()
        self.pid = self.popen.pid

    def _collect(self, stream):
        while True:
            data = os.read(stream.fileno(), 65536)
            with self.changed:
                self.text += data
                self.changed.notify_all()
            if not data:
                return

    def await_text(self, pattern):
        with self.changed:
            if not self.changed.wait_for(
                    lambda: re.search(pattern, self.text), PATIENCE):
                raise AssertionError("%s never said %r, but %r" % (
                    self.command, pattern, self.text[-2000:]))
            return re.search(pattern, self.text)

    def end(self):
        """Waits; returns the exit code when all was read."""
        code = self.popen.wait(PATIENCE)
        for reader in self.readers:
            reader.join(PATIENCE)
        return code


class Server(Process):
    """duosock serve, which listens already."""

    def __init__(self, command, *args, address="127.0.0.1:0", **options):
        self.is_windows = command[-1].endswith(".exe")
        address = [address] if address else []
        super().__init__([*command, "serve", *address, *args], **options)
        match = self.await_text(rb"listening on (\S+)")
        self.address = match.group(1).decode()
        port = re.search(r":(\d+)$", self.address)
        self.port = int(port.group(1)) if port else None

    def stop(self):
        """The end that SIGTERM asks for must be a good one. Nobody can ask a
        Windows program for it from here."""
        if self.is_windows:
            self.popen.kill()
            self.end()
            return
        self.popen.terminate()
        self.await_end()

    def await_end(self):
        code = self.end()
        assert code == 0, "exit code %d: %r" % (code, self.text[-1000:])


def outcome(command, data=b"", patience=PATIENCE, **options):
    """Runs a program to its end: exit code, stdout, stderr."""
    options.setdefault("input", data)
    done = subprocess.run(command, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=patience, **options)
    return done.returncode, done.stdout, done.stderr


def native(command):
    """The environment for a program of this system: a poller that is forced
    by DUOSOCK_POLLER is meant for the exe."""
    env = dict(os.environ, LC_ALL="C")
    if command[-1].endswith(".exe"):
        env.pop("DUOSOCK_POLLER", None)
    return env


def offers(command, pattern):
    """Whether the help of duosock serve has it."""
    code, out, _ = outcome([*command, "serve", "--help"])
    return code == 0 and re.search(pattern, out.decode())


def need_offer(command, pattern):
    if not offers(command, pattern):
        raise Skip("duosock serve has no %s here" % pattern)


def unlimited(command):
    """Options without which clients of one address would be too many."""
    return [word for option in ("--max-clients", "--max-clients-per-address")
            if offers(command, option + " ") for word in (option, "0")]


def read_all(peer):
    """All that comes until the end of the stream."""
    parts = []
    while True:
        more = peer.recv(65536)
        if not more:
            return b"".join(parts)
        parts.append(more)


def echo(port, text=b"hello"):
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as peer:
        peer.sendall(text)
        peer.shutdown(socket.SHUT_WR)
        answer = read_all(peer)
    assert answer == text, "echo of %r is %r" % (text, answer)


def until(condition, what, patience=PATIENCE):
    """Asks again and again; returns the first answer that is not false."""
    deadline = time.monotonic() + patience
    while True:
        answer = condition()
        if answer:
            return answer
        assert time.monotonic() < deadline, "never: " + what
        time.sleep(0.01)


def end_all():
    for popen in started:
        if popen.poll() is None:
            popen.kill()
            popen.wait()
    started.clear()


atexit.register(end_all)
