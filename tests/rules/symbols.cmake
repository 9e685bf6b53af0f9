# SPDX-License-Identifier: MIT
#
# cmake -DNM=nm -DLIBRARY=file -P symbols.cmake
#
# Every external symbol of the library is called duos_ or duos__, or is a
# verb of the seam: vendoring it clashes with nothing.

cmake_minimum_required(VERSION 3.16...4.0)
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

execute_process(COMMAND "${NM}" -g "${LIBRARY}"
                OUTPUT_VARIABLE output ERROR_VARIABLE error
                RESULT_VARIABLE result)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "${NM}: ${error}")
endif()

# "0000 T name"; U is undefined. Some systems put an underscore before names,
# and MinGW and the sanitizers add symbols with a dot or two underscores.
string(REGEX MATCHALL "[0-9a-fA-F]+ [A-TV-Z] [^\n]+" symbols "${output}")
foreach(symbol IN LISTS symbols)
    math(EXPR looked_at "${looked_at} + 1")
    string(REGEX REPLACE "^[0-9a-fA-F]+ [A-Z] " "" name "${symbol}")
    if(NOT name MATCHES "^_?(duos__?[a-z0-9]|sys_[a-z])" AND
       NOT name MATCHES "^([.]|__odr_asan|__asan|__ubsan)")
        offence("${LIBRARY}: ${name}")
    endif()
endforeach()

rule_end("symbols begin with duos_ or sys_")
