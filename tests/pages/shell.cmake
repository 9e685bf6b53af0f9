# SPDX-License-Identifier: MIT
#
# The completions of one shell: every option that a command's --help has is
# offered, none that it has not, and the values of those with a choice. bash
# and fish are asked; zsh runs the file, and what it would tell zsh is looked at.
# Where a shell is not here, the text of its file is, and that is said.

cmake_minimum_required(VERSION 3.16...4.0)
include("${CMAKE_CURRENT_LIST_DIR}/page.cmake")
help_read()
find_program(shell ${SHELL})

set(folder "${ROOT}/docs/completions")
file(MAKE_DIRECTORY "${WORK}/folder")
file(WRITE "${WORK}/folder/a file" "")

# ---- what is offered -------------------------------------------------------

# The words that follow those given; the last one has been begun, or is @: CMake
# cannot pass on empty ones.
function(offered out)
    set(file duosock.bash)
    if(SHELL STREQUAL "zsh")
        set(file _duosock)
    endif()
    execute_process(
        COMMAND ${shell} "${ROOT}/tests/pages/complete.${SHELL}"
                "${folder}/${file}" "${PROGRAM}" ${ARGN}
        WORKING_DIRECTORY "${WORK}/folder" RESULT_VARIABLE result
        OUTPUT_VARIABLE words ERROR_VARIABLE errors)
    if(NOT result EQUAL 0 OR NOT "${errors}" STREQUAL "")
        message(FATAL_ERROR "${SHELL}: ${result} ${errors}")
    endif()
    manual_protect(words)
    string(REGEX REPLACE "\n$" "" words "${words}")
    string(REPLACE "\n" ";" words "${words}")
    set(${out} "${words}" PARENT_SCOPE)
endfunction()

function(offered_fish out)
    list(JOIN ARGN " " line)
    string(REGEX REPLACE "@$" "" line "${line}")
    execute_process(
        COMMAND ${shell} --no-config -c "source $argv[1]; complete -C $argv[2]"
                "${folder}/duosock.fish" "duosock ${line}"
        WORKING_DIRECTORY "${WORK}/folder" RESULT_VARIABLE result
        OUTPUT_VARIABLE words ERROR_VARIABLE errors)
    if(NOT result EQUAL 0 OR NOT "${errors}" STREQUAL "")
        message(FATAL_ERROR "fish: ${result} ${errors}")
    endif()
    manual_protect(words)
    string(REGEX REPLACE "\n$" "" words "${words}")
    string(REPLACE "\n" ";" words "${words}")
    string(REGEX REPLACE "\t[^;]*" "" words "${words}")
    set(${out} "${words}" PARENT_SCOPE)
endfunction()

# The options that a file has for a command, by its text.
function(written_options out command)
    if(SHELL STREQUAL "bash")
        file(READ "${folder}/duosock.bash" text)
        string(REGEX MATCH "    ${command}[)] _duosock_words '([^']*)'" found
               "${text}")
        string(REPLACE " " ";" found "${CMAKE_MATCH_1}")
    elseif(SHELL STREQUAL "zsh")
        file(READ "${folder}/_duosock" text)
        manual_protect(text)
        string(FIND "${text}" "\n    ${command})\n" begin)
        string(SUBSTRING "${text}" ${begin} -1 text)
        string(FIND "${text}" "\n        ${m_semi}${m_semi}\n" end)
        string(SUBSTRING "${text}" 0 ${end} text)
        string(REGEX MATCHALL "\n +'[*]?--?[a-z0-9-]+" found "${text}")
        string(REGEX REPLACE "\n +'[*]?" "" found "${found}")
    else()
        file(READ "${folder}/duosock.fish" text)
        manual_protect(text)
        string(REGEX MATCHALL "subcommand_from ${command}' -[ls] [a-z0-9-]+"
               found "${text}")
        string(REGEX REPLACE "[^;]* -l " "--" found "${found}")
        string(REGEX REPLACE "[^;]* -s " "-" found "${found}")
    endif()
    set(${out} "${found}" PARENT_SCOPE)
endfunction()

# ---- options ---------------------------------------------------------------

