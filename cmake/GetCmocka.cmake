# SPDX-License-Identifier: MIT
#
# Gives the one target cmocka::cmocka, wherever CMocka comes from: a source
# folder that was named, an installed package (1.1.5 of Debian 12 sets only
# variables, 1.1.6 to 2.x bring a target), or a download with a fixed hash.
# Cross-building needs a source folder, a package of the target system, or
# the download; the host's library is never taken.

if(TARGET cmocka::cmocka)
    return()
endif()

set(DUOSOCK_CMOCKA_SOURCE_DIR "" CACHE PATH
    "Folder with CMocka's source, 1.1.5 or later, to be built with the tests")

# What is downloaded when nothing else is there. The hash was computed from
# Debian's copy of upstream's tarball.
set(cmocka_url https://cmocka.org/files/1.1/cmocka-1.1.7.tar.xz)
set(cmocka_sha256
    810570eb0b8d64804331f82b29ff47c790ce9cd6b163e98d47a4807047ecad82)

# Builds the CMocka in source_dir as a static library.
function(duosock_cmocka_from source_dir)
    set(BUILD_SHARED_LIBS OFF)
    set(WITH_STATIC_LIB ON)
    set(WITH_EXAMPLES OFF)
    set(UNIT_TESTING OFF)
    # Its own options obey the variables above only under the new policy, and
    # its minimum version is older than what CMake 4 accepts.
    set(CMAKE_POLICY_DEFAULT_CMP0077 NEW)
    set(CMAKE_POLICY_VERSION_MINIMUM 3.5)
    set(CMAKE_WARN_DEPRECATED OFF)
    set(CMAKE_MESSAGE_LOG_LEVEL WARNING)
    add_subdirectory("${source_dir}" "${CMAKE_BINARY_DIR}/cmocka"
                     EXCLUDE_FROM_ALL)
    if(NOT TARGET cmocka::cmocka)
        add_library(cmocka::cmocka ALIAS cmocka-static)
    endif()
    # Its header is held to its own warnings, as an installed one would be.
    get_target_property(real cmocka::cmocka ALIASED_TARGET)
    get_target_property(headers ${real} INTERFACE_INCLUDE_DIRECTORIES)
    set_target_properties(${real} PROPERTIES
        INTERFACE_SYSTEM_INCLUDE_DIRECTORIES "${headers}")
endfunction()

if(NOT DUOSOCK_CMOCKA_SOURCE_DIR AND FETCHCONTENT_SOURCE_DIR_CMOCKA)
    set(DUOSOCK_CMOCKA_SOURCE_DIR "${FETCHCONTENT_SOURCE_DIR_CMOCKA}")
endif()
if(DUOSOCK_CMOCKA_SOURCE_DIR)
    message(STATUS "CMocka: source in ${DUOSOCK_CMOCKA_SOURCE_DIR}")
    duosock_cmocka_from("${DUOSOCK_CMOCKA_SOURCE_DIR}")
    return()
endif()

find_package(cmocka CONFIG QUIET)
if(TARGET cmocka::cmocka)
    message(STATUS "CMocka: package in ${cmocka_DIR}")
    return()
endif()
if(cmocka_FOUND AND CMOCKA_LIBRARIES AND NOT CMAKE_CROSSCOMPILING)
    message(STATUS "CMocka: ${CMOCKA_LIBRARIES}")
    add_library(cmocka::cmocka INTERFACE IMPORTED)
    target_include_directories(cmocka::cmocka SYSTEM INTERFACE
                               "${CMOCKA_INCLUDE_DIR}")
    target_link_libraries(cmocka::cmocka INTERFACE "${CMOCKA_LIBRARIES}")
    return()
endif()

set(cmocka_hint "Install it (apt-get install libcmocka-dev, dnf install \
libcmocka-devel, pacman -S cmocka, brew install cmocka, vcpkg install cmocka), \
or name a source folder with -DDUOSOCK_CMOCKA_SOURCE_DIR, \
or leave out the tests with -DDUOSOCK_BUILD_TESTS=OFF.")
if(FETCHCONTENT_FULLY_DISCONNECTED)
    message(FATAL_ERROR "CMocka was not found. ${cmocka_hint}")
endif()

set(cmocka_source "${CMAKE_BINARY_DIR}/_deps/cmocka-src")
if(NOT EXISTS "${cmocka_source}/CMakeLists.txt")
    message(STATUS "CMocka was not found; downloading ${cmocka_url}\n"
                   "   If that fails: ${cmocka_hint}")
    include(FetchContent)
    FetchContent_Populate(cmocka QUIET
        URL ${cmocka_url}
        URL_HASH SHA256=${cmocka_sha256}
        TIMEOUT 120
        SUBBUILD_DIR "${CMAKE_BINARY_DIR}/_deps/cmocka-subbuild"
        SOURCE_DIR "${cmocka_source}"
        BINARY_DIR "${CMAKE_BINARY_DIR}/_deps/cmocka-build")
endif()
duosock_cmocka_from("${cmocka_source}")
