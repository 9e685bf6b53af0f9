#!/bin/sh
# SPDX-License-Identifier: MIT
#
# valgrind.sh PROGRAM [ARGUMENT...]: runs it, and whatever it starts, under
# valgrind. Fails, too, for memory that is used wrongly or lost, and for a
# descriptor that is open at the end and was not at the beginning: valgrind
# tells of those, but makes no error of them.
#
# These stay open, and are meant to:
#   sys_quit.c       the pipe of stop signals: a handler may be under way
#   os_usr1_open     the program's own such pipe
#   open_leave       a reader of input may end after its program
#   net.c: reserve   the tests' port where nobody listens

stay='\(sys_quit[.]c|os_usr1_open \(|open_leave \(|reserve \(net[.]c'

logs=$(mktemp -d) || exit 1
trap 'rm -rf "$logs"' EXIT

valgrind --trace-children=yes --child-silent-after-fork=yes \
    --error-exitcode=99 --leak-check=full \
    --show-leak-kinds=definite,indirect \
    --errors-for-leak-kinds=definite,indirect \
    --track-fds=yes --log-file="$logs/%p" "$@"
result=$?

# One log per process. A descriptor is a block that begins with "Open" and
# ends with an empty line. Who was ended by a signal could close nothing.
for log in "$logs"/*; do
    awk -v stay="$stay|<inherited from parent>" '
        { sub(/^==[0-9]+== ?/, ""); text = text $0 "\n" }
        /^Process terminating with default action/ { killed = 1 }
        # By what no test sends: SIGHUP, SIGINT, SIGKILL, SIGPIPE, SIGTERM.
        /^Process terminating/ && !/signal (1|2|9|13|15) / { bad = 1 }
        /^ERROR SUMMARY: [1-9]/ { bad = 1 }
        /^Open / { left = 1 }
        left && $0 ~ stay { left = 0 }
        left && /^ *$/ { left = 0; bad = bad || !killed }
        END { if (bad) printf "%s", text; exit bad }
    ' "$log" || [ "$result" -ne 0 ] || result=98
done
exit "$result"
