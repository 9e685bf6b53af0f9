# SPDX-License-Identifier: MIT
#
# Installs what was built and lets another project find it: it builds, runs,
# and cannot link the simulator and the system's library into one target.
#
#   cmake -DBUILD=... -DSOURCE=... -DWORK=... -DCONFIG=... -DARGS=... -P

cmake_minimum_required(VERSION 3.16...4.0)

function(run)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE result
                    OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(NOT result EQUAL 0)
        string(REPLACE ";" " " command "${ARGN}")
        message(FATAL_ERROR "${command}: ${result}\n${output}")
    endif()
endfunction()

file(REMOVE_RECURSE "${WORK}")
run(${CMAKE_COMMAND} --install "${BUILD}" --prefix "${WORK}/prefix"
    --config "${CONFIG}")
# It must not lean on where it was installed.
file(RENAME "${WORK}/prefix" "${WORK}/moved")

# Toolchain files look for packages in places of their own; so this says where.
file(GLOB_RECURSE package "${WORK}/moved/*/duosock-config.cmake")
get_filename_component(package "${package}" DIRECTORY)
set(configure ${CMAKE_COMMAND} -S "${SOURCE}" -DCMAKE_BUILD_TYPE=${CONFIG}
    "-Dduosock_DIR=${package}" ${ARGS})
run(${configure} -B "${WORK}/build")
run(${CMAKE_COMMAND} --build "${WORK}/build" --config "${CONFIG}")
run(${CMAKE_COMMAND} -E chdir "${WORK}/build"
    ${CMAKE_CTEST_COMMAND} -C "${CONFIG}" --output-on-failure)

execute_process(COMMAND ${configure} -B "${WORK}/both" -DBOTH=ON
                RESULT_VARIABLE result OUTPUT_QUIET ERROR_VARIABLE output)
if(result EQUAL 0)
    message(FATAL_ERROR "CMake links both platforms into one target")
elseif(NOT output MATCHES "DUOSOCK_PLATFORM")
    message(FATAL_ERROR "refused, but not for that reason:\n${output}")
endif()
