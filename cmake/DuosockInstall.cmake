# SPDX-License-Identifier: MIT
#
# Install rules: the library, the simulator and their headers, the program, a
# CMake package, a pkg-config file and the documents. Components: duosock_Runtime,
# duosock_Development, duosock_Tools, duosock_Documentation.

include(CMakePackageConfigHelpers)

set(package_dir "${CMAKE_INSTALL_LIBDIR}/cmake/duosock")

install(TARGETS duosock duosock_sim EXPORT duosock-targets
    RUNTIME DESTINATION "${CMAKE_INSTALL_BINDIR}"
        COMPONENT duosock_Runtime
    LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
        COMPONENT duosock_Runtime
        NAMELINK_COMPONENT duosock_Development
    ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}"
        COMPONENT duosock_Development)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/duosock"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}"
    COMPONENT duosock_Development
    FILES_MATCHING PATTERN "*.h")
if(DUOSOCK_BUILD_TOOLS)
    install(TARGETS duosock_cli RUNTIME
        DESTINATION "${CMAKE_INSTALL_BINDIR}" COMPONENT duosock_Tools)
endif()

set(docdir "${CMAKE_INSTALL_DOCDIR}")
if(NOT PROJECT_IS_TOP_LEVEL) # where that is the other project's
    set(docdir "${CMAKE_INSTALL_DATAROOTDIR}/doc/duosock")
endif()
install(FILES
    "${PROJECT_SOURCE_DIR}/CHANGELOG.md"
    "${PROJECT_SOURCE_DIR}/LICENSE"
    "${PROJECT_SOURCE_DIR}/README.md"
    DESTINATION "${docdir}" COMPONENT duosock_Documentation)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/docs"
    DESTINATION "${docdir}" COMPONENT duosock_Documentation
    FILES_MATCHING PATTERN "*.md" PATTERN "*.svg" PATTERN "*.txt"
    PATTERN "systemd/*"
    PATTERN CMakeLists.txt EXCLUDE PATTERN man EXCLUDE
    PATTERN completions EXCLUDE)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/examples"
    DESTINATION "${docdir}" COMPONENT duosock_Documentation
    FILES_MATCHING PATTERN "*.c" PATTERN "*.md" PATTERN "*.py"
    PATTERN __pycache__ EXCLUDE)

# ---- find_package(duosock CONFIG) ------------------------------------------

install(EXPORT duosock-targets NAMESPACE duosock::
    DESTINATION "${package_dir}" COMPONENT duosock_Development)
configure_package_config_file(
    "${CMAKE_CURRENT_LIST_DIR}/duosock-config.cmake.in"
    "${PROJECT_BINARY_DIR}/duosock-config.cmake"
    INSTALL_DESTINATION "${package_dir}"
    NO_SET_AND_CHECK_MACRO)
# Before 1.0 a minor version may break the interface: see docs/abi.md.
if(PROJECT_VERSION_MAJOR EQUAL 0)
    set(compatibility SameMinorVersion)
else()
    set(compatibility SameMajorVersion)
endif()
write_basic_package_version_file(
    "${PROJECT_BINARY_DIR}/duosock-config-version.cmake"
    COMPATIBILITY ${compatibility})
install(FILES
    "${PROJECT_BINARY_DIR}/duosock-config.cmake"
    "${PROJECT_BINARY_DIR}/duosock-config-version.cmake"
    DESTINATION "${package_dir}" COMPONENT duosock_Development)

# ---- pkg-config ------------------------------------------------------------

# Found from where the file lies, so an installed tree can be moved.
file(RELATIVE_PATH pc_prefix
     "${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig" "${CMAKE_INSTALL_PREFIX}")
string(REGEX REPLACE "/$" "" pc_prefix "${pc_prefix}")
foreach(dir INCLUDEDIR LIBDIR)
    set(pc_${dir} "${CMAKE_INSTALL_${dir}}")
    if(NOT IS_ABSOLUTE "${pc_${dir}}")
        string(PREPEND pc_${dir} "\${prefix}/")
    endif()
endforeach()
set(pc_cflags "")
set(pc_libs "")
if(NOT BUILD_SHARED_LIBS)
    set(pc_cflags " -DDUOS_STATIC")
    if(WIN32)
        set(pc_libs " -lws2_32")
    else()
        set(pc_libs " -pthread")
    endif()
endif()
configure_file("${CMAKE_CURRENT_LIST_DIR}/duosock.pc.in"
               "${PROJECT_BINARY_DIR}/duosock.pc" @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/duosock.pc"
    DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig"
    COMPONENT duosock_Development)

# ---- manual pages, completions of shells ------------------------------------

if(TARGET duosock_man)
    install(DIRECTORY "${PROJECT_BINARY_DIR}/docs/man/"
        DESTINATION "${CMAKE_INSTALL_MANDIR}"
        COMPONENT duosock_Documentation)
endif()
if(DUOSOCK_BUILD_TOOLS AND NOT WIN32)
    set(completions "${PROJECT_SOURCE_DIR}/docs/completions")
    install(FILES "${completions}/duosock.bash" RENAME duosock
        DESTINATION "${CMAKE_INSTALL_DATADIR}/bash-completion/completions"
        COMPONENT duosock_Tools)
    install(FILES "${completions}/_duosock"
        DESTINATION "${CMAKE_INSTALL_DATADIR}/zsh/site-functions"
        COMPONENT duosock_Tools)
    install(FILES "${completions}/duosock.fish"
        DESTINATION "${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d"
        COMPONENT duosock_Tools)
endif()
