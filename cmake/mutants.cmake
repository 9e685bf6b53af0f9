# SPDX-License-Identifier: MIT
#
# cmake [-DONLY=regex] [-DSYSTEM=Linux|Windows] -P cmake/mutants.cmake
#
# Plants each bug of tests/mutants/*.patch in a copy of the project, builds the
# tests that the patch names, and must see one of them fail. Fails itself when
# all pass, or when a patch does not apply or compile any more.
#
# A patch begins with a sentence on the bug and "Tests: <regex for ctest -R>".
# With "System: Windows" it is built by MinGW and run under Wine.
#
#   ONLY=regex       of the names of patches
#   SYSTEM=...       only those of one system; the default is all that can be
#                    run here
#   CMOCKA_SOURCE=d  CMocka's source, for Windows
#
# Those for Linux are tried by three processes side by side, each in a copy of
# its own, since what a bug breaks mostly waits in vain: it calls itself with
# PART=0 to 2, which take every third one.

cmake_minimum_required(VERSION 3.21...4.0)
get_filename_component(ROOT "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
include("${CMAKE_CURRENT_LIST_DIR}/machine.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/wine.cmake")

set(where "${ROOT}/build/mutants")
set(jobs 2)
set(parts 0 1 2)
if(DEFINED PART)
    set(where "${where}/${PART}")
    set(jobs 1)
    # Its output would go into the next process, which may have ended: what it
    # says goes past that.
    macro(say_line text)
        message(NOTICE "${text}")
    endmacro()
    macro(say text)
    endmacro()
endif()
set(copy "${where}/source")
set(TEST_SECONDS 15) # a bug may be that something goes on for ever

find_program(git git)
find_program(ninja NAMES ninja ninja-build)
if(NOT git)
    message(FATAL_ERROR "git is needed, to apply patches")
endif()

# ---- the patches -----------------------------------------------------------

# Sets mutants_<system> to the patches for it.
file(GLOB patches "${ROOT}/tests/mutants/*.patch")
foreach(patch IN LISTS patches)
    get_filename_component(name "${patch}" NAME_WE)
    if(ONLY AND NOT name MATCHES "${ONLY}")
        continue()
    endif()
    file(READ "${patch}" text)
    string(REGEX MATCH "\nTests: ([^\n]+)\n" found "${text}")
    if(NOT found)
        message(FATAL_ERROR "${name}: does not name its tests")
    endif()
    set(tests_${name} "${CMAKE_MATCH_1}")
    set(system Linux)
    if(text MATCHES "\nSystem: ([A-Za-z]+)\n")
        set(system ${CMAKE_MATCH_1})
    endif()
    list(APPEND mutants_${system} ${name})
endforeach()

# ---- a tree ----------------------------------------------------------------

# run(result output command...), in the copy
macro(run result output)
    # Within the project's own repository git would see to its files only.
    execute_process(
        COMMAND ${CMAKE_COMMAND} -E env "GIT_CEILING_DIRECTORIES=${where}"
                ${ARGN}
        WORKING_DIRECTORY "${copy}" RESULT_VARIABLE ${result}
        OUTPUT_VARIABLE ${output} ERROR_VARIABLE ${output})
endmacro()

# The copy and its builds are new each time, so no bug of a run that was
# interrupted is left.
function(make_copy)
    file(REMOVE_RECURSE "${where}")
    file(GLOB entries LIST_DIRECTORIES true "${ROOT}/*")
    list(FILTER entries EXCLUDE REGEX "/build$")
    file(COPY ${entries} DESTINATION "${copy}"
         PATTERN __pycache__ EXCLUDE)
endfunction()

function(configure system)
    set(options -DCMAKE_BUILD_TYPE=Debug)
    find_program(timeout timeout)
    if(timeout AND NOT system STREQUAL "Windows")
        list(APPEND options
             "-DDUOSOCK_TEST_LAUNCHER=${timeout} ${TEST_SECONDS}")
    endif()
    if(ninja)
        list(APPEND options -G Ninja)
    endif()
    if(system STREQUAL "Windows")
        list(APPEND options
             -DCMAKE_TOOLCHAIN_FILE=cmake/mingw-w64-x86_64.cmake)
        if(CMOCKA_SOURCE)
            list(APPEND options "-DDUOSOCK_CMOCKA_SOURCE_DIR=${CMOCKA_SOURCE}")
        endif()
    endif()
    run(result output ${CMAKE_COMMAND} -S . -B "${where}/${system}" ${options})
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "${system}: configuring failed:\n${output}")
    endif()
