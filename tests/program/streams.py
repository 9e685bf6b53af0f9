# SPDX-License-Identifier: MIT
#
# streams.py COMMAND... - the program COMMAND (an emulator may stand before
# it) with standard streams that stall, end or fill up, and with descriptors
# and signals that it gets from its parent.

import fcntl
import json
import os
import pty
import re
import resource
import select
import signal
import socket
import subprocess
import sys
import time

import cases

COMMAND = sys.argv[1:]
PATIENCE = 30
WINDOWS = COMMAND[-1].endswith(".exe")
F_SETPIPE_SZ = 1031
PIPE_BYTES = 65536
QUEUE_BYTES = 256 * 1024
started = []


def start(*args, **streams):
    streams.setdefault("stdin", subprocess.DEVNULL)
    streams.setdefault("stdout", subprocess.DEVNULL)
    streams.setdefault("stderr", subprocess.PIPE)
    process = subprocess.Popen(COMMAND + list(args), **streams)
    started.append(process)
    return process


def read_until(stream, pattern, seen=b""):
    """Reads until the pattern has come; returns the match and all of it."""
    deadline = time.monotonic() + PATIENCE
    while True:
        match = re.search(pattern, seen)
        if match:
            return match, seen
        ready, _, _ = select.select([stream], [], [],
                                    max(0, deadline - time.monotonic()))
        more = os.read(stream.fileno(), 65536) if ready else b""
        if not more:
            sys.exit("never saw %r in %r" % (pattern, seen[-2000:]))
        seen += more


def read_while(stream, seen, missing):
    """Reads on as long as something is missing, in vain if it never comes."""
    deadline = time.monotonic() + PATIENCE
    while missing(seen):
        ready, _, _ = select.select([stream], [], [],
                                    max(0, deadline - time.monotonic()))
        more = os.read(stream.fileno(), 65536) if ready else b""
        if not more:
            break
        seen += more
    return seen


def listening(stream):
    match, seen = read_until(stream, rb"127\.0\.0\.1:(\d+).*\n")
    return int(match.group(1)), seen


def stop(process, wanted=0):
    if WINDOWS:  # nobody can ask it to
        process.kill()
        process.wait()
        return
    process.terminate()
    code = process.wait(PATIENCE)
    if code != wanted:
        sys.exit("exit code %d, wanted %d" % (code, wanted))


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
    if answer != text:
        sys.exit("echo of %r is %r" % (text, answer))


def stall(stream_of, *args, **streams):
    """Clients until what is said of them exceeds every buffer. Each must be
    answered at once, though nobody reads."""
    server = start("serve", "127.0.0.1:0", *args, **streams)
    stream = stream_of(server)
    port, seen = listening(stream)
    count = (PIPE_BYTES + QUEUE_BYTES) // 90 + 800
    worst = 0
    for _ in range(count):
        begun = time.monotonic()
        echo(port)
        worst = max(worst, time.monotonic() - begun)
    if worst > 5:
        sys.exit("a client waited for %.1f s" % worst)
    return server, port, stream, seen, count


def test_serve_goes_on_while_nobody_reads_stderr():
    server, port, stream, seen, count = stall(lambda s: s.stderr)
    _, seen = read_until(stream, rb"\d+ lines were dropped\n", seen)

    def told(seen):
        return (len(re.findall(rb"(?m)^#\d+ (?:open|close) .*\n", seen)),
                sum(map(int, re.findall(rb"(\d+) lines were dropped\n", seen))))

    seen = read_while(stream, seen, lambda seen: sum(told(seen)) < 2 * count)
    if sum(told(seen)) != 2 * count:
        sys.exit("%d lines and %d dropped are not twice %d" %
                 (*told(seen), count))
    echo(port)
    read_until(stream, b"#%d close 5 B in" % (count + 1), seen)
    stop(server)


def test_serve_goes_on_while_nobody_reads_json():
    server, port, stream, seen, count = stall(
        lambda s: s.stdout, "--json", stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL)
    _, seen = read_until(stream, rb'"event":"dropped","lines":\d+}\n', seen)

    def told(seen):
        events = [json.loads(line) for line in seen.splitlines()
                  if line.endswith(b"}")]
        return (sum(event["event"] in ("open", "close") for event in events),
                sum(event.get("lines", 0) for event in events))

    seen = read_while(stream, seen, lambda seen: sum(told(seen)) < 2 * count)
    if sum(told(seen)) < 2 * count:
        sys.exit("%d lines and %d dropped are not twice %d" %
                 (*told(seen), count))
    echo(port)
    read_until(stream, b'"event":"close","id":%d,' % (count + 1), seen)
    stop(server)


