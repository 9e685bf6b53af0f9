# SPDX-License-Identifier: MIT
#
# What the summary of a suite quotes of its tests: how much chaos, faults and
# fuzzing there was, what a message takes of the system, and which programs
# Wine ended, from ctest's log of the run. cmake/test.cmake includes this.

# figures_of_faults(out line): the last row of tests/fault/table.cmake.
function(figures_of_faults out line)
    string(REGEX MATCHALL "[0-9]+/[0-9]+ [0-9]+ %" cells "${line}")
    set(text "fault suite, failed of all:")
    foreach(title "calls once" "calls for good" "memory once"
            "memory for good")
        list(POP_FRONT cells cell)
        string(APPEND text " ${title} ${cell},")
    endforeach()
    string(REGEX REPLACE ",$" "" text "${text}")
    set(${out} "${text}" PARENT_SCOPE)
endfunction()

# figures_of_run(out log): lines, or nothing where the run had none of these
# tests or there is no log.
function(figures_of_run out log)
    set(text "")
    set(fuzz "")
    set(lines "")
    set(number "[0-9]+")
    if(EXISTS "${log}")
        file(STRINGS "${log}" lines REGEX
             "^(${number} runs: |faults: |all +${number}/|${number} of ${number} kinds of calls|F${number} [a-z]+: ${number} |[a-z]+, connections: ${number}, a message: |wine[.]sh: )")
    endif()
    foreach(line IN LISTS lines)
        string(STRIP "${line}" line)
        if(line MATCHES "^(F[0-9]+ [a-z]+): ([0-9]+) committed inputs, ([0-9]+) of seed")
            math(EXPR inputs "${CMAKE_MATCH_2} + ${CMAKE_MATCH_3}")
            list(APPEND fuzz "${CMAKE_MATCH_1} ${inputs}")
        elseif(line MATCHES "^F[0-9]+ [a-z]+: ([0-9]+ operations)")
            list(POP_BACK fuzz last)
            list(APPEND fuzz "${last} (${CMAKE_MATCH_1})")
        elseif(line MATCHES "^all ")
            figures_of_faults(line "${line}")
            string(APPEND text "${line}\n")
        elseif(line MATCHES "^wine[.]sh: (.*), once more: .*/([^/]+)$")
            string(APPEND text
                   "run twice: ${CMAKE_MATCH_2}: ${CMAKE_MATCH_1}\n")
        elseif(line MATCHES "^[0-9]+ of ")
            string(APPEND text "fault suite: ${line}\n")
        elseif(line MATCHES "^[a-z]+, connections: ")
            string(APPEND text "calls: ${line}\n")
        else()
            string(APPEND text "chaos: ${line}\n")
        endif()
    endforeach()
    if(fuzz)
        list(JOIN fuzz ", " fuzz)
        string(APPEND text "fuzz, inputs: ${fuzz}\n")
    endif()
    set(${out} "${text}" PARENT_SCOPE)
endfunction()
