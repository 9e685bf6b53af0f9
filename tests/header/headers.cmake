# SPDX-License-Identifier: MIT
#
# cmake -DCOMPILER=gcc [-DFLAGS=...] -DINCLUDE=dir -DWORK=dir -P headers.cmake
#
# Checks with one compiler that each public header
#   - compiles alone and without a warning as C99, C11 and C++11;
#   - brings no system header but <stdbool.h>, <stddef.h> and <stdint.h>, and
#     no macro of its own that does not begin with DUOS, or stands before a
#     function of its name: duos_..._init;
#   - does not mind what comes before or after it, <windows.h> included.

cmake_minimum_required(VERSION 3.16...4.0)

find_program(compiler ${COMPILER})
if(NOT compiler)
    message("skipped: there is no ${COMPILER} here")
    return()
endif()
file(MAKE_DIRECTORY "${WORK}")
file(GLOB headers RELATIVE "${INCLUDE}" "${INCLUDE}/duosock/*.h")
set(warnings -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
set(failures 0)
set(checks 0)

# Preprocesses or compiles text: run(out language standard text flags...).
# out receives the output, or NOTFOUND after a failure that was printed.
function(run out language standard text)
    set(suffix c)
    if(language STREQUAL "c++")
        set(suffix cpp)
    endif()
    file(WRITE "${WORK}/check.${suffix}" "${text}")
    execute_process(
        COMMAND ${compiler} ${FLAGS} -x ${language} -std=${standard}
            -I "${INCLUDE}" ${ARGN} "${WORK}/check.${suffix}"
        RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE error)
    if(NOT result EQUAL 0)
        message("FAILED: ${compiler} ${FLAGS} -std=${standard} ${ARGN}\n"
                "${text}${error}")
        set(output NOTFOUND)
    endif()
    set(${out} "${output}" PARENT_SCOPE)
endfunction()

macro(count result)
    math(EXPR checks "${checks} + 1")
    if("${${result}}" STREQUAL "NOTFOUND")
        math(EXPR failures "${failures} + 1")
    endif()
endmacro()

macro(compiles language standard text)
    run(output ${language} ${standard} "${text}" ${warnings} -fsyntax-only
        ${ARGN})
    count(output)
endmacro()

# The names of all macros, and the paths of all files, that a text brings.
function(brings macros files language standard text)
    run(output ${language} ${standard} "${text}" -dM -E)
    string(REGEX MATCHALL "#define [A-Za-z0-9_]+" found "${output}")
    set(${macros} "${found}" PARENT_SCOPE)
    run(output ${language} ${standard} "${text}" -M)
    string(REGEX MATCHALL "[^ \\\n]+[.]?[^ \\\n]*" found "${output}")
    list(FILTER found EXCLUDE REGEX "check[.](c|cpp|o:)$")
    set(${files} "${found}" PARENT_SCOPE)
endfunction()

set(base "#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n")
set(tail "typedef int duos_check_end;\n")

set(dialects "c c99" "c c11")
execute_process(COMMAND ${CMAKE_COMMAND} -E echo ""
    COMMAND ${compiler} ${FLAGS} -x c++ -std=c++11 -fsyntax-only -
    RESULT_VARIABLE result OUTPUT_QUIET ERROR_QUIET)
if(result EQUAL 0)
    list(APPEND dialects "c++ c++11")
else()
    message("${compiler} ${FLAGS} has no C++: C only")
endif()

# What a program may include around ours.
execute_process(COMMAND ${compiler} ${FLAGS} -dumpmachine
                OUTPUT_VARIABLE machine)
if(machine MATCHES "mingw|windows")
    set(neighbours
        "#include <windows.h>\n"
        "#include <winsock2.h>\n#include <ws2tcpip.h>\n#include <errno.h>\n")
else()
    set(neighbours
        "#include <sys/types.h>\n#include <sys/socket.h>\n#include <netdb.h>\n"
        "#include <errno.h>\n#include <signal.h>\n#include <sys/select.h>\n"
        "#include <netinet/in.h>\n#include <netinet/tcp.h>\n#include <poll.h>\n")
endif()

foreach(dialect IN LISTS dialects)
    string(REPLACE " " ";" dialect "${dialect}")
    list(GET dialect 0 language)
    list(GET dialect 1 standard)
    brings(base_macros base_files ${language} ${standard} "${base}")
    set(all "")

    foreach(header IN LISTS headers)
        set(text "#include <${header}>\n")
        string(APPEND all "${text}")
        compiles(${language} ${standard} "${text}${tail}")

        brings(macros files ${language} ${standard} "${text}")
        list(REMOVE_ITEM macros ${base_macros})
        list(FILTER macros EXCLUDE REGEX
             "^#define (DUOS|duos_[a-z_]+_init$)")
        list(REMOVE_ITEM files ${base_files})
        list(FILTER files EXCLUDE REGEX "/duosock/[a-z_]+[.]h$")
        foreach(stray IN LISTS macros files)
            message("FAILED: ${standard}: ${header} brings ${stray}")
            math(EXPR failures "${failures} + 1")
        endforeach()
    endforeach()

    compiles(${language} ${standard} "${all}${all}${tail}")
    compiles(${language} ${standard} "${all}${tail}" -DDUOS_STATIC)
    compiles(${language} ${standard} "${all}${tail}" -DDUOS_BUILDING)

    # System headers want their extensions.
    if(standard STREQUAL "c11")
        continue()
    endif()
    string(REGEX REPLACE "^c" "gnu" gnu "${standard}")
    foreach(neighbour IN LISTS neighbours)
        compiles(${language} ${gnu} "${neighbour}${all}${tail}")
        compiles(${language} ${gnu} "${all}${neighbour}${tail}")
    endforeach()
endforeach()

message("${compiler} ${FLAGS}: ${checks} compilations, ${failures} failures")
if(failures GREATER 0 OR checks EQUAL 0)
    message(FATAL_ERROR "the public headers are not clean")
endif()
