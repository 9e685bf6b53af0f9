# SPDX-License-Identifier: MIT
#
# The load generator tells the truth: with each server and in each mode it
# sends what it was asked to and reports it with every key that README.md of
# bench/ names; a server that gives back other bytes, or none, fails.
#
#   cmake -DBENCH=<folder of the programs> -P load.cmake

cmake_minimum_required(VERSION 3.16...4.0)

set(keys mode connections idle size depth messages bytes lost seconds
    per_second p50_us p99_us p999_us server_cpu_ns cpu_ns_per_message
    server_user_us server_system_us server_rss_kib
    server_user_kib_per_connection)
set(failed "")

# load(options server): sets code and output.
macro(load options server)
    separate_arguments(arguments UNIX_COMMAND
        "-j -t 20 ${options} -- ${BENCH}/bench_${server}")
    execute_process(COMMAND ${BENCH}/bench_load ${arguments}
                    RESULT_VARIABLE code OUTPUT_VARIABLE output
                    ERROR_VARIABLE error)
endmacro()

# works(options messages server...): messages is a pattern.
function(works options messages)
    foreach(server IN LISTS ARGN)
        load("${options}" "${server}")
        if(NOT code EQUAL 0 OR NOT output MATCHES "^{[^\n]*}\n$" OR
           NOT output MATCHES "\"messages\":${messages},")
            message("FAIL ${server} ${options}: ${code} ${error}${output}")
            set(failed ON PARENT_SCOPE)
            continue()
        endif()
        foreach(key IN LISTS keys)
            if(NOT output MATCHES "[{,]\"${key}\":[0-9\"]")
                message("FAIL ${server} ${options}: no ${key}: ${output}")
                set(failed ON PARENT_SCOPE)
            endif()
        endforeach()
    endforeach()
endfunction()

# fails(options server reason)
function(fails options server reason)
    load("${options}" "${server}")
    if(code EQUAL 0 OR NOT error MATCHES "${reason}")
        message("FAIL ${server} ${options} went well: ${code} ${error}")
        set(failed ON PARENT_SCOPE)
    endif()
endfunction()

set(echo raw_epoll raw_poll raw_select echo_poller echo_bare echo_server
    "echo_server -p select")
foreach(peer uv_echo "uv_echo -m write" event_echo "event_echo -m buffer"
        ev_echo uring_echo)
    string(REGEX REPLACE " .*" "" name "${peer}")
    if(EXISTS "${BENCH}/bench_${name}")
        list(APPEND echo "${peer}")
    endif()
endforeach()
execute_process(COMMAND ${BENCH}/bench_uring_echo INPUT_FILE /dev/null
                RESULT_VARIABLE code OUTPUT_QUIET ERROR_QUIET)
if(code EQUAL 77) # the kernel has no io_uring
    list(REMOVE_ITEM echo uring_echo)
endif()

# The first fifth warms up, to the end of a turn, which brings many where they
# stream; one connection has no more than one under way.
works("-c 1 -n 100" 80 ${echo})
works("-c 20 -i 50 -d 4 -n 1000" "[78][0-9][0-9]" ${echo})
works("-m stream -s 300000 -c 2 -d 2 -n 100" "([1-9]|[1-7][0-9]|80)" ${echo})
works("-m churn -c 3 -n 100" "[78][0-9]" ${echo})
works("-r 0.02" "[0-9]+" raw_epoll)
works("-m fan -c 10 -n 20" "1[0-9][0-9]" raw_fan "echo_server -m fan")
works("-m udp -d 16 -n 320" 256 raw_udp "raw_udp -m drain" "raw_udp -m batch"
      udp_echo)

fails("-n 100" liar "wrong echo")
fails("-m stream -s 1000 -d 9 -n 1000" liar "wrong echo")
fails("-m fan -c 1 -n 100" liar "wrong line")
fails("-m udp -n 100" "liar -" "wrong datagram")
fails("-m fan -c 2 -t 1" raw_epoll "patience")
fails("-n 10" none "did not start")
fails("-c 1100 -n 10" raw_select "greeting|reset")

if(failed)
    message(FATAL_ERROR "the load does not tell the truth")
endif()
