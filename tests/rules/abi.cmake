# SPDX-License-Identifier: MIT
#
# docs/abi.txt is the binary interface: every function that the shared library
# exports, the values of the constants, and the layout of every public struct
# on systems of 64 bits. This holds its names against the headers and, with
# -DLIBRARY=file and -DNM=nm (of a DLL, -DOBJDUMP=objdump), against what a
# library exports; the compiler holds the numbers against the headers
# (CMakeLists.txt). After a change that is meant,
#   cmake -DROOT=. -DUPDATE=YES [-DCC=cc] -P tests/rules/abi.cmake
# writes it anew; docs/abi.md says which changes may be meant.

cmake_minimum_required(VERSION 3.16...4.0)
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")
get_filename_component(ROOT "${ROOT}" ABSOLUTE)
set(list "${ROOT}/docs/abi.txt")

# ---- what the headers declare ----------------------------------------------

file(STRINGS "${ROOT}/include/duosock/duosock.h" lines
     REGEX "^#include <duosock/")
set(functions "")
set(constants "")
set(structs "")
foreach(line IN LISTS lines)
    string(REGEX REPLACE "^#include <(.*)>$" "include/\\1" header "${line}")
    rule_code(text "${header}")
    string(REGEX MATCHALL "\nDUOS_API[^@]*@" entries "${text}")
    foreach(entry IN LISTS entries)
        string(REGEX REPLACE "DUOS_API|DUOS_CHECKED|@" "" entry "${entry}")
        string(REGEX REPLACE "[ \n]+" " " entry "${entry}")
        string(REPLACE "( " "(" entry "${entry}")
        string(STRIP "${entry}" entry)
        string(REGEX MATCH "(duos_[a-z0-9_]+)[(]" found "${entry}")
        list(APPEND functions ${CMAKE_MATCH_1})
        set(prototype_${CMAKE_MATCH_1} "${entry}")
    endforeach()

    # Enumerators and numbers, and the rows of the two tables.
    string(REGEX MATCHALL
           "\n(    DUOS_[A-Z0-9_]+( = [^,\n]+)? *[,\n]|#define DUOS_[A-Z0-9_]+ +[(]?-?[0-9]|    X[(][A-Z0-9_]+,)"
           entries "${text}")
    foreach(entry IN LISTS entries)
        string(REGEX REPLACE "^\n(#define|    )([ X(]*)(DUOS_)?([A-Z0-9_]+).*"
               "\\4" name "${entry}")
        if(entry MATCHES "X[(]" AND header MATCHES "error")
            set(name "E${name}")
        elseif(entry MATCHES "X[(]")
            set(name "OPT_${name}")
        endif()
        # The version and the number of options are to grow.
        if(NOT name MATCHES "^VERSION_|^OPT_COUNT$")
            list(APPEND constants DUOS_${name})
        endif()
    endforeach()

    # A member has a line of its own, with one step before it.
    string(REGEX MATCHALL
           "\ntypedef (struct|union) duos_[a-z0-9_]+ {\n( [^\n]*\n|\n)*}"
           entries "${text}")
    foreach(entry IN LISTS entries)
        string(REGEX REPLACE "^\ntypedef [a-z]+ ([a-z0-9_]+) .*" "\\1" struct
               "${entry}")
        list(APPEND structs ${struct})
        set(members_${struct} "")
        string(REPLACE "\n" ";" members "${entry}")
        foreach(member IN LISTS members)
            string(REGEX REPLACE "[(][*]([a-z0-9_]+)[)][(].*" "\\1@"
                   member "${member}")
            if(member MATCHES
               "^    [a-z}][a-z0-9_ *]*[ *]([a-z0-9_]+)([(][^()]*[)])*@")
                list(APPEND members_${struct} ${CMAKE_MATCH_1})
            endif()
        endforeach()
    endforeach()
endforeach()
list(SORT functions)
list(SORT structs)

# ---- writing it ------------------------------------------------------------

