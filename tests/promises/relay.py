# SPDX-License-Identifier: MIT
#
# relay.py - a stream through duosock serve --mode relay arrives as it was
# sent, whatever its length (P2).

import hashlib
import os
import socket

import figure
import programs
from figure import Helper, promise

BLOCK = 1 << 20


def drain(pipe, listener):
    """The far end: reads all, and answers with its hash and its length."""
    peer, _ = listener.accept()
    digest = hashlib.sha256()
    room = memoryview(bytearray(BLOCK))
    length = 0
    with peer:
        while True:
            count = peer.recv_into(room)
            if count == 0:
                break
            digest.update(room[:count])
            length += count
        peer.sendall(b"%s %d" % (digest.hexdigest().encode(), length))
    pipe.send(length)
    pipe.recv()


def send(peer, length):
    """Blocks that all differ; returns the hash of what was sent."""
    block = bytearray(os.urandom(BLOCK))
    digest = hashlib.sha256()
    for start in range(0, length, BLOCK):
        block[:8] = start.to_bytes(8, "big")
        part = memoryview(block)[:min(BLOCK, length - start)]
        digest.update(part)
        peer.sendall(part)
    return digest.hexdigest().encode()


@promise("P2", bytes=(256 << 20, 16 << 30))
def bytes_through_the_relay(run):
    programs.need_offer(run.command, "relay")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        helper = Helper(drain, listener)
        server = run.serve("-q", "--mode", "relay=127.0.0.1:%d" %
                           listener.getsockname()[1])
        with figure.connect(server.port) as peer:
            sent = send(peer, run.bytes)
            peer.shutdown(socket.SHUT_WR)
            answer = programs.read_all(peer)
        length = helper.hear()
        helper.end()
        server.stop()
    yield ("SHA-256 behind the relay", "%s after %.2f GiB" % (
        "equal" if answer == b"%s %d" % (sent, run.bytes) else "OTHER",
        length / (1 << 30)), "equal", answer == b"%s %d" % (sent, run.bytes))
