# SPDX-License-Identifier: MIT
#
# For DUOSOCK_AMALGAMATED: makes duosock.h and duosock.c in the build folder,
# again whenever a source changes, and beside them headers with the names that
# they have in include/duosock, each of which is all of duosock.h. So the
# programs and tests of this project build upon the two files unchanged.
# Sets amalgamation, the folder; what compiles duosock.c depends on the target
# duosock_amalgamation, or two targets would make it at the same time.

set(amalgamation "${PROJECT_BINARY_DIR}/amalgamation")

file(GLOB headers CONFIGURE_DEPENDS
     "${PROJECT_SOURCE_DIR}/include/duosock/*.h"
     "${PROJECT_SOURCE_DIR}/src/*.h"
     "${PROJECT_SOURCE_DIR}/src/posix/*.h"
     "${PROJECT_SOURCE_DIR}/src/win32/*.h")
set(sources ${core} ${posix} ${posix_linux} ${posix_no_linux} ${posix_kqueue}
    ${posix_no_kqueue} ${posix_apple} ${posix_no_apple} ${posix_plain} ${win32})
list(TRANSFORM sources PREPEND "${PROJECT_SOURCE_DIR}/src/")
set(amalgamate "${PROJECT_SOURCE_DIR}/cmake/amalgamate.cmake")

add_custom_command(
    OUTPUT "${amalgamation}/duosock.c" "${amalgamation}/duosock.h"
    COMMAND ${CMAKE_COMMAND} "-DOUT=${amalgamation}" -P "${amalgamate}"
    DEPENDS ${headers} ${sources} "${amalgamate}"
            "${PROJECT_SOURCE_DIR}/src/sources.cmake"
            "${PROJECT_SOURCE_DIR}/LICENSE"
    VERBATIM)
add_custom_target(duosock_amalgamation
    DEPENDS "${amalgamation}/duosock.c" "${amalgamation}/duosock.h")

file(GLOB names RELATIVE "${PROJECT_SOURCE_DIR}/include"
     "${PROJECT_SOURCE_DIR}/include/duosock/*.h")
list(FILTER names EXCLUDE REGEX "/sim[a-z_]*[.]h$")
foreach(name IN LISTS names)
    file(WRITE "${amalgamation}/${name}.new" "#include \"../duosock.h\"\n")
    execute_process(COMMAND ${CMAKE_COMMAND} -E copy_if_different
        "${amalgamation}/${name}.new" "${amalgamation}/${name}")
    file(REMOVE "${amalgamation}/${name}.new")
endforeach()