if(UPDATE)
    if(NOT CC)
        set(CC cc)
    endif()
    string(CONCAT text "#include <duosock/duosock.h>\n#include <stdio.h>\n"
           "int main(void)\n{\n")
    foreach(constant IN LISTS constants)
        string(APPEND text "printf(\"    ${constant} %d\\n\", "
               "(int)${constant});\n")
    endforeach()
    foreach(struct IN LISTS structs)
        string(APPEND text "printf(\"struct ${struct} %u\\n\", "
               "(unsigned)sizeof(${struct}));\n")
        foreach(member IN LISTS members_${struct})
            string(APPEND text "printf(\"    ${member} %u\\n\", "
                   "(unsigned)offsetof(${struct}, ${member}));\n")
        endforeach()
    endforeach()
    string(APPEND text "return 0;\n}\n")
    set(work "${ROOT}/build/abi")
    file(WRITE "${work}/layout.c" "${text}")
    execute_process(
        COMMAND ${CC} -I "${ROOT}/include" layout.c -o layout
        WORKING_DIRECTORY "${work}" RESULT_VARIABLE result)
    execute_process(COMMAND "${work}/layout" OUTPUT_VARIABLE layout)
    if(NOT result EQUAL 0 OR NOT layout)
        message(FATAL_ERROR "${CC} could not tell the layout")
    endif()
    set(names "")
    foreach(function IN LISTS functions)
        string(APPEND names "    ${prototype_${function}}\n")
    endforeach()
    file(WRITE "${list}" "# SPDX-License-Identifier: MIT
#
# The binary interface; docs/abi.md says what may change in it, and
# tests/rules/abi.cmake made it. First what the shared library exports, then the
# constants, then the public structs on systems of 64 bits: how many bytes, and
# where each member begins.

functions
${names}constants
${layout}")
endif()

# ---- comparing -------------------------------------------------------------

file(STRINGS "${list}" lines REGEX "^(functions|constants|struct |    )")
set(listed_structs "")
foreach(line IN LISTS lines)
    if(line MATCHES "^struct ([a-z0-9_]+) [0-9]+$")
        set(in ${CMAKE_MATCH_1})
        list(APPEND listed_structs ${in})
        set(listed_${in} "")
    elseif(line MATCHES "^(functions|constants)$")
        set(in ${line})
    elseif(line MATCHES "^    [^(]*(duos_[a-z0-9_]+)[(].*[)]$")
        list(APPEND listed_functions ${CMAKE_MATCH_1})
        if(NOT line STREQUAL "    ${prototype_${CMAKE_MATCH_1}}")
            offence("docs/abi.txt: not as declared: ${line}")
        endif()
    elseif(line MATCHES "^    ([A-Za-z0-9_]+) -?[0-9]+$")
        list(APPEND listed_${in} ${CMAKE_MATCH_1})
    else()
        offence("docs/abi.txt: not understood: ${line}")
    endif()
endforeach()

# same(what listed found): two lists of names.
macro(same what listed found)
    foreach(name IN LISTS ${found})
        math(EXPR looked_at "${looked_at} + 1")
        if(NOT name IN_LIST ${listed})
            offence("docs/abi.txt: does not list ${what} ${name}")
        endif()
    endforeach()
    foreach(name IN LISTS ${listed})
        if(NOT name IN_LIST ${found})
            offence("docs/abi.txt: ${what} ${name} is gone")
        endif()
    endforeach()
endmacro()

same(function listed_functions functions)
same(constant listed_constants constants)
same(struct listed_structs structs)
foreach(struct IN LISTS structs)
    same("member of ${struct}" listed_${struct} members_${struct})
endforeach()

if(LIBRARY MATCHES "[.]dll$")
    # The table of names: "  [   0] duos_accept", of newer ones with more.
    execute_process(COMMAND "${OBJDUMP}" -p "${LIBRARY}"
        OUTPUT_VARIABLE output RESULT_VARIABLE result)
    string(REGEX MATCH "Ordinal/Name Pointer[^\n]*\n(.*)" table "${output}")
    string(REPLACE "[" "(" table "${CMAKE_MATCH_1}")
    string(REPLACE "]" ")" table "${table}")
    string(REGEX MATCHALL "\t[(] *[0-9]+[)][^\n]* [a-zA-Z0-9_@]+\n" symbols
           "${table}")
    list(TRANSFORM symbols REPLACE ".* ([a-zA-Z0-9_@]+)\n$" "\\1")
    same("exported" listed_functions symbols)
elseif(LIBRARY)
    execute_process(COMMAND "${NM}" -D --defined-only "${LIBRARY}"
        OUTPUT_VARIABLE output ERROR_VARIABLE error RESULT_VARIABLE result)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "${NM}: ${error}")
    endif()
    # "0000 T name"; what the linker adds of its own begins with underscores.
    string(REGEX MATCHALL "[0-9a-fA-F]+ [A-Z] [^\n]+" symbols "${output}")
    list(TRANSFORM symbols REPLACE "^[0-9a-fA-F]+ [A-Z] ([^@]+).*" "\\1")
    list(FILTER symbols EXCLUDE REGEX "^(_|__.*|_init|_fini|_edata|_end)$")
    same("exported" listed_functions symbols)
endif()

rule_end("the binary interface is that of docs/abi.txt")
