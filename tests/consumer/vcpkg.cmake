# SPDX-License-Identifier: MIT
#
# The overlay port for vcpkg, without vcpkg: its functions are stood in for by
# some that configure, build and install for real, and note what they were
# told. That shows that the port's options exist, that what it moves is where
# it looks for it, and that another project finds the result. Whether vcpkg's
# own functions agree it cannot show.
#
#   cmake -DROOT=... -DWORK=... -DCONFIG=... -DARGS=... -DVERSION=... -P

cmake_minimum_required(VERSION 3.16...4.0)
if(CMAKE_VERSION VERSION_LESS 3.19)
    message("skipped: this CMake reads no JSON")
    return()
endif()
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

set(CURRENT_PORT_DIR "${ROOT}/cmake/packaging/vcpkg/duosock")
set(CURRENT_PACKAGES_DIR "${WORK}/packages")
set(PORT duosock)
set(FEATURES core tools)
file(REMOVE_RECURSE "${WORK}")
file(READ "${ROOT}/CMakeLists.txt" known_options)

# ---- its description -------------------------------------------------------

file(READ "${CURRENT_PORT_DIR}/vcpkg.json" json)
string(JSON name GET "${json}" name)
string(JSON licence GET "${json}" license)
string(JSON tools GET "${json}" features tools description)
string(JSON helper GET "${json}" dependencies 0 name)
if(NOT "${name} ${licence} ${helper}" STREQUAL "duosock MIT vcpkg-cmake")
    message(FATAL_ERROR "vcpkg.json: ${name}, ${licence}, ${helper}")
endif()

# ---- what vcpkg would do ---------------------------------------------------

function(vcpkg_check_features)
    cmake_parse_arguments(PARSE_ARGV 0 ARG "" "OUT_FEATURE_OPTIONS" "FEATURES")
    set(options "")
    while(ARG_FEATURES)
        list(POP_FRONT ARG_FEATURES feature option)
        string(JSON found ERROR_VARIABLE missing
               GET "${json}" features ${feature} description)
        if(missing)
            message(FATAL_ERROR "vcpkg.json has no feature ${feature}")
        endif()
        set(on OFF)
        if(feature IN_LIST FEATURES)
            set(on ON)
        endif()
        list(APPEND options -D${option}=${on})
    endwhile()
    set(${ARG_OUT_FEATURE_OPTIONS} "${options}" PARENT_SCOPE)
endfunction()

function(vcpkg_cmake_configure)
    cmake_parse_arguments(PARSE_ARGV 0 ARG "" "SOURCE_PATH" "OPTIONS")
    foreach(option IN LISTS ARG_OPTIONS)
        string(REGEX REPLACE "^-D([A-Z_]+)=.*" "\\1" option "${option}")
        if(NOT known_options MATCHES "duosock_option[(]${option}[ \n]")
            message(FATAL_ERROR "duosock has no option ${option}")
        endif()
    endforeach()
    run(${CMAKE_COMMAND} -S "${ARG_SOURCE_PATH}" -B "${WORK}/build"
        -DCMAKE_BUILD_TYPE=Release "-DCMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR}"
        -DBUILD_SHARED_LIBS=OFF -DCMAKE_INSTALL_LIBDIR=lib ${ARGS}
        ${ARG_OPTIONS})
endfunction()

function(vcpkg_cmake_install)
    run(${CMAKE_COMMAND} --build "${WORK}/build" --parallel 2)
    run(${CMAKE_COMMAND} --install "${WORK}/build")
endfunction()

function(vcpkg_copy_pdbs)
endfunction()

function(vcpkg_cmake_config_fixup)
    cmake_parse_arguments(PARSE_ARGV 0 ARG "" "CONFIG_PATH" "")
    file(MAKE_DIRECTORY "${CURRENT_PACKAGES_DIR}/share")
    file(RENAME "${CURRENT_PACKAGES_DIR}/${ARG_CONFIG_PATH}"
         "${CURRENT_PACKAGES_DIR}/share/${PORT}")
    # As vcpkg does: the prefix is one folder nearer now.
    file(GLOB configs "${CURRENT_PACKAGES_DIR}/share/${PORT}/*.cmake")
    foreach(path IN LISTS configs)
        file(READ "${path}" text)
        string(REPLACE "/../../../" "/../../" text "${text}")
        string(REPLACE "get_filename_component(_IMPORT_PREFIX \"\${_IMPORT_PREFIX}\" PATH)\nget_filename_component(_IMPORT_PREFIX \"\${_IMPORT_PREFIX}\" PATH)\nget_filename_component(_IMPORT_PREFIX \"\${_IMPORT_PREFIX}\" PATH)\n"
            "get_filename_component(_IMPORT_PREFIX \"\${_IMPORT_PREFIX}\" PATH)\nget_filename_component(_IMPORT_PREFIX \"\${_IMPORT_PREFIX}\" PATH)\n"
            text "${text}")
        file(WRITE "${path}" "${text}")
    endforeach()
endfunction()

function(vcpkg_fixup_pkgconfig)
    if(NOT EXISTS "${CURRENT_PACKAGES_DIR}/lib/pkgconfig/duosock.pc")
        message(FATAL_ERROR "no duosock.pc in lib/pkgconfig")
    endif()
endfunction()

function(vcpkg_copy_tools)
    cmake_parse_arguments(PARSE_ARGV 0 ARG "AUTO_CLEAN" "" "TOOL_NAMES")
    foreach(tool IN LISTS ARG_TOOL_NAMES)
        file(COPY "${CURRENT_PACKAGES_DIR}/bin/${tool}"
             DESTINATION "${CURRENT_PACKAGES_DIR}/tools/${PORT}")
    endforeach()
    file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/bin")
endfunction()

function(vcpkg_install_copyright)
    cmake_parse_arguments(PARSE_ARGV 0 ARG "" "" "FILE_LIST")
    configure_file("${ARG_FILE_LIST}"
        "${CURRENT_PACKAGES_DIR}/share/${PORT}/copyright" COPYONLY)
endfunction()

include("${CURRENT_PORT_DIR}/portfile.cmake")

# ---- what came of it -------------------------------------------------------

foreach(path include/duosock/duosock.h lib/libduosock.a tools/duosock/duosock
        share/duosock/copyright share/duosock/usage
        share/duosock/duosock-config.cmake)
    if(NOT EXISTS "${CURRENT_PACKAGES_DIR}/${path}")
        files(found "${CURRENT_PACKAGES_DIR}")
        message(FATAL_ERROR "the port installs no ${path}: ${found}")
    endif()
endforeach()

# The lines of usage, for a target of that name.
file(READ "${CURRENT_PORT_DIR}/usage" usage)
string(REGEX MATCHALL "\n    [^\n]+" lines "${usage}")
string(CONCAT lines ${lines})
file(COPY "${CMAKE_CURRENT_LIST_DIR}/app.c" DESTINATION "${WORK}/user")
file(WRITE "${WORK}/user/CMakeLists.txt"
     "cmake_minimum_required(VERSION 3.16)\nproject(user LANGUAGES C)\n"
     "add_executable(main app.c)\n${lines}\n"
     "enable_testing()\nadd_test(NAME main COMMAND main)\n")
build_and_run("${WORK}/user" "${WORK}/user/build"
    "-Dduosock_DIR=${CURRENT_PACKAGES_DIR}/share/duosock")
