# SPDX-License-Identifier: MIT
#
# Reads duosock.1 for the tests that hold it against the program.
#
#   page_read()
#       Of each .Sh and .Ss page_<heading>, with _ for spaces: its lines as a
#       list. What CMake's lists cannot hold stands as in cmake/manual.cmake.
#   page_items(out heading macro)
#       The words that follow a macro in those lines.
#   page_same(what a_name a b_name b)
#       An offence for each word that one of two lists has and the other not.

include("${ROOT}/tests/rules/common.cmake")
include("${ROOT}/cmake/help.cmake")

macro(page_read)
    file(READ "${ROOT}/docs/man/duosock.1" text)
    manual_protect(text)
    string(REPLACE "\n" ";" lines "${text}")
    set(heading none)
    foreach(line IN LISTS lines)
        if(line MATCHES "^[.]S[hs] (.*)$")
            string(REPLACE " " "_" heading "${CMAKE_MATCH_1}")
            if(DEFINED page_${heading})
                offence("duosock.1: ${heading} is there twice")
            endif()
            set(page_${heading} "")
        else()
            list(APPEND page_${heading} "${line}")
        endif()
    endforeach()
endmacro()

function(page_items out heading macro)
    set(found "")
    foreach(line IN LISTS page_${heading})
        if(line MATCHES "^${macro} ([^ ]+)")
            list(APPEND found "${CMAKE_MATCH_1}")
        endif()
    endforeach()
    set(${out} "${found}" PARENT_SCOPE)
endfunction()

macro(page_same what a_name a b_name b)
    foreach(word IN LISTS ${a})
        math(EXPR looked_at "${looked_at} + 1")
        if(NOT word IN_LIST ${b})
            offence("${what}: ${word} is in ${a_name}, not in ${b_name}")
        endif()
    endforeach()
    foreach(word IN LISTS ${b})
        if(NOT word IN_LIST ${a})
            offence("${what}: ${word} is in ${b_name}, not in ${a_name}")
        endif()
    endforeach()
endmacro()