foreach(command IN LISTS help_commands)
    help_read_command(${command})
    set(names "")
    set(i 0)
    while(i LESS h_count)
        list(APPEND names ${h_${i}_name})
        math(EXPR i "${i} + 1")
    endwhile()
    written_options(words ${command})
    page_same("${command}" "--help" names "${SHELL}'s file" words)
    if(NOT shell)
        continue()
    endif()
    if(SHELL MATCHES "bash|zsh")
        offered(words ${command} -)
        string(REGEX REPLACE "[=+]?${m_open}[^;]*" "" words "${words}")
        string(REGEX REPLACE "[*]-" "-" words "${words}")
        list(FILTER words EXCLUDE REGEX "^(-s|:.*|[*]:.*)$") # for zsh itself
        page_same("${command}" "--help" names "${SHELL}" words)
    elseif(SHELL STREQUAL "fish")
        offered_fish(words ${command} --)
        list(FILTER names INCLUDE REGEX "^--")
        page_same("${command}" "--help" names "fish" words)
    endif()
    # What an option with a choice may be given.
    set(i 0)
    while(i LESS h_count)
        if(h_${i}_value MATCHES "[|]" AND NOT SHELL STREQUAL "zsh")
            string(REGEX REPLACE "=[A-Z]+" "=" choice "${h_${i}_value}")
            string(REPLACE "|" ";" choice "${choice}")
            if(SHELL STREQUAL "bash")
                offered(words ${command} ${h_${i}_name} @)
            else()
                offered_fish(words ${command} ${h_${i}_name} @)
            endif()
            page_same("${command} ${h_${i}_name}" "--help" choice
                "${SHELL}" words)
        endif()
        math(EXPR i "${i} + 1")
    endwhile()
endforeach()

# ---- the rest, where the shell is here --------------------------------------

# expect(what wanted words): the words that a shell offered.
macro(expect what wanted)
    math(EXPR looked_at "${looked_at} + 1")
    if(NOT "${ARGN}" STREQUAL "${wanted}")
        offence("${SHELL}: ${what}: '${ARGN}' instead of '${wanted}'")
    endif()
endmacro()

if(shell AND SHELL STREQUAL "bash")
    offered(words se)
    expect("se" "serve;send;selftest" ${words})
    offered(words @)
    expect("commands" "${help_commands};--help;--version" ${words})
    offered(words serve --mo)
    expect("--mo" "--mode" ${words})
    offered(words serve 127.0.0.1:0 --mode = ch)
    expect("--mode=ch" "chat;chargen" ${words})
    offered(words serve --mode =)
    list(LENGTH words count)
    expect("--mode=" "7" ${count})
    offered(words serve --poller a)
    expect("--poller a" "auto" ${words})
    offered(words serve --poller sel)
    expect("--poller sel" "select" ${words})
    offered(words serve --drain @)
    expect("--drain" "" ${words})
    offered(words send @)
    expect("a file to send" "a file" ${words})
    offered(words recv -o @)
    expect("-o" "a file" ${words})
    offered(words serve @)
    expect("an address" "" ${words})
    offered(words dance -)
    expect("no command" "" ${words})
elseif(shell AND SHELL STREQUAL "zsh")
    execute_process(COMMAND ${shell} -f -n "${folder}/_duosock"
        RESULT_VARIABLE result ERROR_VARIABLE errors)
    expect("syntax" "0" ${result})
    expect("errors" "" ${errors})
    offered(words pollers)
    list(FILTER words INCLUDE REGEX "^(auto|select|pollers:.*|duosock.*)$")
    expect("pollers" "auto;select" ${words})
    offered(words @)
    string(REGEX REPLACE ":[^;]*" "" words "${words}")
    expect("commands" "${help_commands};--help;--version" ${words})
elseif(shell)
    execute_process(COMMAND ${shell} --no-execute "${folder}/duosock.fish"
        RESULT_VARIABLE result ERROR_VARIABLE errors)
    expect("syntax" "0" ${result})
    expect("errors" "" ${errors})
    offered_fish(words recv -o @)
    expect("-o" "a file" ${words})
endif()

rule_end("completions for ${SHELL}")
if(NOT shell)
    message("skipped: ${SHELL} is not here; only the text was looked at")
endif()
