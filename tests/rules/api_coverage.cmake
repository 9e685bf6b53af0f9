# SPDX-License-Identifier: MIT
#
# Every error that a public function documents has a test that gets it, and
# every public function is called by a test. The codes come from the Returns
# paragraph of the doc comment above the function; the evidence is
#     assert_err(DUOS_E..., duos_function(...
# in any file under tests/ (any macro that begins with assert_err counts).
# api_exceptions.txt lists, one a line with a reason, what no test can bring
# about here; a line that is not needed any more is an offence, too.

cmake_minimum_required(VERSION 3.16...4.0)
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

# ---- the tests, as one text without white space ----------------------------

file(GLOB_RECURSE files "${ROOT}/tests/*.c" "${ROOT}/tests/*.h")
set(tests "")
foreach(path IN LISTS files)
    file(RELATIVE_PATH path "${ROOT}" "${path}")
    rule_code(text "${path}")
    string(APPEND tests "${text}\n")
endforeach()
string(REGEX REPLACE "[ \n\r\t]+" "" tests "${tests}")

# What they show: "DUOS_ECODE duos_function", and the functions they call.
string(REGEX MATCHALL "assert_err[a-z_]*[(]DUOS_E[A-Z]+,duos_[a-z0-9_]+[(]"
       matches "${tests}")
set(shown "")
foreach(match IN LISTS matches)
    string(REGEX REPLACE ".*[(](DUOS_E[A-Z]+),(duos_[a-z0-9_]+)[(]$"
           "\\2 \\1" pair "${match}")
    list(APPEND shown "${pair}")
endforeach()
string(REGEX MATCHALL "duos_[a-z0-9_]+[(]" called "${tests}")
list(REMOVE_DUPLICATES called)

file(STRINGS "${CMAKE_CURRENT_LIST_DIR}/api_exceptions.txt" lines
     REGEX "^duos_")
set(excepted "")
foreach(line IN LISTS lines)
    if(NOT line MATCHES "^(duos_[a-z0-9_]+ DUOS_E[A-Z]+): .+")
        offence("api_exceptions.txt: not understood: ${line}")
    elseif("${CMAKE_MATCH_1}" IN_LIST shown)
        offence("api_exceptions.txt: has a test now: ${CMAKE_MATCH_1}")
    else()
        list(APPEND excepted "${CMAKE_MATCH_1}")
    endif()
endforeach()
set(used "")

# ---- the headers -----------------------------------------------------------

set(functions 0)
rule_files(headers include/duosock/*.h)
foreach(path IN LISTS headers)
    file(READ "${ROOT}/${path}" text)
    string(REPLACE "[" "(" text "${text}")
    string(REPLACE "]" ")" text "${text}")
    string(REPLACE ";" "@" text "${text}")
    # A comment, and the declaration right below it. What stands between is
    # blank; @ was a semicolon.
    string(REGEX MATCHALL
           "/[*]([^*]|[*]+[^*/])*[*]+/[ \n]*DUOS_API[^@]*@" entries "${text}")
    string(REGEX MATCHALL "\nDUOS_API" declarations "${text}")
    list(LENGTH entries documented)
    list(LENGTH declarations declared)
    if(NOT documented EQUAL declared)
        offence("${path}: ${declared} functions, ${documented} doc comments")
    endif()

    foreach(entry IN LISTS entries)
        string(REGEX REPLACE ".*[*]/[ \n]*DUOS_API[^(]*[ *\n](duos_[a-z0-9_]+)[(].*"
               "\\1" function "${entry}")
        math(EXPR functions "${functions} + 1")
        if(NOT "${function}(" IN_LIST called)
            offence("${path}: no test calls ${function}")
        endif()

        # From "Returns:" to the next paragraph with a name, or the end.
        if(NOT entry MATCHES "[*] Returns: (.*)[*]/")
            continue()
        endif()
        string(REGEX REPLACE "\n [*] (Ownership|Blocking|Thread|Platform|Source):.*"
               "" returns "${CMAKE_MATCH_1}")
        string(REGEX MATCHALL "DUOS_E[A-Z]+" codes "${returns}")
        list(REMOVE_DUPLICATES codes)
        foreach(code IN LISTS codes)
            math(EXPR looked_at "${looked_at} + 1")
            if("${function} ${code}" IN_LIST excepted)
                list(APPEND used "${function} ${code}")
            elseif(NOT "${function} ${code}" IN_LIST shown)
                offence("${path}: no test gets ${code} from ${function}")
            endif()
        endforeach()
    endforeach()
endforeach()

list(REMOVE_ITEM excepted ${used} "")
foreach(pair IN LISTS excepted)
    offence("api_exceptions.txt: is not documented: ${pair}")
endforeach()

message("${functions} functions")
rule_end("documented errors have tests")
