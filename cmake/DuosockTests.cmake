# SPDX-License-Identifier: MIT
#
# Functions that add tests. A name has two parts, as unit.addr: the first is
# the label, the executable is called test_unit_addr.
#
#   duosock_add_test(name SOURCES file... [LIBS lib...] [TIMEOUT seconds]
#                    [SLOW])
#       A CMocka program that sees the headers in src/; one entry in ctest,
#       run in a folder of its own. Slow ones run only with SUITES=full.
#   duosock_add_net_test(name ...)
#       The same; one entry name.<backend> for each of DUOSOCK_TEST_POLLERS,
#       run with DUOSOCK_POLLER=<backend>.
#   duosock_add_sim_test(name ...)
#       The same, on duosock::sim instead of the system's sockets.
#   duosock_test_properties(name [TIMEOUT seconds] [SLOW])
#       For tests made by add_test: labels and time-out. A build that is slow
#       for its own reasons has it multiplied by DUOSOCK_TEST_PATIENCE.

set(DUOSOCK_TEST_LAUNCHER "" CACHE STRING
    "The command that runs test programs, as cmake/valgrind.sh")

# The poller backends that this system has.
if(CMAKE_SYSTEM_NAME MATCHES "^(Linux|Android)$")
    set(DUOSOCK_TEST_POLLERS epoll poll select)
elseif(WIN32)
    set(DUOSOCK_TEST_POLLERS afd select)
elseif(DUOSOCK_HAS_KQUEUE)
    set(DUOSOCK_TEST_POLLERS kqueue poll select)
else()
    set(DUOSOCK_TEST_POLLERS poll select)
endif()

# Whether a program can have functions of its own before the library's.
if(NOT APPLE AND NOT MSVC)
    include(CheckCSourceCompiles)
    set(CMAKE_REQUIRED_LINK_OPTIONS LINKER:--wrap=sys_open)
    check_c_source_compiles("int main(void) { return 0; }" DUOSOCK_LD_WRAP)
    unset(CMAKE_REQUIRED_LINK_OPTIONS)
endif()

# What takes Wine many times as long as it takes a system (its console waits 10 s
# for a first line, its select asks its server for each socket): with the slow.
set(DUOSOCK_SLOW_UNDER_WINE
    program.terminal program.screen program.streams program.bench
    net.many_clients.select net.poller_many.select net.poller_wakeup.select
    net.poller_many.afd net.hostile.select
    net.transport.select net.transport_fault.select unit.addr_random)

function(duosock_test_properties name)
    cmake_parse_arguments(PARSE_ARGV 1 ARG "SLOW" "TIMEOUT" "")
    if(NOT ARG_TIMEOUT)
        set(ARG_TIMEOUT 60)
    endif()
    if(DUOSOCK_TEST_PATIENCE)
        math(EXPR ARG_TIMEOUT "${ARG_TIMEOUT} * ${DUOSOCK_TEST_PATIENCE}")
    endif()
    string(REGEX REPLACE "[.].*" "" labels ${name})
    if(ARG_SLOW OR (WIN32 AND CMAKE_CROSSCOMPILING AND
                    "${name}" IN_LIST DUOSOCK_SLOW_UNDER_WINE))
        list(APPEND labels slow)
    endif()
    set_tests_properties(${name} PROPERTIES
        TIMEOUT ${ARG_TIMEOUT} LABELS "${labels}")
endfunction()

# Builds the executable of a test; target receives its name.
function(duosock_test_executable name library target)
    cmake_parse_arguments(PARSE_ARGV 3 ARG "SLOW" "TIMEOUT" "SOURCES;LIBS")
    string(REPLACE . _ exe test_${name})
    add_executable(${exe} ${ARG_SOURCES})
    duosock_target_options(${exe})
    target_include_directories(${exe} PRIVATE
        "${PROJECT_SOURCE_DIR}/src" "${PROJECT_SOURCE_DIR}/tests")
    target_link_libraries(${exe} PRIVATE
        ${ARG_LIBS} ${library} cmocka::cmocka)
    set(${target} ${exe} PARENT_SCOPE)
endfunction()

# One entry in ctest: duosock_test_entry(name exe [ARGS arg...] ...)
function(duosock_test_entry name exe)
    cmake_parse_arguments(PARSE_ARGV 2 ARG "SLOW" "TIMEOUT"
        "SOURCES;LIBS;ARGS")
    set(folder "${CMAKE_BINARY_DIR}/tests/run/${name}")
    file(MAKE_DIRECTORY "${folder}")
    set(command ${exe})
    if(DUOSOCK_TEST_LAUNCHER)
        separate_arguments(command NATIVE_COMMAND "${DUOSOCK_TEST_LAUNCHER}")
        list(APPEND command $<TARGET_FILE:${exe}>)
    elseif(WIN32 AND CMAKE_HOST_UNIX AND CMAKE_CROSSCOMPILING_EMULATOR)
        list(GET CMAKE_CROSSCOMPILING_EMULATOR -1 wine)
        set(command "${PROJECT_SOURCE_DIR}/cmake/wine.sh"
            ${wine} $<TARGET_FILE:${exe}>)
    endif()
    add_test(NAME ${name} COMMAND ${command} ${ARG_ARGS}
        WORKING_DIRECTORY "${folder}")
    duosock_test_properties(${name} ${ARGN})
endfunction()

function(duosock_add_test name)
    duosock_test_executable(${name} duosock_testing exe ${ARGN})
    duosock_test_entry(${name} ${exe} ${ARGN})
endfunction()

function(duosock_add_sim_test name)
    duosock_test_executable(${name} duosock_sim exe ${ARGN})
    duosock_test_entry(${name} ${exe} ${ARGN})
endfunction()

function(duosock_add_net_test name)
    duosock_test_executable(${name} duosock_testing exe ${ARGN})
    foreach(poller IN LISTS DUOSOCK_TEST_POLLERS)
        duosock_test_entry(${name}.${poller} ${exe} ${ARGN})
        set_tests_properties(${name}.${poller} PROPERTIES
            ENVIRONMENT DUOSOCK_POLLER=${poller})
    endforeach()
endfunction()
