# SPDX-License-Identifier: MIT
#
# Toolchain: a Linux that this machine is not, with the compilers that Debian
# has for it. The presets musl, linux-i386, linux-s390x and linux-aarch64 set
# LINUX_TARGET. The processor runs the first two by itself, the other two run
# under QEMU's emulation of one program.

set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES LINUX_TARGET)
set(CMAKE_SYSTEM_NAME Linux)

if(LINUX_TARGET STREQUAL "musl")
    # Static, as programs with musl are given away.
    set(CMAKE_SYSTEM_PROCESSOR x86_64)
    set(CMAKE_C_COMPILER musl-gcc)
    set(CMAKE_EXE_LINKER_FLAGS_INIT -static)
elseif(LINUX_TARGET STREQUAL "i386")
    # gcc-multilib would bring the link /usr/include/asm, but it cannot be
    # installed next to the compilers for other processors.
    set(CMAKE_SYSTEM_PROCESSOR i686)
    set(CMAKE_C_COMPILER gcc)
    set(CMAKE_C_FLAGS_INIT
        "-m32 -idirafter /usr/include/x86_64-linux-gnu")
else()
    set(CMAKE_SYSTEM_PROCESSOR ${LINUX_TARGET})
    set(CMAKE_C_COMPILER ${LINUX_TARGET}-linux-gnu-gcc)
    find_program(DUOSOCK_QEMU NAMES qemu-${LINUX_TARGET}-static
                                    qemu-${LINUX_TARGET})
    if(DUOSOCK_QEMU)
        # -L: where the libraries of that system are.
        set(CMAKE_CROSSCOMPILING_EMULATOR
            ${DUOSOCK_QEMU} -L /usr/${LINUX_TARGET}-linux-gnu)
    endif()
endif()

# Libraries and packages never come from the host.
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_PACKAGE ONLY)
