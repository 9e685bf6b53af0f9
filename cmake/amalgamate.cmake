# SPDX-License-Identifier: MIT
#
# Puts the library into two files, duosock.h and duosock.c, for projects that
# would rather copy them than build a library:
#   cmake [-DOUT=folder] -P cmake/amalgamate.cmake
# They go into build/amalgamation, or where OUT says. No option or define is
# needed to compile them. The simulator and the program are not in them.
#
# What is in src/sources.cmake is in duosock.c. A file's own names must
# therefore be unique (tests/rules/unity.cmake); its macros end with it. What
# files share is static here, so that a program that holds them gets no symbol
# but the public ones; -DDUOS_PRIVATE= leaves it visible.

cmake_minimum_required(VERSION 3.16...4.0)
get_filename_component(ROOT "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
if(NOT OUT)
    set(OUT "${ROOT}/build/amalgamation")
endif()
include("${ROOT}/src/sources.cmake")

# ---- taking a file in ------------------------------------------------------

set(taken "") # headers, ours by path and the system's by name

# The text of a file without its licence line and, of a header, its guard.
function(read_source out path)
    file(READ "${ROOT}/${path}" text)
    string(REPLACE "\r" "" text "${text}")
    string(REGEX REPLACE "^[^\n]*SPDX[^\n]*\n" "\n" text "${text}")
    if(path MATCHES "[.]h$")
        string(REGEX REPLACE "\n#ifndef [A-Z0-9_]+_H\n#define [A-Z0-9_]+_H\n"
               "\n" text "${text}")
        string(REGEX REPLACE "\n#endif\n$" "\n" text "${text}")
    endif()
    set(${out} "${text}" PARENT_SCOPE)
endfunction()

# take(path): appends a file to body, and before it what it includes and body
# does not have yet.
macro(take path)
    read_source(take_text "${path}")
    get_filename_component(take_folder "${path}" DIRECTORY)
    string(REGEX MATCHALL "\n#include [<\"][^>\"]+[>\"]" take_includes
           "${take_text}")
    foreach(take_line IN LISTS take_includes)
        string(REGEX REPLACE ".*[<\"]([^>\"]+)[>\"]" "\\1" take_name
               "${take_line}")
        if(take_line MATCHES "<duosock/")
            set(take_path "include/${take_name}")
        elseif(take_line MATCHES "<")
            set(take_path "${take_name}")
        elseif(EXISTS "${ROOT}/${take_folder}/${take_name}")
            set(take_path "${take_folder}/${take_name}")
        else()
            set(take_path "src/${take_name}")
        endif()
        if(NOT take_path IN_LIST taken)
            list(APPEND taken "${take_path}")
            if(take_path MATCHES "^(include|src)/")
                take_nested("${take_path}")
            else()
                continue() # the system's, for the first time: it stays
            endif()
        endif()
        string(REGEX REPLACE "([][+.*()^])" "\\\\\\1" take_regex "${take_line}")
        string(REGEX REPLACE "${take_regex}[^\n]*" "" take_text "${take_text}")
    endforeach()
    finish_source(take_text "${path}")
    string(APPEND body "\n/* ==== ${path} ==== */\n${take_text}")
endmacro()

# A macro has no variables of its own, and take() must come back to its own.
function(take_nested path)
    take("${path}")
    set(body "${body}" PARENT_SCOPE)
    set(taken "${taken}" PARENT_SCOPE)
endfunction()

# What must change where all files are one.
function(finish_source text path)
    set(result "${${text}}")
    if(path MATCHES "^src/.*[.]h$")
        string(REGEX REPLACE
               "\n((const |struct |unsigned )*[a-z0-9_]+[ \n][*]*(duos__|sys_)[a-z0-9_]+[(])"
               "\nDUOS_PRIVATE \\1" result "${result}")
        string(REPLACE "DUOS_PRIVATE typedef " "typedef " result "${result}")
    elseif(path MATCHES "[.]c$")
        string(REGEX MATCHALL "\n#define [A-Za-z0-9_]+" defines "${result}")
        set(ends "")
        foreach(define IN LISTS defines)
            string(REPLACE "\n#define " "" name "${define}")
            if(NOT result MATCHES "\n#undef ${name}\n")
                string(APPEND ends "#undef ${name}\n")
            endif()
        endforeach()
        if(ends)
            string(APPEND result "\n${ends}")
        endif()
    endif()
    string(REGEX REPLACE "\n\n\n+" "\n\n" result "${result}")
    set(${text} "${result}" PARENT_SCOPE)
endfunction()

# sources(list...): takes the files of these lists. Headers that only they
# include are taken again where another branch needs them.
macro(sources)
    set(taken_before "${taken}")
    foreach(list ${ARGN})
        foreach(file IN LISTS ${list})
            take("src/${file}")
        endforeach()
    endforeach()
endmacro()

# branch(condition list...): the same between #if and #endif.
macro(branch condition)
    string(APPEND body "\n#if ${condition}\n")
    sources(${ARGN})
    string(APPEND body "\n#endif /* ${condition} */\n")
    set(taken "${taken_before}")
endmacro()

# ---- what stands at the top of both ----------------------------------------

file(READ "${ROOT}/LICENSE" licence)
string(REGEX REPLACE "\n+$" "" licence "${licence}")
string(REGEX REPLACE "\n" "\n * " licence "${licence}")
string(REGEX REPLACE " +\n" "\n" licence "${licence}")
file(STRINGS "${ROOT}/include/duosock/config.h" version
     REGEX "^#define DUOS_VERSION_STRING ")
string(REGEX REPLACE ".*\"([0-9.]+)\".*" "\\1" version "${version}")

function(head out name what)
    set(${out} "/* SPDX-License-Identifier: MIT */
/*
 * ${name} - ${what}
 *
 * duosock ${version}: one socket API over POSIX and Winsock, as two files to
 * copy: duosock.h and duosock.c. On Windows link ws2_32, elsewhere threads
 * (-pthread). Made by cmake/amalgamate.cmake: changes belong into the files
 * that are named below.
 *
 * ${licence}
 */
" PARENT_SCOPE)
endfunction()

# ---- duosock.h -------------------------------------------------------------

set(body "")
list(APPEND taken "include/duosock/duosock.h")
take("include/duosock/duosock.h")
# One time is enough for what each header has.
string(REGEX REPLACE "\n#include <std[a-z]+[.]h>" "" body "${body}")
string(REGEX REPLACE "\n#ifdef __cplusplus\n(extern \"C\" {|})\n#endif\n" ""
       body "${body}")
string(REGEX REPLACE "\n\n\n+" "\n\n" body "${body}")
head(top "duosock.h" "what a program may use.")
file(WRITE "${OUT}/duosock.h.new" "${top}#ifndef DUOSOCK_H
#define DUOSOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Part of the program that has them: nothing is imported on Windows. */
#if !defined(DUOS_STATIC) && !defined(DUOS_BUILDING)
#define DUOS_STATIC
#endif

#ifdef __cplusplus
extern \"C\" {
#endif
${body}
#ifdef __cplusplus
}
#endif

#endif
")

# ---- duosock.c -------------------------------------------------------------

# What has been taken so far is in duosock.h. The simulator's header is no
# header of the system's.
set(kqueue_systems "defined(__APPLE__) || defined(__FreeBSD__) || \\
    defined(__NetBSD__) || defined(__OpenBSD__) || defined(__DragonFly__)")
set(body "\n#if defined(_WIN32)\n")
take("src/win32/features.h")
string(APPEND body "\n#else\n")
take("src/posix/features.h")
string(APPEND body "
#endif

#include \"duosock.h\"

/* Shared by the files below, and by nobody else. */
#ifndef DUOS_PRIVATE
#define DUOS_PRIVATE static
#endif
/* An array cannot be static before its size is known: at least its name is. */
#define sys_pollers duos__sys_pollers
")
list(APPEND taken "src/win32/features.h" "src/posix/features.h")
sources(core)

string(APPEND body "\n#if defined(_WIN32)\n")
sources(win32)
set(taken "${taken_before}")
string(APPEND body "\n#else /* POSIX */\n")
sources(posix)
branch("defined(__linux__)" posix_linux)
branch("!defined(__linux__)" posix_no_linux)
string(APPEND body "
#if ${kqueue_systems}
#include <sys/event.h>
#endif
")
branch("!defined(__linux__) && defined(EVFILT_USER)" posix_kqueue)
branch("!defined(__linux__) && !defined(EVFILT_USER)" posix_no_kqueue)
branch("defined(__APPLE__)" posix_apple)
branch("!defined(__APPLE__)" posix_no_apple)
branch("!defined(__APPLE__) && !defined(__linux__)" posix_plain)
string(APPEND body "\n#endif /* POSIX */\n")

head(top "duosock.c" "the library.")
file(WRITE "${OUT}/duosock.c.new" "${top}${body}")

# Files that are as they were keep their time: nothing is built again.
foreach(name duosock.h duosock.c)
    execute_process(COMMAND ${CMAKE_COMMAND} -E copy_if_different
                    "${OUT}/${name}.new" "${OUT}/${name}")
    file(REMOVE "${OUT}/${name}.new")
endforeach()
message("${OUT}: duosock.h, duosock.c")
