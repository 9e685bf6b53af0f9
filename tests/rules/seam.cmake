# SPDX-License-Identifier: MIT
#
# The seam: system headers and platform conditionals stay in src/posix,
# src/win32, the program's os_*.c, and include/duosock/config.h; the platform
# folders do not see each other; conditionals choose constants, never bodies.

cmake_minimum_required(VERSION 3.16...4.0)
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

set(iso_c assert ctype inttypes limits stdarg stdbool stddef stdint stdio
    stdlib string time)

# check(path iso... ): only these angle includes, only guards as conditionals.
macro(check_shared path)
    math(EXPR looked_at "${looked_at} + 1")
    rule_lines(lines ${path})
    foreach(line IN LISTS lines)
        if(line MATCHES "^ *# *include *<(.*)>")
            set(header ${CMAKE_MATCH_1})
            string(REGEX REPLACE "[.]h$" "" name "${header}")
            if(NOT header MATCHES "^duosock/[a-z_]+[.]h$" AND
               NOT name IN_LIST allowed)
                offence("${path}: system header: ${line}")
            endif()
        elseif(line MATCHES "^ *# *(if|elif|else|ifdef|ifndef)" AND
               NOT line MATCHES "^#ifndef [A-Z0-9_]+_H$" AND
               NOT line STREQUAL "#ifdef __cplusplus")
            offence("${path}: conditional: ${line}")
        endif()
    endforeach()
endmacro()

rule_files(public include/duosock/*.h)
list(REMOVE_ITEM public include/duosock/config.h)
set(allowed stdbool stddef stdint)
foreach(path IN LISTS public)
    check_shared(${path})
endforeach()

rule_files(shared src/*.c src/*.h src/sim/*.c src/sim/*.h)
set(allowed limits stdarg stdbool stddef stdint stdlib string)
foreach(path IN LISTS shared)
    check_shared(${path})
endforeach()

rule_files(users src/cli/*.c src/cli/*.h examples/*.c bench/echo_*.[ch]
    bench/udp_echo.c)
list(FILTER users EXCLUDE REGEX
     "/os_(posix|win32)[a-z_]*[.]c$|/embed_libuv[.]c$")
set(allowed ${iso_c})
foreach(path IN LISTS users)
    check_shared(${path})
endforeach()

# Quoted includes of a folder lead into that folder or, for the platforms, to
# the shared headers in src/; never anywhere else.
macro(check_quoted folder)
    rule_files(files ${folder}/*.c ${folder}/*.h)
    foreach(path IN LISTS files)
        math(EXPR looked_at "${looked_at} + 1")
        rule_lines(lines ${path})
        foreach(line IN LISTS lines)
            if(NOT line MATCHES "^ *# *include *'(.*)'")
                continue()
            endif()
            set(header "${CMAKE_MATCH_1}")
            set(found NO)
            foreach(place ${ARGN})
                if(EXISTS "${ROOT}/${place}/${header}" AND
                   NOT header MATCHES "/")
                    set(found YES)
                endif()
            endforeach()
            if(NOT found)
                offence("${path}: may not see ${header}")
            endif()
        endforeach()
    endforeach()
endmacro()

check_quoted(include/duosock)
check_quoted(src src)
check_quoted(src/posix src/posix src)
check_quoted(src/win32 src/win32 src)
check_quoted(src/sim src/sim src)
check_quoted(src/cli src/cli)
check_quoted(examples)

# A mechanism is a file that CMake picks, not a conditional body.
rule_files(platform src/posix/*.c src/win32/*.c)
foreach(path IN LISTS platform)
    math(EXPR looked_at "${looked_at} + 1")
    rule_lines(lines ${path})
    foreach(line IN LISTS lines)
        if(line MATCHES "^ *# *(if|elif|else|ifdef|ifndef)")
            offence("${path}: conditional: ${line}")
        endif()
    endforeach()
endforeach()

rule_end("the seam")
