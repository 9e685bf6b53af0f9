# SPDX-License-Identifier: MIT
"""An example server from outside: embedded.py COMMAND...

The command is run with an address and a number of clients. Three come at a
time, each sends 300,000 bytes and gets the same bytes back; one says nothing.
Then it ends by itself, with 0. With an address that is none it says so and
ends with 1.
"""

import os
import socket
import subprocess
import sys
import threading

PATIENCE = 60
BYTES = 300000


def talk(address, failures):
    said = os.urandom(BYTES)
    with socket.create_connection(address, PATIENCE) as s:
        sender = threading.Thread(target=s.sendall, args=(said,))
        sender.start()
        heard = b""
        while len(heard) < BYTES and (part := s.recv(65536)):
            heard += part
        sender.join()
    if heard != said:
        failures.append(f"{len(heard)} of {BYTES} bytes came back")


def refused(command):
    run = subprocess.run([*command, "no address", "1"], capture_output=True,
                         text=True, timeout=PATIENCE)
    if run.returncode != 1 or not run.stderr:
        return f"no address: it ended with {run.returncode}: {run.stderr!r}"


def main(command):
    server = subprocess.Popen([*command, "127.0.0.1:0", "4"],
                              stdout=subprocess.PIPE, text=True)
    try:
        line = server.stdout.readline()
        if not line.startswith("listening on "):
            return f"the server said {line!r}"
        host, port = line.split()[-1].rsplit(":", 1)
        failures = []
        silent = socket.create_connection((host, int(port)), PATIENCE)
        clients = [threading.Thread(target=talk,
                                    args=((host, int(port)), failures))
                   for _ in range(3)]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        silent.close()
        code = server.wait(PATIENCE)
        return (failures or (code and f"it ended with {code}")
                or refused(command))
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]) or 0)
