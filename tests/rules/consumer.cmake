# SPDX-License-Identifier: MIT
#
# tests/consumer/every_function.c uses every public function that a program
# can reach through <duosock/duosock.h>, and no other. After a change of the
# headers,
#   cmake -DROOT=. -DUPDATE=YES -P tests/rules/consumer.cmake
# writes its list anew.

cmake_minimum_required(VERSION 3.16...4.0)
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

# ---- what the headers declare ----------------------------------------------

file(STRINGS "${ROOT}/include/duosock/duosock.h" lines
     REGEX "^#include <duosock/")
set(declared "")
foreach(line IN LISTS lines)
    string(REGEX REPLACE "^#include <(.*)>$" "\\1" header "${line}")
    rule_code(text "include/${header}")
    string(REGEX MATCHALL "\nDUOS_API[^@]*@" entries "${text}")
    foreach(entry IN LISTS entries)
        string(REGEX REPLACE "\nDUOS_API[^(]*[ *\n](duos_[a-z0-9_]+)[(].*"
               "\\1" function "${entry}")
        list(APPEND declared "${function}")
    endforeach()
endforeach()
list(SORT declared)

# ---- what the program uses -------------------------------------------------

set(program "tests/consumer/every_function.c")
if(UPDATE)
    set(list "")
    foreach(function IN LISTS declared)
        string(APPEND list "    USE(${function});\n")
    endforeach()
    file(READ "${ROOT}/${program}" text)
    string(REGEX REPLACE "(    USE[(]duos_[a-z0-9_]+[)];\n)+" "@LIST@"
           text "${text}")
    string(REPLACE "@LIST@" "${list}" text "${text}")
    file(WRITE "${ROOT}/${program}" "${text}")
endif()
rule_code(text "${program}")
string(REGEX MATCHALL "USE[(]duos_[a-z0-9_]+[)]@" uses "${text}")
string(REGEX REPLACE "USE[(](duos_[a-z0-9_]+)[)]@" "\\1" used "${uses}")

foreach(function IN LISTS declared)
    math(EXPR looked_at "${looked_at} + 1")
    if(NOT function IN_LIST used)
        offence("${program}: does not use ${function}")
    endif()
endforeach()
foreach(function IN LISTS used)
    if(NOT function IN_LIST declared)
        offence("${program}: no public function: ${function}")
    endif()
endforeach()

rule_end("a program that uses every function")
