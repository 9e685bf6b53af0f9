#!/bin/sh
# SPDX-License-Identifier: MIT
#
# lanes.sh LOG CMAKE ARGUMENT...: CMake twice at once, with LANE=suites and with
# LANE=beside, which gets the time that the other leaves and writes to LOG; that
# is printed at the end. Fails if one of them does.

log=$1
cmake=$2
shift 2

nice -n 19 "$cmake" -DLANE=beside "$@" >"$log" 2>&1 &
beside=$!
trap 'kill "$beside"; exit 130' INT TERM

"$cmake" -DLANE=suites "$@"
result=$?
wait "$beside" || result=1
cat "$log"
exit "$result"
