# SPDX-License-Identifier: MIT
#
# What a project has of duosock within it: targets that begin with duosock, and
# nothing else. The project in vendored/ is configured without it and with it;
# its cache, its tests, what it installs, its variables and the flags of
# its own programs are the same. Nor does it hear warnings about code that is not
# its own. What it asks for, as install rules or a unity build, it gets of
# duosock as far as duosock can.
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
set(library "${build_with}/duosock/src/CMakeFiles")
file(READ "${library}/duosock_core.dir/flags.make" flags)
if(flags MATCHES " -W" OR NOT flags MATCHES " -fPIC")
    message("duosock is compiled with:\n${flags}")
    set(failures YES)
endif()

# ---- what it asks for ------------------------------------------------------

run(${CMAKE_COMMAND} "${build_with}" -DDUOSOCK_INSTALL=ON -DBUILD_SHARED_LIBS=ON
    -DCMAKE_UNITY_BUILD=ON -DCMAKE_INSTALL_LIBDIR=/elsewhere/lib)
file(READ "${library}/duosock.dir/build.make" make)
if(NOT make MATCHES "src/version[.]c" OR make MATCHES "Unity/unity_")
    message("files that have names of their own are built as one")
    set(failures YES)
endif()
run(${CMAKE_COMMAND} --install "${build_with}" --prefix "${WORK}/documents"
    --component duosock_Documentation)
files(documents "${WORK}/documents")
list(FILTER documents EXCLUDE REGEX "^share/doc/duosock/.")
if(documents OR NOT EXISTS "${WORK}/documents/share/doc/duosock/README.md")
    message("documents of duosock lie in: ${documents}")
    set(failures YES)
endif()
file(STRINGS "${build_with}/duosock/duosock.pc" libdir REGEX "^libdir=")
if(NOT libdir STREQUAL "libdir=/elsewhere/lib")
    message("duosock.pc: ${libdir}")
    set(failures YES)
endif()
if(failures)
    message(FATAL_ERROR "a project is changed by duosock within it")
endif()
