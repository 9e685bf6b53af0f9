# SPDX-License-Identifier: MIT
#
# The version is written in include/duosock/config.h. Where else it must stand,
# for readers and for tools that cannot ask, it is the same:
#   cmake -DROOT=<project> -DVERSION=<of the build> -P version.cmake

cmake_minimum_required(VERSION 3.16...4.0)
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

# is(where version): it stands there, and is the one.
macro(is where found)
    math(EXPR looked_at "${looked_at} + 1")
    if(NOT "${found}" STREQUAL "${version}")
        offence("${where}: ${found}, not ${version}")
    endif()
endmacro()

file(READ "${ROOT}/include/duosock/config.h" text)
string(REGEX MATCH "DUOS_VERSION_STRING \"([0-9]+[.][0-9]+[.][0-9]+)\"" found
       "${text}")
set(version "${CMAKE_MATCH_1}")
set(numbers "")
foreach(part MAJOR MINOR PATCH)
    string(REGEX MATCH "DUOS_VERSION_${part} +([0-9]+)" found "${text}")
    list(APPEND numbers "${CMAKE_MATCH_1}")
endforeach()
string(REPLACE ";" "." numbers "${numbers}")
is(config.h "${numbers}")
is("the build" "${VERSION}")

set(path cmake/packaging/vcpkg/duosock/vcpkg.json)
file(READ "${ROOT}/${path}" text)
string(REGEX MATCH "\"version\": \"([0-9.]+)\"" found "${text}")
is(${path} "${CMAKE_MATCH_1}")

# What is not released yet stands at the top; then what is, with a date.
file(STRINGS "${ROOT}/CHANGELOG.md" headings REGEX "^## ")
list(GET headings 0 top)
if(top STREQUAL "## [Unreleased]")
    list(REMOVE_AT headings 0)
elseif(top MATCHES "^## [[]([0-9.]+)[]] - 20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]$")
    is(CHANGELOG.md "${CMAKE_MATCH_1}")
else()
    offence("CHANGELOG.md: begins with ${top}")
endif()
foreach(heading IN LISTS headings)
    if(NOT heading MATCHES
       "^## [[]([0-9.]+)[]] - 20[0-9][0-9]-[0-9][0-9]-[0-9][0-9]$")
        offence("CHANGELOG.md: not understood: ${heading}")
    elseif(CMAKE_MATCH_1 VERSION_GREATER version)
        offence("CHANGELOG.md: ${heading} is newer than ${version}")
    endif()
endforeach()

# What readers type.
string(REGEX REPLACE "[.][0-9]+$" "" short "${version}")
rule_files(pages README.md docs/*.md)
foreach(path IN LISTS pages)
    file(READ "${ROOT}/${path}" text)
    string(REGEX MATCHALL "duosock[-_][0-9]+[.][0-9]+[.][0-9]+" names "${text}")
    foreach(name IN LISTS names)
        string(REGEX REPLACE "^duosock[-_]" "" found "${name}")
        is(${path} "${found}")
    endforeach()
    string(REGEX MATCHALL "find_package[(]duosock [0-9.]+" names "${text}")
    foreach(name IN LISTS names)
        math(EXPR looked_at "${looked_at} + 1")
        if(NOT name STREQUAL "find_package(duosock ${short}")
            offence("${path}: ${name}, not ${short}")
        endif()
    endforeach()
endforeach()

rule_end("one version everywhere")
