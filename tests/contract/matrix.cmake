# SPDX-License-Identifier: MIT
#
# cmake -DLOG=... -DLIST=... [-DUNTESTED=... -DWHERE=...] [-DLEAST=n]
#       [-DOUT=...] -P matrix.cmake
#
# What a run of the tests has shown, made from its log and from nothing else:
# one row for each ID of a list, one column for each poller backend (and one
# for tests that need none): passed, FAILED, skipped. Fails when a test with
# an ID failed, when an ID has neither a test nor an excuse, or an excuse
# beside a test, when a test carries an ID that the list lacks, or when fewer
# than LEAST were carried out.
#
#   LOG       ctest's log of a run, <build>/Testing/Temporary/LastTest.log
#   LIST      lines "ID title"; tests carry IDs at the head of their names,
#             test_ID_... or test_ID_ID_...; programs that are not CMocka's
#             print its lines "[       OK ] test_ID_..."
#   UNTESTED  lines "ID where: reason", where no test can be
#   WHERE     what this run is: excuses hold for one of these words, or "all"
#   OUT       where the table goes, besides the standard output

cmake_minimum_required(VERSION 3.16...4.0)

foreach(needed LOG LIST)
    if(NOT EXISTS "${${needed}}")
        message(FATAL_ERROR "${needed}: no file '${${needed}}'")
    endif()
endforeach()
if(NOT LEAST)
    set(LEAST 0)
endif()

# ---- the list --------------------------------------------------------------

file(STRINGS "${LIST}" lines REGEX "^[a-zA-Z]+_?[0-9]+ ")
set(ids "")
foreach(line IN LISTS lines)
    string(REGEX MATCH "^([^ ]+) (.*)$" line "${line}")
    list(APPEND ids ${CMAKE_MATCH_1})
    set(title_${CMAKE_MATCH_1} "${CMAKE_MATCH_2}")
endforeach()
list(LENGTH ids total)

# The words that IDs of this list begin with. Tests may carry IDs of several.
string(REGEX REPLACE "[0-9]+(;|$)" "\\1" prefixes "${ids}")
list(REMOVE_DUPLICATES prefixes)

# ---- the excuses -----------------------------------------------------------

set(unknown "")
if(UNTESTED)
    file(STRINGS "${UNTESTED}" lines REGEX "^[^#]")
    foreach(line IN LISTS lines)
        if(NOT line MATCHES "^([^ ]+) ([a-z]+): (.+)$")
            message(FATAL_ERROR "${UNTESTED}: not understood: ${line}")
        elseif(NOT CMAKE_MATCH_1 IN_LIST ids)
            list(APPEND unknown ${CMAKE_MATCH_1})
        elseif(CMAKE_MATCH_2 STREQUAL "all" OR CMAKE_MATCH_2 IN_LIST WHERE)
            set(excuse_${CMAKE_MATCH_1} "${CMAKE_MATCH_3}")
        endif()
    endforeach()
endif()

# ---- the log ---------------------------------------------------------------

set(columns "")
set(column once)
set(reason "")
set(word "[a-zA-Z0-9_]+")
file(STRINGS "${LOG}" lines
     REGEX "^[0-9]+/[0-9]+ Testing: |^\\[ +(OK|FAILED|SKIPPED|REASON) +\\]")
