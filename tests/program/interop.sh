#!/bin/sh
# SPDX-License-Identifier: MIT
#
# interop.sh NATIVE WINDOWS... - duosock of this system and duosock.exe, each
# as the server of the other. WINDOWS... is the command that runs the exe. A
# poller that DUOSOCK_POLLER forces is meant for the exe alone.

set -u
native=$1
shift

dir=$(mktemp -d) || exit 1
server=
trap 'test -z "$server" || kill "$server" 2>/dev/null; rm -rf "$dir"' EXIT
cd "$dir" || exit 1
head -c 4194304 /dev/urandom >sent
failed=0

# await_address: the first line of the ready file, without a CR.
await_address()
{
    tries=0
    while ! test -s ready; do
        tries=$((tries + 1))
        test $tries -lt 200 || return 1
        sleep 0.1
    done
    tr -d '\r' <ready
}

# check WHO: the client has got what it sent, and the server ends well.
check()
{
    if cmp sent got; then
        echo "$1: all bytes came back"
    else
        failed=1
    fi
    wait "$server" || { echo "$1: the server ended with $?"; failed=1; }
    server=
    rm -f ready got
}

"$@" serve 127.0.0.1:0 --ready-file ready --exit-after-idle 2s 2>log &
server=$!
address=$(await_address) || { cat log; exit 1; }
timeout 60 env DUOSOCK_POLLER= "$native" connect "$address" <sent >got || failed=1
check "duosock.exe serves duosock"

env DUOSOCK_POLLER= "$native" serve 127.0.0.1:0 --ready-file ready 2>log &
server=$!
address=$(await_address) || { cat log; exit 1; }
timeout 60 "$@" connect "$address" <sent >got || failed=1
kill "$server"
check "duosock serves duosock.exe"
exit $failed
