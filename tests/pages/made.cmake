# SPDX-License-Identifier: MIT
#
# The folder MAN of manual pages: the one that the build has made, or one of
# its own where a build makes none.

if(NOT MAN)
    set(MAN "${WORK}")
    file(REMOVE_RECURSE "${MAN}")
    execute_process(COMMAND ${CMAKE_COMMAND} "-DOUT=${MAN}"
        -P "${ROOT}/cmake/man.cmake" RESULT_VARIABLE result)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "cmake/man.cmake failed")
    endif()
endif()
