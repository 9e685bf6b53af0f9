# SPDX-License-Identifier: MIT
#
# cmake [-DINSTALL=never] -P cmake/demo.cmake
#
# Builds the program duosock, starts its chat and three clients on real
# sockets, and shows what each of them saw and which 4-tuple each connection
# had. Ends with 0 if every client saw what the two others said.

cmake_minimum_required(VERSION 3.16...4.0)
get_filename_component(ROOT "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
include("${CMAKE_CURRENT_LIST_DIR}/machine.cmake")

set(build "${ROOT}/build/demo")
set(run "${build}/run")
set(clients 3)

machine_need_compiler()
machine_provide()

# ---- build -----------------------------------------------------------------

say("building the program in build/demo")
machine_step("configuring failed" ${CMAKE_COMMAND} ${generator} -S "${ROOT}"
     -B "${build}" -DCMAKE_BUILD_TYPE=Release -DDUOSOCK_BUILD_TESTS=OFF)
machine_step("building failed" ${CMAKE_COMMAND} --build "${build}"
     --config Release --parallel 2)
find_program(duosock duosock PATHS "${build}" NO_DEFAULT_PATH)
if(NOT duosock)
    message(FATAL_ERROR "no program duosock in ${build}")
endif()

# ---- run -------------------------------------------------------------------

say("one chat, ${clients} clients")
file(REMOVE_RECURSE "${run}")
file(MAKE_DIRECTORY "${run}")

# The commands of one execute_process run at the same time, as a pipeline.
# The server ends by itself when the clients have left, and writes its log to
# stderr; demo_clients.cmake waits for the file that names its address.
execute_process(
    COMMAND "${duosock}" serve 127.0.0.1:0 --mode chat
        --ready-file "${run}/address" --exit-after-idle 2s
    COMMAND ${CMAKE_COMMAND} "-DDUOSOCK=${duosock}" "-DRUN=${run}"
        -DCLIENTS=${clients} -P "${CMAKE_CURRENT_LIST_DIR}/demo_clients.cmake"
    RESULTS_VARIABLE results
    ERROR_VARIABLE log
    TIMEOUT 60)

say_line("The server said:")
say_line("${log}")
foreach(i RANGE 1 ${clients})
    set(got "")
    if(EXISTS "${run}/got.${i}")
        file(READ "${run}/got.${i}" got)
    endif()
    string(STRIP "${got}" lines)
    string(REPLACE "\n" "\n    " lines "\n${lines}")
    say_line("Client ${i} saw:${lines}")
    foreach(other RANGE 1 ${clients})
        set(line "\nclient${other}: hello from client ${other}\n")
        string(FIND "\n${got}" "${line}" place)
        if(NOT other EQUAL i AND place EQUAL -1)
            message(SEND_ERROR "client ${i} did not see client ${other}")
        endif()
    endforeach()
endforeach()

string(REGEX MATCHALL "#[0-9]+ open [^\n]* -> [^\n]*" tuples "${log}")
list(LENGTH tuples count)
if(NOT count EQUAL clients)
    message(SEND_ERROR "${count} connections instead of ${clients}")
endif()
if(NOT results STREQUAL "0;0")
    message(FATAL_ERROR "server and clients ended with: ${results}")
endif()

# ---- what to do next -------------------------------------------------------

file(RELATIVE_PATH program "${ROOT}" "${duosock}")
say("it works")
say_line("Start the server by hand, and end it with Ctrl-C:")
say_line("   ${program} serve --mode chat")
say_line("Talk in it from other terminals; to nc the first line is the nick:")
say_line("   ${program} chat --nick ann")
say_line("   nc 127.0.0.1 7700")
