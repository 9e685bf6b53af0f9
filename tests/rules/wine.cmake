# SPDX-License-Identifier: MIT
#
# cmake/wine.sh: what Wine killed or did not start runs once more, a program
# that failed by itself does not. Of a build for Windows: nothing stands between
# wine.sh and Wine.

cmake_minimum_required(VERSION 3.16...4.0)
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

set(ran "${CMAKE_CURRENT_BINARY_DIR}/wine-ran")

# expect(code runs command): the command's own $ran tells its first run.
macro(expect code runs command)
    math(EXPR looked_at "${looked_at} + 1")
    file(WRITE "${ran}" "")
    execute_process(
        COMMAND "${ROOT}/cmake/wine.sh" sh -c "echo >>'${ran}'; ${command}"
        RESULT_VARIABLE result OUTPUT_QUIET ERROR_QUIET)
    file(READ "${ran}" lines)
    string(LENGTH "${lines}" count)
    if(NOT result EQUAL ${code} OR NOT count EQUAL ${runs})
        offence("${command}: ${count} runs, ended with ${result}")
    endif()
endmacro()

set(first "[ $(wc -l <'${ran}') = 1 ]")
expect(0 1 "echo fine")
expect(3 1 "echo said; exit 3")
expect(0 2 "echo said; ${first} && kill -9 $$; exit 0")
expect(0 2 "${first} && exit 5; echo said")
expect(137 2 "echo said; kill -9 $$")
expect(5 2 "exit 5")
file(REMOVE "${ran}")

# Seen by cmake -E env, a kill is an exit code like others. What users of the
# library have built meanwhile, deeper in tests/consumer, is theirs.
file(GLOB_RECURSE lists "${BUILD}/tests/CTestTestfile.cmake")
list(FILTER lists EXCLUDE REGEX "/tests/consumer/.*/")
foreach(list IN LISTS lists)
    file(STRINGS "${list}" entries REGEX "^add_test.*[.]exe\"")
    foreach(entry IN LISTS entries)
        math(EXPR looked_at "${looked_at} + 1")
        if(entry MATCHES "\"-E\" \"env\"")
            offence("${list}: ${entry}")
        endif()
    endforeach()
endforeach()
rule_end("wine")