endfunction()

# out receives the names of the tests that a regex matches.
function(find_tests system regex out)
    run(result list ${CMAKE_CTEST_COMMAND} --test-dir "${where}/${system}" -N
        -R "${regex}")
    string(REGEX MATCHALL "Test +#[0-9]+: [a-z0-9_.]+" names "${list}")
    list(TRANSFORM names REPLACE "^.*: " "")
    if(NOT names)
        message(FATAL_ERROR "no test matches ${regex}")
    endif()
    set(${out} ${names} PARENT_SCOPE)
endfunction()

# Builds tests and runs them. verdict: "passed", "failed" or "broken" (they do
# not build); note: the first that failed, or what the compiler said.
function(try_tests system names verdict note)
    set(${verdict} broken PARENT_SCOPE)
    set(folder "${where}/${system}")
    set(targets "")
    foreach(name IN LISTS names)
        string(REGEX REPLACE "[.](epoll|poll|select|afd)$" "" target "${name}")
        string(REGEX REPLACE "^program[.]" "" file "${target}")
        if(target MATCHES "^program[.]" AND
           NOT EXISTS "${copy}/tests/program/test_${file}.c")
            list(APPEND targets duosock_cli) # a script runs it
        else()
            string(REPLACE "." "_" target "${target}")
            list(APPEND targets test_${target})
        endif()
    endforeach()
    list(REMOVE_DUPLICATES targets)
    list(JOIN names "|" regex)
    string(REPLACE "." "[.]" regex "^(${regex})$")
    run(result output ${CMAKE_COMMAND} --build "${folder}" --parallel ${jobs}
        --target ${targets})
    if(NOT result EQUAL 0)
        set(${note} "${output}" PARENT_SCOPE)
        return()
    endif()
    run(result output ${CMAKE_CTEST_COMMAND} --test-dir "${folder}"
        -R "${regex}" -j ${jobs} --stop-on-failure --output-on-failure)
    if(result EQUAL 0)
        set(${verdict} passed PARENT_SCOPE)
        return()
    endif()
    set(${verdict} failed PARENT_SCOPE)
    string(REGEX MATCH "\n[ \t]+[0-9]+ - ([a-z0-9_.]+) \\(([^)]+)\\)" found
           "${output}")
    set(text "${CMAKE_MATCH_1} (${CMAKE_MATCH_2})")
    string(REGEX MATCH "\\[  FAILED  \\] (test_[A-Za-z0-9_]+)" found
           "${output}")
    if(found)
        string(REGEX REPLACE " .*" ": ${CMAKE_MATCH_1}" text "${text}")
    endif()
    set(${note} "${text}" PARENT_SCOPE)
endfunction()

# ---- all of them -----------------------------------------------------------

set(failures 0)
set(caught 0)

macro(fail name text)
    say_line("${name}: ${text}")
    math(EXPR failures "${failures} + 1")
endmacro()

# Reversed, the patch gives the file a new date, too.
macro(plant name result)
    run(${result} output "${git}" apply ${ARGN}
        "${ROOT}/tests/mutants/${name}.patch")
endmacro()

