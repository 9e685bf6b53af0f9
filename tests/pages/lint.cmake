# SPDX-License-Identifier: MIT
#
# mandoc finds nothing wrong with the manual pages, and each can be read.

cmake_minimum_required(VERSION 3.16...4.0)
include("${ROOT}/tests/rules/common.cmake")

find_program(mandoc mandoc)
if(NOT mandoc)
    message("skipped: mandoc is not here")
    return()
endif()

include("${CMAKE_CURRENT_LIST_DIR}/made.cmake")

# Those with a text: the others lead to one of them.
file(GLOB all RELATIVE "${MAN}" "${MAN}/man1/*.1" "${MAN}/man3/*.3")
set(pages "")
foreach(page IN LISTS all)
    file(STRINGS "${MAN}/${page}" leads LIMIT_COUNT 1 REGEX "^[.]so ")
    if(NOT leads)
        list(APPEND pages ${page})
    endif()
endforeach()
execute_process(COMMAND ${mandoc} -T lint -W warning ${pages}
    WORKING_DIRECTORY "${MAN}" RESULT_VARIABLE result
    OUTPUT_VARIABLE findings ERROR_VARIABLE findings)
if(NOT result EQUAL 0 OR NOT "${findings}" STREQUAL "")
    offence("${findings}")
endif()

foreach(page IN LISTS pages)
    math(EXPR looked_at "${looked_at} + 1")
    execute_process(COMMAND ${mandoc} -T ascii ${page}
        WORKING_DIRECTORY "${MAN}" RESULT_VARIABLE result
        OUTPUT_VARIABLE text ERROR_QUIET)
    string(LENGTH "${text}" length)
    if(NOT result EQUAL 0 OR length LESS 500)
        offence("${page}: cannot be read")
    endif()
endforeach()

rule_end("mandoc")
