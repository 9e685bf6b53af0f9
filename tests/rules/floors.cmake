# SPDX-License-Identifier: MIT
#
# The floors of the house: a file includes only what stands on its own floor
# or below. Every shared file and public header has a floor in the list below;
# a new one must be given one. src/sys.h stands at the bottom although it
# speaks of addresses, sockets and options: those are its vocabulary.

cmake_minimum_required(VERSION 3.16...4.0)
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

set(floors
    "config version versioned alloc mem siphash"
    "error sys sys_host mailbox shared"
    "addr addr_format addr_ip addr_order addr_parse addr_text cidr cidr_list endpoint interface interface_err socket kind family mapped route message sendfile pair option opt_scope opt_text dscp multicast tcpinfo select fdset deadline slots stream listen listen_path local inherited dial dial_race name offload query proxy transport"
    "poller poller_ops bufq"
    "timer loop loop_core quit input resolve sim sim_fault"
    "conn_ready engine_ops"
    "conn conn_core conn_close conn_deadline conn_filter conn_send conn_transport frame"
    "server server_core server_accept server_address server_admit server_end client client_connect client_core client_retry race datagram datagram_core datagram_io datagram_limit datagram_socket"
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
list(REMOVE_ITEM files src/sys.h src/sys_host.h)
foreach(path IN LISTS files)
    math(EXPR looked_at "${looked_at} + 1")
    get_filename_component(name ${path} NAME_WE)
    if(NOT DEFINED floor_${name})
        offence("${path}: has no floor in tests/rules/floors.cmake")
        continue()
    endif()
    rule_lines(lines ${path})
    foreach(line IN LISTS lines)
        if(NOT line MATCHES "^ *# *include *[<'](duosock/)?([a-z0-9_]+)[.]h")
            continue()
        endif()
        set(other ${CMAKE_MATCH_2})
        if(DEFINED floor_${other} AND
           floor_${other} GREATER floor_${name})
            offence("${path}: ${other}.h is above it")
        endif()
    endforeach()
endforeach()

rule_end("the floors")
