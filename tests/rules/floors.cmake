# SPDX-License-Identifier: MIT
#
# The floors of the house: a file includes only what stands on its own floor
# or below. Every shared file and public header has a floor in the list below;
# a new one must be given one. src/sys.h stands at the bottom although it
# speaks of addresses, sockets and options: those are its vocabulary.

cmake_minimum_required(VERSION 3.16...4.0)
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

set(floors
    "config version versioned alloc mem"
    "error sys"
    "addr addr_parse socket option select fdset deadline slots stream dial"
    "poller poller_ops timer bufq"
    "loop resolve sim"
    "conn_ready engine_ops"
    "conn frame"
    "server client datagram proxy"
    "duosock")

set(floor 0)
foreach(names IN LISTS floors)
    string(REPLACE " " ";" names "${names}")
    foreach(name IN LISTS names)
        set(floor_${name} ${floor})
    endforeach()
    math(EXPR floor "${floor} + 1")
endforeach()

rule_files(files src/*.c src/*.h include/duosock/*.h)
list(REMOVE_ITEM files src/sys.h)
foreach(path IN LISTS files)
    math(EXPR looked_at "${looked_at} + 1")
    get_filename_component(name ${path} NAME_WE)
    if(NOT DEFINED floor_${name})
        offence("${path}: has no floor in tests/rules/floors.cmake")
        continue()
    endif()
    rule_lines(lines ${path})
    foreach(line IN LISTS lines)
        if(line MATCHES "^ *# *include *[<']((duosock/)?([a-z0-9_]+)[.]h)[>']"
           AND DEFINED floor_${CMAKE_MATCH_3})
            if(floor_${CMAKE_MATCH_3} GREATER floor_${name})
                offence("${path}: ${CMAKE_MATCH_1} is above it")
            endif()
        endif()
    endforeach()
endforeach()

rule_end("the floors")
