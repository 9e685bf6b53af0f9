# SPDX-License-Identifier: MIT
#
# The shared library, or the DLL: built, and installed as installed.cmake does
# it. It exports what docs/abi.txt lists and nothing else, has the name that
# programs ask for, and is, where abidiff can tell, what the two files make.
#
#   cmake -DROOT=... -DWORK=... -DOBJDUMP=... -DNM=... and as installed.cmake

cmake_minimum_required(VERSION 3.16...4.0)
include("${CMAKE_CURRENT_LIST_DIR}/common.cmake")

set(BUILD "${WORK}/library")
run(${CMAKE_COMMAND} -S "${ROOT}" -B "${BUILD}" -DCMAKE_BUILD_TYPE=${CONFIG}
    -DBUILD_SHARED_LIBS=ON -DDUOSOCK_BUILD_TESTS=OFF
    -DDUOSOCK_BUILD_TOOLS=OFF ${ARGS})
run(${CMAKE_COMMAND} --build "${BUILD}" --config "${CONFIG}" --parallel 2)

file(GLOB library "${BUILD}/*duosock*.dll"
     "${BUILD}/src/libduosock.so.*.*.*")
run(${CMAKE_COMMAND} "-DROOT=${ROOT}" "-DNM=${NM}" "-DOBJDUMP=${OBJDUMP}"
    "-DLIBRARY=${library}" -P "${ROOT}/tests/rules/abi.cmake")
if(library MATCHES "[.]so[.]")
    run("${OBJDUMP}" -p "${library}")
    if(NOT output MATCHES "SONAME +libduosock[.]so[.]${SOVERSION}\n")
        message(FATAL_ERROR "not libduosock.so.${SOVERSION}:\n${output}")
    endif()
endif()

# A program runs where it was built; this one waits for no client.
file(GLOB program "${BUILD}/poller_server.exe"
     "${BUILD}/examples/poller_server")
run(${EMULATOR} "${program}" 127.0.0.1:0 0)

if(library MATCHES "[.]dll$")
    if(NOT library MATCHES "duosock-${SOVERSION}[.]dll$")
        message(FATAL_ERROR "not duosock-${SOVERSION}.dll: ${library}")
    endif()
    run(${CMAKE_COMMAND} -E chdir "${BUILD}" ${CMAKE_CPACK_COMMAND} -G ZIP
        -C "${CONFIG}")
    file(GLOB archive "${BUILD}/duosock-*.zip")
    run(${CMAKE_COMMAND} -E tar tf "${archive}")
    if(NOT output MATCHES "/bin/[a-z]*duosock-${SOVERSION}[.]dll\n" OR
       NOT output MATCHES "/cmake/duosock/duosock-config[.]cmake\n")
        message(FATAL_ERROR "${archive}:\n${output}")
    endif()
endif()

# Another way to the same library: the same interface, to its last type.
find_program(abidiff abidiff)
if(TWO_FILES AND abidiff)
    run("${abidiff}" --headers-dir1 "${ROOT}/include"
        --drop-private-types "${library}" "${TWO_FILES}")
elseif(TWO_FILES)
    message("abidiff: is not here")
endif()

set(SHARED ON)
set(library_work "${WORK}")
set(WORK "${library_work}/installed")
include("${CMAKE_CURRENT_LIST_DIR}/installed.cmake")
