# SPDX-License-Identifier: MIT
#
# Reads the public headers as the manual that they are: each declaration with
# the comment above it. Included by man.cmake, which makes pages of it, and by
# reference.cmake, which hands it to Doxygen.
#
#   manual_read(path)
#       m_about: the comment at the top; m_includes: the headers that it
#       includes; m_count entries, of each m_<i>_
#           kind   function, macro or type
#           names  what it declares
#           doc    the comment, without its stars
#           decl   the text; of a function instead: type, args, and parameters,
#                  their names alone
#   manual_parts(doc)
#       Cuts the comment in the variable doc: p_count parts, of each p_<i>_
#           kind   paragraph, item (of a list), bullet, literal,
#                  fact (Returns, Ownership, ...)
#           term   of an item and a fact: what stands before the colon
#           text   one line, or several for literal
#   manual_fields(decl)
#       After manual_parts of a type: where items share a line, as "family: ...
#       port: ...", each field of the declaration becomes an item of its own.
#   manual_rows(decl)
#       Cuts a list of X(NAME, ..., "text"): r_count rows, r_<i>_name,
#       r_<i>_rest (what stands between), r_<i>_text.
#
# In all of these what CMake's lists cannot hold stands as control characters:
# manual_plain(var) turns it back, manual_protect(var) does the opposite.

string(ASCII 1 m_open)
string(ASCII 2 m_close)
string(ASCII 3 m_semi)
string(ASCII 4 m_back)
string(ASCII 5 m_comma)

function(manual_protect var)
    set(text "${${var}}")
    string(REPLACE "\r" "" text "${text}")
    string(REPLACE "[" "${m_open}" text "${text}")
    string(REPLACE "]" "${m_close}" text "${text}")
    string(REPLACE ";" "${m_semi}" text "${text}")
    string(REPLACE "\\" "${m_back}" text "${text}")
    set(${var} "${text}" PARENT_SCOPE)
endfunction()

function(manual_plain var)
    set(text "${${var}}")
    string(REPLACE "${m_open}" "[" text "${text}")
    string(REPLACE "${m_close}" "]" text "${text}")
    string(REPLACE "${m_semi}" ";" text "${text}")
    string(REPLACE "${m_back}" "\\" text "${text}")
    set(${var} "${text}" PARENT_SCOPE)
endfunction()

# ---- declarations ----------------------------------------------------------

# "type name(args);" of m_decl on one line: m_names, m_type, m_args.
macro(manual_function)
    string(REGEX REPLACE "[ \n]+" " " m_flat "${m_decl}")
    string(REGEX REPLACE "^DUOS_API (DUOS_CHECKED )?" "" m_flat "${m_flat}")
    string(REGEX MATCH "^(.*[ *])(duos_[a-z0-9_]+)\\((.*)\\)${m_semi}$"
           m_flat "${m_flat}")
    set(m_type "${CMAKE_MATCH_1}")
    set(m_names "${CMAKE_MATCH_2}")
    set(m_args "${CMAKE_MATCH_3}")
    string(STRIP "${m_type}" m_type)
    # Commas within an argument, as of a callback, part nothing.
    set(m_before "")
    while(NOT m_args STREQUAL m_before)
        set(m_before "${m_args}")
        string(REGEX REPLACE "(\\([^()]*),([^()]*\\))" "\\1${m_comma}\\2"
               m_args "${m_args}")
    endwhile()
    string(REGEX REPLACE ", *" ";" m_args "${m_args}")
    string(REPLACE "${m_comma}" "," m_args "${m_args}")
    string(REGEX REPLACE
        "[^;]*[ *]([a-z0-9_]+)(\\)\\([^;]*|${m_open}[^;]*)?(;|$)" "\\1;"
        m_parameters "${m_args};")
endmacro()

# What a type or an enum without a name declares: m_names.
macro(manual_type)
    string(REGEX REPLACE "/[*]([^*]|[*]+[^*/])*[*]+/" "" m_flat "${m_decl}")
    if(m_flat MATCHES "(duos_[a-z0-9_]+)${m_semi}$")
        set(m_names "${CMAKE_MATCH_1}")
    elseif(m_flat MATCHES "^struct (duos_[a-z0-9_]+) ")
        set(m_names "${CMAKE_MATCH_1}")
    else()
        string(REGEX MATCHALL "\n +DUOS_[A-Z0-9_]+" m_names "${m_flat}")
        string(REGEX REPLACE "[ \n]+" "" m_names "${m_names}")
    endif()
