# SPDX-License-Identifier: MIT
"""duos_poller behind Python's selectors interface, so that asyncio runs on
it. Run on Linux only; on Windows, where Python's own selector is select with
512 sockets, nobody has tried.

Usage: selector.py [CLIENTS]; that many talk to an echo server of asyncio.
"""

import asyncio
import ctypes
import math
import selectors
import sys
from ctypes import byref, c_size_t, c_void_p

import duosock as duos

BATCH = 64


class DuosSelector(selectors.BaseSelector):
    def __init__(self):
        self._poller = c_void_p()
        duos.lib.duos_poller_create(None, byref(self._poller))
        self._ready = (duos.PollEvent * BATCH)()
        self._keys = {}    # of descriptors
        self._tokens = {}  # of descriptors
        self._fds = {}     # of tokens' values

    def register(self, fileobj, events, data=None):
        fd = fileobj if isinstance(fileobj, int) else fileobj.fileno()
        if fd in self._keys:
            raise KeyError(f"{fileobj!r} is registered")
        token = duos.Token()
        duos.lib.duos_poller_add(self._poller, duos.Socket(fd),
                                 _interest(events), None, byref(token))
        key = selectors.SelectorKey(fileobj, fd, events, data)
        self._keys[fd], self._tokens[fd] = key, token
        self._fds[token.value] = fd
        return key

    def unregister(self, fileobj):
        key = self._key(fileobj)
        del self._keys[key.fd]
        token = self._tokens.pop(key.fd)
        del self._fds[token.value]
        duos.lib.duos_poller_del(self._poller, token)
        return key

    def modify(self, fileobj, events, data=None):
        key = self._key(fileobj)
        if events != key.events:
            duos.lib.duos_poller_mod(self._poller, self._tokens[key.fd],
                                     _interest(events))
        key = key._replace(events=events, data=data)
        self._keys[key.fd] = key
        return key

    def select(self, timeout=None):
        wait_ms = -1 if timeout is None else max(0, math.ceil(timeout * 1e3))
        count = c_size_t()
        duos.lib.duos_poller_wait(self._poller, self._ready, BATCH, wait_ms,
                                  byref(count))
        found = []
        for event in self._ready[:count.value]:
            key = self._keys[self._fds[event.token.value]]
            events = key.events & _events(event.events)
            if events:
                found.append((key, events))
        return found

    def close(self):
        duos.lib.duos_poller_destroy(self._poller)
        self._poller = c_void_p()
        self._keys.clear()

    def get_map(self):
        return {key.fileobj: key for key in self._keys.values()}

    def get_key(self, fileobj):
        return self._key(fileobj)

    def _key(self, fileobj):
        for fd, key in self._keys.items():
            if fileobj == fd or fileobj is key.fileobj:
                return key
        raise KeyError(f"{fileobj!r} is not registered")


def _interest(events):
    if not events or events & ~(selectors.EVENT_READ | selectors.EVENT_WRITE):
        raise ValueError(f"events: {events!r}")
    return ((duos.READ if events & selectors.EVENT_READ else 0)
            | (duos.WRITE if events & selectors.EVENT_WRITE else 0))


def _events(ready):
    """An error or an end is what a read or a write will tell."""
    ended = ready & (duos.ERROR | duos.HANGUP)
    return ((selectors.EVENT_READ if ready & duos.READ or ended else 0)
            | (selectors.EVENT_WRITE if ready & duos.WRITE or ended else 0))


async def _echo(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


async def _client(address, number):
    reader, writer = await asyncio.open_connection(*address)
    said = b"client %d\n" % number * 1000
    writer.write(said)
    writer.write_eof()
    heard = await reader.read(-1)
    writer.close()
    return heard == said


async def _main(clients):
    server = await asyncio.start_server(_echo, "127.0.0.1", 0)
    address = server.sockets[0].getsockname()
    answers = await asyncio.gather(*(_client(address, n)
                                     for n in range(clients)))
    server.close()
    return all(answers)


if __name__ == "__main__":
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    loop = asyncio.SelectorEventLoop(DuosSelector())
    try:
        right = loop.run_until_complete(_main(count))
    finally:
        loop.close()
    print(f"{count} clients, every byte came back" if right else "bytes lost")
    sys.exit(0 if right else 1)
