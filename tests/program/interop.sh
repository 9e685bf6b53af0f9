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

# check WHO NATIVE EXE: the client has got what it sent, and these exit codes are
# 0; the exe's may be 137, since Wine may kill a program that says that it ends.
check()
{
    server=
    if cmp sent got && test "$2" -eq 0 &&
       { test "$3" -eq 0 || test "$3" -eq 137; }; then
        echo "$1: all bytes came back"
    else
        echo "$1: duosock ended with $2, duosock.exe with $3"
        failed=1
    fi
    rm -f ready got
}

"$@" serve 127.0.0.1:0 --ready-file ready --exit-after-idle 2s 2>log &
server=$!
address=$(await_address) || { cat log; exit 1; }
timeout 60 env DUOSOCK_POLLER= "$native" connect "$address" <sent >got
native_code=$?
wait "$server"
check "duosock.exe serves duosock" $native_code $?

env DUOSOCK_POLLER= "$native" serve 127.0.0.1:0 --ready-file ready 2>log &
server=$!
address=$(await_address) || { cat log; exit 1; }
timeout 60 "$@" connect "$address" <sent >got
exe_code=$?
kill "$server"
wait "$server"
check "duosock serves duosock.exe" $? $exe_code
exit $failed
