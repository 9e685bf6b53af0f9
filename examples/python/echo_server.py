# SPDX-License-Identifier: MIT
"""An echo server in Python on duos_server: every limit and deadline of the C
library, and none of its code in Python.

Usage: echo_server.py [ADDRESS [CLIENTS]]; it ends after so many clients.
"""

import sys
from ctypes import byref, c_void_p, sizeof

import duosock as duos


def serve(address="127.0.0.1:7700", clients=-1):
    left = clients
    loop, server, bound = c_void_p(), c_void_p(), duos.Addr()

    def on_data(conn, data, length, _user):
        if duos.lib.duos_conn_send(conn, data, length) != 0:
            duos.lib.duos_conn_close(conn)

    def on_close(_conn, _reason, _user):
        nonlocal left
        left -= 1
        if left == 0:
            duos.lib.duos_loop_stop(loop)

    config = duos.ServerConfig()
    duos.lib.duos_server_config_init(byref(config), sizeof(config))
    # The library keeps the pointers: config must live as long as the server.
    config.handler.on_data = duos.ON_DATA(on_data)
    config.handler.on_close = duos.ON_CLOSE(on_close)
    try:
        duos.lib.duos_loop_create(None, byref(loop))
        duos.lib.duos_server_create(loop, byref(config), byref(server))
        duos.lib.duos_server_listen(server, address.encode(), None,
                                    byref(bound))
        print(f"listening on {bound}", flush=True)
        duos.lib.duos_loop_run(loop)
    finally:
        duos.lib.duos_server_destroy(server)
        duos.lib.duos_loop_destroy(loop)


if __name__ == "__main__":
    try:
        serve(*sys.argv[1:2], *map(int, sys.argv[2:3]))
    except duos.Error as error:
        sys.exit(f"echo_server: {error}")