def test_serve_ends_in_time_while_nobody_reads_stderr():
    server, *_ = stall(lambda s: s.stderr)
    begun = time.monotonic()
    stop(server)
    if time.monotonic() - begun > 10:
        sys.exit("the end waited for a reader")


def test_serve_goes_on_when_the_reader_of_stderr_has_gone():
    server = start("serve", "127.0.0.1:0")
    port, _ = listening(server.stderr)
    server.stderr.close()
    for _ in range(100):
        echo(port)
    stop(server)


def test_serve_goes_on_when_the_disk_is_full():
    if WINDOWS:
        return "no device here is always full"
    with open("/dev/full", "wb") as full:
        read_end, write_end = os.pipe()
        server = start("serve", "127.0.0.1:0", "--json", "--ready-fd",
                       str(write_end), stdout=full, pass_fds=[write_end])
        os.close(write_end)
        with os.fdopen(read_end, "rb") as ready:
            port, _ = listening(ready)
        for _ in range(100):
            echo(port)
        stop(server, 1)  # what was to be written is lost
        said = server.stderr.read()
        if said != (b"write standard output: no space left on device "
                    b"(ENOSPC 28)\n"):
            sys.exit("said %r" % said)


def test_start_that_fails_is_told_to_a_slow_reader():
    read_end, write_end = os.pipe()
    os.set_blocking(write_end, False)
    try:
        while True:
            os.write(write_end, b"x" * 4096)
    except BlockingIOError:
        os.set_blocking(write_end, True)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        server = start("serve", "127.0.0.1:%d" % taken.getsockname()[1],
                       stderr=write_end)
        os.close(write_end)
        try:  # an end after serving would not wait that long
            server.wait(1.5)
            sys.exit("it ended before anybody could hear why")
        except subprocess.TimeoutExpired:
            pass
        with os.fdopen(read_end, "rb") as stream:
            read_until(stream, rb"address already in use")
        code = server.wait(PATIENCE)
        if code != 4:
            sys.exit("exit code %d" % code)


def test_ready_fd_gets_all_addresses_and_is_closed():
    if WINDOWS:
        server = start("serve", "127.0.0.1:0", "--ready-fd", "3")
        read_until(server.stderr, rb"--ready-fd: not on this system")
        if server.wait(PATIENCE) != 2:
            sys.exit("not a matter of usage")
        return
    read_end, write_end = os.pipe()
    server = start("serve", "127.0.0.1:0", "127.0.0.1:0", "--ready-fd",
                   str(write_end), pass_fds=[write_end])
    os.close(write_end)
    with os.fdopen(read_end, "rb") as ready:
        text = ready.read()  # ends because the server closes it
    ports = re.fullmatch(rb"127\.0\.0\.1:(\d+)\n127\.0\.0\.1:(\d+)\n", text)
    if not ports:
        sys.exit("ready: %r" % text)
    echo(int(ports.group(1)))
    echo(int(ports.group(2)))
    stop(server)


def test_ready_fd_that_is_not_open_or_not_writable_fails():
    if WINDOWS:
        return "--ready-fd is for POSIX"
    server = start("serve", "127.0.0.1:0", "--ready-fd", "97")
    read_until(server.stderr, rb"write --ready-fd 97: not an open "
               rb"descriptor \(EBADF 9\)\n")
    if server.wait(PATIENCE) != 2:
        sys.exit("exit code %d" % server.returncode)
    read_end, write_end = os.pipe()
    server = start("serve", "127.0.0.1:0", "--ready-fd", str(read_end),
                   pass_fds=[read_end])
    read_until(server.stderr, rb"write --ready-fd \d+: ")
    if server.wait(PATIENCE) != 2:
        sys.exit("exit code %d" % server.returncode)
    os.close(read_end)
    os.close(write_end)


def test_SG2_usr1_tells_the_counters():
    if WINDOWS:
        return "no such signal on this system"
    for poller in "auto", "poll", "select":
        server = start("serve", "127.0.0.1:0", "-q", "--poller", poller)
        port, seen = listening(server.stderr)
        server.send_signal(signal.SIGUSR1)
        _, seen = read_until(server.stderr, rb"stats: 0 clients, 0 at most, "
                             rb"0 accepted, .*\n", seen)
        echo(port)
        server.send_signal(signal.SIGUSR1)
        read_until(server.stderr, rb"stats: . clients, 1 at most, 1 accepted",
                   seen)
        stop(server)


