# SPDX-License-Identifier: MIT
#
# cmake [-DCHECK=ON] -P cmake/options.cmake
#
# Makes docs/options.md of the table in include/duosock/option.h and of the
# rows in src/posix/option_rows.c and src/win32/option_rows.c; with CHECK it
# fails when the page is not what it would make.

cmake_minimum_required(VERSION 3.16...4.0)
get_filename_component(ROOT "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
set(page "${ROOT}/docs/options.md")

# The text of a file on one line, without what CMake's lists cannot hold.
function(read_flat out path)
    file(READ "${ROOT}/${path}" text)
    string(REPLACE ";" "@" text "${text}")
    string(REPLACE "[" "<" text "${text}")
    string(REPLACE "]" ">" text "${text}")
    string(REGEX REPLACE "[ \\\n]+" " " text "${text}")
    set(${out} "${text}" PARENT_SCOPE)
endfunction()

# Sets ${prefix}_OPTION to the native names in each row of a table.
function(read_rows prefix path)
    read_flat(text ${path})
    string(REGEX MATCHALL "<DUOS_OPT_[A-Z0-9_]+> =[^<]*" rows "${text}")
    foreach(row IN LISTS rows)
        string(REGEX MATCH "<DUOS_OPT_([A-Z0-9_]+)>" found "${row}")
        set(option ${CMAKE_MATCH_1})
        string(REGEX REPLACE "^[^=]*=" "" row "${row}")
        string(REGEX MATCHALL "(SO|TCP|UDP|IPV6|IP)_[A-Z0-9_]+" names "${row}")
        list(FILTER names EXCLUDE REGEX "_ROWS?$|_6$")
        list(REMOVE_DUPLICATES names)
        list(JOIN names "`, `" text)
        if(names)
            set(${prefix}_${option} "`${text}`" PARENT_SCOPE)
        else()
            set(${prefix}_${option} "*by function*" PARENT_SCOPE)
        endif()
    endforeach()
endfunction()

read_rows(posix src/posix/option_rows.c)
read_rows(win32 src/win32/option_rows.c)

set(scope_ANY "all")
set(scope_STREAM "streams")
set(scope_IP "IPv4, IPv6")
set(scope_IPV6 "IPv6")
set(scope_TCP "TCP")
set(scope_UDP "UDP")
set(scope_UDP_IPV4 "UDP over IPv4")
set(kind_BOOL "bool")
set(kind_INT "int")
set(kind_MS "ms")
set(kind_LINGER "linger")
set(kind_ERROR "error")
set(kind_TEXT "text")

# ---- the page --------------------------------------------------------------

set(out "<!-- SPDX-License-Identifier: MIT -->
<!-- Made by cmake/options.cmake from the tables in the code: edit those. -->
# Socket options

`duos_set_bool`, `duos_set_int`, `duos_set_ms`, `duos_set_linger`, `duos_set_text` and their `get` take an option of
their kind, as `DUOS_OPT_NAME`. There are three answers: done (`DUOS_OK`), not supported by this system or this kind of
socket (`DUOS_ENOTSUP`), and refused (any other code). `duos_opt_supported` asks first, `duosock probe` asks for all.

A value outside of its range is refused with `DUOS_ERANGE`, an option of another kind with `DUOS_EINVAL`, before the
system hears of it. Whatever a call gives but `DUOS_OK`, the socket is as it was. A range of a text is its length. What
cannot be set has no range.

The names are those of Linux and of Winsock. A dash says that the system has no such option, or takes it and does
nothing; other POSIX systems have fewer, some by other names: see `src/posix/option_names.h`. What stands in italics is
more than one option of the system.

| option | kind | range | sockets | meaning | POSIX | Windows |
|---|---|---|---|---|---|---|
")

# The native names of an option on one system.
function(native out prefix option)
    if(DEFINED ${prefix}_${option})
        set(text "${${prefix}_${option}}")
    elseif(DEFINED posix_${option} OR DEFINED win32_${option})
        set(text "-")
    else()
        set(text "*by function*")
    endif()
    set(${out} "${text}" PARENT_SCOPE)
endfunction()

read_flat(header include/duosock/option.h)
set(row "X[(]([A-Z0-9_]+), ([A-Z]+), (true|false), ([^,]+), ([^,]+), ([A-Z0-9_]+), \"([^\"]*)\"[)]")
string(REGEX MATCHALL "${row}" rows "${header}")
list(LENGTH rows count)
foreach(line IN LISTS rows)
    string(REGEX MATCH "${row}" found "${line}")
    set(option ${CMAKE_MATCH_1})
    set(kind ${CMAKE_MATCH_2})
    set(range "${CMAKE_MATCH_4} to ${CMAKE_MATCH_5}")
    set(settable ${CMAKE_MATCH_3})
    set(scope ${CMAKE_MATCH_6})
    string(REPLACE "@" ";" text "${CMAKE_MATCH_7}")
    if(NOT DEFINED kind_${kind} OR NOT DEFINED scope_${scope})
        message(FATAL_ERROR "${option}: what is ${kind}, ${scope}?")
    endif()
    if(NOT settable)
        set(range "-")
    elseif(kind STREQUAL "BOOL")
        set(range "on, off")
    endif()
    string(REPLACE "INT32_MAX" "2^31 - 1" range "${range}")
    native(posix posix ${option})
    native(win32 win32 ${option})
    string(APPEND out "| `${option}` | ${kind_${kind}} | ${range} | "
           "${scope_${scope}} | ${text} | ${posix} | ${win32} |\n")
endforeach()
string(APPEND out "\n${count} options.\n")

# ---- what becomes of it ----------------------------------------------------

if(count LESS 60)
    message(FATAL_ERROR "only ${count} options found in option.h")
endif()
if(CHECK)
    file(READ "${page}" old)
    if(NOT old STREQUAL out)
        message(FATAL_ERROR "docs/options.md is out of date: "
                            "cmake -P cmake/options.cmake")
    endif()
    message("docs/options.md: ${count} options, up to date")
else()
    file(WRITE "${page}" "${out}")
    message("docs/options.md: ${count} options")
endif()
