# SPDX-License-Identifier: MIT
#
# What the rule scripts share: reading C files without their comments, and
# counting what is wrong. Each script is run as
#   cmake -DROOT=<project> -P <script>
# prints every offence, and fails at its end if there was one.

set(offences 0)
set(looked_at 0)

macro(offence text)
    message("  ${text}")
    math(EXPR offences "${offences} + 1")
endmacro()

# A script that looked at nothing is a failure, too: it would never find fault.
function(rule_end rule)
    message("${rule}: looked at ${looked_at}, ${offences} offences")
    if(offences GREATER 0 OR looked_at EQUAL 0)
        message(FATAL_ERROR "rule broken: ${rule}")
    endif()
endfunction()

# The project's files that match patterns relative to ROOT.
function(rule_files out)
    set(patterns "")
    foreach(pattern IN LISTS ARGN)
        list(APPEND patterns "${ROOT}/${pattern}")
    endforeach()
    file(GLOB found RELATIVE "${ROOT}" ${patterns})
    set(${out} "${found}" PARENT_SCOPE)
endfunction()

# The text of a C file without comments; strings become "". What CMake's lists
# cannot hold is replaced: [ and ] by ( and ), semicolons by @.
function(rule_code out path)
    file(READ "${ROOT}/${path}" text)
    string(REPLACE "[" "(" text "${text}")
    string(REPLACE "]" ")" text "${text}")
    string(REPLACE ";" "@" text "${text}")
    string(REGEX REPLACE "/[*]([^*]|[*]+[^*/])*[*]+/" " " text "${text}")
    string(REGEX REPLACE "#( *)include +\"([^\"]*)\"" "#\\1include '\\2'"
           text "${text}")
    string(REGEX REPLACE "\"([^\"\\\n]|\\\\.)*\"" "\"\"" text "${text}")
    string(REPLACE "\\" "" text "${text}")
    set(${out} "${text}" PARENT_SCOPE)
endfunction()

# The same as a list of lines.
function(rule_lines out path)
    rule_code(text "${path}")
    string(REPLACE "\n" ";" text "${text}")
    set(${out} "${text}" PARENT_SCOPE)
endfunction()
