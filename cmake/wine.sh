#!/bin/sh
# SPDX-License-Identifier: MIT
#
# wine.sh WINE PROGRAM...: runs a test program under Wine, without its notices.
#
# Half a second after a process said that it ends, Wine sends it SIGKILL: on a
# busy machine this takes programs that had passed. And now and then one is
# not started at all and says nothing. Neither tells anything of the program,
# so it is run once more, and that is said; any other end is its own. Nothing
# may stand between, since cmake -E env makes an exit code of 1 of a SIGKILL.

export WINEDEBUG=-all
folder=$(mktemp -d) || exit 1
trap 'rm -rf "$folder"' EXIT

run() {
    { "$@"; echo $? >"$folder/code"; } | tee "$folder/output"
    code=$(cat "$folder/code")
}

run "$@"
if [ "$code" -eq 137 ] || { [ "$code" -ne 0 ] && [ ! -s "$folder/output" ]; }
then
    echo "wine.sh: Wine ended it with $code, once more: $*"
    run "$@"
fi
exit "$code"