endmacro()

# m_decl is complete. One without a blank line above it belongs to the entry
# there.
macro(manual_add)
    set(m_type "")
    set(m_args "")
    set(m_parameters "")
    if(m_decl MATCHES "^DUOS_API")
        set(m_kind function)
        manual_function()
    elseif(m_decl MATCHES "^#define (DUOS_[A-Z0-9_]+)")
        set(m_kind macro)
        set(m_names "${CMAKE_MATCH_1}")
    else()
        set(m_kind type)
        manual_type()
    endif()
    if(m_joined)
        math(EXPR m_last "${m_count} - 1")
        list(APPEND m_${m_last}_names ${m_names})
        string(APPEND m_${m_last}_decl "\n${m_decl}")
    else()
        foreach(m_field kind names type args parameters doc decl)
            set(m_${m_count}_${m_field} "${m_${m_field}}")
        endforeach()
        math(EXPR m_count "${m_count} + 1")
    endif()
    set(m_joined YES)
    set(m_state between)
endmacro()

macro(manual_if_complete)
    if(m_decl MATCHES "^#")
        if(NOT m_line MATCHES "${m_back}$")
            manual_add()
        endif()
    elseif(m_decl MATCHES "^[^\n]*{")
        if(m_line MATCHES "^}.*${m_semi}$")
            manual_add()
        endif()
    elseif(m_line MATCHES "${m_semi}$")
        manual_add()
    endif()
endmacro()

macro(manual_line)
    if(m_state STREQUAL "comment")
        if(m_line MATCHES "^ [*]/")
            set(m_state between)
            if(m_about STREQUAL "")
                set(m_about "${m_doc}")
            endif()
        else()
            string(REGEX REPLACE "^ [*] ?" "" m_line "${m_line}")
            string(APPEND m_doc "${m_line}\n")
        endif()
    elseif(m_state STREQUAL "declaration")
        string(APPEND m_decl "\n${m_line}")
        manual_if_complete()
    elseif(m_line STREQUAL "")
        set(m_doc "")
        set(m_joined NO)
    elseif(m_line STREQUAL "/*")
        set(m_doc "")
        set(m_joined NO)
        set(m_state comment)
    elseif(m_line MATCHES "^/[*] (.*) [*]/$")
        set(m_doc "${CMAKE_MATCH_1}\n")
        set(m_joined NO)
    elseif(m_line MATCHES "^#include <duosock/([a-z_]+)[.]h>")
        list(APPEND m_includes ${CMAKE_MATCH_1})
    elseif(m_line MATCHES "^#define DUOS_|^DUOS_API|^typedef|^enum|^struct")
        set(m_decl "${m_line}")
        set(m_state declaration)
        manual_if_complete()
    endif()
endmacro()

macro(manual_read path)
    file(READ "${path}" m_text)
    manual_protect(m_text)
    string(REPLACE "\n" ";" m_lines "${m_text}")
    set(m_about "")
    set(m_includes "")
    set(m_doc "")
    set(m_count 0)
    set(m_state between)
    set(m_joined NO)
    foreach(m_line IN LISTS m_lines)
        manual_line()
    endforeach()
endmacro()

# ---- comments --------------------------------------------------------------

set(m_fact "^(Returns|Ownership|Blocking|Thread|Platform|Source|Life cycle): ")
set(m_item
    "^(DUOS_[A-Z_]+|[a-z][a-z0-9_]*(, (a )?[a-z][a-z0-9_-]*)*): ")

macro(manual_part kind term text)
    set(p_${p_count}_kind ${kind})
    set(p_${p_count}_term "${term}")
    set(p_${p_count}_text "${text}")
    math(EXPR p_count "${p_count} + 1")
    set(p_open ${kind})
endmacro()

macro(manual_go_on between)
    math(EXPR p_last "${p_count} - 1")
    string(APPEND p_${p_last}_text "${between}${p_line}")
endmacro()

