# SPDX-License-Identifier: MIT
#
# cmake -DROOT=... -DSIZE=tool -DLIBRARY=archive -DMAP=file -DFLAGS=text
#       [-DBARS=ON] -P code.cmake
#
# Figure B10: how large the library is, and its thin layer alone, which is what
# the linker took into the program of thin.cmake: MAP is its map. Of that
# nothing may be on the floor of the loop or above. Prints a row for each object
# file; bars are those of x86_64 and -O2.
#
# Code is .text; tables is all data, constant or not; what unwinds the stack in
# a debugger is told apart and not judged.

cmake_minimum_required(VERSION 3.16...4.0)

set(bar_library 150) # KiB
set(bar_thin 48)

# ---- what each object has ---------------------------------------------------

execute_process(COMMAND "${SIZE}" -A "${LIBRARY}" OUTPUT_VARIABLE output
                RESULT_VARIABLE result)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "${SIZE} -A ${LIBRARY}: ${result}")
endif()
string(REGEX MATCHALL "[^ \n]+[.]o(bj)? |\n[.][a-z][^ \n]* +[0-9]+" words
       "${output}")
set(objects "")
foreach(word IN LISTS words)
    string(REGEX REPLACE "^\n" "" word "${word}")
    if(word MATCHES "^[.](text|rodata|rdata|data|bss|eh_frame|xdata|pdata)[^ ]* +([0-9]+)$")
        set(bytes ${CMAKE_MATCH_2})
        set(kind tables)
        if(word MATCHES "^[.]text")
            set(kind code)
        elseif(word MATCHES "^[.](eh_frame|xdata|pdata)")
            set(kind unwind)
        endif()
        math(EXPR ${kind}_${object} "${${kind}_${object}} + ${bytes}")
    elseif(word MATCHES "^(.*)[.]c[.]o(bj)? $")
        set(object ${CMAKE_MATCH_1})
        list(APPEND objects ${object})
        foreach(kind code tables unwind)
            set(${kind}_${object} 0)
        endforeach()
    endif()
endforeach()

# ---- what the thin program took ----------------------------------------------

file(STRINGS "${MAP}" lines REGEX "[(][a-z0-9_]+[.]c[.]o(bj)?[)]$")
set(thin "")
foreach(line IN LISTS lines)
    if(line MATCHES "duosock[^ ]*[.]a[(]([a-z0-9_]+)[.]c[.]o(bj)?[)]$")
        list(APPEND thin ${CMAKE_MATCH_1})
    endif()
endforeach()
list(REMOVE_DUPLICATES thin)

# The floors from the loop's upwards.
file(STRINGS "${ROOT}/tests/rules/floors.cmake" lines REGEX "^    \"[a-z].*\"")
set(above "")
set(is_above NO)
foreach(line IN LISTS lines)
    string(REGEX MATCHALL "[a-z0-9_]+" names "${line}")
    if("loop" IN_LIST names)
        set(is_above YES)
    endif()
    if(is_above)
        list(APPEND above ${names})
    endif()
endforeach()
if(NOT above OR NOT thin)
    message(FATAL_ERROR "nothing was looked at: ${MAP}")
endif()
set(intruders "")
foreach(object IN LISTS thin)
    if(object IN_LIST above)
        list(APPEND intruders ${object})
    endif()
endforeach()

# ---- the table ----------------------------------------------------------------

# In KiB, with a tenth.
function(in_kib out bytes)
    math(EXPR tenths "(${bytes} * 10 + 512) / 1024")
    math(EXPR whole "${tenths} / 10")
    math(EXPR tenth "${tenths} % 10")
    set(${out} "${whole}.${tenth}" PARENT_SCOPE)
endfunction()

function(padded out text width)
    string(LENGTH "${text}" length)
    while(length LESS width)
        set(text " ${text}")
        math(EXPR length "${length} + 1")
    endwhile()
    set(${out} "${text}" PARENT_SCOPE)
endfunction()

# Sums the kinds of some objects: sum_code, sum_tables, sum_unwind.
macro(sum_up)
    foreach(kind code tables unwind)
        set(sum_${kind} 0)
        foreach(object ${ARGN})
            math(EXPR sum_${kind} "${sum_${kind}} + ${${kind}_${object}}")
        endforeach()
    endforeach()
endmacro()

set(rows "")
foreach(object IN LISTS objects)
    set(cells "")
    foreach(kind code tables unwind)
        padded(cell "${${kind}_${object}}" 8)
        string(APPEND cells "${cell}")
    endforeach()
    set(mark "")
    if(object IN_LIST thin)
        set(mark "  thin")
    endif()
    list(APPEND rows "${cells}  ${object}${mark}")
endforeach()
list(SORT rows ORDER DESCENDING)
message("    code  tables  unwind  object, bytes; ${FLAGS}")
list(JOIN rows "\n" rows)
message("${rows}")

set(broken "")
foreach(part library thin)
    if(part STREQUAL "thin")
        sum_up(${thin})
    else()
        sum_up(${objects})
    endif()
    math(EXPR sum_judged "${sum_code}")
    in_kib(code ${sum_code})
    in_kib(tables ${sum_tables})
    in_kib(unwind ${sum_unwind})
    message("${part}: code ${code} KiB, bar ${bar_${part}}; tables ${tables} "
            "KiB, unwinding ${unwind} KiB; ${FLAGS}")
    math(EXPR most "${bar_${part}} * 1024")
    if(BARS AND sum_code GREATER_EQUAL most)
        list(APPEND broken "${part}: ${code} KiB of code")
    endif()
endforeach()
list(LENGTH thin count)
message("thin: ${count} objects, of the loop and what stands on it: "
        "${intruders}")
if(intruders)
    list(APPEND broken "the thin layer links ${intruders}")
endif()
if(broken)
    message(FATAL_ERROR "${broken}")
endif()
