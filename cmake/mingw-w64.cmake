# SPDX-License-Identifier: MIT
#
# Cross-building for Windows with MinGW-w64: what mingw-w64-x86_64.cmake and
# mingw-w64-i686.cmake share. They set MINGW_ARCH and include this.

set(CMAKE_SYSTEM_NAME Windows)
set(CMAKE_SYSTEM_PROCESSOR ${MINGW_ARCH})
set(CMAKE_C_COMPILER ${MINGW_ARCH}-w64-mingw32-gcc)
set(CMAKE_RC_COMPILER ${MINGW_ARCH}-w64-mingw32-windres)

# Programs need no DLL of the compiler: a missing one is exit code 53.
set(CMAKE_EXE_LINKER_FLAGS_INIT -static-libgcc)
set(CMAKE_SHARED_LINKER_FLAGS_INIT -static-libgcc)

# Libraries and headers never come from the host; packages may, by prefix.
set(CMAKE_FIND_ROOT_PATH /usr/${MINGW_ARCH}-w64-mingw32)
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)

# Debian keeps wine64 out of the PATH; its /usr/bin/wine wants a 32-bit half
# that is not needed. WINEDEBUG=-all, or Wine's notices mix with the output.
if(NOT CMAKE_HOST_WIN32)
    find_program(DUOSOCK_WINE NAMES wine64 wine PATHS /usr/lib/wine)
    if(DUOSOCK_WINE)
        set(CMAKE_CROSSCOMPILING_EMULATOR
            ${CMAKE_COMMAND} -E env WINEDEBUG=-all ${DUOSOCK_WINE})
    endif()
endif()
