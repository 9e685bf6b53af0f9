# SPDX-License-Identifier: MIT
#
# docs/completions is what cmake/completions.cmake would make of this program's
# --help.

execute_process(COMMAND ${CMAKE_COMMAND} -DPROGRAM=${PROGRAM} -DCHECK=ON
    -P "${ROOT}/cmake/completions.cmake" RESULT_VARIABLE result)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "docs/completions is not what the program says")
endif()
