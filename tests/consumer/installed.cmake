# SPDX-License-Identifier: MIT
#
# Installs what was built and lets another project find it, by CMake and by
# pkg-config: it builds, runs, and cannot link the simulator and the system's
# library into one target. Each component installs what is its own.
#
#   cmake -DBUILD=... -DSOURCE=... -DWORK=... -DCONFIG=... -DARGS=...
#         -DVERSION=... -DCC=... [-DSHARED=ON] [-DCXX=ON] -P

cmake_minimum_required(VERSION 3.16...4.0)
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

file(REMOVE_RECURSE "${WORK}")
run(${CMAKE_COMMAND} --install "${BUILD}" --prefix "${WORK}/prefix"
    --config "${CONFIG}")
files(all "${WORK}/prefix")

# ---- components ------------------------------------------------------------

# component(name pattern): installs files, all of which match; none if the
# pattern is empty.
function(component name pattern)
    set(prefix "${WORK}/${name}")
    run(${CMAKE_COMMAND} --install "${BUILD}" --prefix "${prefix}"
        --config "${CONFIG}" --component duosock_${name})
    files(found "${prefix}")
    set(rest ${all})
    if(found)
        list(REMOVE_ITEM rest ${found})
    endif()
    set(all "${rest}" PARENT_SCOPE)
    if(pattern AND NOT found)
        message(FATAL_ERROR "component ${name}: is empty")
    elseif(pattern)
        list(FILTER found EXCLUDE REGEX "^(${pattern})$")
    endif()
    if(found)
        message(FATAL_ERROR "component ${name}: has ${found}")
    endif()
endfunction()

set(lib "lib[a-z0-9_/-]*")
set(runtime "")
if(SHARED)
    set(runtime "${lib}/libduosock[.](so|[0-9.]*dylib).*|bin/(lib)?duosock.*[.]dll")
endif()
component(Runtime "${runtime}")
component(Development
    "include/duosock/[a-z_]+[.]h|${lib}/(lib)?duosock(_sim)?[.](a|lib|dll[.]a|so|dylib)|${lib}/cmake/duosock/duosock-[a-z-]+[.]cmake|${lib}/pkgconfig/duosock[.]pc")
component(Documentation "share/(doc/duosock|man)/.+")
if(EXISTS "${BUILD}/duosock" OR EXISTS "${BUILD}/duosock.exe")
    component(Tools "bin/duosock([.]exe)?|share/[a-z-]+/.+")
endif()
if(all)
    message(FATAL_ERROR "of no component: ${all}")
endif()

# Documents have their pictures.
files(pictures "${ROOT}/docs")
list(FILTER pictures INCLUDE REGEX "[.]svg$")
foreach(picture IN LISTS pictures)
    if(NOT EXISTS "${WORK}/prefix/share/doc/duosock/docs/${picture}")
        message(FATAL_ERROR "not installed: docs/${picture}")
    endif()
endforeach()

# ---- found by CMake --------------------------------------------------------

# It must not lean on where it was installed.
file(RENAME "${WORK}/prefix" "${WORK}/moved")

# Toolchain files look for packages in places of their own; so this says where.
file(GLOB_RECURSE package "${WORK}/moved/*/duosock-config.cmake")
get_filename_component(package "${package}" DIRECTORY)
string(REGEX REPLACE "[.][0-9]+$" "" short "${VERSION}")
set(found "-Dduosock_DIR=${package}" -DVERSION=${short})
set(cxx "")
if(CXX)
    set(cxx -DCXX=ON)
endif()
build_and_run("${SOURCE}" "${WORK}/build" ${found} ${cxx})

execute_process(
    COMMAND ${CMAKE_COMMAND} -S "${SOURCE}" -B "${WORK}/both" -DBOTH=ON
            -DCMAKE_BUILD_TYPE=${CONFIG} ${ARGS} ${found}
    RESULT_VARIABLE result OUTPUT_QUIET ERROR_VARIABLE output)
if(result EQUAL 0)
    message(FATAL_ERROR "CMake links both platforms into one target")
elseif(NOT output MATCHES "DUOSOCK_PLATFORM")
    message(FATAL_ERROR "refused, but not for that reason:\n${output}")
endif()

# ---- found by pkg-config ---------------------------------------------------

find_program(pkgconfig NAMES pkgconf pkg-config)
file(GLOB_RECURSE pc "${WORK}/moved/*/duosock.pc")
file(STRINGS "${pc}" libs REGEX "^Libs:")
if(NOT SHARED AND NOT libs MATCHES " (-pthread|-lws2_32)$")
    message(FATAL_ERROR "a static library needs more: ${libs}")
endif()
if(NOT pkgconfig)
    message("pkg-config: skipped, it is not here")
elseif(CC)
    get_filename_component(pc "${pc}" DIRECTORY)
    set(ENV{PKG_CONFIG_LIBDIR} "${pc}")
    run("${pkgconfig}" --modversion duosock)
    string(STRIP "${output}" output)
    if(NOT output STREQUAL VERSION)
        message(FATAL_ERROR "duosock.pc: version ${output}, not ${VERSION}")
    endif()
    run("${pkgconfig}" --cflags --libs duosock)
    separate_arguments(flags UNIX_COMMAND "${output}")
    run(${CC} "${SOURCE}/../app.c" ${flags} -o "${WORK}/app.exe")
    if(RUN)
        set(ENV{LD_LIBRARY_PATH} "${pc}/..")
        set(ENV{DYLD_LIBRARY_PATH} "${pc}/..")
        run("${WORK}/app.exe")
    endif()
endif()
