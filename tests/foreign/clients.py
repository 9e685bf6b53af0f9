# SPDX-License-Identifier: MIT
#
# clients.py COMMAND... - foreign clients at duosock serve, which is run by
# COMMAND (an emulator may stand before it): each gets back what it sent, and
# ends well.

import os
import subprocess
import sys

import guests
from guests import TEXT
from programs import Process, Server, echo, native, need, outcome, until

COMMAND = sys.argv[1:]


def serve(*args, **options):
    return Server(COMMAND, "-q", *args, **options)


def check(who, client, text=TEXT, wanted=0):
    code, out, err = outcome(client, text, env=native(COMMAND))
    guests.equal(out, text, who)
    assert code == wanted, "%s: exit code %d: %r" % (who, code, err)


def over_tcp(who, *client):
    """The client's command ends with what says where the server is."""
    server = serve()
    check(who, [word.replace("PORT", str(server.port)) for word in client])
    server.stop()


def until_stopped(who, *client):
    """A client that does not end its side of the connection: when it has
    all, the server ends."""
    server = serve()
    with open("sent", "wb") as file:
        file.write(TEXT)
    with open("sent", "rb") as sent, open("got", "wb") as got:
        process = Process([word.replace("PORT", str(server.port))
                           for word in client], stdin=sent, stdout=got,
                          env=native(COMMAND))
        until(lambda: os.path.getsize("got") >= len(TEXT), "all bytes")
        server.stop()
        code = process.end()
    with open("got", "rb") as got:
        guests.equal(got.read(), TEXT, who)
    # What runs under an emulator was killed, which is another end.
    assert code == 0 or guests.is_windows(COMMAND), (code, process.text)


def over_unix(who, *client):
    guests.need_unix_sockets(COMMAND)
    server = serve(address="unix:" + os.path.abspath("s"))
    check(who, client)
    server.stop()
    assert not os.path.exists("s"), "the socket's file is still there"


def test_nc_openbsd_gets_back_what_it_sends():
    over_tcp("nc", need("nc.openbsd"), "-N", "127.0.0.1", "PORT")


def test_nc_openbsd_over_a_unix_socket():
    over_unix("nc", need("nc.openbsd"), "-N", "-U", "s")


def test_nc_traditional_gets_back_what_it_sends():
    until_stopped("nc", need("nc.traditional"), "127.0.0.1", "PORT")


def test_ncat_gets_back_what_it_sends():
    over_tcp("ncat", need("ncat"), "127.0.0.1", "PORT")


def test_ncat_over_a_unix_socket():
    over_unix("ncat", need("ncat"), "-U", "s")


def test_socat_gets_back_what_it_sends():
    over_tcp("socat", need("socat"), "-t", "30", "-", "TCP:127.0.0.1:PORT")


def test_socat_over_a_unix_socket():
    over_unix("socat", need("socat"), "-t", "30", "-", "UNIX-CONNECT:s")


def test_telnet_hears_its_lines():
    telnet = need("telnet")
    server = serve()
    client = Process([telnet, "127.0.0.1", str(server.port)],
                     stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                     env=native(COMMAND))
    # It drops what it reads before the connection stands.
    client.await_text(b"Escape character")
    for i in range(20):
        client.popen.stdin.write(b"line %d\n" % i)
        client.popen.stdin.flush()
        client.await_text(b"line %d\r?\n" % i)
    client.popen.stdin.close()
    client.end()
    echo(server.port)
    server.stop()


def test_curl_over_telnet_gets_back_what_it_sends():
    until_stopped("curl", need("curl"), "-sSN", "telnet://127.0.0.1:PORT")


def test_curl_over_a_unix_socket_hears_its_request():
    curl = need("curl")
    guests.need_unix_sockets(COMMAND)
    server = serve(address="unix:" + os.path.abspath("s"))
    client = Process([curl, "-sSN", "--http0.9", "--unix-socket", "s",
                      "http://localhost/path"], stdout=subprocess.PIPE)
    client.await_text(rb"GET /path HTTP/1.1\r\n")
    server.stop()
    assert client.end() == 0, client.text


def test_redis_benchmark_takes_the_echo_of_a_ping_for_an_answer():
    redis = need("redis-benchmark")
    server = serve()
    for options in [], ["-P", "16"]:
        code, out, err = outcome(
            [redis, "-h", "127.0.0.1", "-p", str(server.port), "-q", "-t",
             "ping_mbulk", "-n", "20000", "-c", "50", *options],
            env=native(COMMAND))
        assert code == 0 and b"PING_MBULK" in out and \
            b"requests per second" in out, (code, out[-500:], err)
        print(out.decode().replace("\r", "\n").strip().splitlines()[-1])
    server.stop()


guests.main(globals())
