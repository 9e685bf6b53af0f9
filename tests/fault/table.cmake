# SPDX-License-Identifier: MIT
#
# cmake -DRUNS=folder -DSCENARIOS=name,... -DHEADER=sim_fault.h
#       -DEXCEPTIONS=file -DSEAM=sys.h,... -DVERBS=file -P table.cmake
#
# The sum of the fault suite, from the files that the scenarios have written
# into their working folders fault.<name>: one row for each scenario, one for
# each kind of call. Fails unless every call and every allocation has failed,
# and every kind of call that there is was made by some scenario; a kind that
# nobody can make is in EXCEPTIONS, a line "kind reason". Each verb that the
# headers of the SEAM declare is a kind, or in VERBS, a line "verb reason".

cmake_minimum_required(VERSION 3.16...4.0)

string(REPLACE "," ";" SCENARIOS "${SCENARIOS}")
string(REPLACE "," ";" SEAM "${SEAM}")

# ---- what there is ----------------------------------------------------------

file(READ "${HEADER}" text)
string(REGEX MATCHALL "X[(][A-Z_]+, [a-z_]+, DUOS_E" lines "${text}")
set(kinds "")
foreach(line IN LISTS lines)
    string(REGEX REPLACE "^X[(][A-Z_]+, ([a-z_]+),.*" "\\1" kind "${line}")
    list(APPEND kinds ${kind})
    set(failed_${kind} 0)
    set(calls_${kind} 0)
endforeach()

file(STRINGS "${EXCEPTIONS}" lines REGEX "^[a-z_]+ ")
set(excused "")
foreach(line IN LISTS lines)
    string(REGEX REPLACE " .*" "" kind "${line}")
    list(APPEND excused ${kind})
endforeach()

# ---- no verb without a kind -------------------------------------------------

file(STRINGS "${VERBS}" lines REGEX "^[a-z_]+ ")
set(faultless "")
foreach(line IN LISTS lines)
    string(REGEX REPLACE " .*" "" verb "${line}")
    list(APPEND faultless ${verb})
endforeach()

set(forgotten "")
set(gone ${faultless})
set(verbs 0)
foreach(header IN LISTS SEAM)
    file(STRINGS "${header}" lines REGEX "^[a-z].*[ *]sys_[a-z0-9_]+[(]")
    foreach(line IN LISTS lines)
        string(REGEX REPLACE "^.*[ *]sys_([a-z0-9_]+)[(].*$" "\\1" verb
               "${line}")
        math(EXPR verbs "${verbs} + 1")
        if(verb IN_LIST faultless AND NOT verb IN_LIST kinds)
            list(REMOVE_ITEM gone ${verb})
        elseif(NOT verb IN_LIST kinds)
            list(APPEND forgotten ${verb})
        endif()
    endforeach()
endforeach()
if(forgotten)
    message(FATAL_ERROR "verbs of the seam that nobody lets fail: "
            "${forgotten}; add them to DUOS_SIM_CALL_MAP, or to ${VERBS}")
elseif(gone)
    message(FATAL_ERROR "${VERBS}: no verbs, or such that fail: ${gone}")
elseif(verbs LESS 50)
    message(FATAL_ERROR "only ${verbs} verbs in ${SEAM}: is that all?")
endif()

# ---- what was done ----------------------------------------------------------

# Reads a file of a scenario; out_failed and out_all receive its sum.
function(read_sweep scenario name out_failed out_all)
    set(file "${RUNS}/fault.${scenario}/faults_${name}.txt")
    if(NOT EXISTS "${file}")
        message(FATAL_ERROR "scenario ${scenario} has written no ${file}")
    endif()
    file(STRINGS "${file}" lines)
    foreach(line IN LISTS lines)
        string(REGEX MATCH "^[a-z]+ [0-9] ([a-z_]+) ([0-9]+) ([0-9]+)" line
               "${line}")
        if(CMAKE_MATCH_1 STREQUAL "all")
            set(${out_failed} ${CMAKE_MATCH_2} PARENT_SCOPE)
            set(${out_all} ${CMAKE_MATCH_3} PARENT_SCOPE)
        elseif(name STREQUAL "call_0")
            set(kind ${CMAKE_MATCH_1})
            math(EXPR sum "${failed_${kind}} + ${CMAKE_MATCH_2}")
            set(failed_${kind} ${sum} PARENT_SCOPE)
            math(EXPR sum "${calls_${kind}} + ${CMAKE_MATCH_3}")
            set(calls_${kind} ${sum} PARENT_SCOPE)
        endif()
    endforeach()
endfunction()

# "text" and enough blanks to make it wide.
function(padded text width out)
    string(LENGTH "${text}" length)
    math(EXPR blanks "${width} - ${length}")
    if(blanks GREATER 0)
        string(REPEAT " " ${blanks} pad)
    endif()
    set(${out} "${text}${pad}" PARENT_SCOPE)
endfunction()

set(titles "calls once" "calls for good" "memory once" "memory for good")
set(sweeps call_0 call_1 allocation_0 allocation_1)
foreach(sweep IN LISTS sweeps)
    set(sum_${sweep} 0)
    set(of_${sweep} 0)
endforeach()

padded("scenario" 12 table)
foreach(title IN LISTS titles)
    padded("${title}" 18 cell)
    string(APPEND table "${cell}")
endforeach()
foreach(scenario IN LISTS SCENARIOS)
    padded("${scenario}" 12 row)
    foreach(sweep IN LISTS sweeps)
        if(sweep MATCHES "^allocation" AND
           NOT EXISTS "${RUNS}/fault.${scenario}/faults_${sweep}.txt")
            set(failed 0) # it needs no memory
            set(all 0)
        else()
            read_sweep(${scenario} ${sweep} failed all)
        endif()
        padded("${failed}/${all}" 18 cell)
        string(APPEND row "${cell}")
        math(EXPR sum_${sweep} "${sum_${sweep}} + ${failed}")
        math(EXPR of_${sweep} "${of_${sweep}} + ${all}")
    endforeach()
    string(APPEND table "\n${row}")
endforeach()
padded("all" 12 row)
set(complete TRUE)
foreach(sweep IN LISTS sweeps)
    set(percent 0)
    if(of_${sweep} GREATER 0)
        math(EXPR percent "100 * ${sum_${sweep}} / ${of_${sweep}}")
    endif()
    if(NOT percent EQUAL 100)
        set(complete FALSE)
    endif()
    padded("${sum_${sweep}}/${of_${sweep}} ${percent} %" 18 cell)
    string(APPEND row "${cell}")
endforeach()
message("${table}\n${row}\n")

# ---- the kinds --------------------------------------------------------------

set(missing "")
set(needless "")
set(reached 0)
foreach(kind IN LISTS kinds)
    padded("${kind}" 20 cell)
    message("${cell}${failed_${kind}}/${calls_${kind}}")
    if(calls_${kind} GREATER 0 AND failed_${kind} EQUAL calls_${kind})
        math(EXPR reached "${reached} + 1")
        if(kind IN_LIST excused)
            list(APPEND needless ${kind})
        endif()
    elseif(NOT kind IN_LIST excused OR calls_${kind} GREATER 0)
        list(APPEND missing ${kind})
    endif()
endforeach()
list(LENGTH kinds total)
message("\n${reached} of ${total} kinds of calls were made and failed")
if(missing)
    message(FATAL_ERROR "not every call has failed: ${missing}")
elseif(needless)
    message(FATAL_ERROR "these need no exception any more: ${needless}")
elseif(NOT complete)
    message(FATAL_ERROR "not everything has failed")
endif()