def test_SG2_usr1_tells_what_clients_have_moved():
    """The other commands end no more at it than serve does."""
    if WINDOWS:
        return "no such signal on this system"
    server = start("serve", "127.0.0.1:0", "-q")
    port, _ = listening(server.stderr)
    address = "127.0.0.1:%d" % port
    client = start("connect", address, "-v", stdin=subprocess.PIPE,
                   stdout=subprocess.PIPE)
    client.stdin.write(b"hello")
    client.stdin.flush()
    read_until(client.stdout, b"hello")
    client.send_signal(signal.SIGUSR1)
    read_until(client.stderr, rb"stats: 5 B in, 5 B out, \d+\.\d s\n")
    client.stdin.close()
    if client.wait(PATIENCE) != 0:
        sys.exit("connect: exit code %d" % client.returncode)
    bench = start("bench", address, "--duration", "0", "-v", "--clients", "1",
                  stdout=subprocess.PIPE)
    _, seen = read_until(bench.stderr, b"1 connections are there\n")
    bench.send_signal(signal.SIGUSR1)
    read_until(bench.stderr, rb"stats: \d+ messages, \d+ messages/s, ", seen)
    stop(bench)
    stop(server)
    receiver = start("recv", "-o-", "127.0.0.1:0")
    port, seen = listening(receiver.stderr)
    receiver.send_signal(signal.SIGUSR1)
    _, seen = read_until(receiver.stderr, rb"stats: 0 B in, 0 B out, ", seen)
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as peer:
        peer.sendall(b"file")
    if receiver.wait(PATIENCE) != 0:
        sys.exit("recv: exit code %d" % receiver.returncode)


def test_serve_and_bench_raise_the_limit_of_descriptors():
    if WINDOWS:
        return "no such limit on this system"

    def limit():
        resource.setrlimit(resource.RLIMIT_NOFILE, (64, 512))

    server = start("serve", "127.0.0.1:0", "-q", preexec_fn=limit)
    port, _ = listening(server.stderr)
    address = "127.0.0.1:%d" % port
    bench = start("bench", address, "--clients", "20", "--idle", "200",
                  "--duration", "100ms", preexec_fn=limit)
    _, said = bench.communicate(timeout=PATIENCE)
    if bench.returncode != 0 or said:
        sys.exit("exit code %d, said %r" % (bench.returncode, said))
    bench = start("bench", address, "--clients", "500", "--json",
                  preexec_fn=limit, stdout=subprocess.PIPE)
    told, said = bench.communicate(timeout=PATIENCE)
    if (bench.returncode != 1 or b"may have 512 descriptors\n" not in said or
            json.loads(told)["error"] != "EMFILE"):
        sys.exit("exit code %d, said %r, told %r" %
                 (bench.returncode, said, told))
    stop(server)


