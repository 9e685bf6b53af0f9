# SPDX-License-Identifier: MIT
#
# What this machine has, and how to get the rest: included by demo.cmake,
# test.cmake and others. Nothing is installed unless apt-get is there and works without
# a password (root, or sudo); anywhere else the line to type is printed.
#
#   machine_need(what found [OPTIONAL] [APT p...] [DNF p...] [PACMAN p...]
#                [BREW p...] [WINGET p...])
#       Notes what is missing. found is a true or false value; a manager
#       without packages cannot provide it. Without OPTIONAL it is required.
#   machine_provide([hint])
#       Installs what was noted, or stops; the hint names another way out.
#
# INSTALL=never forbids installing.

set(managers APT DNF PACMAN BREW WINGET)
set(install_APT "sudo apt-get install -y --no-install-recommends")
set(install_DNF "sudo dnf install -y")
set(install_PACMAN "sudo pacman -S --needed")
set(install_BREW "brew install")
set(install_WINGET "winget install")
# The build tools come without a compiler unless one is asked for.
set(visual_studio Microsoft.VisualStudio.2022.BuildTools
    "--override \"--wait --passive --add Microsoft.VisualStudio.Workload.VCTools --includeRecommended\"")

# ---- saying and stopping ---------------------------------------------------

string(TIMESTAMP script_start "%s")

# A headline, with the seconds since the script began.
function(say text)
    string(TIMESTAMP now "%s")
    math(EXPR seconds "${now} - ${script_start}")
    execute_process(COMMAND ${CMAKE_COMMAND} -E echo "")
    execute_process(COMMAND ${CMAKE_COMMAND} -E echo
                    "== ${text} [${seconds} s]")
endfunction()

# A line of output, as it is: message() would add a prefix or use stderr.
function(say_line text)
    execute_process(COMMAND ${CMAKE_COMMAND} -E echo "${text}")
endfunction()

# machine_step(what command...): stops with what went wrong, or goes on.
function(machine_step what)
    execute_process(COMMAND ${ARGN} RESULT_VARIABLE result)
    if(NOT result EQUAL 0)
        message(FATAL_ERROR "${what}")
    endif()
endfunction()

# Ends the script with 2; a CMake older than 3.29 can only end with 1.
macro(stop_missing text)
    if(CMAKE_VERSION VERSION_LESS 3.29)
        message(FATAL_ERROR "${text}")
    endif()
    message(NOTICE "${text}")
    cmake_language(EXIT 2)
endmacro()

# ---- what is missing -------------------------------------------------------

set(missing_required "")
set(missing_optional "")
foreach(manager IN LISTS managers)
    set(missing_${manager} "")
endforeach()

function(machine_need what found)
    if(found)
        return()
    endif()
    cmake_parse_arguments(PARSE_ARGV 2 NEED "OPTIONAL" "" "${managers}")
    if(NEED_OPTIONAL)
        list(APPEND missing_optional "${what}")
    else()
        list(APPEND missing_required "${what}")
    endif()
    foreach(manager IN LISTS managers)
        list(APPEND missing_${manager} ${NEED_${manager}})
        set(missing_${manager} "${missing_${manager}}" PARENT_SCOPE)
    endforeach()
    set(missing_required "${missing_required}" PARENT_SCOPE)
    set(missing_optional "${missing_optional}" PARENT_SCOPE)
endfunction()

# Whether a C compiler is there that can compile and link a program.
function(machine_has_compiler out)
    set(${out} NO PARENT_SCOPE)
    if(CMAKE_HOST_WIN32)
        # CMake finds Visual Studio by itself; only MinGW needs a PATH.
        find_program(found_cc NAMES cl gcc clang)
        file(GLOB studio
             "C:/Program Files*/Microsoft Visual Studio/*/*/VC/Tools/MSVC/*")
        set(has_studio "${studio}" PARENT_SCOPE)
        if(found_cc OR studio)
            set(${out} YES PARENT_SCOPE)
        endif()
        return()
    endif()
    find_program(found_cc NAMES $ENV{CC} cc gcc clang)
    if(NOT found_cc)
        return()
    endif()
    # A compiler without the headers of the C library is not enough.
    set(probe "${ROOT}/build/probe")
    file(WRITE "${probe}/probe.c"
         "#include <stdio.h>\nint main(void) { return puts(\"\") < 0; }\n")
    execute_process(COMMAND ${found_cc} probe.c -o probe.out
        WORKING_DIRECTORY "${probe}" RESULT_VARIABLE result
        OUTPUT_QUIET ERROR_QUIET)
    if(result EQUAL 0)
        set(${out} YES PARENT_SCOPE)
    endif()
endfunction()