foreach(line IN LISTS lines)
    string(REPLACE "\r" "" line "${line}")
    if(line MATCHES "Testing: ([a-z]+)[.]${word}[.]?([a-z]*)")
        # net.echo.epoll has a backend; unit.error and program.chat have none.
        set(column once)
        if(CMAKE_MATCH_1 STREQUAL "sim")
            set(column sim)
        elseif(CMAKE_MATCH_1 STREQUAL "net" AND CMAKE_MATCH_2)
            set(column ${CMAKE_MATCH_2})
        endif()
    elseif(line MATCHES "REASON +\\] (.*)$")
        set(reason "${CMAKE_MATCH_1}")
    elseif(line MATCHES "(OK|FAILED|SKIPPED) +\\] test_(${word})")
        set(got ${CMAKE_MATCH_1})
        set(name ${CMAKE_MATCH_2})
        while(name MATCHES "^([A-Z]+|[a-z]+_)0*([1-9][0-9]*)_(.+)$")
            set(prefix ${CMAKE_MATCH_1})
            set(id ${prefix}${CMAKE_MATCH_2})
            set(name ${CMAKE_MATCH_3})
            if(NOT prefix IN_LIST prefixes)
                continue()
            elseif(NOT id IN_LIST ids)
                list(APPEND unknown ${id})
            endif()
            list(APPEND columns ${column})
            list(APPEND seen_${id} ${got})
            list(APPEND seen_${id}_${column} ${got})
            if(got STREQUAL "SKIPPED" AND reason)
                set(reason_${id} "${reason}")
            endif()
        endwhile()
        set(reason "")
    endif()
endforeach()
list(REMOVE_DUPLICATES unknown)
list(REMOVE_DUPLICATES columns)
list(SORT columns)

# ---- the table -------------------------------------------------------------

# The worst and then the best that was seen: one failure spoils a cell.
function(judge out)
    set(word "-")
    if("FAILED" IN_LIST ARGN)
        set(word "FAILED")
    elseif("OK" IN_LIST ARGN)
        set(word "passed")
    elseif("SKIPPED" IN_LIST ARGN)
        set(word "skipped")
    endif()
    set(${out} ${word} PARENT_SCOPE)
endfunction()

function(pad out text width)
    string(LENGTH "${text}" length)
    while(length LESS width)
        string(APPEND text " ")
        math(EXPR length "${length} + 1")
    endwhile()
    set(${out} "${text}" PARENT_SCOPE)
endfunction()

set(table "")
pad(row "ID" 9)
foreach(column IN LISTS columns)
    pad(cell ${column} 8)
    string(APPEND row "${cell}")
endforeach()
string(APPEND table "${row}what\n")

foreach(kind passed skipped failed excused missing overexcused)
    set(${kind} 0)
    set(${kind}_ids "")
endforeach()
foreach(id IN LISTS ids)
    judge(all ${seen_${id}})
    string(TOLOWER ${all} kind)
    set(note "")
    if(kind STREQUAL "skipped")
        set(note " [${reason_${id}}]")
    elseif(kind STREQUAL "-" AND DEFINED excuse_${id})
        set(kind excused)
        set(note " [untested: ${excuse_${id}}]")
    elseif(kind STREQUAL "-")
        set(kind missing)
    endif()
    math(EXPR ${kind} "${${kind}} + 1")
    list(APPEND ${kind}_ids ${id})
    if(DEFINED excuse_${id} AND NOT kind STREQUAL "excused")
        list(APPEND overexcused_ids ${id})
    endif()

    pad(row ${id} 9)
    foreach(column IN LISTS columns)
        judge(cell ${seen_${id}_${column}})
        pad(cell ${cell} 8)
        string(APPEND row "${cell}")
    endforeach()
    string(APPEND table "${row}${title_${id}}${note}\n")
endforeach()

string(APPEND table "${total} in the list: ${passed} passed, ${failed} failed,"
       " ${skipped} only skipped, ")
if(UNTESTED)
    string(APPEND table "${excused} untested with a reason, ")
endif()
string(APPEND table "${missing} without a test\n")
execute_process(COMMAND ${CMAKE_COMMAND} -E echo "${table}")
if(OUT)
    file(WRITE "${OUT}" "${table}")
endif()

# complain(word id...): nothing, where there are none.
function(complain word)
    if(ARGN)
        string(REPLACE ";" " " names "${ARGN}")
        message(SEND_ERROR "${word}: ${names}")
    endif()
endfunction()

complain(failed ${failed_ids})
complain(missing ${missing_ids})
complain("excused beside a test" ${overexcused_ids})
complain("not in the list" ${unknown})
if(passed LESS LEAST)
    message(SEND_ERROR "${passed} carried out, wanted ${LEAST}")
endif()
