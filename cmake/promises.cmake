# SPDX-License-Identifier: MIT
#
# cmake [-DINSTALL=never] [-DONLY="P2 P2.bytes=1G"] -P cmake/promises.cmake
#
# Builds the optimised program, measures what is promised of it at full size,
# and prints the table; the exit code is not 0 where a bar is broken. It takes
# about 5 minutes, 20,000 descriptors and a machine that does nothing else.

cmake_minimum_required(VERSION 3.16...4.0)
get_filename_component(ROOT "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
include("${CMAKE_CURRENT_LIST_DIR}/machine.cmake")

set(build "${ROOT}/build/promises")

machine_need_compiler()
find_path(cmocka_header cmocka.h PATHS /usr/include /usr/local/include)
machine_need("CMocka" "${cmocka_header}" OPTIONAL
    APT libcmocka-dev DNF libcmocka-devel PACMAN cmocka BREW cmocka)
find_program(found_python python3)
machine_need("python3" "${found_python}"
    APT python3 DNF python3 PACMAN python BREW python)
machine_provide()

say("building in build/promises")
machine_step("configuring failed" ${CMAKE_COMMAND} ${generator} -S "${ROOT}"
     -B "${build}" -DCMAKE_BUILD_TYPE=Release "-DDUOSOCK_PROMISES=${ONLY}")
machine_step("building failed" ${CMAKE_COMMAND} --build "${build}" --parallel 2
     --target duosock_cli promise_timers test_figures_memory)
say("measuring")
machine_step("a promise is broken" ${CMAKE_COMMAND} --build "${build}"
     --target promises)
