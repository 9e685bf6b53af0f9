# SPDX-License-Identifier: MIT
#
# The clients' half of demo.cmake, which runs it next to the server: waits for
# the address in ${RUN}/address, then starts all clients. What client N sees
# goes to ${RUN}/got.N. They enter one after the other; each has a typist, the
# first program of a pipeline, which looks at that file: it says a line when
# all are in the room, and leaves when it has heard all others.

cmake_minimum_required(VERSION 3.16...4.0)

# Waits until got.N contains at least count lines that match.
function(await client regex count)
    foreach(attempt RANGE 200)
        set(lines "")
        if(EXISTS "${RUN}/got.${client}")
            file(STRINGS "${RUN}/got.${client}" lines REGEX "${regex}")
        endif()
        list(LENGTH lines found)
        if(NOT found LESS count)
            return()
        endif()
        execute_process(COMMAND ${CMAKE_COMMAND} -E sleep 0.1)
    endforeach()
    message(FATAL_ERROR "client ${client} never saw ${count} times: ${regex}")
endfunction()

# Client N sees those who come after it.
if(TYPIST)
    math(EXPR later "${CLIENTS} - ${TYPIST}")
    math(EXPR others "${CLIENTS} - 1")
    await(${TYPIST} "^[*] client[0-9]+ joined$" ${later})
    execute_process(COMMAND ${CMAKE_COMMAND} -E echo
                    "hello from client ${TYPIST}")
    await(${TYPIST} "^client[0-9]+: " ${others})
    return()
endif()

# One client and its typist.
if(CLIENT)
    if(CLIENT GREATER 1)
        math(EXPR before "${CLIENT} - 1")
        await(${before} "^[*] welcome " 1)
    endif()
    execute_process(
        COMMAND ${CMAKE_COMMAND} "-DRUN=${RUN}" -DTYPIST=${CLIENT}
            -DCLIENTS=${CLIENTS} -P "${CMAKE_CURRENT_LIST_FILE}"
        COMMAND "${DUOSOCK}" chat "${ADDRESS}" --nick client${CLIENT}
        OUTPUT_FILE "${RUN}/got.${CLIENT}" ERROR_FILE "${RUN}/log.${CLIENT}"
        RESULTS_VARIABLE results TIMEOUT 50)
    if(NOT results STREQUAL "0;0")
        message(FATAL_ERROR "client ${CLIENT} ended with ${results}")
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
         -DCLIENTS=${CLIENTS} -P "${CMAKE_CURRENT_LIST_FILE}")
endforeach()
execute_process(${commands} RESULTS_VARIABLE results)
foreach(result IN LISTS results)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "clients ended with: ${results}")
    endif()
endforeach()
