# SPDX-License-Identifier: MIT
#
# Run by CPack before it makes packages: Debian wants the licence of each in
# /usr/share/doc/<package>/copyright.

if(NOT CPACK_GENERATOR STREQUAL "DEB")
    return()
endif()
foreach(component IN LISTS CPACK_COMPONENTS_ALL)
    string(TOUPPER "${component}" name)
    set(doc "${CPACK_TEMPORARY_INSTALL_DIRECTORY}/${component}/usr/share/doc")
    string(APPEND doc "/${CPACK_DEBIAN_${name}_PACKAGE_NAME}")
    file(MAKE_DIRECTORY "${doc}")
    configure_file("${CPACK_RESOURCE_FILE_LICENSE}" "${doc}/copyright" COPYONLY)
endforeach()
