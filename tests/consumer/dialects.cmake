# SPDX-License-Identifier: MIT
#
# The two files in every dialect, by every compiler at hand: duosock.c as C99,
# C11, C17 and C23, and optimised once; duosock.h alone in each, and as C++11,
# C++14, C++17 and C++20. No compiler has a warning, and no symbol is left
# outside that a program could have as well.

cmake_minimum_required(VERSION 3.16...4.0)
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}")
run(${CMAKE_COMMAND} "-DOUT=${WORK}" -P "${ROOT}/cmake/amalgamate.cmake")
file(WRITE "${WORK}/alone.c"
     "#include \"duosock.h\"\ntypedef int only_the_header;\n")
file(COPY "${WORK}/alone.c" DESTINATION "${WORK}/cxx")
file(RENAME "${WORK}/cxx/alone.c" "${WORK}/alone.cpp")
set(warnings -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror)
set(compilations 0)

# compile(file standard flags...): by compiler, in WORK.
function(compile file standard)
    run(${CMAKE_COMMAND} -E chdir "${WORK}" ${compiler} -std=${standard}
        ${warnings} ${ARGN} ${file})
    math(EXPR compilations "${compilations} + 1")
    set(compilations ${compilations} PARENT_SCOPE)
endfunction()

set(compilers "gcc" "clang" "musl-gcc" "x86_64-w64-mingw32-gcc"
    "i686-w64-mingw32-gcc" "clang --target=x86_64-w64-mingw32")
set(seen "")
set(levels 1 2 3) # for the first of them
foreach(entry IN LISTS compilers)
    separate_arguments(compiler UNIX_COMMAND "${entry}")
    list(GET compiler 0 program)
    find_program(found_${program} ${program})
    if(NOT found_${program})
        message("${entry}: is not here")
        continue()
    endif()
    file(WRITE "${WORK}/probe.c" "#include <stdint.h>\nint main(void) { return 0; }\n")
    execute_process(COMMAND ${compiler} -c probe.c WORKING_DIRECTORY "${WORK}"
        RESULT_VARIABLE result OUTPUT_QUIET ERROR_QUIET)
    if(NOT result EQUAL 0)
        message("${entry}: has no C library")
        continue()
    endif()
    foreach(standard c99 c11 c17 c2x)
        compile(duosock.c ${standard} -Wstrict-prototypes -fsyntax-only)
        compile(alone.c ${standard} -Wstrict-prototypes -fsyntax-only)
    endforeach()
    # Warnings that come of inlining.
    foreach(level ${levels})
        compile(duosock.c c99 -O${level} -c -o duosock.o)
    endforeach()
    set(levels 2)
    list(APPEND seen "${entry}")

    # Tables have to be outside; their names are ours.
    run("${NM}" -g "${WORK}/duosock.o")
    string(REGEX MATCHALL "[0-9a-fA-F]+ [A-TV-Z] [^\n]+" symbols "${output}")
    list(FILTER symbols EXCLUDE REGEX " _?duos_| [.]")
    if(symbols)
        message(FATAL_ERROR "${entry}: outside are ${symbols}")
    endif()

    if(NOT program MATCHES "musl")
        execute_process(COMMAND ${compiler} -x c++ -fsyntax-only probe.c
            WORKING_DIRECTORY "${WORK}" RESULT_VARIABLE result
            OUTPUT_QUIET ERROR_QUIET)
        if(result EQUAL 0)
            foreach(standard c++11 c++14 c++17 c++20)
                compile(alone.cpp ${standard} -fsyntax-only)
            endforeach()
        else()
            message("${entry}: has no C++")
        endif()
    endif()
endforeach()

string(REPLACE ";" ", " seen "${seen}")
message("${seen}: ${compilations} compilations without a warning")
if(compilations EQUAL 0)
    message(FATAL_ERROR "no compiler is here")
endif()
