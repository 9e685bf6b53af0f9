# SPDX-License-Identifier: MIT
#
# Toolchain: Windows i686 by MinGW-w64. A 64-bit Wine alone cannot run it.

set(MINGW_ARCH i686)
include("${CMAKE_CURRENT_LIST_DIR}/mingw-w64.cmake")
