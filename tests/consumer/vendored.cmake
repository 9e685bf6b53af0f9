# SPDX-License-Identifier: MIT
#
# What a project has of duosock within it: targets that begin with duosock, and
# nothing else. The project in vendored/ is configured without it and with it;
# its cache, its tests, what it installs, its variables and the flags of
# its own programs are the same.
#
#   cmake -DROOT=... -DSOURCE=... -DWORK=... -DARGS=... -P vendored.cmake

cmake_minimum_required(VERSION 3.16...4.0)
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

find_program(make NAMES make gmake)
if(NOT make)
    message("skipped: make is not here, whose files show flags")
    return()
endif()

file(REMOVE_RECURSE "${WORK}")
foreach(kind without with)
    set(build_${kind} "${WORK}/${kind}")
endforeach()
run(${CMAKE_COMMAND} -S "${SOURCE}" -B "${build_without}" ${ARGS}
    -G "Unix Makefiles")
run(${CMAKE_COMMAND} -S "${SOURCE}" -B "${build_with}" ${ARGS}
    -G "Unix Makefiles" "-DDUOSOCK=${ROOT}")

set(failures NO)

# same(what without with): two texts or lists.
macro(same what without with)
    if(NOT "${without}" STREQUAL "${with}")
        set(more ${with})
        list(REMOVE_ITEM more ${without} "")
        set(less ${without})
        list(REMOVE_ITEM less ${with} "")
        message("${what}: more: ${more}; less: ${less}")
        set(failures YES)
    endif()
endmacro()

foreach(kind without with)
    file(STRINGS "${build_${kind}}/CMakeCache.txt" lines REGEX "^[A-Za-z_]")
    list(TRANSFORM lines REPLACE "[:=].*" "")
    # What project() and find_package(Threads) note for themselves, the
    # question itself, and what CMake says to who passed it no compiler.
    list(FILTER lines EXCLUDE REGEX
         "^(duosock_(BINARY_DIR|SOURCE_DIR|IS_TOP_LEVEL)|DUOSOCK)(-ADVANCED)?$")
    list(FILTER lines EXCLUDE REGEX
         "^(CMAKE_HAVE_[A-Z_]+|FIND_PACKAGE_MESSAGE_DETAILS_Threads)$")
    list(FILTER lines EXCLUDE REGEX "^DUOSOCK_HAS_KQUEUE$")
    set(cache_${kind} "${lines}")

    run(${CMAKE_COMMAND} -E chdir "${build_${kind}}"
        ${CMAKE_CTEST_COMMAND} -N)
    string(REGEX MATCH "Total Tests: [0-9]+" tests_${kind} "${output}")
    run(${CMAKE_COMMAND} --install "${build_${kind}}"
        --prefix "${WORK}/installed-${kind}")
    files(installed_${kind} "${WORK}/installed-${kind}")
    file(READ "${build_${kind}}/variables.txt" variables_${kind})
    file(READ "${build_${kind}}/CMakeFiles/plain.dir/flags.make" flags_${kind})
    file(READ "${build_${kind}}/CMakeFiles/plain.dir/link.txt" link_${kind})
    run(${CMAKE_COMMAND} --build "${build_${kind}}" --target help)
    string(REGEX MATCHALL "[.][.][.] [A-Za-z0-9_]+\n" targets_${kind}
           "${output}")
endforeach()

same("cache entries" "${cache_without}" "${cache_with}")
same("tests" "${tests_without}" "${tests_with}")
same("what is installed" "${installed_without}" "${installed_with}")
same("variables" "${variables_without}" "${variables_with}")
same("flags" "${flags_without}" "${flags_with}")
same("the link command" "${link_without}" "${link_with}")
list(FILTER targets_with EXCLUDE REGEX
     "^[.][.][.] duosock(_core|_os|_sim)?\n$")
same("targets" "${targets_without}" "${targets_with}")
if(NOT tests_with STREQUAL "Total Tests: 1" OR NOT installed_with)
    message("the project itself was not looked at")
    set(failures YES)
endif()
if(failures)
    message(FATAL_ERROR "a project is changed by duosock within it")
endif()
