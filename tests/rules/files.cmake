# SPDX-License-Identifier: MIT
#
# What every file must have: its licence line, and the lengths that were
# promised. LICENSE is the licence; JSON has no comments, nor have the inputs of
# fuzz targets.

cmake_minimum_required(VERSION 3.16...4.0)
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

set(files "")
foreach(folder include src examples tests bench cmake docs .ci .github)
    file(GLOB_RECURSE found RELATIVE "${ROOT}" "${ROOT}/${folder}/*")
    list(APPEND files ${found})
endforeach()
file(GLOB top LIST_DIRECTORIES false RELATIVE "${ROOT}" "${ROOT}/*"
     "${ROOT}/.*")
list(APPEND files ${top})
list(FILTER files EXCLUDE REGEX
     "[.](json|png|patch|pyc)$|(^|/)(LICENSE|[.]git)$|compile_commands|fuzz/(corpus|regress)/|/usage$")

foreach(path IN LISTS files)
    math(EXPR looked_at "${looked_at} + 1")
    file(STRINGS "${ROOT}/${path}" head LIMIT_COUNT 2)
    if(NOT head MATCHES "SPDX-License-Identifier: MIT")
        offence("${path}: no SPDX line at its top")
    endif()
endforeach()

# at_most(lines path...)
macro(at_most limit)
    foreach(path ${ARGN})
        file(READ "${ROOT}/${path}" text)
        string(REGEX REPLACE "[^\n]" "" newlines "${text}")
        string(LENGTH "${newlines}" count)
        if(count GREATER ${limit})
            offence("${path}: ${count} lines, ${limit} are allowed")
        endif()
    endforeach()
endmacro()

rule_files(examples examples/*.c)
at_most(99 ${examples})
rule_files(code src/*.c src/*.h src/*/*.c src/*/*.h)
at_most(500 ${code})
rule_files(readme README.md)
at_most(200 ${readme})

rule_end("licence lines and lengths")
