# SPDX-License-Identifier: MIT
#
# cmake [-DOUT=folder] -P cmake/reference.cmake
#
# The API reference, by Doxygen, with its warnings as errors: OUT/html, which
# is build/docs/html without OUT. The headers have plain comments; what Doxygen
# reads is made of them here, with its own words for parameters and results.
# Where mandoc is, the manual pages are in html/man.

cmake_minimum_required(VERSION 3.16...4.0)
get_filename_component(ROOT "${CMAKE_CURRENT_LIST_DIR}/.." ABSOLUTE)
include("${CMAKE_CURRENT_LIST_DIR}/machine.cmake")
include("${CMAKE_CURRENT_LIST_DIR}/manual.cmake")
if(NOT OUT)
    set(OUT "${ROOT}/build/docs")
endif()
file(STRINGS "${ROOT}/include/duosock/config.h" version
     REGEX "^#define DUOS_VERSION_STRING ")
string(REGEX REPLACE ".*\"(.*)\"" "\\1" version "${version}")

find_program(doxygen doxygen)
if(NOT doxygen)
    say("doxygen is not here")
    if(REQUIRED)
        message(FATAL_ERROR "the reference needs doxygen")
    endif()
    return()
endif()

# ---- comments as Doxygen reads them ----------------------------------------

function(to_doxygen out text)
    foreach(mark "${m_back}" "@" "<" ">" "&" "#" "%" "$")
        string(REPLACE "${mark}" "${m_back}${mark}" text "${text}")
    endforeach()
    string(REPLACE "::" "${m_back}::" text "${text}")
    # With parentheses a function becomes a link.
    string(REGEX MATCHALL "duos_[a-z0-9_]+" words "${text}")
    list(REMOVE_DUPLICATES words)
    foreach(word IN LISTS words)
        if(word IN_LIST functions)
            string(REGEX REPLACE "(^|[^a-z0-9_])${word}([^a-z0-9_(.]|[.] |[.]?$)"
                   "\\1${word}()\\2" text "${text}")
        endif()
    endforeach()
    set(${out} "${text}" PARENT_SCOPE)
endfunction()

function(put text)
    set(page "${page}${text}\n" PARENT_SCOPE)
endfunction()

# Whether all words of a term are parameters.
function(are_parameters out term)
    set(${out} YES PARENT_SCOPE)
    string(REPLACE ", " ";" words "${term}")
    foreach(word IN LISTS words)
        if(NOT word IN_LIST parameters)
            set(${out} NO PARENT_SCOPE)
        endif()
    endforeach()
endfunction()

macro(put_part i)
    set(kind ${p_${i}_kind})
    set(term "${p_${i}_term}")
    to_doxygen(text "${p_${i}_text}")
    set(is_parameter NO)
    if(kind STREQUAL "item")
        are_parameters(is_parameter "${term}")
    endif()
    if(kind STREQUAL "literal")
        put("@verbatim\n${p_${i}_text}\n@endverbatim")
    elseif(is_parameter)
        string(REPLACE ", " "," term "${term}")
        put("@param ${term} ${text}")
    elseif(kind STREQUAL "item")
        put("@par ${term}\n${text}")
    elseif(kind STREQUAL "bullet")
        put("- ${text}")
    elseif(term STREQUAL "Returns")
        put("@return ${text}")
    elseif(kind STREQUAL "fact")
        put("@par ${term}\n${text}")
    else()
        if(previous MATCHES "item|fact") # it does not belong to that
            put("@par")
        endif()
        put("${text}\n")
    endif()
    set(previous ${kind})
endmacro()

# A comment: what stands in doc.
function(put_doc)
    put("/**")
    set(previous "")
    manual_parts(doc)
    if(NOT m_${e}_kind STREQUAL "function")
        manual_fields(m_${e}_decl)
    endif()
    set(at 0)
    while(at LESS p_count)
        put_part(${at})
        math(EXPR at "${at} + 1")
    endwhile()
    put("*/")
    set(page "${page}" PARENT_SCOPE)
endfunction()

