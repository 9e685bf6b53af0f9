# SPDX-License-Identifier: MIT
#
# The whole library can be one file (cmake/amalgamate.cmake), and so a linker
# that merges all files sees no two things of one name: a file's own names are
# unique among the files that can meet on one system. And no source is left
# out: each stands in src/sources.cmake once.

cmake_minimum_required(VERSION 3.16...4.0)
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")
include("${ROOT}/src/sources.cmake")

# ---- every file is in a list -----------------------------------------------

set(listed ${core} ${posix} ${posix_linux} ${posix_no_linux} ${posix_kqueue}
    ${posix_no_kqueue} ${posix_apple} ${posix_no_apple} ${posix_plain} ${win32}
    ${sim})
rule_files(found src/*.c src/posix/*.c src/win32/*.c src/sim/*.c)
list(TRANSFORM found REPLACE "^src/" "")
foreach(path IN LISTS found)
    if(NOT path IN_LIST listed)
        offence("src/sources.cmake: lacks ${path}")
    endif()
endforeach()
set(once ${listed})
list(REMOVE_DUPLICATES once)
list(LENGTH listed count)
list(LENGTH once count_once)
if(NOT count EQUAL count_once)
    offence("src/sources.cmake: names a file twice")
endif()
list(REMOVE_ITEM once ${found})
foreach(path IN LISTS once)
    offence("src/sources.cmake: there is no ${path}")
endforeach()

# ---- a file's own names ----------------------------------------------------

# own(path): own_<path> receives them. Macros are not among them: the script
# that makes one file undefines each file's at its end.
macro(own path)
    rule_code(text "src/${path}")
    # Functions and objects; @ was a semicolon.
    string(REGEX MATCHALL "\nstatic [^(=@{}]*[ *\n]([a-z_0-9]+)[ ]?[(=@]"
           entries "${text}")
    list(TRANSFORM entries REPLACE ".*[ *\n]([a-z_0-9]+)[ ]?[(=@]$" "\\1")
    # Types, by name and by tag, and objects whose type has no name.
    string(REGEX MATCHALL "\n}[ *]+[a-z_0-9]+[(@]" types "${text}")
    list(TRANSFORM types REPLACE "\n}[ *]+([a-z_0-9]+).*" "\\1")
    string(REGEX MATCHALL "\n[a-z ]*(struct|union|enum) [a-z_0-9]+ {" tags
           "${text}")
    list(TRANSFORM tags REPLACE ".* ([a-z_0-9]+) {$" "\\1")
    string(REGEX MATCHALL "\ntypedef [^{@]+@" aliases "${text}")
    list(TRANSFORM aliases REPLACE ".*[ *]([a-z_0-9]+)([)(].*)?@$" "\\1")
    # Constants.
    string(REGEX MATCHALL "\n(typedef )?enum [a-z_0-9 ]*{[^}]*}" enums
           "${text}")
    string(REGEX MATCHALL "[A-Z][A-Z0-9_]+" constants "${enums}")
    list(FILTER constants EXCLUDE REGEX "^DUOS_") # values of others
    set(own_${path} ${entries} ${types} ${tags} ${aliases} ${constants})
    list(REMOVE_DUPLICATES own_${path})
endmacro()

foreach(path IN LISTS listed)
    if(NOT path MATCHES "^sim/")
        own(${path})
        math(EXPR looked_at "${looked_at} + 1")
    endif()
endforeach()

# meet(system path...): on this system these files are one.
function(meet system)
    foreach(path IN LISTS ARGN)
        foreach(name IN LISTS own_${path})
            if(DEFINED of_${name})
                offence("${system}: ${name} is of ${of_${name}} and of ${path}")
            endif()
            set(of_${name} ${path})
        endforeach()
    endforeach()
    set(offences ${offences} PARENT_SCOPE)
endfunction()

meet(Windows ${core} ${win32})
meet(Linux ${core} ${posix} ${posix_linux} ${posix_no_apple})
meet(macOS ${core} ${posix} ${posix_no_linux} ${posix_kqueue} ${posix_apple})
meet(BSD ${core} ${posix} ${posix_no_linux} ${posix_kqueue} ${posix_no_apple}
     ${posix_plain})
meet(POSIX ${core} ${posix} ${posix_no_linux} ${posix_no_kqueue}
     ${posix_no_apple} ${posix_plain})

rule_end("all files can be one")
