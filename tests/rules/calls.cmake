# SPDX-License-Identifier: MIT
#
# What the library does not do: allocate past the allocator, print, end the
# process, touch signals or the locale, use calls that cannot be bounded, or
# carry a native error across the seam.

cmake_minimum_required(VERSION 3.16...4.0)
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

set(allocate malloc calloc realloc free strdup alloca)
set(forbidden
    printf fprintf vprintf vfprintf puts fputs putchar perror
    abort exit _exit _Exit atexit assert
    strcpy strcat sprintf vsprintf strtok gets scanf sscanf
    atoi atol atof strtol strtoul
    signal raise setlocale srand rand system)
set(ends errno strerror WSAGetLastError GetLastError)

# None of these is called in the code of path; errno looks like a variable.
macro(check_words path)
    math(EXPR looked_at "${looked_at} + 1")
    string(REPLACE ";" "|" words "${ARGN}")
    set(pattern "(${words}) *[(]")
    if(words MATCHES "errno")
        string(APPEND pattern "|errno")
    endif()
    rule_lines(lines ${path})
    foreach(line IN LISTS lines)
        # Members of the same name are other things: alloc->free(...).
        if(NOT line MATCHES "^ *#" AND
           line MATCHES "(^|[^A-Za-z0-9_.>])(${pattern})")
            string(STRIP "${line}" line)
            offence("${path}: ${CMAKE_MATCH_2}: ${line}")
        endif()
    endforeach()
endmacro()

rule_files(shared src/*.c src/*.h include/duosock/*.h src/sim/*.c src/sim/*.h)
foreach(path IN LISTS shared)
    if(path STREQUAL src/alloc.c)
        check_words(${path} ${forbidden} ${ends})
    else()
        check_words(${path} ${allocate} ${forbidden} ${ends})
    endif()
endforeach()
rule_files(posix src/posix/*.c src/posix/*.h)
foreach(path IN LISTS posix)
    check_words(${path} ${allocate} ${forbidden} strerror)
endforeach()
rule_files(win32 src/win32/*.c src/win32/*.h)
foreach(path IN LISTS win32)
    check_words(${path} ${allocate} ${forbidden} errno strerror)
endforeach()

rule_end("calls that the library does not make")
