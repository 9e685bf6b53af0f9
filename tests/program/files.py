# SPDX-License-Identifier: MIT
#
# files.py DUOSOCK - what duosock recv leaves in a folder: a file that is
# replaced keeps its permissions, a link stays a link, and what could not be
# brought to the disk is not confirmed.

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile

import cases

DUOSOCK = sys.argv[1]
PATIENCE = 30


def receive(target, before=()):
    """Sends "new" to a recv: its exit code, and what it said."""
    receiver = subprocess.Popen([*before, DUOSOCK, "recv", "-o", target,
                                 "127.0.0.1:0"], stdin=subprocess.DEVNULL,
                                stderr=subprocess.PIPE)
    line = receiver.stderr.readline()
    port = int(re.search(rb"127\.0\.0\.1:(\d+)", line).group(1))
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as peer:
        peer.sendall(b"new")
        peer.shutdown(socket.SHUT_WR)
        try:
            ended = peer.recv(1) == b""
        except ConnectionResetError:
            ended = False
    _, said = receiver.communicate(timeout=PATIENCE)
    if ended != (receiver.returncode == 0):
        sys.exit("exit code %d, but the sender was told other" %
                 receiver.returncode)
    return receiver.returncode, said


def write(path, mode):
    with open(path, "wb") as file:
        file.write(b"old")
    os.chmod(path, mode)


def check(path, content, mode):
    with open(path, "rb") as file:
        found = file.read()
    found_mode = os.stat(path).st_mode & 0o777
    if found != content or found_mode != mode:
        sys.exit("%s: %r, mode %o" % (path, found, found_mode))
    names = os.listdir(os.path.dirname(path))
    if any(name.endswith(".tmp") for name in names):
        sys.exit("left behind: %r" % names)


def test_recv_keeps_the_permissions_of_the_file_that_it_replaces():
    os.umask(0o022)
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "got")
        for mode in 0o600, 0o666, 0o750:
            write(path, mode)
            if receive(path)[0] != 0:
                sys.exit("it failed")
            check(path, b"new", mode)
        os.remove(path)
        if receive(path)[0] != 0:
            sys.exit("it failed")
        check(path, b"new", 0o644)


def test_recv_follows_a_link_to_a_file():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "got")
        link = os.path.join(folder, "link")
        write(path, 0o600)
        os.symlink("got", link)
        if receive(link)[0] != 0:
            sys.exit("it failed")
        check(path, b"new", 0o600)
        if not os.path.islink(link):
            sys.exit("the link has gone")


def test_recv_confirms_nothing_that_is_not_on_the_disk():
    strace = ["strace", "-D", "-f", "-qq", "-o", os.devnull, "-e",
              "trace=fsync", "-e", "inject=fsync:error=EIO"]
    if not shutil.which("strace"):
        return "strace is not here"
    if subprocess.run([*strace, "true"], capture_output=True).returncode != 0:
        return "strace may not trace here, or is too old"
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "got")
        write(path, 0o600)
        code, said = receive(path, strace)
        if code != 1 or b"input or output error (EIO 5)" not in said:
            sys.exit("exit code %d, said %r" % (code, said))
        check(path, b"old", 0o600)


cases.run(globals())
