# SPDX-License-Identifier: MIT
"""What of duosock's C interface the two examples beside this file call, by
ctypes: no compiler, no wrapper in C. The names and the order of fields are
those of the headers, which are the manual.

DUOSOCK_LIBRARY names the shared library; otherwise the system's is loaded.
"""

import ctypes
import ctypes.util
import os
from ctypes import (CFUNCTYPE, POINTER, Structure, Union, byref, c_bool,
                    c_char, c_char_p, c_int, c_int32, c_int64, c_size_t,
                    c_ssize_t, c_uint8, c_uint16, c_uint32, c_uint64, c_uint,
                    c_void_p)

_name = os.environ.get("DUOSOCK_LIBRARY") or ctypes.util.find_library("duosock")
if _name is None:
    raise OSError("no shared library duosock; DUOSOCK_LIBRARY may name one")
lib = ctypes.CDLL(_name)

READ, WRITE, ERROR, HANGUP = 1, 2, 4, 8


class Error(OSError):
    """A call gave something else than DUOS_OK; code says what."""

    def __init__(self, code, call):
        super().__init__(f"{call}: {lib.duos_err_text(code).decode()}")
        self.code = code


def _check(code, func, _arguments):
    if code != 0:
        raise Error(code, func.__name__)
    return code


class Socket(Structure):  # duos_socket
    _fields_ = [("os", c_ssize_t)]


class Token(Structure):  # duos_token
    _fields_ = [("value", c_uint64)]


class _Ip(Union):
    _fields_ = [("v4", c_uint8 * 4), ("v6", c_uint8 * 16),
                ("path", c_char * 109)]


class Addr(Structure):  # duos_addr
    _fields_ = [("family", c_uint8), ("path_len", c_uint8),
                ("port", c_uint16), ("scope", c_uint32), ("ip", _Ip)]

    def __str__(self):
        text = ctypes.create_string_buffer(128)
        lib.duos_addr_format(byref(self), text, len(text))
        return text.value.decode()


class PollEvent(Structure):  # duos_poll_event
    _fields_ = [("token", Token), ("user", c_void_p), ("events", c_uint32)]


ON_CONN = CFUNCTYPE(None, c_void_p, c_void_p)
ON_DATA = CFUNCTYPE(None, c_void_p, c_void_p, c_size_t, c_void_p)
ON_CLOSE = CFUNCTYPE(None, c_void_p, c_int, c_void_p)


class ConnHandler(Structure):  # duos_conn_handler
    _fields_ = [("size", c_size_t), ("on_open", ON_CONN),
                ("on_data", ON_DATA), ("on_eof", ON_CONN),
                ("on_drain", ON_CONN), ("on_close", ON_CLOSE)]


class ConnLimits(Structure):  # duos_conn_limits
    _fields_ = [("queue_max", c_size_t), ("queue_high", c_size_t),
                ("queue_low", c_size_t), ("first_byte_ms", c_int32),
                ("idle_ms", c_int32), ("stall_ms", c_int32),
                ("linger_ms", c_int32), ("backpressure", c_bool),
                ("read_per_turn", c_size_t), ("write_per_turn", c_size_t),
                ("handshake_ms", c_int32)]


class ServerConfig(Structure):  # duos_server_config
    _fields_ = [("size", c_size_t), ("handler", ConnHandler),
                ("user", c_void_p), ("max_clients", c_uint32),
                ("accepts_per_turn", c_uint32), ("limits", ConnLimits),
                ("on_error", c_void_p), ("on_drained", c_void_p),
                ("max_clients_per_address", c_uint32),
                ("prefix_v6", c_uint32), ("allow", c_void_p),
                ("allow_count", c_size_t), ("deny", c_void_p),
                ("deny_count", c_size_t), ("on_refuse", c_void_p),
                ("on_admit", c_void_p), ("on_gone", c_void_p),
                ("transport", c_void_p), ("transport_user", c_void_p),
                ("proxy", c_void_p), ("proxy_count", c_size_t),
                ("drain_first_byte_ms", c_int32), ("drain_waits", c_bool)]


def _declare(name, result, *arguments):
    function = getattr(lib, name)
    function.argtypes = arguments
    if result == "err":
        function.restype = c_int
        function.errcheck = _check
    else:
        function.restype = result


_declare("duos_err_text", c_char_p, c_int)
_declare("duos_addr_format", "err", POINTER(Addr), c_char_p, c_size_t)
_declare("duos_loop_create", "err", c_void_p, POINTER(c_void_p))
_declare("duos_loop_run", "err", c_void_p)
_declare("duos_loop_stop", None, c_void_p)
_declare("duos_loop_destroy", c_int, c_void_p)
_declare("duos_server_config_init", None, POINTER(ServerConfig), c_size_t)
_declare("duos_server_create", "err", c_void_p, POINTER(ServerConfig),
         POINTER(c_void_p))
_declare("duos_server_listen", "err", c_void_p, c_char_p, c_void_p,
         POINTER(Addr))
_declare("duos_server_destroy", None, c_void_p)
_declare("duos_conn_send", c_int, c_void_p, c_void_p, c_size_t)
_declare("duos_conn_close", c_int, c_void_p)
_declare("duos_poller_create", "err", c_void_p, POINTER(c_void_p))
_declare("duos_poller_destroy", None, c_void_p)
_declare("duos_poller_add", "err", c_void_p, Socket, c_uint, c_void_p,
         POINTER(Token))
_declare("duos_poller_mod", "err", c_void_p, Token, c_uint)
_declare("duos_poller_del", c_int, c_void_p, Token)
_declare("duos_poller_wait", "err", c_void_p, POINTER(PollEvent), c_size_t,
         c_int64, POINTER(c_size_t))
