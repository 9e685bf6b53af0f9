#!/bin/sh
# SPDX-License-Identifier: MIT
#
# bulk.sh DUOSOCK POLLER - 64 MiB of random bytes through duosock serve come
# back unchanged from clients that know nothing of duosock: nc (OpenBSD's),
# socat and a Python script, also through a relay, and one file from nc to
# duosock recv. Ends with 77 where one of them is missing.

set -u
duosock=$1
poller=$2

skip()
{
    echo "skipped: $1"
    exit 77
}

command -v socat >/dev/null || skip "no socat"
command -v python3 >/dev/null || skip "no python3"
command -v sha256sum >/dev/null || skip "no sha256sum"
nc -h 2>&1 | grep -q OpenBSD || skip "no nc of OpenBSD"

dir=$(mktemp -d) || exit 1
server=
relay=
trap 'kill $server $relay 2>/dev/null; rm -rf "$dir"' EXIT

# await FILE COMPLAINT: until it has a content.
await()
{
    tries=0
    while ! test -s "$1"; do
        tries=$((tries + 1))
        test $tries -lt 200 || { echo "$2"; exit 1; }
        sleep 0.1
    done
}

head -c 67108864 /dev/urandom >"$dir/sent"
expected=$(sha256sum <"$dir/sent")

"$duosock" serve 127.0.0.1:0 --ready-file "$dir/ready" --poller "$poller" &
server=$!
await "$dir/ready" "the server never listened"
port=$(sed 's/.*://' "$dir/ready")

failed=0
check()
{
    if test "$(sha256sum <"$dir/got")" = "$expected"; then
        echo "$1: all 64 MiB came back"
    else
        echo "$1: other bytes came back"
        failed=1
    fi
}

timeout 60 nc -N 127.0.0.1 "$port" <"$dir/sent" >"$dir/got"
check nc
timeout 60 socat -t 30 - "TCP:127.0.0.1:$port" <"$dir/sent" >"$dir/got"
check socat
timeout 60 python3 "$(dirname "$0")/bulk.py" "$port" <"$dir/sent" >"$dir/got"
check python

# Through a relay; then a file from nc, which knows no checksum.
"$duosock" serve 127.0.0.1:0 --mode "relay=127.0.0.1:$port" \
    --ready-file "$dir/relay" --poller "$poller" &
relay=$!
await "$dir/relay" "the relay never listened"
timeout 60 nc -N 127.0.0.1 "$(sed 's/.*://' "$dir/relay")" \
    <"$dir/sent" >"$dir/got"
check "nc through a relay"
kill "$relay"
wait "$relay" || { echo "the relay ended with $?"; failed=1; }
relay=

"$duosock" recv -o "$dir/got" 127.0.0.1:0 --poller "$poller" 2>"$dir/log" &
relay=$!
await "$dir/log" "recv never listened"
timeout 60 nc -N 127.0.0.1 "$(sed 's/.*127.0.0.1:\([0-9]*\) .*/\1/;q' "$dir/log")" \
    <"$dir/sent"
wait "$relay" || { echo "recv ended with $?"; failed=1; }
relay=
check "nc to recv"
grep -q " sha256 ${expected%% *}\$" "$dir/log" ||
    { echo "another checksum:"; cat "$dir/log"; failed=1; }

kill "$server"
wait "$server" || { echo "the server ended with $?"; failed=1; }
server=
exit $failed
