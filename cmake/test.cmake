# SPDX-License-Identifier: MIT
#
# cmake [-DSUITES=...] [-DINSTALL=never] -P cmake/test.cmake
#
# Builds and runs the test suite: natively, then the same tests as Windows
# programs under Wine. Ends with ctest's own summary of each run; the exit
# code is not 0 if anything failed.
#
#   SUITES=default   native and windows
#   SUITES=native    one half
#   SUITES=windows   the other half
#   SUITES=full      both with their slow tests, the program with other pollers,
#                    and the stages of test_full.cmake: sanitizers, clang,
#                    release, coverage, other systems
#   STAGES=regex     of full, only what is called so; its last lines name all
#   INSTALL=never    installs nothing; what is missing is named
#   CMOCKA_SOURCE=d  CMocka's source for the cross builds, instead of a copy
#                    from Debian's source package or from the network

cmake_minimum_required(VERSION 3.16...4.0)
if(CMAKE_VERSION VERSION_LESS 3.25)
    message(FATAL_ERROR "the presets need CMake 3.25, this is "
                        "${CMAKE_VERSION}; with an older one:\n"
                        "   cmake -S . -B build/dev && cmake --build build/dev"
                        " && cd build/dev && ctest")
endif()
get_filename_component(ROOT "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
include("${CMAKE_CURRENT_LIST_DIR}/machine.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/wine.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/test_full.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/coverage.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/figures.cmake")

string(TIMESTAMP begin "%s")
if(NOT SUITES)
    set(SUITES default)
endif()
if(NOT SUITES MATCHES "^(default|native|windows|full|coverage)$")
    message(FATAL_ERROR "SUITES is default, native, windows or full")
endif()
set(native YES)
set(windows YES)
if(SUITES STREQUAL "native")
    set(windows NO)
elseif(SUITES STREQUAL "windows")
    set(native NO)
endif()
if(windows AND NOT CMAKE_HOST_SYSTEM_NAME STREQUAL "Linux")
    say("Windows programs under Wine are run on Linux only: native suite")
    set(native YES)
    set(windows NO)
endif()

# Slow tests are for SUITES=full.
set(ctest_flags "")
if(NOT SUITES STREQUAL "full")
    set(ctest_flags -LE "^slow$")
endif()
# full_lanes() of test_full.cmake calls this once more for each LANE.
set(summary "${ROOT}/build/summary${LANE}.txt")
file(WRITE "${summary}" "")
set(times "${ROOT}/build/times${LANE}.txt")
file(WRITE "${times}" "")

# ---- what is needed --------------------------------------------------------

# needs_program(what program [OPTIONAL] packages...)
macro(needs_program what program)
    find_program(found_${program} ${program} PATHS /usr/lib/wine /usr/sbin)
    machine_need("${what}" "${found_${program}}" ${ARGN})
endmacro()

machine_need_compiler()
if(CMAKE_HOST_SYSTEM_NAME STREQUAL "Linux")
    needs_program("Ninja (half the time to build)" ninja OPTIONAL
        APT ninja-build DNF ninja-build PACMAN ninja)
endif()
if(native)
    find_path(cmocka_header cmocka.h PATHS /usr/include /usr/local/include
              /opt/homebrew/include /mingw64/include /ucrt64/include)
    machine_need("CMocka" "${cmocka_header}" OPTIONAL
        APT libcmocka-dev DNF libcmocka-devel PACMAN cmocka BREW cmocka)
endif()
if(CMAKE_HOST_SYSTEM_NAME STREQUAL "Linux")
    needs_program("clang (second opinion)" clang OPTIONAL
        APT clang DNF clang PACMAN clang)
    needs_program("valgrind (exact figures)" valgrind OPTIONAL
        APT valgrind DNF valgrind PACMAN valgrind)
    needs_program("mandoc (manual pages)" mandoc OPTIONAL
        APT mandoc DNF mandoc PACMAN mandoc)
    needs_program("strace (exact figures)" strace OPTIONAL
        APT strace DNF strace PACMAN strace)
    needs_program("nft (networks with faults)" nft OPTIONAL
        APT nftables DNF nftables PACMAN nftables)
    needs_program("ss (connections that are killed)" ss OPTIONAL
        APT iproute2 DNF iproute PACMAN iproute2)
    needs_program("nc (foreign client)" nc OPTIONAL
        APT netcat-openbsd DNF netcat PACMAN openbsd-netcat)
    needs_program("socat (foreign client)" socat OPTIONAL
        APT socat DNF socat PACMAN socat)
    needs_program("telnet (foreign client)" telnet OPTIONAL
        APT inetutils-telnet DNF telnet PACMAN inetutils)
    needs_program("python3 (foreign client)" python3 OPTIONAL
        APT python3 DNF python3 PACMAN python)
endif()
if(windows)
    needs_program("MinGW-w64" x86_64-w64-mingw32-gcc
        APT gcc-mingw-w64-x86-64 DNF mingw64-gcc PACMAN mingw-w64-gcc)
    wine_find()
    set(has_wine NO)
    if(wine_program AND wine_server)
        set(has_wine YES)
    endif()
    machine_need("Wine" ${has_wine}
        APT wine wine64 DNF wine-core PACMAN wine)
endif()
if(SUITES STREQUAL "full")
    full_needs()
endif()
if(SUITES MATCHES "^(full|coverage)$")
    coverage_needs()
endif()
set(hint "")
if(windows AND native)
    set(hint "   or test natively: cmake -DSUITES=native -P cmake/test.cmake")
endif()
machine_provide("${hint}")

# ---- CMocka for the cross builds -------------------------------------------

# Debian's source package, from the archive that libcmocka-dev comes from. The
# list of sources is a private one: no file of the system is changed.
function(cmocka_from_debian folder)
    file(MAKE_DIRECTORY "${folder}/lists/partial" "${folder}/cache")
    execute_process(COMMAND apt-cache policy libcmocka-dev
                    OUTPUT_VARIABLE policy ERROR_QUIET)
    if(NOT policy MATCHES "[0-9] (http[^ ]*|file[^ ]*) ([^ /]+)/([^ ]+) ")
        return()
    endif()
    set(where "${CMAKE_MATCH_1} ${CMAKE_MATCH_2} ${CMAKE_MATCH_3}")
    file(GLOB keys /usr/share/keyrings/debian-archive-keyring.gpg
                   /usr/share/keyrings/ubuntu-archive-keyring.gpg)
    string(REPLACE ";" "," keys "${keys}")
    file(WRITE "${folder}/sources.list"
         "deb-src [signed-by=${keys}] ${where}\n")
    set(options -q -o "Dir::Etc::sourcelist=${folder}/sources.list"
        -o Dir::Etc::sourceparts=- -o "Dir::State::lists=${folder}/lists"
        -o "Dir::Cache=${folder}/cache" -o APT::Sandbox::User=root)
    execute_process(COMMAND apt-get ${options} update OUTPUT_QUIET)
    execute_process(COMMAND apt-get ${options} source --download-only cmocka
        WORKING_DIRECTORY "${folder}" OUTPUT_QUIET)
    file(GLOB tarball "${folder}/cmocka_*.orig.tar.*z")
    if(tarball)
        execute_process(COMMAND ${CMAKE_COMMAND} -E tar xf "${tarball}"
                        WORKING_DIRECTORY "${folder}")
    endif()
    file(REMOVE_RECURSE "${folder}/lists" "${folder}/cache")
endfunction()

set(cmocka_flags "")
find_program(found_apt apt-get)
if(windows)
    set(folder "${ROOT}/build/cmocka")
    file(GLOB source "${folder}/cmocka-*/CMakeLists.txt")
    if(CMOCKA_SOURCE)
        set(source "${CMOCKA_SOURCE}/CMakeLists.txt")
    elseif(NOT source AND found_apt AND NOT LANE)
        say("fetching CMocka's source package, 80 kB")
        cmocka_from_debian("${folder}")
        file(GLOB source "${folder}/cmocka-*/CMakeLists.txt")
    endif()
    if(source)
        get_filename_component(source "${source}" DIRECTORY)
        get_filename_component(source "${source}" ABSOLUTE)
        set(cmocka_flags "-DDUOSOCK_CMOCKA_SOURCE_DIR=${source}")
        say("CMocka for Windows: ${source}")
    endif()
endif()

# ---- build and run ---------------------------------------------------------

find_program(found_ninja ninja) # it may have just come
if(found_ninja AND NOT CMAKE_HOST_WIN32)
    set(generator -G Ninja)
endif()

cmake_host_system_information(RESULT cores QUERY NUMBER_OF_LOGICAL_CORES)

# Configures and builds; failed receives what went wrong, or nothing.
function(suite_build failed preset)
    set(${failed} "" PARENT_SCOPE)
    set(cache "${ROOT}/build/${preset}/CMakeCache.txt")
    set(how ${generator})
    if(EXISTS "${cache}")
        set(how "")
        file(STRINGS "${cache}" home REGEX "^CMAKE_HOME_DIRECTORY:")
        if(NOT home STREQUAL "CMAKE_HOME_DIRECTORY:INTERNAL=${ROOT}")
            # The project was moved or copied together with its build folder.
            set(how ${generator} --fresh)
        endif()
    endif()
    execute_process(
        COMMAND ${CMAKE_COMMAND} --preset ${preset} ${how} ${ARGN}
        WORKING_DIRECTORY "${ROOT}" RESULT_VARIABLE result)
    if(NOT result EQUAL 0)
        set(${failed} "configuring failed" PARENT_SCOPE)
        return()
    endif()
    execute_process(
        COMMAND ${CMAKE_COMMAND} --build --preset ${preset} --parallel ${cores}
        WORKING_DIRECTORY "${ROOT}" RESULT_VARIABLE result)
    if(NOT result EQUAL 0)
        set(${failed} "building failed" PARENT_SCOPE)
    endif()
endfunction()

# Runs ctest and keeps the summary that it prints at its end.
function(suite_test failed preset title)
    set(${failed} "" PARENT_SCOPE)
    set(log "${ROOT}/build/ctest-${preset}.log")
    set(details "${ROOT}/build/${preset}/Testing/Temporary/LastTest.log")
    file(REMOVE "${log}" "${details}")
    if(NOT preset MATCHES "^(dev|mingw64)$")
        # The same text and headers once more would say nothing new; what is
        # promised is promised of a plain build.
        set(ctest_flags -LE "^(header|rules|promises|docs|pages)$")
    endif()
    if(DEFINED ctest_flags_${preset})
        set(ctest_flags ${ctest_flags_${preset}})
    endif()
    execute_process(COMMAND ${CMAKE_CTEST_COMMAND} --preset ${preset}
            --output-log "${log}" ${ctest_flags}
        WORKING_DIRECTORY "${ROOT}" RESULT_VARIABLE result TIMEOUT 3600)
    set(text "ctest printed no summary\n")
    if(EXISTS "${log}")
        file(READ "${log}" output)
        string(REGEX MATCH "\n[0-9]+% tests passed.*" found "${output}")
        if(found)
            string(REPLACE "[ERROR_MESSAGE] " "" text "${found}")
        endif()
    endif()
    suite_matrix(broken_traps traps ${preset} traps)
    suite_matrix(broken_faults faults ${preset} faults)
    figures_of_run(figures "${details}")
    file(APPEND "${summary}" "\n== ${title}\n${figures}${traps}${faults}"
         "${left_out_${preset}}${text}")
    if(NOT result EQUAL 0)
        set(${failed} "ctest ended with ${result}" PARENT_SCOPE)
    elseif(broken_traps OR broken_faults)
        set(${failed} "${broken_traps} ${broken_faults}" PARENT_SCOPE)
    endif()
endfunction()

# ---- the contract, and the faults ------------------------------------------

# How many of each list must be carried out, by preset, and what its runs are
# called in the list of faults that no test shows.
set(traps_least_dev 60)
set(traps_least_mingw64 45)
set(faults_least_dev 90)
set(faults_least_mingw64 85)
set(where_dev posix)
set(where_mingw64 windows)
if(NOT SUITES STREQUAL "full")
    list(APPEND where_dev quick)
    list(APPEND where_mingw64 quick quickwindows)
endif()

# The matrix of a run for the IDs of a list, in build/<preset>/<list>.txt:
# line receives its last one, failed what is wrong with it.
function(suite_matrix failed line preset list)
    set(${failed} "" PARENT_SCOPE)
    set(${line} "" PARENT_SCOPE)
    if(NOT DEFINED ${list}_least_${preset})
        return()
    endif()
    set(folder "${ROOT}/tests/contract")
    set(untested "")
    if(EXISTS "${folder}/${list}_untested.txt")
        set(untested "-DUNTESTED=${folder}/${list}_untested.txt")
    endif()
    set(table "${ROOT}/build/${preset}/${list}.txt")
    file(REMOVE "${table}")
    execute_process(COMMAND ${CMAKE_COMMAND}
            -DLOG=${ROOT}/build/${preset}/Testing/Temporary/LastTest.log
            -DLIST=${folder}/${list}.txt ${untested}
            "-DWHERE=${where_${preset}}" -DLEAST=${${list}_least_${preset}}
            "-DOUT=${table}" -P "${folder}/matrix.cmake"
        RESULT_VARIABLE result OUTPUT_QUIET ERROR_VARIABLE errors)
    set(text "${list}: no matrix was made")
    if(EXISTS "${table}")
        file(STRINGS "${table}" last REGEX " in the list: ")
        set(text "${list}: ${last}")
    endif()
    if(NOT result EQUAL 0)
        string(REGEX REPLACE "[ \n]+" " " errors "${errors}")
        string(REGEX MATCHALL
               "(missing|failed|excused beside a test|not in the list):( [a-zA-Z]+_?[0-9]+)+|[0-9]+ carried out, wanted [0-9]+"
               what "${errors}")
        string(REPLACE ";" "; " what "${what}")
        string(APPEND text "\n${list}: NOT AS PROMISED: ${what}")
        set(${failed} "${list}: ${what}" PARENT_SCOPE)
    endif()
    set(${line} "${text}\n" PARENT_SCOPE)
endfunction()

# A failure is printed at once and again at the end; the script goes on.
function(suite_failed title what)
    say("FAILED: ${title}: ${what}")
    message(SEND_ERROR "${title}: ${what}")
endfunction()

# suite(title preset [flags...]): all three steps.
function(suite title preset)
    say("${title}: building in build/${preset}")
    suite_build(failed ${preset} ${ARGN})
    if(failed)
        file(APPEND "${summary}" "\n== ${title}\n${failed}\n")
        suite_failed("${title}" "${failed}")
        return()
    endif()

    say("${title}: running")
    suite_test(failed ${preset} "${title}")
    if(failed)
        suite_failed("${title}" "${failed}")
    endif()
endfunction()

# The program's tests once more in the build of a suite, with each poller.
function(suite_pollers what preset)
    foreach(poller IN LISTS ARGN)
        set(title "program, ${preset}, ${poller}")
        say("${title}: running")
        suite_test(failed ${preset}-${poller} "${title}")
        if(failed)
            suite_failed("${title}" "${failed}")
        endif()
    endforeach()
endfunction()

# timed(command title arguments...): notes how long it takes.
function(timed command title)
    if(STAGES AND NOT title MATCHES "${STAGES}")
        return()
    endif()
    string(TIMESTAMP before "%s")
    cmake_language(CALL ${command} "${title}" ${ARGN})
    string(TIMESTAMP now "%s")
    math(EXPR seconds "${now} - ${before}")
    file(APPEND "${times}" "${seconds} s: ${title}\n")
endfunction()

# For what this machine cannot run.
function(suite_compile title preset)
    say("${title}: compiling and linking only, in build/${preset}")
    suite_build(failed ${preset} ${ARGN})
    if(failed)
        file(APPEND "${summary}" "\n== ${title}\n${failed}\n")
        suite_failed("${title}" "${failed}")
    else()
        file(APPEND "${summary}" "\n== ${title}\ncompiled and linked\n")
    endif()
endfunction()

function(native_suite)
    timed(suite "native suite" dev)
    if(SUITES STREQUAL "full" AND
       CMAKE_HOST_SYSTEM_NAME STREQUAL "Linux")
        # The suite has run it with epoll, which is what it takes by itself.
        # With select it is run under Wine.
        timed(suite_pollers "program, another poller" dev poll)
    endif()
endfunction()

function(windows_suite)
    # Tests of the program let it talk to the one of this machine.
    set(cross_flags ${cmocka_flags})
    if(EXISTS "${ROOT}/build/dev/duosock")
        list(APPEND cross_flags
             "-DDUOSOCK_NATIVE_PROGRAM=${ROOT}/build/dev/duosock")
    endif()
    say("starting Wine (the first time makes a prefix, 10 to 20 s)")
    wine_start(wine_runs)
    if(wine_runs)
        timed(suite "Windows suite, under Wine" mingw64 ${cross_flags})
        if(SUITES STREQUAL "full")
            timed(suite_pollers "program under Wine, the other poller" mingw64
                  select)
        endif()
    else()
        file(APPEND "${summary}" "\n== Windows suite\nWine does not run\n")
        suite_failed("Windows suite" "Wine does not run")
    endif()
    wine_stop()
endfunction()

function(suites)
    if(native)
        native_suite()
    endif()
    if(windows)
        windows_suite()
    endif()
endfunction()

if(SUITES STREQUAL "coverage")
    coverage_stage()
elseif(SUITES STREQUAL "full")
    full_run()
else()
    suites()
endif()
if(LANE)
    return()
endif()

# ---- the last lines are ctest's own ----------------------------------------

say("done")
if(SUITES STREQUAL "full")
    full_times()
endif()
execute_process(COMMAND ${CMAKE_COMMAND} -E cat "${summary}")
