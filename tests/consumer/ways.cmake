# SPDX-License-Identifier: MIT
#
# Each way to use duosock, by the lines that a reader is shown: they are copied
# out of the pages, from behind a mark, and run as they stand there, in a
# folder with app.c and the project as duosock. What would change the system
# is led elsewhere by programs of this script's: sudo runs its command, and
# apt-get unpacks into a folder.
#
#   <!-- consumer: name -->
#   ```sh        is run by a shell
#   ```cmake     stands in a CMakeLists.txt behind add_executable(app app.c)
#
#   cmake -DWAY=... -DPAGES=... -DROOT=... -DBUILD=... -DWORK=... -DCONFIG=...
#         -DARGS=... -DCC=... [-DEMULATOR=...] -P ways.cmake

cmake_minimum_required(VERSION 3.16...4.0)
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

file(REMOVE_RECURSE "${WORK}")
file(MAKE_DIRECTORY "${WORK}/bin")
set(root "${WORK}/root")
file(COPY "${CMAKE_CURRENT_LIST_DIR}/app.c" DESTINATION "${WORK}")

# ---- the lines -------------------------------------------------------------

# lines_of(out name): the text behind a mark. The first page that has it counts.
function(lines_of out name)
    foreach(page IN LISTS PAGES)
        file(READ "${page}" text)
        string(REPLACE "\r" "" text "${text}")
        string(FIND "${text}" "<!-- consumer: ${name} -->\n```" at)
        if(NOT at EQUAL -1)
            string(SUBSTRING "${text}" ${at} -1 text)
            string(REGEX MATCH "```[a-z]+\n(([^`]|`[^`])*)\n```" found "${text}")
            set(${out} "${CMAKE_MATCH_1}\n" PARENT_SCOPE)
            return()
        endif()
    endforeach()
    message(FATAL_ERROR "no page has lines for ${name}: ${PAGES}")
endfunction()

# A program of this script's own.
function(stand_in name text)
    file(WRITE "${WORK}/tmp/${name}" "#!/bin/sh\n${text}\n")
    file(COPY "${WORK}/tmp/${name}" DESTINATION "${WORK}/bin"
         FILE_PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
endfunction()

string(REPLACE ";" "' '" cc "'${CC}'")
stand_in(cc "exec ${cc} \"$@\"")
stand_in(sudo "exec \"$@\"")
set(ENV{PATH} "${WORK}/bin:$ENV{PATH}")

# shell(name): the lines run, one after the other, and each must succeed.
function(shell name)
    lines_of(text ${name})
    if(EMULATOR)
        # As the page says of Windows.
        string(REPLACE " -pthread" " -lws2_32" text "${text}")
    endif()
    file(WRITE "${WORK}/${name}.sh" "set -e\n${text}")
    run(${CMAKE_COMMAND} -E chdir "${WORK}" sh "${name}.sh")
endfunction()

# user_project(name flags...): the lines are part of a project that builds and runs.
function(user_project name)
    lines_of(text ${name})
    file(WRITE "${WORK}/CMakeLists.txt"
         "cmake_minimum_required(VERSION 3.16)\nproject(app LANGUAGES C)\n"
         "add_executable(app app.c)\n${text}\n"
         "enable_testing()\nadd_test(NAME app COMMAND app)\n")
    build_and_run("${WORK}" "${WORK}/build-${name}" ${ARGN})
endfunction()

macro(run_app)
    file(GLOB app "${WORK}/app" "${WORK}/app.exe")
    run(${EMULATOR} "${app}")
endmacro()

# The project as the lines have it, for those that write there: copy_project() or
# copy_project(parts...), without its build folder.
function(copy_project)
    set(parts ${ARGN})
    if(NOT parts)
        file(GLOB parts LIST_DIRECTORIES true RELATIVE "${ROOT}" "${ROOT}/*")
        list(REMOVE_ITEM parts build)
    endif()
    foreach(part IN LISTS parts)
        file(COPY "${ROOT}/${part}" DESTINATION "${WORK}/duosock")
    endforeach()
endfunction()

# What lies in root is found by a project and by pkg-config.
function(find_installed)
    file(GLOB_RECURSE package "${root}/*/duosock-config.cmake")
    if(NOT package)
        message(FATAL_ERROR "nothing was installed in ${root}")
    endif()
    get_filename_component(package "${package}" DIRECTORY)
    user_project(find_package "-Dduosock_DIR=${package}")
    find_program(pkgconfig NAMES pkgconf pkg-config)
    if(NOT pkgconfig)
        message("pkg-config: skipped, it is not here")
        return()
    endif()
    file(GLOB_RECURSE pc "${root}/*/duosock.pc")
    get_filename_component(pc "${pc}" DIRECTORY)
    set(ENV{PKG_CONFIG_LIBDIR} "${pc}")
    set(ENV{LD_LIBRARY_PATH} "${pc}/..")
    shell(pkg-config)
    run_app()
endfunction()

# ---- the ways --------------------------------------------------------------

if(WAY STREQUAL "two_files")
    copy_project(LICENSE cmake include src)
    shell(two_files)
    run_app()
elseif(WAY STREQUAL "add_subdirectory")
    file(CREATE_LINK "${ROOT}" "${WORK}/duosock" SYMBOLIC COPY_ON_ERROR)
    user_project(add_subdirectory)
elseif(WAY STREQUAL "fetchcontent")
    copy_project()
    shell(sources)
    file(REMOVE_RECURSE "${WORK}/duosock")
    user_project(fetchcontent)
elseif(WAY STREQUAL "install")
    copy_project()
    set(ENV{DESTDIR} "${root}")
    shell(install)
    unset(ENV{DESTDIR})
    find_installed()
elseif(WAY STREQUAL "deb")
    include("${CMAKE_CURRENT_LIST_DIR}/packages.cmake")
else()
    message(FATAL_ERROR "no way: ${WAY}")
endif()
