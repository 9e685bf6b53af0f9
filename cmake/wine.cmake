# SPDX-License-Identifier: MIT
#
# Wine for tests: a prefix in build/wine, made once, and a server that stays.
# Included by test.cmake; by hand, around ctest --preset mingw64:
#   cmake -DWINE=start -P cmake/wine.cmake
#   cmake -DWINE=stop -P cmake/wine.cmake
#
# The first program that runs starts Wine's services, and they inherit its
# standard streams: under ctest they would hold its pipe open for ever. So
# the server is started here, with streams that nobody reads.

cmake_minimum_required(VERSION 3.16...4.0)
get_filename_component(wine_root "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)

set(ENV{WINEPREFIX} "${wine_root}/build/wine")
set(ENV{WINEDEBUG} -all)
set(ENV{WINEDLLOVERRIDES} mscoree,mshtml=)
unset(ENV{DISPLAY})
unset(ENV{WAYLAND_DISPLAY})

# Sets wine_program and wine_server. Debian keeps wine64 out of the PATH.
macro(wine_find)
    find_program(wine_program NAMES wine64 wine PATHS /usr/lib/wine)
    find_program(wine_server NAMES wineserver wineserver64
                 PATHS /usr/lib/wine)
endmacro()

function(wine_quietly result)
    execute_process(COMMAND ${ARGN}
        INPUT_FILE /dev/null OUTPUT_FILE /dev/null ERROR_FILE /dev/null
        RESULT_VARIABLE code TIMEOUT 180)
    set(${result} ${code} PARENT_SCOPE)
endfunction()

# ok receives whether Wine runs programs now.
function(wine_start ok)
    set(${ok} NO PARENT_SCOPE)
    wine_find()
    set(prefix "$ENV{WINEPREFIX}")
    set(made "${prefix}/made-by-duosock")
    if(NOT EXISTS "${made}")
        # What an interrupted run left would not work.
        file(REMOVE_RECURSE "${prefix}")
        file(MAKE_DIRECTORY "${prefix}")
    endif()
    wine_quietly(result "${wine_server}" -p)
    if(NOT EXISTS "${made}")
        wine_quietly(result "${wine_program}" wineboot -i)
        if(NOT result EQUAL 0)
            return()
        endif()
        wine_quietly(result "${wine_program}" reg add "HKCU\\Software\\Wine"
                     /v Version /d win10 /f)
        file(WRITE "${made}" "")
    endif()
    wine_quietly(result "${wine_program}" cmd /c exit 0)
    if(result EQUAL 0)
        set(${ok} YES PARENT_SCOPE)
    endif()
endfunction()

# Ends the server of this prefix and what runs in it, nothing else.
function(wine_stop)
    wine_find()
    wine_quietly(result "${wine_server}" -k)
endfunction()

if(WINE STREQUAL "start")
    wine_start(ok)
    if(NOT ok)
        message(FATAL_ERROR "Wine does not run: ${wine_program}")
    endif()
elseif(WINE STREQUAL "stop")
    wine_stop()
endif()
