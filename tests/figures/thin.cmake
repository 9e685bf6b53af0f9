# SPDX-License-Identifier: MIT
#
# A program that uses every function of the thin layer and nothing else, for
# code.cmake to see what comes along. Included by CMakeLists.txt.

set(thin_headers error addr socket option select poller)

# The functions that a header declares.
function(thin_functions out header)
    set(path "${PROJECT_SOURCE_DIR}/include/duosock/${header}.h")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${path}")
    file(READ "${path}" text)
    string(REPLACE ";" "@" text "${text}")
    string(REGEX MATCHALL "\nDUOS_API[^@]*@" entries "${text}")
    string(REGEX REPLACE "\nDUOS_API[^(@]*[ *\n](duos_[a-z0-9_]+)[(][^@]*@"
           "\\1" names "${entries}")
    set(${out} "${names}" PARENT_SCOPE)
endfunction()

set(text "/* Made by tests/figures/thin.cmake. */\n")
set(uses "")
foreach(header IN LISTS thin_headers)
    string(APPEND text "#include <duosock/${header}.h>\n")
    thin_functions(functions ${header})
    foreach(function IN LISTS functions)
        string(APPEND uses "    (void (*)(void))${function},\n")
    endforeach()
endforeach()
string(APPEND text "\nstatic void (*const all[])(void) = {\n${uses}};\n\n"
    "int main(int argc, char **argv)\n{\n    (void)argv;\n"
    "    return all[(unsigned)argc % (sizeof all / sizeof all[0])] == 0;\n}\n")
set(source "${CMAKE_CURRENT_BINARY_DIR}/thin.c")
set(old "")
if(EXISTS "${source}")
    file(READ "${source}" old)
endif()
if(NOT old STREQUAL text)
    file(WRITE "${source}" "${text}")
endif()

add_executable(figures_thin "${source}")
duosock_target_options(figures_thin)
target_link_libraries(figures_thin PRIVATE duosock_o2)
target_link_options(figures_thin PRIVATE
    LINKER:-Map,${CMAKE_CURRENT_BINARY_DIR}/thin.map)
