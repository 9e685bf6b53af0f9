# SPDX-License-Identifier: MIT
#
# The events of --json, and their keys: those that the sources of the program
# write are those of duosock.1. pages.told sees them in real runs.

cmake_minimum_required(VERSION 3.16...4.0)
include("${CMAKE_CURRENT_LIST_DIR}/page.cmake")
page_read()

set(events "")
set(keys "")
rule_files(files src/cli/*.c)
list(FILTER files EXCLUDE REGEX "/trace") # lines for people
foreach(path IN LISTS files)
    file(READ "${ROOT}/${path}" code)
    manual_protect(code)
    set(begins "begin|transfer_end")
    if(path MATCHES "json")
        set(begins "begin|print_list|print_finding")
    endif()
    string(REGEX MATCHALL
        "(${begins})\\([^\"()]*\"[a-z_0-9]+\"" found "${code}")
    string(REGEX REPLACE "[^;\"]*\"([^\"]*)\"" "\\1" found "${found}")
    list(APPEND events ${found})
    string(REGEX MATCHALL
        "(json_(text|bytes|int|uint|seconds|bool)|add_address)\\([^\"(),]*,[ \n]*\"[a-z_0-9]+\"|(SERVER\\(|offsetof\\(report_counts, )[a-z_]+\\), \"[a-z_]+\""
        found "${code}")
    string(REGEX REPLACE "[^;\"]*\"([^\"]*)\"" "\\1" found "${found}")
    list(APPEND keys ${found})
endforeach()
list(REMOVE_DUPLICATES events)
list(REMOVE_DUPLICATES keys)

page_items(in_page Events "[.]It Cm")
page_same("events" "src/cli" events "duosock.1" in_page)
page_items(in_page Keys "[.]It Va")
page_same("keys" "src/cli" keys "duosock.1" in_page)

rule_end("events and duosock.1")
