# SPDX-License-Identifier: MIT
#
# cmake [-DTOOLS=name...] [-DREQUIRE=ON] -P cmake/analyze.cmake
#
# Looks for faults without running anything: gcc -fanalyzer, clang-tidy and
# cppcheck over the library, the program and the examples, both as they are
# for this system and for Windows. Fails when there is any finding.
#
#   TOOLS=...      of gcc, clang-tidy and cppcheck; the default is all
#   REQUIRE=ON     a tool that is missing is a failure
#
# What a tool need not say stands in .clang-tidy and cmake/cppcheck.txt, each
# with its reason. -fanalyzer says nothing that must be left out.

cmake_minimum_required(VERSION 3.16...4.0)
get_filename_component(ROOT "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
include("${CMAKE_CURRENT_LIST_DIR}/machine.cmake")

if(NOT TOOLS)
    set(TOOLS gcc clang-tidy cppcheck)
endif()
set(where "${ROOT}/build/analyze")
set(failed "")

# ---- what all have in common -----------------------------------------------

# Sets the variable of that name to a tool's path, and says its version.
macro(find_tool name program)
    find_program(${name} ${program})
    if(${name})
        execute_process(COMMAND ${${name}} --version OUTPUT_VARIABLE version)
        string(REGEX MATCH "[0-9]+[.][0-9.]+" version "${version}")
        say("${program} ${version}")
    else()
        say("${program} is not here")
        if(REQUIRE)
            list(APPEND failed ${program})
        endif()
    endif()
endmacro()

# Prints the lines of output that are findings, each once, and counts them.
function(report tool result output)
    string(REPLACE ";" "," output "${output}")
    string(REGEX MATCHALL "[^\n]*: (error|warning|style|performance|portability)[:,][^\n]*"
           lines "${output}")
    list(REMOVE_DUPLICATES lines)
    foreach(line IN LISTS lines)
        string(REPLACE "${ROOT}/" "" line "${line}")
        say_line("${line}")
    endforeach()
    list(LENGTH lines count)
    say_line("${tool}: ${count} findings")
    if(count GREATER 0 OR NOT result EQUAL 0)
        if(count EQUAL 0)
            say_line("${output}")
        endif()
        list(APPEND failed "${tool}")
        set(failed "${failed}" PARENT_SCOPE)
    endif()
endfunction()

# A build folder; result is what configuring ended with.
function(configure folder result)
    execute_process(COMMAND ${CMAKE_COMMAND} -S "${ROOT}" -B "${where}/${folder}"
            -DCMAKE_BUILD_TYPE=Debug -DDUOSOCK_BUILD_TESTS=OFF ${ARGN}
        RESULT_VARIABLE code OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(NOT code EQUAL 0)
        say_line("${output}")
    endif()
    set(${result} ${code} PARENT_SCOPE)
endfunction()

# ---- gcc -fanalyzer --------------------------------------------------------

# It is a compiler's, so only what is compiled now is looked at.
function(analyze_by_gcc title folder)
    configure(${folder} result -DCMAKE_C_FLAGS=-fanalyzer ${ARGN})
    if(result EQUAL 0)
        execute_process(COMMAND ${CMAKE_COMMAND} --build "${where}/${folder}"
                --parallel 2 --clean-first
            RESULT_VARIABLE result OUTPUT_VARIABLE output
            ERROR_VARIABLE output)
    endif()
    report("${title}" ${result} "${output}")
    set(failed "${failed}" PARENT_SCOPE)
endfunction()

if("gcc" IN_LIST TOOLS)
    find_tool(gcc gcc)
    if(gcc)
        analyze_by_gcc("gcc -fanalyzer" gcc -DCMAKE_C_COMPILER=${gcc})
    endif()
    find_tool(mingw x86_64-w64-mingw32-gcc)
    if(mingw)
        analyze_by_gcc("gcc -fanalyzer, Windows" mingw
            "-DCMAKE_TOOLCHAIN_FILE=${ROOT}/cmake/mingw-w64-x86_64.cmake")
    endif()
endif()

# ---- clang-tidy ------------------------------------------------------------

# One process per file: some checks confuse what several files declare. After
# "--" come the flags of files that are not in the database.
function(analyze_by_tidy title files)
    list(JOIN files "\n" text)
    file(WRITE "${where}/files.txt" "${text}\n")
    execute_process(COMMAND xargs -P 2 -I{} ${tidy} --quiet {} ${ARGN}
        WORKING_DIRECTORY "${ROOT}" INPUT_FILE "${where}/files.txt"
        RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE errors)
    report("${title}" ${result} "${output}")
    set(failed "${failed}" PARENT_SCOPE)
endfunction()

if("clang-tidy" IN_LIST TOOLS)
    find_tool(tidy clang-tidy)
    if(tidy)
        set(own -- -std=c99 -Iinclude -Isrc)
        configure(tidy result -DCMAKE_EXPORT_COMPILE_COMMANDS=ON)
        file(STRINGS "${where}/tidy/compile_commands.json" files
             REGEX "\"file\":")
        list(TRANSFORM files REPLACE "^.*\"file\": \"(.*)\".*$" "\\1")
        list(REMOVE_DUPLICATES files)
        analyze_by_tidy("clang-tidy" "${files}" -p "${where}/tidy")
        analyze_by_tidy("clang-tidy, kqueue" src/posix/poller_kqueue.c
            ${own} -Itests/kqueue)
        find_program(mingw x86_64-w64-mingw32-gcc)
        if(mingw)
            file(GLOB files RELATIVE "${ROOT}" "${ROOT}/src/win32/*.c"
                 "${ROOT}/src/cli/os_win32*.c")
            # The suffixes that dcl16 dislikes are those of its headers.
            analyze_by_tidy("clang-tidy, Windows" "${files}"
                --checks=-cert-dcl16-c ${own} --target=x86_64-w64-mingw32)
        endif()
    endif()
endif()

# ---- cppcheck --------------------------------------------------------------

function(analyze_by_cppcheck title)
    execute_process(COMMAND ${cppcheck} --quiet -j 2 --std=c99
            --enable=warning,performance,portability,style
            --suppressions-list=cmake/cppcheck.txt -Iinclude -Isrc
            "--template={file}:{line}: {severity}: {id}: {message}" ${ARGN}
        WORKING_DIRECTORY "${ROOT}" RESULT_VARIABLE result
        OUTPUT_VARIABLE output ERROR_VARIABLE output)
    report("${title}" ${result} "${output}")
    set(failed "${failed}" PARENT_SCOPE)
endfunction()

if("cppcheck" IN_LIST TOOLS)
    find_tool(cppcheck cppcheck)
    if(cppcheck)
        analyze_by_cppcheck("cppcheck" --platform=unix64 --library=posix
            src examples -isrc/win32 -isrc/cli/os_win32.c
            -isrc/cli/os_win32_process.c)
        file(GLOB files RELATIVE "${ROOT}" "${ROOT}/src/cli/os_win32*.c")
        analyze_by_cppcheck("cppcheck, Windows" --platform=win64
            --library=windows src/win32 ${files})
    endif()
endif()

# ---- the end ---------------------------------------------------------------

if(failed)
    list(JOIN failed ", " text)
    message(FATAL_ERROR "not clean: ${text}")
endif()
