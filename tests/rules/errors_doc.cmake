# SPDX-License-Identifier: MIT
#
# docs/errors.md is made from the tables: names, numbers and texts from
# error.h, native codes from each platform's sys_error.c. This script fails if
# the page is out of date; with -DWRITE=ON it writes it:
#   cmake -DROOT=. -DWRITE=ON -P tests/rules/errors_doc.cmake

cmake_minimum_required(VERSION 3.16...4.0)
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

set(page "${ROOT}/docs/errors.md")

# ${prefix}_<code> receives the native names of our code, with commas, in the
# order of the tables named.
macro(native prefix path)
    file(READ "${ROOT}/${path}" text)
    foreach(table ${ARGN})
        string(REGEX MATCH "#define ${table}\\(X\\)([^\n]*\\\\\n)*[^\n]*"
               rows "${text}")
        string(REGEX MATCHALL "X\\([A-Z]+, [A-Z0-9_a-z]+\\)" rows "${rows}")
        foreach(row IN LISTS rows)
            string(REGEX MATCH "X\\((.*), (.*)\\)" row "${row}")
            set(code ${CMAKE_MATCH_1})
            if(DEFINED ${prefix}_${code})
                string(APPEND ${prefix}_${code} ", ${CMAKE_MATCH_2}")
            else()
                set(${prefix}_${code} ${CMAKE_MATCH_2})
            endif()
        endforeach()
    endforeach()
endmacro()

native(posix src/posix/sys_error.c ERRNO_MAP ERRNO_REWRITES)
native(eai src/posix/eai.c EAI_MAP)
native(wsa src/win32/sys_error.c WSA_CODES WSA_REWRITES)
native(nt src/win32/afd_status.c NT_STATUSES)

string(CONCAT wanted
    "<!-- SPDX-License-Identifier: MIT -->\n"
    "<!-- Made by tests/rules/errors_doc.cmake from the code's tables. -->\n"
    "# Error codes\n\n"
    "Every code of duosock, and what the systems call it; numbers never "
    "change. Of several native codes for one of\n"
    "ours, `duos_err_native` gives the first. It gives none for the codes of "
    "getaddrinfo on POSIX, for `WSAEDISCON`, and\n"
    "for NTSTATUS values, which are mapped in one direction only, nor for a "
    "code that a system lacks. Where `ENOTSUP` and\n"
    "`EOPNOTSUPP` are one number, as on Linux, it comes as "
    "`DUOS_EOPNOTSUPP`.\n\n"
    "A native code without a row here is passed on as `-100000 - native`. "
    "What single calls rewrite besides stands at\n"
    "the head of each platform's `sys_error.c`.\n\n"
    "| code | number | text | errno | getaddrinfo | WSA, Win32 | NTSTATUS |\n"
    "| --- | --- | --- | --- | --- | --- | --- |\n")

file(READ "${ROOT}/include/duosock/error.h" header)
string(REGEX MATCHALL "X\\([A-Z]+, -[0-9]+, +\"[^\"]*\"\\)" codes "${header}")
foreach(row IN LISTS codes)
    math(EXPR looked_at "${looked_at} + 1")
    string(REGEX MATCH "X\\(([A-Z]+), (-[0-9]+), +\"(.*)\"\\)" row "${row}")
    set(code ${CMAKE_MATCH_1})
    string(CONCAT row "| DUOS_E${code} | ${CMAKE_MATCH_2} | ${CMAKE_MATCH_3} "
        "| ${posix_${code}} | ${eai_${code}} | ${wsa_${code}} "
        "| ${nt_${code}} |\n")
    string(REPLACE "DUOS__EAI" "EAI" row "${row}")
    string(REPLACE "  " " " row "${row}")
    string(APPEND wanted "${row}")
endforeach()

if(WRITE)
    file(WRITE "${page}" "${wanted}")
endif()
set(found "")
if(EXISTS "${page}")
    file(READ "${page}" found)
    string(REPLACE "\r" "" found "${found}")
endif()
if(NOT found STREQUAL wanted)
    offence("docs/errors.md is out of date: run this with -DWRITE=ON")
endif()

rule_end("the page of error codes")
