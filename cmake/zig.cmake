# SPDX-License-Identifier: MIT
#
# Toolchain: a target that no compiler of this machine has, by "zig cc", which
# brings headers and libraries along. DUOSOCK_ZIG names the program, or the
# PATH has it; ZIG_TARGET is in zig's words, as aarch64-macos. What comes out
# cannot be run here.

set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES ZIG_TARGET DUOSOCK_ZIG)
find_program(DUOSOCK_ZIG zig
    PATHS "${CMAKE_CURRENT_LIST_DIR}/../build/zig/node_modules/.bin")

string(REGEX REPLACE "-.*" "" CMAKE_SYSTEM_PROCESSOR "${ZIG_TARGET}")
if(ZIG_TARGET MATCHES "macos")
    set(CMAKE_SYSTEM_NAME Darwin)
elseif(ZIG_TARGET MATCHES "windows")
    set(CMAKE_SYSTEM_NAME Windows)
endif()

# CMake asks the linker with an option that zig's does not know.
set(CMAKE_SIZEOF_VOID_P 8)

set(CMAKE_C_COMPILER "${DUOSOCK_ZIG}" cc)
set(CMAKE_C_COMPILER_TARGET ${ZIG_TARGET})
