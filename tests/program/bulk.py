# SPDX-License-Identifier: MIT
#
# bulk.py PORT - stdin to a socket, socket to stdout: a foreign client for
# bulk.sh.

import shutil
import socket
import sys
import threading


def send(connection):
    with connection.makefile("wb") as out:
        shutil.copyfileobj(sys.stdin.buffer, out)
    connection.shutdown(socket.SHUT_WR)


with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as peer:
    sender = threading.Thread(target=send, args=(peer,))
    sender.start()
    with peer.makefile("rb") as answer:
        shutil.copyfileobj(answer, sys.stdout.buffer)
    sender.join()