# The compiler and the build tool, which both scripts need. Sets generator to
# what the configure step must be told about the build tool.
macro(machine_need_compiler)
    machine_has_compiler(has_compiler)
    machine_need("a C compiler" ${has_compiler}
        APT gcc libc6-dev DNF gcc glibc-devel PACMAN gcc BREW gcc
        WINGET ${visual_studio})
    find_program(found_make NAMES make gmake)
    find_program(found_ninja NAMES ninja ninja-build)
    if(NOT CMAKE_HOST_WIN32)
        if(found_make OR found_ninja)
            set(has_make YES)
        else()
            set(has_make NO)
        endif()
        machine_need("make" ${has_make}
            APT make DNF make PACMAN make BREW make)
    endif()
    set(generator "")
    if(CMAKE_HOST_WIN32 AND NOT has_studio AND found_cc MATCHES "gcc|clang")
        # CMake would take NMake there, which MinGW does not have.
        find_program(found_mingw_make mingw32-make)
        if(found_ninja)
            set(generator -G Ninja)
        elseif(found_mingw_make)
            set(generator -G "MinGW Makefiles")
        endif()
    elseif(found_ninja AND NOT found_make AND NOT CMAKE_HOST_WIN32)
        set(generator -G Ninja)
    endif()
endmacro()

# ---- getting it ------------------------------------------------------------

# Sets sudo to what must stand before apt-get, and can_install.
function(machine_can_install)
    set(can_install NO)
    set(sudo "")
    find_program(found_apt apt-get)
    if(found_apt AND NOT INSTALL STREQUAL "never")
        execute_process(COMMAND id -u OUTPUT_VARIABLE uid
                        OUTPUT_STRIP_TRAILING_WHITESPACE)
        if(uid STREQUAL "0")
            set(can_install YES)
        else()
            execute_process(COMMAND sudo -n true RESULT_VARIABLE result
                            OUTPUT_QUIET ERROR_QUIET)
            if(result EQUAL 0)
                set(can_install YES)
                set(sudo sudo -n)
            endif()
        endif()
    endif()
    set(can_install ${can_install} PARENT_SCOPE)
    set(sudo "${sudo}" PARENT_SCOPE)
endfunction()

# Prints each package with its size, and what apt-get says about the total.
# ok receives whether apt-get knows all packages.
function(machine_name_packages ok)
    # --print-uris only plans; an apt-get that may ask does not ask for a
    # single package, but installs it.
    execute_process(
        COMMAND ${CMAKE_COMMAND} -E env LC_ALL=C apt-get install --print-uris
            -y --no-install-recommends ${ARGN}
        OUTPUT_VARIABLE plan ERROR_QUIET)
    if(NOT plan MATCHES "(Need to get [^\n]*)\n")
        set(${ok} NO PARENT_SCOPE)
        return()
    endif()
    set(total "${CMAKE_MATCH_1}")
    string(REGEX MATCH "After this operation[^\n]*" disk "${plan}")
    foreach(package IN LISTS ARGN)
        execute_process(COMMAND apt-cache show --no-all-versions ${package}
                        OUTPUT_VARIABLE record)
        string(REGEX REPLACE "^(.*\n)?Size: ([0-9]+).*" "\\2" size "${record}")
        math(EXPR size "(${size} + 1023) / 1024")
        say_line("   ${package}: ${size} kB")
    endforeach()
    say_line("   with what they depend on: ${total} ${disk}")
    set(${ok} YES PARENT_SCOPE)
endfunction()

function(machine_apt_update)
    say("apt-get update")
    execute_process(COMMAND ${sudo} apt-get update -q)
endfunction()

function(machine_install)
    say("installing with apt-get")
    machine_name_packages(known ${ARGN})
    if(NOT known)
        machine_apt_update()
        machine_name_packages(known ${ARGN})
    endif()
    set(install ${sudo} ${CMAKE_COMMAND} -E env DEBIAN_FRONTEND=noninteractive
        apt-get install -y -q --no-install-recommends ${ARGN})
    execute_process(COMMAND ${install} RESULT_VARIABLE result)
    if(NOT result EQUAL 0)
        # Package lists that are out of date name files that are gone.
        machine_apt_update()
        execute_process(COMMAND ${install} RESULT_VARIABLE result)
    endif()
    if(NOT result EQUAL 0)
        string(REPLACE ";" " " packages "${ARGN}")
        stop_missing("apt-get could not install: ${packages}")
    endif()
endfunction()

# macro: it may end the script, and forgets what find_program did not find.
macro(machine_provide)
    if(missing_required OR missing_optional)
        set(what ${missing_required} ${missing_optional})
        string(REPLACE ";" ", " what "${what}")
        say("missing: ${what}")
        machine_can_install()
        if(can_install AND missing_APT)
            machine_install(${missing_APT})
        else()
            set(lines "")
            foreach(manager IN LISTS managers)
                if(missing_${manager})
                    string(REPLACE ";" " " packages "${missing_${manager}}")
                    string(APPEND lines
                           "   ${install_${manager}} ${packages}\n")
                endif()
            endforeach()
            say_line("Install it with the line of your system:")
            say_line("${lines}")
            if(missing_required)
                string(REPLACE ";" ", " what "${missing_required}")
                stop_missing("cannot go on without: ${what}\n${ARGN}")
            endif()
            say_line("What needs it is left out.")
        endif()
    endif()
endmacro()
