# SPDX-License-Identifier: MIT
#
# --trace is complete: each call of the toolkit that the program makes is told
# (its name stands in src/cli/trace.h, and the file that makes it includes
# that), or it is one of these, which only reckon or look something up.

cmake_minimum_required(VERSION 3.16...4.0)
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

set(quiet
    # texts, and what is made of them
    addr_equal addr_format addr_ipv6 addr_loopback addr_parse
    addr_unix cidr_parse endpoint_parse err_name err_native err_native_name
    err_text ip_parse opt_describe poller_backend_name poller_backend_of
    poller_backend_parse poller_backends socket_from_os socket_valid
    tuple_format version
    # messages out of bytes, bytes that are shared
    frame_config_init frame_end frame_fini frame_init frame_next shared_create
    shared_release
    # fields that are filled in, before anything begins
    client_config_init conn_handler_init datagram_config_init input_init
    listen_options_init lookup_init loop_config_init poller_config_init
    post_init quit_init server_config_init timer_init watch_init
    # what is known already
    client_conn client_get_report conn_bytes conn_loop conn_origin conn_peer
    conn_queued conn_set_user datagram_get_stats loop_now_ms loop_poller
    server_get_stats timer_active)

# The line of progress is not shown with --trace, so it makes no calls then.
set(excepted src/cli/progress.c)

rule_code(header src/cli/trace.h)
string(REGEX MATCHALL "#define duos_[a-z0-9_]+" defined "${header}")
string(REGEX MATCHALL "#define duos_[a-z0-9_]+[(]...[)][ \n]+TRACED[(][a-z0-9_]+"
       pairs "${header}")
set(traced "")
foreach(pair IN LISTS pairs)
    string(REGEX MATCH "duos_([a-z0-9_]+)[(]...[)][ \n]+TRACED[(]([a-z0-9_]+)" both
           "${pair}")
    if(NOT CMAKE_MATCH_1 STREQUAL CMAKE_MATCH_2)
        offence("src/cli/trace.h: ${both}: two names")
    endif()
    list(APPEND traced ${CMAKE_MATCH_1})
endforeach()
list(LENGTH defined many)
list(LENGTH traced count)
if(NOT many EQUAL count)
    offence("src/cli/trace.h: ${many} names are defined, ${count} are traced")
endif()

set(called "")
rule_files(files src/cli/*.c)
list(FILTER files EXCLUDE REGEX "/(trace|os_)[a-z0-9_]*[.]c$")
foreach(path IN LISTS files)
    math(EXPR looked_at "${looked_at} + 1")
    rule_code(code ${path})
    string(REGEX MATCHALL "duos_[a-z0-9_]+ *[(]" calls "${code}")
    list(REMOVE_DUPLICATES calls)
    foreach(call IN LISTS calls)
        string(REGEX REPLACE "^duos_([a-z0-9_]+).*" "\\1" name "${call}")
        list(APPEND called ${name})
        if(name IN_LIST quiet)
            continue()
        elseif(NOT name IN_LIST traced)
            offence("${path}: duos_${name} is neither traced nor quiet")
        elseif(NOT code MATCHES "include 'trace[.]h'" AND
               NOT path IN_LIST excepted)
            offence("${path}: calls duos_${name} and does not include trace.h")
        endif()
    endforeach()
    # Without a bracket behind it, a name goes past its macro.
    string(REGEX MATCHALL "duos_[a-z0-9_]+[ \n]*[^a-z0-9_ \n(]" names "${code}")
    list(REMOVE_DUPLICATES names)
    foreach(name IN LISTS names)
        string(REGEX REPLACE "^duos_([a-z0-9_]+).*" "\\1" name "${name}")
        if(name IN_LIST traced)
            offence("${path}: duos_${name} is used, not called")
        endif()
    endforeach()
endforeach()

foreach(name IN LISTS quiet traced)
    if(NOT name IN_LIST called)
        offence("duos_${name} is listed, and nobody calls it")
    endif()
endforeach()

rule_end("each call of the program is traced")