macro(try_mutant system name)
    string(TIMESTAMP before "%s")
    plant(${name} result)
    if(NOT result EQUAL 0)
        fail(${name} "DOES NOT APPLY: ${output}")
    else()
        find_tests(${system} "${tests_${name}}" names)
        try_tests(${system} "${names}" verdict note)
        string(TIMESTAMP now "%s")
        math(EXPR seconds "${now} - ${before}")
        if(verdict STREQUAL "failed")
            say_line("${name}: ${note} [${seconds} s]")
            math(EXPR caught "${caught} + 1")
        elseif(verdict STREQUAL "passed")
            fail(${name} "SURVIVED ${tests_${name}} [${seconds} s]")
        else()
            fail(${name} "DOES NOT BUILD: ${note}")
        endif()
        plant(${name} result --reverse)
        if(NOT result EQUAL 0)
            message(FATAL_ERROR "${name}: cannot be taken back: ${output}")
        endif()
    endif()
endmacro()

# Without a bug all tests must pass, or a failure would prove nothing.
macro(try_system system)
    list(LENGTH mutants_${system} count)
    say("${count} mutants, ${system}")
    configure(${system})
    set(all "")
    foreach(name IN LISTS mutants_${system})
        find_tests(${system} "${tests_${name}}" names)
        list(APPEND all ${names})
    endforeach()
    list(REMOVE_DUPLICATES all)
    try_tests(${system} "${all}" verdict note)
    if(NOT verdict STREQUAL "passed")
        message(FATAL_ERROR "without a mutant: ${verdict}: ${note}")
    endif()
    say("as it is, all tests pass")
    foreach(name IN LISTS mutants_${system})
        try_mutant(${system} ${name})
    endforeach()
endmacro()

# What this part tries.
macro(keep_share)
    list(LENGTH parts count)
    set(share "")
    set(turn 0)
    foreach(name IN LISTS mutants_Linux)
        if(turn EQUAL PART)
            list(APPEND share ${name})
        endif()
        math(EXPR turn "(${turn} + 1) % ${count}")
    endforeach()
    set(mutants_Linux "${share}")
endmacro()

# All parts at once; each leaves its counts in a file.
macro(try_parts)
    set(commands "")
    foreach(part IN LISTS parts)
        list(APPEND commands COMMAND ${CMAKE_COMMAND} -DPART=${part}
             "-DONLY=${ONLY}" -P "${CMAKE_CURRENT_LIST_FILE}")
    endforeach()
    execute_process(${commands} OUTPUT_QUIET)
    foreach(part IN LISTS parts)
        set(counts "0;1") # a part that stopped
        if(EXISTS "${where}/${part}/counts.txt")
            file(READ "${where}/${part}/counts.txt" counts)
        endif()
        list(GET counts 0 more_caught)
        list(GET counts 1 more_failures)
        math(EXPR caught "${caught} + ${more_caught}")
        math(EXPR failures "${failures} + ${more_failures}")
    endforeach()
endmacro()

macro(try_windows)
    wine_find()
    find_program(mingw x86_64-w64-mingw32-gcc)
    set(wine_runs NO)
    if(mingw AND wine_program AND wine_server)
        wine_start(wine_runs)
    endif()
    if(wine_runs)
        make_copy()
        try_system(Windows)
        wine_stop()
    else()
        list(LENGTH mutants_Windows count)
        say("${count} mutants for Windows are left out: no MinGW or no Wine")
    endif()
endmacro()

if(DEFINED PART)
    keep_share()
    if(mutants_Linux)
        make_copy()
        try_system(Linux)
    endif()
    file(WRITE "${where}/counts.txt" "${caught};${failures}")
    return()
endif()

file(REMOVE_RECURSE "${where}")
if(mutants_Linux AND NOT SYSTEM STREQUAL "Windows")
    try_parts()
endif()
if(mutants_Windows AND NOT SYSTEM STREQUAL "Linux")
    try_windows()
endif()

say("${caught} mutants caught, ${failures} not")
if(failures GREATER 0 OR caught EQUAL 0)
    message(FATAL_ERROR "${failures} mutants are not caught")
endif()
