# SPDX-License-Identifier: MIT
#
# bash complete.bash FILE PROGRAM WORD...
#
# Prints what the completion in FILE offers for the last word of a command
# line, one a line. "=" is a word of its own, as bash itself cuts them; @ is
# an empty one.

file=$1
shift
source "$file"

COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
if [[ ${COMP_WORDS[COMP_CWORD]} == @ ]]; then
    COMP_WORDS[COMP_CWORD]=
fi
COMPREPLY=(wrong)
complete -p duosock | grep -q -- '-F _duosock duosock' || exit 1
_duosock "$1" "${COMP_WORDS[COMP_CWORD]}" "${COMP_WORDS[COMP_CWORD - 1]}"
if ((${#COMPREPLY[@]} > 0)); then
    printf '%s\n' "${COMPREPLY[@]}"
fi