macro(manual_comment_line)
    if(p_line STREQUAL "")
        if(p_open STREQUAL "literal")
            set(p_open gap)
        else()
            set(p_open "")
        endif()
    elseif(p_line MATCHES "^ - (.*)$")
        manual_part(bullet "" "${CMAKE_MATCH_1}")
    elseif(p_line MATCHES "^  ")
        if(p_open STREQUAL "gap")
            manual_go_on("\n\n")
            set(p_open literal)
        elseif(p_open STREQUAL "literal")
            manual_go_on("\n")
        elseif(p_open STREQUAL "")
            manual_part(literal "" "${p_line}")
        else()
            string(STRIP "${p_line}" p_line)
            manual_go_on(" ")
        endif()
    elseif(p_line MATCHES "${m_fact}")
        set(p_term "${CMAKE_MATCH_1}")
        string(REGEX REPLACE "${m_fact}" "" p_line "${p_line}")
        manual_part(fact "${p_term}" "${p_line}")
    elseif(p_line MATCHES "${m_item}" AND NOT p_open STREQUAL "paragraph")
        set(p_term "${CMAKE_MATCH_1}")
        string(REGEX REPLACE "${m_item}" "" p_line "${p_line}")
        manual_part(item "${p_term}" "${p_line}")
    elseif(p_open MATCHES "^(paragraph|item|fact|bullet)$")
        manual_go_on(" ")
    else()
        manual_part(paragraph "" "${p_line}")
    endif()
endmacro()

macro(manual_parts doc)
    string(REGEX REPLACE "\n+$" "" p_lines "${${doc}}")
    string(REPLACE "\n" ";" p_lines "${p_lines}")
    set(p_count 0)
    set(p_open "")
    foreach(p_line IN LISTS p_lines)
        manual_comment_line()
    endforeach()
endmacro()

# The items within one item's text: f_pieces, the first without its term.
macro(manual_pieces decl)
    string(REGEX MATCHALL "[.)] [a-z][a-z0-9_]*(, [a-z][a-z0-9_]*)*: "
           f_found "${f_text}")
    foreach(f_one IN LISTS f_found)
        string(REGEX MATCH "[a-z][a-z0-9_]*" f_word "${f_one}")
        if("${${decl}}" MATCHES
           "[ *]${f_word}[${m_semi}${m_open}]|[(][*]${f_word}[)]")
            string(REGEX REPLACE "^(.) " "\\1${m_comma}" f_two "${f_one}")
            string(REPLACE "${f_one}" "${f_two}" f_text "${f_text}")
        endif()
    endforeach()
    string(REPLACE "${m_comma}" ";" f_pieces "${f_text}")
endmacro()

macro(manual_fields decl)
    set(f_count ${p_count})
    set(f_i 0)
    while(f_i LESS f_count)
        foreach(f_field kind term text)
            set(f_${f_i}_${f_field} "${p_${f_i}_${f_field}}")
        endforeach()
        math(EXPR f_i "${f_i} + 1")
    endwhile()
    set(p_count 0)
    set(f_i 0)
    while(f_i LESS f_count)
        set(f_text "${f_${f_i}_text}")
        set(f_pieces "${f_text}")
        if(f_${f_i}_kind STREQUAL "item")
            manual_pieces(${decl})
        endif()
        set(f_term "${f_${f_i}_term}")
        foreach(f_piece IN LISTS f_pieces)
            manual_part(${f_${f_i}_kind} "${f_term}" "${f_piece}")
            math(EXPR f_next "${p_count} - 1")
            if(NOT f_term STREQUAL "${f_${f_i}_term}")
                string(REGEX REPLACE "^[^:]*: " "" p_${f_next}_text
                       "${f_piece}")
                string(REGEX REPLACE ": .*" "" p_${f_next}_term "${f_piece}")
            endif()
            set(f_term "the next")
        endforeach()
        math(EXPR f_i "${f_i} + 1")
    endwhile()
endmacro()

# ---- lists of rows ---------------------------------------------------------

macro(manual_rows decl)
    string(REGEX REPLACE "[ \n${m_back}]+" " " r_flat "${${decl}}")
    string(REGEX MATCHALL " X\\([A-Z0-9_]+, ([^()\"]*)(\"[^\"]*\")?\\)"
           r_rows "${r_flat}")
    set(r_count 0)
    foreach(r_row IN LISTS r_rows)
        string(REGEX MATCH "X\\(([A-Z0-9_]+), ([^\"]*)(\"([^\"]*)\")?\\)"
               r_row "${r_row}")
        set(r_${r_count}_name "${CMAKE_MATCH_1}")
        set(r_${r_count}_text "${CMAKE_MATCH_4}")
        string(REGEX REPLACE ", *$" "" r_${r_count}_rest "${CMAKE_MATCH_2}")
        math(EXPR r_count "${r_count} + 1")
    endforeach()
endmacro()
