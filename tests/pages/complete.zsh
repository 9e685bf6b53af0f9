# SPDX-License-Identifier: MIT
#
# zsh complete.zsh FILE PROGRAM WORD...
#
# Runs the completion in FILE for a command line whose last word has been begun
# (@ is an empty one). What it says to zsh's own functions is printed instead,
# a word a line; "pollers" alone asks for their names.

file=$1
shift
words=("$@")
CURRENT=$#words
if [[ $words[CURRENT] == @ ]]; then
    words[CURRENT]=
fi
program=$words[1]

_arguments()
{
    print -rl -- "$@"
}

_describe()
{
    print -rl -- "${(P@)4}"
}

compadd()
{
    if [[ $1 == -a ]]; then
        print -rl -- "${(P@)2}"
    else
        print -rl -- "$@[2,-1]"
    fi
}

_call_program()
{
    $program "$@[3,-1]"
}

source $file
if [[ $words[2] == pollers ]]; then
    _duosock_pollers
fi
