# SPDX-License-Identifier: MIT
#
# Packages by CPack, of what cmake/DuosockInstall.cmake installs: cpack -G TGZ,
# ZIP or DEB in the build folder, and the sources by the target package_source.
# An archive holds everything; Debian has a package for each component:
# libduosock0.1 (only of a shared build), libduosock-dev, duosock, duosock-doc.

set(CPACK_PACKAGE_NAME duosock)
set(CPACK_PACKAGE_VENDOR "the duosock authors")
set(CPACK_PACKAGE_CONTACT "the duosock authors <duosock@example.invalid>"
    CACHE STRING "Who answers for packages: name <mail address>")
mark_as_advanced(CPACK_PACKAGE_CONTACT)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_RESOURCE_FILE_LICENSE "${PROJECT_SOURCE_DIR}/LICENSE")
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
if(WIN32)
    set(CPACK_GENERATOR ZIP)
else()
    set(CPACK_GENERATOR TGZ)
endif()

set(CPACK_SOURCE_GENERATOR TGZ)
set(CPACK_SOURCE_PACKAGE_FILE_NAME "duosock-${PROJECT_VERSION}")
# The project may lie in somebody's build folder itself, and may be built
# anywhere in it.
set(built "${PROJECT_SOURCE_DIR}/build")
file(RELATIVE_PATH here "${PROJECT_SOURCE_DIR}" "${PROJECT_BINARY_DIR}")
if(here AND NOT here MATCHES "^[.][.]")
    list(APPEND built "${PROJECT_BINARY_DIR}")
endif()
list(TRANSFORM built REPLACE "([][+.*()^$?|\\])" "\\\\\\1")
list(TRANSFORM built REPLACE "(.+)" "^\\1/")
set(CPACK_SOURCE_IGNORE_FILES ${built}
    "/[.]git/" "/[.]git$" "/[.]cache/" "/__pycache__/"
    "/node_modules/" "/compile_commands[.]json$" "/CMakeUserPresets[.]json$")

# ---- components ------------------------------------------------------------

set(CPACK_COMPONENTS_ALL duosock_Development duosock_Documentation)
set(CPACK_COMPONENTS_GROUPING IGNORE)
if(BUILD_SHARED_LIBS)
    list(APPEND CPACK_COMPONENTS_ALL duosock_Runtime)
    get_target_property(soversion duosock SOVERSION)
    set(CPACK_DEBIAN_DUOSOCK_RUNTIME_PACKAGE_NAME libduosock${soversion})
    set(CPACK_COMPONENT_DUOSOCK_DEVELOPMENT_DEPENDS duosock_Runtime)
    set(CPACK_COMPONENT_DUOSOCK_TOOLS_DEPENDS duosock_Runtime)
endif()
if(DUOSOCK_BUILD_TOOLS)
    list(APPEND CPACK_COMPONENTS_ALL duosock_Tools)
endif()

# ---- Debian ----------------------------------------------------------------

# The first line of each description is the project's.
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_RELEASE 1)
set(CPACK_DEBIAN_PACKAGE_PRIORITY optional)
set(CPACK_DEBIAN_ENABLE_COMPONENT_DEPENDS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
# Each has its licence where Debian looks for it.
set(CPACK_PRE_BUILD_SCRIPTS
    "${PROJECT_SOURCE_DIR}/cmake/packaging/debian.cmake")

# Without dpkg-shlibdeps (package dpkg-dev) the C library is all there is.
find_program(DUOSOCK_SHLIBDEPS dpkg-shlibdeps)
mark_as_advanced(DUOSOCK_SHLIBDEPS)
if(DUOSOCK_SHLIBDEPS AND NOT CMAKE_CROSSCOMPILING)
    set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
    set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS
        "${PROJECT_BINARY_DIR}/src")
    set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS ON)
    set(CPACK_DEBIAN_PACKAGE_GENERATE_SHLIBS_POLICY ">=")
else()
    set(CPACK_DEBIAN_DUOSOCK_RUNTIME_PACKAGE_DEPENDS libc6)
    set(CPACK_DEBIAN_DUOSOCK_TOOLS_PACKAGE_DEPENDS libc6)
endif()

set(CPACK_DEBIAN_DUOSOCK_RUNTIME_PACKAGE_SECTION libs)
set(CPACK_DEBIAN_DUOSOCK_RUNTIME_DESCRIPTION
"The BSD calls with one documented meaning on POSIX and on Windows, scalable
pollers, a loop, and a server for many clients and a client on one thread.
.
This package has the shared library that programs are linked with.")
set(CPACK_DEBIAN_DUOSOCK_DEVELOPMENT_PACKAGE_NAME libduosock-dev)
set(CPACK_DEBIAN_DUOSOCK_DEVELOPMENT_PACKAGE_SECTION libdevel)
set(CPACK_DEBIAN_DUOSOCK_DEVELOPMENT_DESCRIPTION
"The BSD calls with one documented meaning on POSIX and on Windows, scalable
pollers, a loop, and a server for many clients and a client on one thread.
.
This package has the headers, what the linker and CMake need, and the
simulator: the same library over a network in memory, for tests.")
set(CPACK_DEBIAN_DUOSOCK_TOOLS_PACKAGE_NAME duosock)
set(CPACK_DEBIAN_DUOSOCK_TOOLS_PACKAGE_SECTION net)
set(CPACK_DEBIAN_DUOSOCK_TOOLS_DESCRIPTION
"serve and connect are a server for thousands of clients and its client; chat
is a room for people, send and recv move a file, probe says what sockets can
do on this system. The program is a user of the library libduosock.")
set(CPACK_DEBIAN_DUOSOCK_DOCUMENTATION_PACKAGE_NAME duosock-doc)
set(CPACK_DEBIAN_DUOSOCK_DOCUMENTATION_PACKAGE_SECTION doc)
set(CPACK_DEBIAN_DUOSOCK_DOCUMENTATION_PACKAGE_ARCHITECTURE all)
set(CPACK_DEBIAN_DUOSOCK_DOCUMENTATION_DESCRIPTION
"The manual, what is promised on every system, and examples of libduosock.")

include(CPack)
