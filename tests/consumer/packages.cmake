# SPDX-License-Identifier: MIT
#
# Part of ways.cmake: what CPack makes by the lines of docs/install.md. Debian's
# packages can be installed as far as apt-get sees, have what Debian asks of
# them, and are used from where they were unpacked; the archives are used, too.

find_program(dpkg dpkg)
find_program(dpkg_deb dpkg-deb)
find_program(apt apt-get)
if(NOT dpkg OR NOT dpkg_deb OR NOT apt)
    message("skipped: Debian's tools are not here")
    return()
endif()

file(MAKE_DIRECTORY "${root}")
stand_in(apt-get "'${apt}' --simulate \"$@\" > '${WORK}/apt.log' || exit
for package; do
    case $package in *.deb) '${dpkg}' -x \"$package\" '${root}' || exit ;; esac
done")
copy_project()
shell(deb)
set(package "${WORK}/duosock/build/package")

# ---- what apt-get and dpkg say ---------------------------------------------

file(READ "${WORK}/apt.log" log)
foreach(name libduosock${SOVERSION} libduosock-dev duosock duosock-doc)
    if(NOT log MATCHES "\nInst ${name} ")
        message(FATAL_ERROR "apt-get would not install ${name}:\n${log}")
    endif()
    if(NOT EXISTS "${root}/usr/share/doc/${name}/copyright")
        message(FATAL_ERROR "${name}: no copyright file")
    endif()
endforeach()

# field(package name pattern)
function(field name field pattern)
    file(GLOB deb "${package}/${name}_*.deb")
    run("${dpkg_deb}" -f "${deb}" ${field})
    if(NOT output MATCHES "${pattern}")
        message(FATAL_ERROR "${name}: ${field}: ${output}, not ${pattern}")
    endif()
endfunction()

set(library "libduosock${SOVERSION}")
string(REPLACE "." "[.]" version "${VERSION}")
field(${library} Section "^libs\n")
field(${library} Description "^One socket API [^\n]*\n [^\n]+\n [^\n]+\n [.]\n ")
field(${library} Depends "libc6 \\(>= 2[.]|^libc6\n")
field(libduosock-dev Section "^libdevel\n")
field(libduosock-dev Depends "${library} \\(= ${version}")
field(duosock Section "^net\n")
field(duosock Depends "${library}")
field(duosock Description "^One socket API [^\n]*\n serve and connect ")
field(duosock-doc Architecture "^all\n")

# ---- used ------------------------------------------------------------------

find_installed()
unset(ENV{LD_LIBRARY_PATH})
run("${root}/usr/bin/duosock" selftest)

# An archive has one folder with everything.
foreach(suffix tar.gz zip)
    file(GLOB archive "${package}/duosock-*-*.${suffix}")
    file(REMOVE_RECURSE "${root}")
    file(MAKE_DIRECTORY "${root}")
    run(${CMAKE_COMMAND} -E chdir "${root}" ${CMAKE_COMMAND} -E tar xf
        "${archive}")
    file(GLOB config "${root}/duosock-*/lib*/cmake/duosock/duosock-config.cmake"
         "${root}/duosock-*/lib/*/cmake/duosock/duosock-config.cmake")
    file(GLOB program "${root}/duosock-*/bin/duosock")
    if(NOT config OR NOT program)
        files(found "${root}")
        message(FATAL_ERROR "${archive}: ${found}")
    endif()
    run("${program}" --version)
endforeach()

# The sources are what is needed to build, and no more, wherever that is done.
set(elsewhere "${WORK}/duosock/out")
run(${CMAKE_COMMAND} -S "${WORK}/duosock" -B "${elsewhere}"
    -DDUOSOCK_BUILD_TESTS=OFF)
run(${CMAKE_COMMAND} -E chdir "${elsewhere}" ${CMAKE_CPACK_COMMAND}
    --config CPackSourceConfig.cmake)
run(${CMAKE_COMMAND} -E tar tf "${elsewhere}/duosock-${VERSION}.tar.gz")
foreach(wanted CMakeLists.txt src/sources.cmake include/duosock/duosock.h
        tests/CMakeLists.txt LICENSE)
    if(NOT output MATCHES "duosock-${version}/${wanted}\n")
        message(FATAL_ERROR "the sources lack ${wanted}")
    endif()
endforeach()
if(output MATCHES "/build/|/[.]git/|CMakeCache")
    message(FATAL_ERROR "the sources have what was built:\n${output}")
endif()
