# SPDX-License-Identifier: MIT
#
# cmake [-DINSTALL=never] [-DCMOCKA_SOURCE=d] -P cmake/coverage.cmake
#
# Which lines and branches the tests reach: builds the presets coverage and
# coverage-mingw64, runs their tests natively and under Wine, adds both up and
# prints the table of tests/coverage/report.py, which holds the gates. The
# table stays in build/coverage.txt. Also a stage of SUITES=full.

# By itself this is test.cmake with this stage and no other.
if(CMAKE_SCRIPT_MODE_FILE STREQUAL CMAKE_CURRENT_LIST_FILE AND
   NOT DEFINED SUITES)
    set(SUITES coverage)
    include("${CMAKE_CURRENT_LIST_DIR}/test.cmake")
    return()
endif()

# gcovr brings python3 along.
macro(coverage_needs)
    set(optional OPTIONAL)
    if(SUITES STREQUAL "coverage")
        set(optional "")
    endif()
    needs_program("gcovr (coverage)" gcovr ${optional}
        APT gcovr DNF gcovr PACMAN gcovr)
endmacro()

# The counters of one build, as gcovr writes them down. The library that is
# made for counting instructions is left out: it is optimised, so its lines
# are others, and nothing of this stage runs it.
function(coverage_count failed preset gcov)
    set(${failed} "" PARENT_SCOPE)
    execute_process(
        COMMAND ${found_gcovr} --root "${ROOT}" --gcov-executable ${gcov}
            --filter "${ROOT}/src/" --exclude-directories ".*duosock_o2[.]dir"
            -j ${cores} --json -o "${ROOT}/build/${preset}.json" .
        WORKING_DIRECTORY "${ROOT}/build/${preset}"
        RESULT_VARIABLE result OUTPUT_QUIET ERROR_VARIABLE errors)
    if(NOT result EQUAL 0)
        message(NOTICE "${errors}")
        set(${failed} "gcovr could not read the counters" PARENT_SCOPE)
    endif()
endfunction()

# Runs what a preset has, from counters at 0, and keeps what they say then.
# Text and headers reach nothing, programs of others have no counters, and
# instructions are not counted here; what knows only the simulator's sockets was
# counted natively already. More of the same reaches no more lines.
function(coverage_run title preset gcov)
    set(without header rules figures promises foreign consumer docs slow)
    if(NOT preset STREQUAL "coverage")
        list(APPEND without sim simnet fault chaos fuzz)
    endif()
    string(REPLACE ";" "|" without "${without}")
    set(ctest_flags_${preset} -LE "^(${without})$"
        -E "^unit[.]addr_random$|[.](many_clients|poller_many|chat_1000|bulk)|${other_pollers}")
    file(GLOB_RECURSE counters "${ROOT}/build/${preset}/*.gcda")
    if(counters)
        file(REMOVE ${counters})
    endif()
    file(REMOVE "${ROOT}/build/${preset}.json")
    suite("${title}" ${preset} ${ARGN})
    coverage_count(failed ${preset} ${gcov})
    if(failed)
        suite_failed("${title}" "${failed}")
    endif()
endfunction()

# Adds up the builds that ran, and asks report.py.
function(coverage_report)
    set(counted "")
    foreach(preset coverage coverage-mingw64)
        if(EXISTS "${ROOT}/build/${preset}.json")
            list(APPEND counted --add-tracefile "${ROOT}/build/${preset}.json")
        endif()
    endforeach()
    set(table "${ROOT}/build/coverage.txt")
    execute_process(
        COMMAND ${found_gcovr} --root "${ROOT}" ${counted} --json
            -o "${ROOT}/build/coverage-all.json"
        OUTPUT_QUIET ERROR_QUIET)
    execute_process(
        COMMAND python3 "${ROOT}/tests/coverage/report.py"
            "${ROOT}/tests/coverage/unreachable.txt"
            "${ROOT}/build/coverage-all.json"
        RESULT_VARIABLE result OUTPUT_FILE "${table}")
    execute_process(COMMAND ${CMAKE_COMMAND} -E cat "${table}")
    file(STRINGS "${table}" lines REGEX "^(coverage: |[^ ].* \\(src)")
    string(REPLACE ";" "\n" lines "${lines}")
    file(APPEND "${summary}" "\n== coverage\n${lines}\n")
    if(NOT result EQUAL 0)
        suite_failed("coverage" "see build/coverage.txt")
    endif()
endfunction()

# All of it. Windows's part is left out where it was not asked for.
function(coverage_stage)
    find_program(found_gcovr gcovr)
    if(NOT found_gcovr)
        say("coverage is left out: gcovr is not here")
        file(APPEND "${summary}"
             "\n== coverage\nleft out: gcovr is not here\n")
        return()
    endif()
    coverage_run("coverage, native" coverage gcov)
    file(REMOVE "${ROOT}/build/coverage-mingw64.json")
    if(windows)
        set(flags ${cmocka_flags}
            "-DDUOSOCK_NATIVE_PROGRAM=${ROOT}/build/coverage/duosock")
        wine_start(wine_runs)
        if(wine_runs)
            coverage_run("coverage, Windows under Wine" coverage-mingw64
                         x86_64-w64-mingw32-gcov ${flags})
        else()
            suite_failed("coverage" "Wine does not run")
        endif()
        wine_stop()
    endif()
    coverage_report()
endfunction()
