# SPDX-License-Identifier: MIT
#
# faults.py DUOSOCK [sanitized] - the program among faults of the real system: strace
# makes its calls fail, a network of its own with nftables refuses, forgets
# and runs out of ports, and a limit leaves it little memory. Prints what
# CMocka would, so that tests/contract/matrix.cmake can read it.

import contextlib
import errno
import os
import re
import resource
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time

DUOSOCK = sys.argv[1]
SANITIZED = len(sys.argv) > 2
PATIENCE = 30
IN_NETWORK = "DUOSOCK_TEST_NETWORK"
# What a peer's reset may end a call with, shutdown among them.
RESET = errno.ECONNRESET, errno.EPIPE, errno.ENOTCONN
started = []


class Skip(Exception):
    pass


# ---- processes ----------------------------------------------------------


def start(*args, before=(), **streams):
    streams.setdefault("stdin", subprocess.DEVNULL)
    process = subprocess.Popen([*before, DUOSOCK, *args],
                               stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE, **streams)
    started.append(process)
    process.seen = b""
    return process


def read_until(process, pattern):
    """Reads what the program says until the pattern has come."""
    deadline = time.monotonic() + PATIENCE
    while True:
        match = re.search(pattern, process.seen)
        if match:
            return match
        ready, _, _ = select.select([process.stderr], [], [],
                                    max(0, deadline - time.monotonic()))
        more = os.read(process.stderr.fileno(), 65536) if ready else b""
        if not more:
            raise AssertionError("never saw %r in %r" %
                                 (pattern, process.seen[-2000:]))
        process.seen += more


def port_of(process):
    return int(read_until(process, rb"listening on \S*:(\d+) ").group(1))


def stop(process):
    process.terminate()
    code = process.wait(PATIENCE)
    assert code == 0, "exit code %d: %r" % (code, process.seen[-500:])


def outcome(*args, before=()):
    """Runs the program to its end: exit code and what it said."""
    process = start(*args, before=before)
    _, text = process.communicate(timeout=PATIENCE)
    return process.returncode, text


def echo(port, text=b"hello"):
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as peer:
        peer.sendall(text)
        peer.shutdown(socket.SHUT_WR)
        answer = b""
        while True:
            more = peer.recv(4096)
            if not more:
                break
            answer += more
    assert answer == text, "echo of %r is %r" % (text, answer)


# ---- strace -------------------------------------------------------------


def traced(inject):
    """-D: the program is our child, not the tracer's."""
    return ["strace", "-D", "-f", "-qq", "-o", os.devnull,
            "-e", "trace=" + inject.split(":")[0], "-e", "inject=" + inject]


def need_strace():
    if SANITIZED:
        raise Skip("sanitizers do not bear a tracer beside them")
    probe = traced("getppid:error=EPERM:when=1..2") + ["true"]
    if not shutil.which("strace"):
        raise Skip("strace is not here")
    if subprocess.run(probe, capture_output=True).returncode != 0:
        raise Skip("strace may not trace here, or is too old")


def serve_through(call, errors):
    """Servers whose first three such calls fail, each in its own way."""
    need_strace()
    servers = [start("serve", "127.0.0.1:0", "--poller", "epoll",
                     before=traced("%s:error=%s:when=1..3" % (call, error)))
               for error in errors]
    for server in servers:
        port = port_of(server)
        echo(port)
        echo(port)
        stop(server)


def test_SY3_serve_passes_over_errors_of_single_peers():
    serve_through("accept4", ["ECONNABORTED", "EPROTO", "ENETDOWN",
                              "ENOPROTOOPT", "EHOSTDOWN", "ENONET",
                              "EHOSTUNREACH", "EOPNOTSUPP", "ENETUNREACH",
                              "EPERM"])


def test_SY4_serve_waits_out_a_shortage_at_accept():
    serve_through("accept4", ["ENFILE", "ENOBUFS", "ENOMEM"])


def test_SY4_serve_refuses_one_with_the_spare_descriptor():
    need_strace()
    server = start("serve", "127.0.0.1:0",
                   before=traced("accept4:error=EMFILE:when=1"))
    port = port_of(server)
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as peer:
        assert peer.recv(1) == b"", "somebody answers"
    echo(port)
    stop(server)


