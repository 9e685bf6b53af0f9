# SPDX-License-Identifier: MIT
#
# --help against duosock.1, in both directions: commands, options, whether they
# take a value, defaults, exit codes; and the environment. Each example of both
# is understood: it is run with --help behind it, which reads the whole line
# first.

cmake_minimum_required(VERSION 3.16...4.0)
include("${CMAKE_CURRENT_LIST_DIR}/page.cmake")
page_read()
help_read()

# ---- commands and options --------------------------------------------------

string(REGEX MATCHALL "\n[.]Ss [a-z]+" headings "${text}")
string(REGEX REPLACE "\n[.]Ss " "" headings "${headings}")
page_same("commands" "--help" help_commands "duosock.1" headings)
foreach(command IN LISTS help_commands)
    if(NOT "${text}" MATCHES "\n[.]Nm\n[.]Cm ${command}\n")
        offence("duosock.1: ${command} is not in the SYNOPSIS")
    endif()
endforeach()

# The options below a heading: names in out, page_text_<name> and
# page_value_<name> of each.
macro(page_options out heading)
    set(name "")
    foreach(line IN LISTS page_${heading})
        if(line MATCHES "^[.]It Fl (-?[a-z0-9-]+)( Ar .*)?$")
            set(name "-${CMAKE_MATCH_1}")
            list(APPEND ${out} ${name})
            set(page_value_${name} "${CMAKE_MATCH_2}")
            set(page_text_${name} "")
        elseif(NOT name STREQUAL "")
            string(APPEND page_text_${name} " ${line}")
        endif()
    endforeach()
endmacro()

set(common "")
page_options(common Common_options)
foreach(command IN LISTS help_commands)
    set(in_page ${common})
    page_options(in_page ${command})
    help_read_command(${command})
    set(in_help "")
    set(i 0)
    while(i LESS h_count)
        set(name ${h_${i}_name})
        set(preset "${h_${i}_preset}")
        list(APPEND in_help ${name})
        if(name IN_LIST in_page)
            if(h_${i}_value STREQUAL "" AND NOT page_value_${name} STREQUAL "")
                offence("${command} ${name}: takes no value")
            elseif(NOT h_${i}_value STREQUAL "" AND
                   page_value_${name} STREQUAL "")
                offence("${command} ${name}: takes a value")
            endif()
            string(FIND "${page_text_${name}}" "(${preset})" place)
            if(NOT preset STREQUAL "" AND place EQUAL -1)
                offence("${command} ${name}: duosock.1 does not say (${preset})")
            endif()
        endif()
        math(EXPR i "${i} + 1")
    endwhile()
    page_same("${command}" "--help" in_help "duosock.1" in_page)
endforeach()

# ---- exit codes ------------------------------------------------------------

page_items(in_page EXIT_STATUS "[.]It")
file(STRINGS "${ROOT}/src/cli/cli.h" in_code REGEX "^    CLI_[A-Z]+ = [0-9]+")
string(REGEX REPLACE "[^;]*= ([0-9]+)[^;]*" "\\1" in_code "${in_code}")
help_lines(lines --help)
string(REGEX MATCH "Exit codes: .*" in_help "${lines}")
string(REGEX MATCHALL "[0-9]+" in_help "${in_help}")
page_same("exit codes" "src/cli/cli.h" in_code "duosock.1" in_page)
page_same("exit codes" "src/cli/cli.h" in_code "--help" in_help)

# ---- environment -----------------------------------------------------------

set(in_code "")
rule_files(files src/*.c src/*/*.c)
foreach(path IN LISTS files)
    file(READ "${ROOT}/${path}" code)
    string(REGEX MATCHALL "(getenv|os_take_variable)\\(\"[A-Z_]+\"" found
           "${code}")
    string(REGEX REPLACE "[^;\"]*\"([^\"]*)\"" "\\1" found "${found}")
    list(APPEND in_code ${found})
endforeach()
list(REMOVE_DUPLICATES in_code)
set(in_page ${page_ENVIRONMENT})
list(FILTER in_page INCLUDE REGEX "^[.]It Ev ")
string(REGEX MATCHALL "[A-Z_][A-Z_]+" in_page "${in_page}")
page_same("environment" "src" in_code "duosock.1" in_page)

# ---- examples --------------------------------------------------------------

# Runs what a line has of duosock, with --help behind it.
function(check_example where line)
    string(REGEX REPLACE "^ +" "" line "${line}")
    string(REGEX REPLACE "  .*" "" line "${line}")
    string(REGEX MATCH "duosock [^|<>]*" call "${line}")
    string(REGEX REPLACE "^duosock " "" call "${call}")
    manual_plain(call)
    separate_arguments(call UNIX_COMMAND "${call}")
    list(GET call 0 command)
    if(NOT command IN_LIST help_commands)
        offence("${where}: no command in '${line}'")
        return()
    endif()
    execute_process(COMMAND ${PROGRAM} ${call} --help RESULT_VARIABLE result
        OUTPUT_VARIABLE printed ERROR_VARIABLE said)
    if(NOT result EQUAL 0 OR NOT printed MATCHES "^duosock ${command} ")
        offence("${where}: '${line}' is not understood: ${said}")
    endif()
    set(offences ${offences} PARENT_SCOPE)
endfunction()

macro(check_examples where)
    set(count 0)
    foreach(line ${ARGN})
        check_example("${where}" "${line}")
        math(EXPR count "${count} + 1")
        math(EXPR looked_at "${looked_at} + 1")
    endforeach()
    if(count LESS 2)
        offence("${where}: ${count} examples")
    endif()
endmacro()

# They come first, behind the line that says what the command does.
macro(check_first where)
    list(GET h_lines 1 gap)
    list(GET h_lines 2 first)
    if(NOT gap STREQUAL "" OR NOT first STREQUAL "Examples:")
        offence("${where}: examples do not come first")
    endif()
endmacro()

help_read()
check_first("--help")
check_examples("--help" ${help_examples})
foreach(command IN LISTS help_commands)
    help_read_command(${command})
    check_first("${command} --help")
    check_examples("${command} --help" ${h_examples})
endforeach()
set(calls ${page_EXAMPLES})
list(FILTER calls INCLUDE REGEX "^duosock ")
check_examples("duosock.1" ${calls})

rule_end("help and duosock.1")
