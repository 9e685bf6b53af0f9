# SPDX-License-Identifier: MIT
#
# Reads what the program PROGRAM says of itself with --help. Included by
# completions.cmake and by the tests that hold the pages against it.
#
#   help_read()
#       help_commands; help_<command>_summary; help_examples, the lines.
#   help_read_command(command)
#       h_synopsis; h_examples; h_count options, of each h_<i>_
#           name    with its dashes
#           value   what stands for its value; empty for a flag
#           text    what it does
#           preset  its default, if it has one
#
# What CMake's lists cannot hold stands as in manual.cmake.

include("${CMAKE_CURRENT_LIST_DIR}/manual.cmake")

# The lines that the program prints, which must be all that it does.
function(help_lines out)
    execute_process(COMMAND ${PROGRAM} ${ARGN} RESULT_VARIABLE result
        OUTPUT_VARIABLE text ERROR_VARIABLE errors)
    if(NOT result EQUAL 0 OR NOT "${errors}" STREQUAL "" OR
       "${text}" STREQUAL "")
        message(FATAL_ERROR "${PROGRAM} ${ARGN}: ${result} ${errors}")
    endif()
    manual_protect(text)
    string(REGEX REPLACE "\n$" "" text "${text}")
    string(REPLACE "\n" ";" text "${text}")
    set(${out} "${text}" PARENT_SCOPE)
endfunction()

# The lines of a paragraph that begins with a word.
function(help_paragraph out begin)
    set(found "")
    set(inside NO)
    foreach(line IN LISTS ARGN)
        if(line MATCHES "^${begin}")
            set(inside YES)
        elseif(line STREQUAL "")
            set(inside NO)
        elseif(inside)
            list(APPEND found "${line}")
        endif()
    endforeach()
    set(${out} "${found}" PARENT_SCOPE)
endfunction()

macro(help_read)
    help_lines(h_lines --help)
    help_paragraph(help_examples "Examples:" "${h_lines}")
    help_paragraph(h_found "Commands" "${h_lines}")
    set(help_commands "")
    foreach(h_line IN LISTS h_found)
        if(h_line MATCHES "^  ([a-z]+) +(.*)$")
            list(APPEND help_commands ${CMAKE_MATCH_1})
            set(help_${CMAKE_MATCH_1}_summary "${CMAKE_MATCH_2}")
        else()
            message(FATAL_ERROR "--help: what is this: ${h_line}")
        endif()
    endforeach()
endmacro()

macro(help_read_command command)
    help_lines(h_lines ${command} --help)
    list(GET h_lines 0 h_line)
    if(NOT h_line MATCHES "^duosock ${command} ([^:]*): ")
        message(FATAL_ERROR "${command} --help: what is this: ${h_line}")
    endif()
    set(h_synopsis "${CMAKE_MATCH_1}")
    help_paragraph(h_examples "Examples:" "${h_lines}")
    help_paragraph(h_found "Options" "${h_lines}")
    set(h_count 0)
    foreach(h_line IN LISTS h_found)
        if(NOT h_line MATCHES "^  (--?[a-z0-9-]+)( [^ ]+)? +([^ ].*)$")
            message(FATAL_ERROR "${command} --help: what is this: ${h_line}")
        endif()
        set(h_${h_count}_name "${CMAKE_MATCH_1}")
        set(h_${h_count}_text "${CMAKE_MATCH_3}")
        string(STRIP "${CMAKE_MATCH_2}" h_${h_count}_value)
        set(h_${h_count}_preset "")
        if(NOT h_${h_count}_value STREQUAL "" AND
           h_line MATCHES " \\(([^ ()]*)\\)$")
            set(h_${h_count}_preset "${CMAKE_MATCH_1}")
        endif()
        math(EXPR h_count "${h_count} + 1")
    endforeach()
endmacro()