def hang_up(act):
    """connect at a terminal of its own that survives SIGHUP; act gets the
    terminal and the peer, and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        pid, terminal = pty.fork()
        if pid == 0:
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            log = os.open("hangup.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
            os.dup2(log, 2)
            os.execv(COMMAND[0], COMMAND + [
                "connect", "127.0.0.1:%d" % listener.getsockname()[1]])
        peer, _ = listener.accept()
        with peer:
            peer.settimeout(PATIENCE)
            act(terminal, peer)
        _, status = os.waitpid(pid, 0)
    with open("hangup.log", "rb") as log:
        said = log.read()
    if said:
        sys.exit("it was not quiet: %r" % said)
    return os.waitstatus_to_exitcode(status)


def test_SG2_connect_ends_quietly_when_its_terminal_has_gone():
    if WINDOWS:
        return "no terminal that hangs up on this system"

    def end(terminal, peer):
        os.close(terminal)
        if peer.recv(1) != b"":
            sys.exit("no end of input")

    def speak(terminal, peer):
        end(terminal, peer)
        peer.sendall(b"nobody reads this\n")

    if hang_up(end) != 0:
        sys.exit("a terminal that ends is an end of input")
    if hang_up(speak) != 1:
        sys.exit("what came was lost, but the exit code does not tell")


def wait_for(condition, what):
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            sys.exit("never: " + what)
        time.sleep(0.01)


def push(peer, data):
    """Sends until nobody takes more for half a second; returns how much."""
    sent = 0
    peer.setblocking(False)
    while True:
        _, ready, _ = select.select([], [peer], [], 0.5)
        if not ready:
            return sent
        sent += peer.send(data[sent % len(data):])


def test_CL4_connect_whose_output_is_stuck_holds_its_peer_back():
    data = os.urandom(1 << 20)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = start("connect", "127.0.0.1:%d" % listener.getsockname()[1],
                       stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        peer, _ = listener.accept()
        with peer:
            sent = push(peer, data)
            if sent > 32 << 20:
                sys.exit("took %d bytes that nobody reads" % sent)
            peer.shutdown(socket.SHUT_WR)
            came = client.stdout.read()
        if came != (data * (sent // len(data) + 1))[:sent]:
            sys.exit("%d bytes sent, other %d came" % (sent, len(came)))
        if client.wait(PATIENCE) != 0:
            sys.exit("exit code %d" % client.returncode)
        client.stdin.close()


def test_CL4_SG2_connect_whose_reader_has_gone_ends_quietly():
    """As with | head."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = start("connect", "127.0.0.1:%d" % listener.getsockname()[1],
                       stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        peer, _ = listener.accept()
        with peer:
            peer.sendall(b"first\n")
            read_until(client.stdout, b"first\r?\n")
            client.stdout.close()
            peer.settimeout(PATIENCE)
            try:
                peer.sendall(b"second\n")
                peer.recv(1)
            except ConnectionError:
                pass
        said = client.stderr.read()
        if client.wait(PATIENCE) != 1 or said:
            sys.exit("exit code %d, and it said %r" %
                     (client.returncode, said))
        client.stdin.close()


def test_SG2_hangup_ends_serve_as_it_ends_others():
    if WINDOWS:
        return "no such signal on this system"
    server = start("serve", "127.0.0.1:0")
    listening(server.stderr)
    server.send_signal(signal.SIGHUP)
    if server.wait(PATIENCE) != -signal.SIGHUP:
        sys.exit("exit code %d" % server.returncode)


def state_of(process):
    with open("/proc/%d/stat" % process.pid) as stat:
        return stat.read().rsplit(") ", 1)[1][0]


def test_SG5_serve_goes_on_after_a_stop():
    """Stopped, it keeps what comes; then it serves as if nothing had been."""
    if WINDOWS or not os.path.exists("/proc/self/stat"):
        return "no such signal on this system, or no way to see its effect"
    for poller in "auto", "poll", "select":
        server = start("serve", "127.0.0.1:0", "--poller", poller)
        port, _ = listening(server.stderr)
        with socket.create_connection(("127.0.0.1", port), PATIENCE) as peer:
            peer.sendall(b"one")
            if peer.recv(3, socket.MSG_WAITALL) != b"one":
                sys.exit("no echo")
            for _ in range(3):
                server.send_signal(signal.SIGSTOP)
                wait_for(lambda: state_of(server) == "T", "stopped")
                peer.sendall(b"two")
                late = socket.create_connection(("127.0.0.1", port), PATIENCE)
                server.send_signal(signal.SIGCONT)
                if peer.recv(3, socket.MSG_WAITALL) != b"two":
                    sys.exit("no echo after a stop")
                late.close()
        echo(port)
        stop(server)


def test_CL3_connect_raw_reaches_a_terminal_untouched():
    if WINDOWS:
        return "no terminal of its own on this system"
    for options, wanted in ([], b"\\x1B[1mA\xc3\xa9\\xFF"), (
            ["--raw"], b"\x1b[1mA\xc3\xa9\xff"):
        with socket.create_server(("127.0.0.1", 0)) as listener:
            master, slave = pty.openpty()
            client = start("connect", *options, "127.0.0.1:%d" %
                           listener.getsockname()[1], stdout=slave,
                           stderr=subprocess.DEVNULL)
            os.close(slave)
            peer, _ = listener.accept()
            with peer:
                peer.sendall(b"\x1b[1mA\xc3\xa9\xff")
            with os.fdopen(master, "rb", buffering=0) as screen:
                read_until(screen, re.escape(wanted))
            if client.wait(PATIENCE) != 0:
                sys.exit("exit code %d" % client.returncode)


signal.alarm(150)  # whatever else goes wrong
try:
    cases.run(globals())
finally:
    for process in started:
        if process.poll() is None:
            process.kill()
            process.wait()