def test_SY1_SY2_serve_is_not_misled_by_calls_that_come_too_early():
    for call in "epoll_wait", "recvfrom", "sendto":
        serve_through(call, ["EINTR", "EAGAIN"]
                      if call != "epoll_wait" else ["EINTR"])


def test_SY5_serve_with_a_broken_listener_says_so_and_goes_on():
    need_strace()
    server = start("serve", "127.0.0.1:0", "127.0.0.1:0",
                   before=traced("accept4:error=EINVAL:when=1"))
    ports = [int(port) for port in
             read_until(server, rb":(\d+) .*\n.*:(\d+) ").groups()]
    with contextlib.suppress(ConnectionError):  # by the end of its listener
        socket.create_connection(("127.0.0.1", ports[0]), PATIENCE).close()
    read_until(server, rb"invalid argument")
    echo(ports[1])
    stop(server)


def drop_first(call, error, text):
    """The first client's call fails: it is told why, and the next is served."""
    need_strace()
    server = start("serve", "127.0.0.1:0",
                   before=traced("%s:error=%s:when=1" % (call, error)))
    port = port_of(server)
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as peer:
        peer.sendall(b"x")
        assert re.search(text, read_until(server, rb"#1 close .*\n").group())
    echo(port)
    stop(server)


def test_SY10_serve_drops_a_client_that_cannot_be_sent_to():
    drop_first("sendto", "EPIPE", rb"broken|closed|EPIPE|pipe")


def test_SY10_serve_without_buffers_sends_a_moment_later():
    need_strace()
    server = start("serve", "127.0.0.1:0",
                   before=traced("sendto:error=ENOBUFS:when=1..3"))
    echo(port_of(server))
    stop(server)


def test_SY11_serve_drops_a_client_whose_connection_broke():
    drop_first("recvfrom", "EHOSTUNREACH", rb"unreachable")
    drop_first("recvfrom", "ETIMEDOUT", rb"timed out")


def test_SY6_serve_without_ipv6_sockets_listens_on_ipv4():
    need_strace()
    server = start("serve", ":0", before=traced(
        "socket:error=EAFNOSUPPORT:when=1"))
    port = int(read_until(server, rb"0\.0\.0\.0:(\d+) ").group(1))
    echo(port)
    stop(server)


def test_SY12_serve_drops_clients_that_cannot_be_watched():
    """From a call of epoll_ctl on, later than those of the start."""
    need_strace()
    server = start("serve", "127.0.0.1:0", "--poller", "epoll",
                   before=traced("epoll_ctl:error=ENOSPC:when=6..9"))
    port = port_of(server)
    dropped = 0
    for _ in range(12):
        try:  # the reset may come as early as that
            with socket.create_connection(("127.0.0.1", port),
                                          PATIENCE) as peer:
                peer.sendall(b"x")
                peer.shutdown(socket.SHUT_WR)
                answer = peer.recv(1)
        except OSError as error:
            assert error.errno in RESET, error
            answer = b""
        dropped += answer != b"x"
    assert 1 <= dropped <= 4, "%d of 12 clients were dropped" % dropped
    echo(port)
    stop(server)


# ---- a network of its own -----------------------------------------------


def need_network():
    if IN_NETWORK not in os.environ:
        raise Skip(no_network)


def set_kernel(name, value):
    try:
        with open("/proc/sys/net/" + name, "w") as file:
            file.write(value)
    except OSError as error:
        raise Skip("net/%s cannot be set here: %s" % (name, error.strerror))


def rule(text):
    if not shutil.which("nft", path=os.environ["PATH"] + ":/usr/sbin:/sbin"):
        raise Skip("nft (nftables) is not here")
    done = subprocess.run(["nft", "add rule inet t out " + text],
                          capture_output=True, text=True)
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or ["nft failed"]
        raise Skip("no rules of nft here: " + said[0])


