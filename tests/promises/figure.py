# SPDX-License-Identifier: MIT
#
# figure.py - how a figure is declared, its sizes, and what all of them use:
# servers, clients in processes of their own, and what a process costs.

import functools
import multiprocessing
import os
import re
import resource
import socket
import traceback

import programs

promises = {}
forking = multiprocessing.get_context("fork")


def promise(name, **scale):
    """Declares the figure of a promise: a generator of rows (what, figure,
    bar, whether it holds). scale: its sizes, as size=(quick, full)."""
    def declare(function):
        function.scale = scale
        promises[name] = function
        return function
    return declare


class Run:
    """One run: the program, the sizes, the tools."""

    def __init__(self, quick):
        self.quick = quick
        self.command = None
        self.sizes = {}
        self.tools = {}

    def begin(self, name, scale):
        for size, (quick, full) in scale.items():
            setattr(self, size, self.sizes.get(
                "%s.%s" % (name, size), quick if self.quick else full))

    def in_time(self, value, bar):
        """Whether a bar of time holds; of a machine that does other things as
        well it cannot be asked."""
        return value <= bar or (None if self.quick else False)

    def tool(self, name):
        if name not in self.tools or not os.path.exists(self.tools[name]):
            raise programs.Skip("the program %s was not built" % name)
        return self.tools[name]

    def serve(self, *args, limit=None, **options):
        """A quiet server without limits of clients, at most so many
        descriptors."""
        if limit:
            options["preexec_fn"] = functools.partial(limited, limit)
        return programs.Server(self.command, *programs.unlimited(self.command),
                               *args, **options)

    def backends(self):
        """The pollers of the program: duosock --version lists them."""
        _, out, _ = programs.outcome([*self.command, "--version"])
        return [name for name in ("epoll", "kqueue", "poll", "select")
                if re.search(r"\b%s\b" % name, out.decode())]


def limited(limit):
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, limit))


def need_descriptors(limit):
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < limit:
        raise programs.Skip("%d descriptors, and at most %d are allowed" %
                            (limit, hard))


# ---- clients in other processes -----------------------------------------


class Helper:
    """A process that runs function(pipe, *args) and tells through the pipe;
    what goes wrong there goes wrong here."""

    def __init__(self, function, *args):
        self.pipe, theirs = forking.Pipe()
        self.process = forking.Process(target=self._main, daemon=True,
                                       args=[function, theirs, args])
        self.process.start()
        theirs.close()

    @staticmethod
    def _main(function, pipe, args):
        programs.started.clear()  # they are the parent's
        try:
            function(pipe, *args)
        except BaseException:
            pipe.send(RuntimeError(traceback.format_exc(limit=3)))

    def hear(self, patience=600):
        if not self.pipe.poll(patience):
            raise TimeoutError("clients that say nothing")
        word = self.pipe.recv()
        if isinstance(word, Exception):
            raise word
        return word

    def tell(self, word=None):
        self.pipe.send(word)

    def end(self):
        self.process.kill()
        self.process.join()
        self.pipe.close()


def connect(port, source="127.0.0.1", receive=0):
    """A client from a source address whose ports are taken at connect."""
    peer = socket.socket()
    peer.settimeout(programs.PATIENCE)
    if receive:
        peer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive)
    if source != "127.0.0.1":
        peer.setsockopt(socket.IPPROTO_IP, 24, 1)  # IP_BIND_ADDRESS_NO_PORT
        peer.bind((source, 0))
    peer.connect(("127.0.0.1", port))
    return peer


def reset(peer):
    """Closes without a state of TIME_WAIT."""
    peer.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                    b"\1\0\0\0\0\0\0\0")
    peer.close()


# ---- what a process costs -----------------------------------------------


def proc(pid, name):
    try:
        with open("/proc/%d/%s" % (pid, name)) as file:
            return file.read()
    except OSError as error:
        raise programs.Skip("/proc/.../%s: %s" % (name, error.strerror))


def resident(pid):
    """Bytes of memory that it has touched."""
    return int(re.search(r"Rss:\s+(\d+) kB",
                         proc(pid, "smaps_rollup")).group(1)) * 1024


def cpu_seconds(pid):
    fields = proc(pid, "stat").rsplit(") ", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