# Comments beside fields say what stands before them.
function(put_declaration e)
    if(m_${e}_kind STREQUAL "function")
        string(REPLACE ";" ", " args "${m_${e}_args}")
        put("${m_${e}_type} ${m_${e}_names}(${args})${m_semi}\n")
    else()
        set(decl "${m_${e}_decl}")
        string(REGEX REPLACE "\n( +)/[*] " "\n\\1/** " decl "${decl}")
        string(REGEX REPLACE "([^\n ]) +/[*] " "\\1 /**< " decl "${decl}")
        put("${decl}\n")
    endif()
    set(page "${page}" PARENT_SCOPE)
endfunction()

# ---- headers ---------------------------------------------------------------

file(GLOB headers "${ROOT}/include/duosock/*.h")
set(functions "")
foreach(header IN LISTS headers)
    file(READ "${header}" text)
    string(REGEX MATCHALL "DUOS_API [^;(]*duos_[a-z0-9_]+\\(" names "${text}")
    string(REGEX REPLACE "[^;]*[ *\n](duos_[a-z0-9_]+)\\(" "\\1" names
           "${names}")
    list(APPEND functions ${names})
endforeach()

set(index "/** @mainpage duosock ${version}\n"
    "One socket API over POSIX and Winsock.\n\n")
string(CONCAT index ${index})
set(input "${OUT}/reference/duosock")
file(REMOVE_RECURSE "${input}" "${OUT}/html")
foreach(header IN LISTS headers)
    get_filename_component(name "${header}" NAME)
    manual_read("${header}")
    string(REGEX REPLACE "^[a-z_]+[.]h - " "" about "${m_about}")
    set(page "")
    string(APPEND page "/** @file\n")
    set(parameters "")
    set(previous "")
    manual_parts(about)
    set(at 0)
    while(at LESS p_count)
        put_part(${at})
        math(EXPR at "${at} + 1")
    endwhile()
    put("*/")
    to_doxygen(text "${p_0_text}")
    string(APPEND index "@par ${name}\n${text}\n")
    foreach(include IN LISTS m_includes)
        put("#include <duosock/${include}.h>")
    endforeach()
    set(e 0)
    while(e LESS m_count)
        set(doc "${m_${e}_doc}")
        set(parameters ${m_${e}_parameters})
        if(NOT doc STREQUAL "")
            put_doc()
        endif()
        put_declaration(${e})
        math(EXPR e "${e} + 1")
    endwhile()
    manual_plain(page)
    file(WRITE "${input}/${name}" "${page}")
endforeach()
find_program(mandoc mandoc)
if(mandoc)
    string(APPEND index "@htmlonly\n<p>Manual pages: "
        "<a href=\"man/duosock.1.html\">duosock(1)</a>, "
        "<a href=\"man/duosock.3.html\">duosock(3)</a></p>\n@endhtmlonly\n")
endif()
string(APPEND index "*/\n")
manual_plain(index)
file(WRITE "${input}/mainpage.dox" "${index}")

# ---- run -------------------------------------------------------------------

configure_file("${ROOT}/docs/Doxyfile.in" "${OUT}/reference/Doxyfile" @ONLY)
execute_process(COMMAND ${doxygen} Doxyfile
    WORKING_DIRECTORY "${OUT}/reference" RESULT_VARIABLE result)
if(NOT result EQUAL 0)
    message(FATAL_ERROR "doxygen has warnings")
endif()

if(mandoc)
    execute_process(COMMAND ${CMAKE_COMMAND} "-DOUT=${OUT}/man"
        -P "${ROOT}/cmake/man.cmake")
    file(GLOB pages "${OUT}/man/man?/*")
    file(MAKE_DIRECTORY "${OUT}/html/man")
    foreach(page IN LISTS pages)
        get_filename_component(name "${page}" NAME)
        file(STRINGS "${page}" leads LIMIT_COUNT 1 REGEX "^[.]so ")
        if(NOT leads)
            execute_process(
                COMMAND ${mandoc} -T html -O "man=%N.%S.html" "${page}"
                OUTPUT_FILE "${OUT}/html/man/${name}.html")
        endif()
    endforeach()
endif()
say("the reference is in ${OUT}/html/index.html")
