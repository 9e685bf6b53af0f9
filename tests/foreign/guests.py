# SPDX-License-Identifier: MIT
#
# guests.py - what the tests with foreign software share: they run each
# test_... of a script by itself, skip with a reason, and stop everything that
# a test has started. It also finds what lies beside it.

import os
import signal
import socket
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [os.path.join(HERE, "..", name)
                for name in ("support", "program")]

import cases  # noqa: E402
import programs  # noqa: E402

TEXT = b"".join(b"line %d of a text that comes back\n" % i
                for i in range(20000))


def is_windows(command):
    return command[-1].endswith(".exe")


def need_unix_sockets(command):
    if is_windows(command):
        raise programs.Skip("unix sockets of Windows are not this system's")


def free_port():
    """For programs that cannot be asked which port they were given."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def equal(got, wanted, who):
    if got == wanted:
        return
    same = os.path.commonprefix([got, wanted])
    raise AssertionError("%s: %d bytes, wanted %d, other from %d on: %r" % (
        who, len(got), len(wanted), len(same), got[len(same):][:80]))


def guarded(test):
    """A test of which nothing is left; a skip becomes its reason."""
    def run():
        try:
            with tempfile.TemporaryDirectory() as folder:
                os.chdir(folder)
                try:
                    test()
                finally:
                    programs.end_all()
                    os.chdir("/")
        except programs.Skip as why:
            return str(why)
        return None
    return run


def main(names, seconds=110):
    signal.alarm(seconds)  # whatever else goes wrong
    cases.run({name: guarded(test) for name, test in names.items()
               if name.startswith("test_")})
