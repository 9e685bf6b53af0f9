# SPDX-License-Identifier: MIT
#
# cmake [-DSECONDS=60] [-DTARGETS="lines length"] -P cmake/fuzz.cmake
#
# Builds the fuzz targets with clang, libFuzzer, AddressSanitizer and UBSan,
# and runs each for so many seconds: on the committed inputs, and on those
# that earlier runs have found, in build/fuzz/found. What fails is written to
# build/fuzz/failed; give the file to fuzz_<name> to see it again, and put it
# into tests/fuzz/regress/<name> when it is mended.

cmake_minimum_required(VERSION 3.25...4.0)
get_filename_component(ROOT "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
if(NOT SECONDS)
    set(SECONDS 60)
endif()
if(NOT BUILD)
    set(BUILD "${ROOT}/build/fuzz")
endif()
if(NOT SECONDS MATCHES "^[1-9][0-9]*$")
    message(FATAL_ERROR "SECONDS is a number, not '${SECONDS}'")
endif()
find_program(clang clang)
if(NOT clang)
    message(FATAL_ERROR "libFuzzer needs clang, and there is none here")
endif()

foreach(step "--preset;fuzz;-B;${BUILD}"
        "--build;${BUILD};--parallel;2;--target;duosock_fuzzers")
    execute_process(COMMAND ${CMAKE_COMMAND} ${step}
        WORKING_DIRECTORY "${ROOT}" RESULT_VARIABLE result)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "the fuzz targets could not be built")
    endif()
endforeach()

# ---- run -------------------------------------------------------------------

set(folder "${BUILD}/tests/fuzz")
file(GLOB lists RELATIVE "${folder}" "${folder}/*.txt")
list(TRANSFORM lists REPLACE "[.]txt$" "")
if(TARGETS)
    separate_arguments(names UNIX_COMMAND "${TARGETS}")
    set(unknown ${names})
    list(REMOVE_ITEM unknown ${lists} "")
    if(unknown)
        message(FATAL_ERROR "no such target: ${unknown}; there are: ${lists}")
    endif()
    set(lists ${names})
endif()

set(failed "")
set(summary "")
file(MAKE_DIRECTORY "${BUILD}/failed")
foreach(name IN LISTS lists)
    set(inputs "${BUILD}/found/${name}")
    file(MAKE_DIRECTORY "${inputs}")
    foreach(kind corpus regress)
        if(IS_DIRECTORY "${ROOT}/tests/fuzz/${kind}/${name}")
            list(APPEND inputs "${ROOT}/tests/fuzz/${kind}/${name}")
        endif()
    endforeach()
    message("== ${name}, ${SECONDS} s")
    execute_process(
        COMMAND "${folder}/fuzz_${name}" -max_total_time=${SECONDS}
            -timeout=10 -rss_limit_mb=2048 -max_len=4096 -print_final_stats=1
            -artifact_prefix=${BUILD}/failed/${name}- ${inputs}
        WORKING_DIRECTORY "${folder}" RESULT_VARIABLE result
        OUTPUT_QUIET ERROR_VARIABLE log)
    file(WRITE "${BUILD}/failed/${name}.log" "${log}")
    string(REGEX MATCH "number_of_executed_units: *[0-9]+" units "${log}")
    string(REGEX MATCH "[0-9]+$" units "${units}")
    string(REGEX MATCHALL "cov: [0-9]+" covered "${log}")
    list(GET covered -1 covered)
    set(line "${name}: ${units} inputs, ${covered}")
    if(NOT result EQUAL 0)
        list(APPEND failed ${name})
        string(APPEND line ", FAILED: see ${BUILD}/failed/${name}.log")
    endif()
    message("${line}")
    string(APPEND summary "${line}\n")
endforeach()

message("\n${summary}")
if(failed OR NOT lists)
    message(FATAL_ERROR "failed: ${failed}")
endif()
