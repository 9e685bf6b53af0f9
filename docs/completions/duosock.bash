# SPDX-License-Identifier: MIT
#
# Made by cmake/completions.cmake of what duosock --help says.
# Source it from ~/.bashrc, or let bash-completion find it as duosock.

_duosock_words()
{
    COMPREPLY=($(compgen -W "$1" -- "$word"))
    if [[ ${COMPREPLY[*]} == *= ]]; then
        compopt -o nospace 2>/dev/null || :
    fi
}

_duosock_files()
{
    local IFS=$'\n'

    COMPREPLY=($(compgen -f -- "$word"))
    compopt -o filenames 2>/dev/null || :
}

_duosock_pollers()
{
    _duosock_words "auto $("$program" --version 2>/dev/null |
        sed -n 's/^pollers: //p')"
}

_duosock_nothing()
{
    :
}

# What may follow an option; false when nothing is to follow it.
_duosock_value()
{
    case "$command $before" in
    'serve --mode') _duosock_words 'echo discard chat chargen daytime time relay=' ;;
    'serve --max-clients') _duosock_nothing ;;
    'serve --max-clients-per-address') _duosock_nothing ;;
    'serve --allow') _duosock_nothing ;;
    'serve --deny') _duosock_nothing ;;
    'serve --proxy-protocol') _duosock_nothing ;;
    'serve --idle-timeout') _duosock_nothing ;;
    'serve --first-byte-timeout') _duosock_nothing ;;
    'serve --max-queue') _duosock_nothing ;;
    'serve --max-line') _duosock_nothing ;;
    'serve --line-timeout') _duosock_nothing ;;
    'serve --drain') _duosock_nothing ;;
    'serve --exit-after-idle') _duosock_nothing ;;
    'serve --ready-file') _duosock_files ;;
    'serve --ready-fd') _duosock_nothing ;;
    'serve --stats') _duosock_nothing ;;
    'serve --workers') _duosock_nothing ;;
    'serve --reuse') _duosock_words 'safe shared' ;;
    'serve --poller') _duosock_pollers ;;
    'serve --color') _duosock_words 'auto always never' ;;
    'connect --idle') _duosock_nothing ;;
    'connect --timeout') _duosock_nothing ;;
    'connect --retry') _duosock_nothing ;;
    'connect --source') _duosock_nothing ;;
    'connect --stats') _duosock_nothing ;;
    'connect --poller') _duosock_pollers ;;
    'connect --color') _duosock_words 'auto always never' ;;
    'chat --nick') _duosock_nothing ;;
    'chat --idle') _duosock_nothing ;;
    'chat --timeout') _duosock_nothing ;;
    'chat --retry') _duosock_nothing ;;
    'chat --source') _duosock_nothing ;;
    'chat --stats') _duosock_nothing ;;
    'chat --poller') _duosock_pollers ;;
    'chat --color') _duosock_words 'auto always never' ;;
    'send --idle') _duosock_nothing ;;
    'send --timeout') _duosock_nothing ;;
    'send --retry') _duosock_nothing ;;
    'send --source') _duosock_nothing ;;
    'send --stats') _duosock_nothing ;;
    'send --poller') _duosock_pollers ;;
    'send --color') _duosock_words 'auto always never' ;;
    'recv -o') _duosock_files ;;
    'recv --timeout') _duosock_nothing ;;
    'recv --idle') _duosock_nothing ;;
    'recv --stats') _duosock_nothing ;;
    'recv --poller') _duosock_pollers ;;
    'recv --color') _duosock_words 'auto always never' ;;
    'bench --clients') _duosock_nothing ;;
    'bench --size') _duosock_nothing ;;
    'bench --pipeline') _duosock_nothing ;;
    'bench --duration') _duosock_nothing ;;
    'bench --idle') _duosock_nothing ;;
    'bench --timeout') _duosock_nothing ;;
    'bench --retry') _duosock_nothing ;;
    'bench --source') _duosock_nothing ;;
    'bench --stats') _duosock_nothing ;;
    'bench --poller') _duosock_pollers ;;
    'bench --color') _duosock_words 'auto always never' ;;
    'probe --color') _duosock_words 'auto always never' ;;
    'selftest --poller') _duosock_pollers ;;
    'selftest --color') _duosock_words 'auto always never' ;;
    *) return 1 ;;
    esac
}

_duosock_options()
{
    case $command in
    serve) _duosock_words '--mode --max-clients --max-clients-per-address --allow --deny --proxy-protocol --idle-timeout --first-byte-timeout --max-queue --max-line --line-timeout --drain --exit-after-idle --ready-file --ready-fd --stats --workers --reuse --v6only --allow-udp-echo --poller -v -q --json --color --trace -h --help --version' ;;
    connect) _duosock_words '--idle --raw --hexdump --timeout --retry --source --stats --poller -v -q --json --color --trace -h --help --version' ;;
    chat) _duosock_words '--nick --idle --timeout --retry --source --stats --poller -v -q --json --color --trace -h --help --version' ;;
    send) _duosock_words '--idle --timeout --retry --source --stats --poller -v -q --json --color --trace -h --help --version' ;;
    recv) _duosock_words '-o --timeout --idle --stats --poller -v -q --json --color --trace -h --help --version' ;;
    bench) _duosock_words '--clients --size --pipeline --duration --idle --timeout --retry --source --stats --poller -v -q --json --color --trace -h --help --version' ;;
    probe) _duosock_words '-v -q --json --color --trace -h --help --version' ;;
    selftest) _duosock_words '--poller -v -q --json --color --trace -h --help --version' ;;
    esac
}

_duosock()
{
    local program=$1 command=${COMP_WORDS[1]} before=
    local word=${COMP_WORDS[COMP_CWORD]}

    COMPREPLY=()
    if ((COMP_CWORD < 2)); then
        _duosock_words 'serve connect chat send recv bench probe selftest --help --version'
        return
    fi
    # "--mode=echo" is three words here.
    before=${COMP_WORDS[COMP_CWORD - 1]}
    if [[ $word == = ]]; then
        word=
    elif [[ $before == = ]]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    if _duosock_value; then
        return
    fi
    case $word in
    -*) _duosock_options ;;
    *) case $command in send) _duosock_files ;; esac ;;
    esac
}

complete -F _duosock duosock
