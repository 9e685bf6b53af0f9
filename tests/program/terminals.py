# SPDX-License-Identifier: MIT
#
# terminals.py - a program at a terminal of its own, which a script types at
# and whose screen it reads. The program is the script's command line; an
# emulator may stand before it.

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time

COMMAND = sys.argv[1:]
PATIENCE = 20
CTRL_C = b"\x03"
# A console of Windows wants Ctrl-Z, and Enter as a carriage return, which
# terminals take for a line feed anyway.
WINDOWS = COMMAND[-1].endswith(".exe")
END = b"\x1a\r" if WINDOWS else b"\x04"
ENTER = b"\r"


class Terminal:
    """A process whose standard streams are a terminal that we type at."""

    def __init__(self, *args, prepare=None, **variables):
        """prepare: called in the process before the program is there."""
        self.seen = b""
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            if prepare:
                prepare()
            os.execve(COMMAND[0], COMMAND + list(args),
                      {**os.environ, **variables})

    def type(self, keys):
        os.write(self.fd, keys)

    def resize(self, rows, columns):
        """As a window is: the program gets SIGWINCH."""
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ,
                    struct.pack("HHHH", rows, columns, 0, 0))

    def read(self, deadline):
        ready, _, _ = select.select([self.fd], [], [],
                                    max(0, deadline - time.monotonic()))
        try:
            more = os.read(self.fd, 65536) if ready else b""
        except OSError:  # the other side is gone
            more = b""
        self.seen += more
        return more != b""

    def expect(self, pattern):
        """Waits until the screen shows it, and returns the match."""
        deadline = time.monotonic() + PATIENCE
        while True:
            match = re.search(pattern, self.seen)
            if match:
                return match
            if not self.read(deadline):
                self.kill()
                sys.exit("never saw %r in %r" % (pattern, self.seen))

    def await_console(self):
        """Wine's console does the editing of lines itself once it is read."""
        deadline = time.monotonic() + PATIENCE
        while WINDOWS and termios.tcgetattr(self.fd)[3] & termios.ICANON:
            if time.monotonic() > deadline:
                self.kill()
                sys.exit("nobody reads the console")
        if WINDOWS:  # Ctrl-Z is for the program, not for the terminal
            mode = termios.tcgetattr(self.fd)
            mode[6][termios.VSUSP] = b"\0"
            termios.tcsetattr(self.fd, termios.TCSANOW, mode)

    def kill(self):
        os.kill(self.pid, signal.SIGKILL)
        os.waitpid(self.pid, 0)

    def expect_exit(self, wanted, hang_up=False):
        """Waits for the end; what the program still says must be read, if
        the terminal does not go away under it."""
        if hang_up:
            os.close(self.fd)
        deadline = time.monotonic() + PATIENCE
        pid = 0
        while pid == 0:
            if hang_up:
                time.sleep(0.01)
            else:
                self.read(time.monotonic() + 0.05)
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid == 0 and time.monotonic() > deadline:
                self.kill()
                sys.exit("did not end, said %r" % self.seen)
        if not hang_up:
            while self.read(time.monotonic() + 0.05):
                pass  # said after the last look and before the end
            os.close(self.fd)
        code = os.waitstatus_to_exitcode(status)
        if code != wanted:
            sys.exit("exit code %d, wanted %d, said %r" %
                     (code, wanted, self.seen))


def serve(*args):
    server = Terminal("serve", "127.0.0.1:0", "-v", *args)
    match = server.expect(rb"listening on 127\.0\.0\.1:(\d+)\D")
    return server, int(match.group(1))
