# SPDX-License-Identifier: MIT
#
# What the scripts of this folder share: commands that must succeed, and a
# user's project that is configured, built and run.

# What goes wrong is printed with what was said before.
function(run)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE result
                    OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(NOT result EQUAL 0)
        string(REPLACE ";" " " command "${ARGN}")
        message(FATAL_ERROR "${command}: ${result}\n${output}")
    endif()
    set(output "${output}" PARENT_SCOPE)
endfunction()

# build_and_run(source folder flags...)
function(build_and_run source folder)
    run(${CMAKE_COMMAND} -S "${source}" -B "${folder}"
        -DCMAKE_BUILD_TYPE=${CONFIG} ${ARGS} ${ARGN})
    run(${CMAKE_COMMAND} --build "${folder}" --config "${CONFIG}" --parallel 2)
    run(${CMAKE_COMMAND} -E chdir "${folder}"
        ${CMAKE_CTEST_COMMAND} -C "${CONFIG}" --output-on-failure)
endfunction()

# What lies in a folder, by name: files(out folder).
function(files out folder)
    file(GLOB_RECURSE found LIST_DIRECTORIES false RELATIVE "${folder}"
         "${folder}/*")
    set(${out} "${found}" PARENT_SCOPE)
endfunction()
