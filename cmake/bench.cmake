# SPDX-License-Identifier: MIT
#
# cmake [-DQUICK=ON] [-DMINUTES=n] [-DPUBLISH=ON] [-DINSTALL=never]
#       -P cmake/bench.cmake
#
# Builds the servers of bench/ with those of other libraries, measures what
# duosock costs, and prints each bar of docs/performance.md with its figure and
# whether it holds; the exit code is not 0 where one fails. Linux only, on a
# machine that does nothing else.
#
#   QUICK=ON        5 minutes: exact bars are judged, estimates are printed
#   MINUTES=n       estimates go on until they are known to 4 %, and end after so
#                   many minutes in all: 25, or 5 with QUICK
#   PUBLISH=ON      puts table and plots into docs/; PUBLISH=last does so with
#                   those of the last run, and measures nothing
#   INSTALL=never   installs nothing; a server whose library is missing is left
#                   out
#
# build/bench receives bench.json, performance.md and the plots. Where a
# bench.json of an earlier run is there, the two are compared.

cmake_minimum_required(VERSION 3.19...4.0)
get_filename_component(ROOT "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
include("${CMAKE_CURRENT_LIST_DIR}/machine.cmake")

set(build "${ROOT}/build/bench")
set(results "${build}/results")

if(NOT CMAKE_HOST_SYSTEM_NAME STREQUAL "Linux")
    message(FATAL_ERROR "bench/ is for Linux")
endif()

# ---- the page ------------------------------------------------------------------

function(publish)
    set(page "${ROOT}/docs/performance.md")
    file(READ "${page}" text)
    file(READ "${build}/performance.md" figures)
    string(FIND "${text}" "<!-- figures -->" begin)
    string(FIND "${text}" "<!-- end of figures -->" end)
    if(begin LESS 0 OR end LESS begin)
        message(FATAL_ERROR "no place for the figures in ${page}")
    endif()
    string(SUBSTRING "${text}" 0 ${begin} before)
    string(SUBSTRING "${text}" ${end} -1 after)
    file(READ "${ROOT}/bench/plots.md" plots)
    string(REGEX REPLACE "^<!--[^\n]*\n" "" plots "${plots}")
    file(WRITE "${page}"
         "${before}<!-- figures -->\n\n${figures}\n${plots}\n${after}")
    file(MAKE_DIRECTORY "${ROOT}/docs/plots")
    foreach(plot cpu memory latency)
        file(READ "${build}/${plot}.svg" drawn)
        string(REGEX REPLACE "^(<[?]xml[^\n]*\n)"
               "\\1<!-- SPDX-License-Identifier: MIT -->\n" drawn "${drawn}")
        file(WRITE "${ROOT}/docs/plots/${plot}.svg" "${drawn}")
    endforeach()
    say_line("docs/performance.md and docs/plots are those of this run")
endfunction()

if(PUBLISH STREQUAL "last")
    publish()
    return()
endif()

# ---- what is needed ----------------------------------------------------------

function(needs what)
    cmake_parse_arguments(PARSE_ARGV 1 NEEDS "" "PROGRAM;HEADER" "")
    set(found "")
    if(NEEDS_PROGRAM)
        find_program(found_${what} ${NEEDS_PROGRAM})
        set(found "${found_${what}}")
    elseif(NEEDS_HEADER)
        find_path(found_${what} ${NEEDS_HEADER}
            PATHS /usr/include /usr/local/include)
        set(found "${found_${what}}")
    endif()
    machine_need("${what}" "${found}" OPTIONAL ${NEEDS_UNPARSED_ARGUMENTS})
    foreach(name missing_required missing_optional missing_APT missing_DNF
            missing_PACMAN)
        set(${name} "${${name}}" PARENT_SCOPE)
    endforeach()
endfunction()

machine_need_compiler()
needs(CMocka HEADER cmocka.h APT libcmocka-dev DNF libcmocka-devel
      PACMAN cmocka)
needs(valgrind PROGRAM valgrind APT valgrind DNF valgrind PACMAN valgrind)
needs(strace PROGRAM strace APT strace DNF strace PACMAN strace)
needs(gnuplot PROGRAM gnuplot APT gnuplot-nox DNF gnuplot-minimal
      PACMAN gnuplot)
needs(libuv HEADER uv.h APT libuv1-dev DNF libuv-devel PACMAN libuv)
needs(libevent HEADER event2/event.h APT libevent-dev DNF libevent-devel
      PACMAN libevent)
needs(libev HEADER ev.h APT libev-dev DNF libev-devel PACMAN libev)
needs(liburing HEADER liburing.h APT liburing-dev DNF liburing-devel
      PACMAN liburing)
machine_provide()

# ---- build -------------------------------------------------------------------

say("building in build/bench")
machine_step("configuring failed" ${CMAKE_COMMAND} ${generator} -S "${ROOT}"
     -B "${build}" -DCMAKE_BUILD_TYPE=Release -DDUOSOCK_BENCH_PEERS=ON)
machine_step("building failed" ${CMAKE_COMMAND} --build "${build}" --parallel 2
     --target duosock_judge)

# ---- measure -----------------------------------------------------------------

# The versions of what is compared.
set(versions "")
function(version_of name)
    execute_process(COMMAND ${ARGN} OUTPUT_VARIABLE output ERROR_QUIET
                    RESULT_VARIABLE result)
    if(result EQUAL 0 AND output MATCHES "([0-9]+([.][0-9]+)+)")
        set(versions "${versions}${name} ${CMAKE_MATCH_1}, " PARENT_SCOPE)
    endif()
endfunction()
file(STRINGS "${ROOT}/include/duosock/config.h" line
     REGEX "^#define DUOS_VERSION_STRING ")
string(REGEX REPLACE ".*\"(.*)\"" "duosock \\1, " versions "${line}")
file(STRINGS "${build}/CMakeCache.txt" compiler
     REGEX "^CMAKE_C_COMPILER:[A-Z]+=")
string(REGEX REPLACE "^[^=]*=" "" compiler "${compiler}")
version_of("${compiler}" "${compiler}" -dumpfullversion)
version_of(valgrind valgrind --version)
version_of(libuv pkg-config --modversion libuv)
version_of(libevent pkg-config --modversion libevent)
version_of(libev dpkg-query -W -f \${Version} libev-dev)
version_of(liburing pkg-config --modversion liburing)
string(REGEX REPLACE ", $" "" versions "${versions}")

file(MAKE_DIRECTORY "${results}")
set(earlier "")
if(EXISTS "${build}/bench.json")
    file(READ "${build}/bench.json" earlier)
endif()

set(command "cmake")
set(options "")
if(QUICK)
    list(APPEND options -q)
    string(APPEND command " -DQUICK=ON")
endif()
if(MINUTES)
    list(APPEND options -m ${MINUTES})
    string(APPEND command " -DMINUTES=${MINUTES}")
endif()
string(APPEND command " -P cmake/bench.cmake")

say("measuring")
execute_process(COMMAND "${build}/bench/bench_judge" ${options}
        -v "${versions}" -c "${command}" "${build}/bench"
    WORKING_DIRECTORY "${results}" RESULT_VARIABLE result)
if(NOT EXISTS "${results}/bench.json")
    message(FATAL_ERROR "nothing was measured")
endif()
file(RENAME "${results}/bench.json" "${build}/bench.json")
file(RENAME "${results}/performance.md" "${build}/performance.md")

find_program(found_gnuplot gnuplot)
if(found_gnuplot)
    execute_process(COMMAND "${found_gnuplot}"
            -e "in='${results}'; out='${build}'" "${ROOT}/bench/plots.gp"
        RESULT_VARIABLE plotted)
    if(NOT plotted EQUAL 0)
        message(SEND_ERROR "gnuplot failed")
    endif()
endif()

# ---- against the run before ----------------------------------------------------

# Both runs have one figure if their intervals meet; exact ones are told if they
# are not the same to 2 %.
function(compare_figures)
    file(READ "${build}/bench.json" now)
    string(JSON count LENGTH "${now}" figures)
    string(JSON count_before LENGTH "${earlier}" figures)
    string(JSON date GET "${earlier}" date)
    set(same 0)
    set(others 0)
    math(EXPR last "${count_before} - 1")
    foreach(i RANGE ${last})
        string(JSON what GET "${earlier}" figures ${i} what)
        foreach(key low high)
            string(JSON number ERROR_VARIABLE error
                   GET "${earlier}" figures ${i} ${key})
            set(${key}_${what} "${number}")
        endforeach()
    endforeach()
    math(EXPR last "${count} - 1")
    foreach(i RANGE ${last})
        string(JSON what GET "${now}" figures ${i} what)
        string(JSON n ERROR_VARIABLE error GET "${now}" figures ${i} n)
        string(JSON low ERROR_VARIABLE error GET "${now}" figures ${i} low)
        string(JSON high ERROR_VARIABLE error GET "${now}" figures ${i} high)
        if(NOT n GREATER 1 OR NOT high OR NOT "${high_${what}}")
            continue()
        endif()
        if(low GREATER "${high_${what}}" OR high LESS "${low_${what}}")
            math(EXPR others "${others} + 1")
            say_line("   not as on ${date}: ${what}")
        else()
            math(EXPR same "${same} + 1")
        endif()
    endforeach()
    math(EXPR all "${same} + ${others}")
    say_line("${same} of ${all} intervals meet those of ${date}")
endfunction()

if(earlier)
    compare_figures()
endif()

if(PUBLISH)
    publish()
endif()
if(NOT result EQUAL 0)
    message(FATAL_ERROR "a bar does not hold")
endif()
say("all bars hold")