def test_SY6_network_without_ipv6_is_served_on_ipv4():
    need_network()
    set_kernel("ipv6/conf/all/disable_ipv6", "1")
    try:
        server = start("serve", ":0")
        echo(port_of(server))
        stop(server)
        server = start("serve", "localhost:0")
        echo(port_of(server))
        stop(server)
        code, text = outcome("serve", "[::1]:0")
        assert code == 4 and b"[::1]:0" in text, (code, text)
    finally:
        set_kernel("ipv6/conf/all/disable_ipv6", "0")


def refused(address, text, *options, wanted=3):
    code, said = outcome("connect", address, *options)
    assert code == wanted and re.search(text, said), (code, said)


def test_SY8_network_unreachable_is_told():
    need_network()
    refused("192.0.2.1:9", rb"network.*unreachable")


def test_SY8_network_refusals_of_each_kind_are_told():
    need_network()
    rule("tcp dport 9001 reject with icmpx type host-unreachable")
    rule("tcp dport 9002 reject with tcp reset")
    rule("tcp dport 9003 reject with icmpx type admin-prohibited")
    refused("127.0.0.1:9001", rb"host.*unreachable")
    refused("127.0.0.1:9002", rb"refused")
    refused("127.0.0.1:9003", rb"unreachable")


def test_SY8_network_that_never_answers_is_told():
    need_network()
    rule("tcp dport 9004 drop")
    refused("127.0.0.1:9004", rb"timed out", "--timeout", "200ms", wanted=5)
    set_kernel("ipv4/tcp_syn_retries", "1")  # the system gives up: 3 s
    refused("127.0.0.1:9004", rb"timed out", "--timeout", "0", wanted=5)


def test_SY8_network_out_of_ports_is_told():
    need_network()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        set_kernel("ipv4/ip_local_port_range", "40000 40001")
        try:
            with socket.create_connection(("127.0.0.1", port)), \
                    socket.create_connection(("127.0.0.1", port)):
                refused("127.0.0.1:%d" % port,
                        rb"address.*not available.*\n"
                        rb"hint: there may be no port left")
        finally:
            set_kernel("ipv4/ip_local_port_range", "32768 60999")


def test_SY8_network_connection_to_itself_is_refused():
    need_network()
    set_kernel("ipv4/ip_local_port_range", "40002 40002")
    try:
        refused("127.0.0.1:40002", rb"refused")
    finally:
        set_kernel("ipv4/ip_local_port_range", "32768 60999")


def test_SY11_network_connection_killed_by_the_kernel_is_told():
    need_network()
    server = start("serve", "127.0.0.1:0")
    port = port_of(server)
    with socket.create_connection(("127.0.0.1", port), PATIENCE):
        read_until(server, rb"#1 open")
        if not shutil.which("ss"):
            raise Skip("ss is not here")
        killed = subprocess.run(["ss", "-tK", "sport", "=", ":%d" % port],
                                capture_output=True)
        if b":%d" % port not in killed.stdout:
            raise Skip("ss cannot kill connections here")
        read_until(server, rb"#1 close .*aborted")
    echo(port)
    stop(server)


# ---- datagrams with a forged sender -------------------------------------


def forge(sender, to):
    """One datagram that says it comes from sender."""
    data = b"forged"
    head = struct.pack("!HHHH", sender[1], to[1], 8 + len(data), 0)
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28 + len(data), 1, 0, 64,
                     socket.IPPROTO_UDP, 0, socket.inet_aton(sender[0]),
                     socket.inet_aton(to[0]))
    with socket.socket(socket.AF_INET, socket.SOCK_RAW,
                       socket.IPPROTO_RAW) as raw:
        raw.sendto(ip + head + data, (to[0], 0))


def answers_to_one_forged(*servers):
    """Datagrams and answers of two echo servers, after one was forged."""
    need_network()
    processes = [start("serve", "udp:%s:%d" % at, "--allow-udp-echo", "-v")
                 for at in servers]
    for process in processes:
        read_until(process, rb"listening on ")
    try:
        forge(servers[1], servers[0])
    except PermissionError:
        raise Skip("no right to forge a packet")
    time.sleep(0.5)
    counts = [0, 0]
    for process in processes:
        stop(process)
        told = read_until(process, rb"(\d+) datagrams, 0 cut, (\d+) answered")
        counts[0] += int(told.group(1))
        counts[1] += int(told.group(2))
    return counts


