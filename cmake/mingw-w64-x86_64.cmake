# SPDX-License-Identifier: MIT
#
# Toolchain: Windows x86_64 by MinGW-w64, run under Wine where there is one.

set(MINGW_ARCH x86_64)
include("${CMAKE_CURRENT_LIST_DIR}/mingw-w64.cmake")
