# SPDX-License-Identifier: MIT
#
# The clients' half of demo.cmake, which runs it next to the server: waits for
# the address in ${RUN}/address, then starts all clients at once. Each sends
# ${RUN}/sent.N and keeps what comes back in ${RUN}/got.N.

cmake_minimum_required(VERSION 3.16...4.0)

# One client. Its data goes through files: stdout belongs to the pipeline.
if(CLIENT)
    execute_process(COMMAND "${DUOSOCK}" connect "${ADDRESS}"
        INPUT_FILE "${RUN}/sent.${CLIENT}" OUTPUT_FILE "${RUN}/got.${CLIENT}"
        ERROR_FILE "${RUN}/log.${CLIENT}" RESULT_VARIABLE result TIMEOUT 30)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "client ${CLIENT} ended with ${result}")
    endif()
    return()
endif()

foreach(attempt RANGE 100)
    if(EXISTS "${RUN}/address")
        break()
    endif()
    execute_process(COMMAND ${CMAKE_COMMAND} -E sleep 0.1)
endforeach()
file(STRINGS "${RUN}/address" address LIMIT_COUNT 1)

set(commands "")
foreach(i RANGE 1 ${CLIENTS})
    list(APPEND commands COMMAND ${CMAKE_COMMAND} "-DDUOSOCK=${DUOSOCK}"
         "-DRUN=${RUN}" "-DADDRESS=${address}" -DCLIENT=${i}
         -P "${CMAKE_CURRENT_LIST_FILE}")
endforeach()
execute_process(${commands} RESULTS_VARIABLE results)
foreach(result IN LISTS results)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "clients ended with: ${results}")
    endif()
endforeach()