def test_UD4_forged_sender_starts_no_loop_of_one_port():
    assert answers_to_one_forged(("127.0.0.1", 40000),
                                 ("127.0.0.2", 40000)) == [1, 0]


def test_UD4_forged_sender_starts_no_loop_of_two_ports():
    assert answers_to_one_forged(("127.0.0.1", 7701),
                                 ("127.0.0.1", 7702)) == [1, 0]


def test_UD4_forged_sender_starts_no_endless_loop():
    datagrams, answers = answers_to_one_forged(("127.0.0.1", 40001),
                                               ("127.0.0.1", 40002))
    assert datagrams == answers + 1 and answers < 2000, answers


# ---- little memory ------------------------------------------------------


def flood(server, port, peers, pattern):
    """Clients that send as long as they can and never read an answer, until
    the program says the pattern."""
    block = b"x" * 65536
    socks = []
    for _ in range(peers):
        sock = socket.create_connection(("127.0.0.1", port), PATIENCE)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        sock.setblocking(False)
        socks.append(sock)
    left = set(socks)
    deadline = time.monotonic() + PATIENCE
    while not re.search(pattern, server.seen):
        assert time.monotonic() < deadline, "never saw %r" % pattern
        said, ready, _ = select.select([server.stderr], left, [], 1)
        if said:
            more = os.read(server.stderr.fileno(), 65536)
            assert more, "it ended: %r" % server.seen[-2000:]
            server.seen += more
        for sock in ready:
            try:
                sock.send(block)
            except BlockingIOError:
                pass
            except OSError:
                left.remove(sock)  # dropped
    return socks


def test_ME3_serve_with_little_memory_outlives_a_flood():
    if SANITIZED:
        raise Skip("sanitizers need more address space than the limit leaves")
    limit = 64 << 20
    server = start("serve", "127.0.0.1:0", preexec_fn=lambda:
                   resource.setrlimit(resource.RLIMIT_AS, (limit, limit)))
    port = port_of(server)
    socks = flood(server, port, 300, rb"close .*out of memory")
    for sock in socks:
        sock.close()
    deadline = time.monotonic() + PATIENCE
    while True:  # the first may still meet the shortage
        try:
            echo(port)
            break
        except (AssertionError, OSError):
            assert time.monotonic() < deadline, "nobody is served any more"
    for _ in range(20):
        echo(port)
    stop(server)


# ---- running them -------------------------------------------------------


def enter_network():
    """Starts this script again in a network of its own, as its root; returns
    why not."""
    if not shutil.which("unshare") or not shutil.which(
            "ip", path=os.environ["PATH"] + ":/usr/sbin:/sbin"):
        return "unshare or ip is not here"
    if subprocess.run(["unshare", "-rn", "true"],
                      capture_output=True).returncode != 0:
        return "no right to a network namespace"
    environ = dict(os.environ, **{IN_NETWORK: "1"})
    os.execvpe("unshare", ["unshare", "-rn", sys.executable] + sys.argv,
               environ)


def main():
    failed = False
    tests = [(name, test) for name, test in globals().items()
             if name.startswith("test_")]
    for name, test in tests:
        print("[ RUN      ] " + name, flush=True)
        try:
            test()
            print("[       OK ] " + name, flush=True)
        except Skip as why:
            print("[  REASON  ] %s\n[  SKIPPED ] %s" % (why, name), flush=True)
        except Exception as error:
            print("%s: %r" % (name, error))
            print("[  FAILED  ] " + name, flush=True)
            failed = True
        for process in started:
            if process.poll() is None:
                process.kill()
            process.stderr.close()
        started.clear()
    sys.exit(1 if failed else 0)


no_network = None
if IN_NETWORK not in os.environ:
    no_network = enter_network()
else:
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    if subprocess.run(["ip", "link", "set", "lo", "up"]).returncode != 0:
        del os.environ[IN_NETWORK]
        no_network = "no right to set up a network"
    if shutil.which("nft"):
        subprocess.run(["nft", "add table inet t; add chain inet t out "
                        "{ type filter hook output priority 0; }"],
                       check=False)  # without it, no rule can be added
main()
