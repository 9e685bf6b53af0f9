# SPDX-License-Identifier: MIT
#
# How the comments of headers become mdoc: words are marked up, sentences begin
# lines, parts become paragraphs, lists and literal text. Included by man.cmake,
# which knows what a page consists of; the headers are in the list headers.
#
#   put(text)                 adds a line to page; the others go through it
#   to_mdoc(out text)         prose as mdoc
#   put_parts(mark)           what manual_parts has found but the facts, with
#                             that macro for the terms of items
#   put_facts()               the facts, but for what is returned
#   put_literal(text where)   text as it stands; where: more for .Bd
#   put_rows(prefix)          the list of rows in decl, as names with a prefix
#   shorten_decl()            decl of a macro that depends on the compiler

# ---- which words mean something --------------------------------------------

# page_<header> is its page: listen.h has the listener, duos_listen is a
# function of socket.h. word_<name> is the macro that marks a name up.
set(page_listen duos_listener)
string(ASCII 6 DOT)   # the dot of a macro, while text is made
string(ASCII 7 APART) # between a word and the marks behind it
string(ASCII 8 GAP)   # between a macro and its word
foreach(header IN LISTS headers)
    get_filename_component(header_name "${header}" NAME_WE)
    if(NOT DEFINED page_${header_name})
        set(page_${header_name} duos_${header_name})
    endif()
    set(word_${header_name}.h "Xr${GAP}${page_${header_name}}${GAP}3")
    file(READ "${header}" text)
    string(REGEX MATCHALL "duos_[a-z0-9_]+" names "${text}")
    list(REMOVE_DUPLICATES names)
    foreach(name IN LISTS names)
        if(NOT DEFINED word_${name})
            set(word_${name} "Vt${GAP}${name}")
        endif()
    endforeach()
    string(REGEX MATCHALL "DUOS_API [^;(]*duos_[a-z0-9_]+\\(" names "${text}")
    foreach(name IN LISTS names)
        string(REGEX REPLACE ".*(duos_[a-z0-9_]+)\\($" "\\1" name "${name}")
        set(word_${name} "Fn${GAP}${name}")
    endforeach()
endforeach()

# A word of the text, with what stands around it, becomes a macro's line.
macro(mark_up word macro)
    string(REGEX REPLACE
        "(^| )([(]?)${word}([${m_close}).,:?!${m_semi}]*)( |$)"
        " \n${DOT}@\\2@${word}${APART}\\3\n " text "${text}")
    string(REPLACE "@@${word}" "${macro}" text "${text}")
    string(REGEX REPLACE "^(..)${GAP}" "\\1${GAP}(${GAP}" opened "${macro}")
    string(REPLACE "@(@${word}" "${opened}" text "${text}")
endmacro()

# Prose as mdoc: sentences begin lines, names are marked up.
function(to_mdoc out text)
    string(REPLACE "${m_back}" "${m_back}e" text "${text}")
    string(REGEX REPLACE "(^|[ (])-([0-9a-z])" "\\1${m_back}-\\2"
           text "${text}")
    string(REGEX REPLACE "([^.])([.?!][\")]*) +" "\\1\\2 \n " text "${text}")
    string(REGEX MATCHALL "(duos|DUOS)_[A-Za-z0-9_]+|[a-z_]+[.]h" words
           "${text}")
    list(REMOVE_DUPLICATES words)
    string(REPLACE " " "  " text "${text}")
    foreach(word IN LISTS words)
        if(word MATCHES "^DUOS_")
            mark_up(${word} "Dv${GAP}${word}")
        elseif(DEFINED word_${word})
            mark_up(${word} "${word_${word}}")
        endif()
    endforeach()
    # Marks behind a word are arguments of their own.
    foreach(i 1 2 3 4)
        string(REGEX REPLACE "${APART}([${m_close}).,:?!${m_semi}])" " \\1${APART}"
               text "${text}")
    endforeach()
    string(REPLACE "${APART}" "" text "${text}")
    string(REGEX REPLACE " *\n[ \n]*" "\n" text "${text}")
    string(REGEX REPLACE "  +" " " text "${text}")
    string(STRIP "${text}" text)
    string(REGEX REPLACE "(^|\n)([.'])" "\\1${m_back}&\\2" text "${text}")
    string(REPLACE "${DOT}" "." text "${text}")
    string(REPLACE "${GAP}" " " text "${text}")
    set(${out} "${text}" PARENT_SCOPE)
endfunction()

# ---- pieces of a page ------------------------------------------------------

# page grows by them; fresh: a heading has just been written; list: the kind
# of list that is open.
function(put text)
    set(page "${page}${text}\n" PARENT_SCOPE)
endfunction()

macro(put_list kind)
    if(NOT list STREQUAL "${kind}")
        put_list_end()
        put(".Bl ${kind}")
        set(list "${kind}")
    endif()
endmacro()

macro(put_list_end)
    if(NOT list STREQUAL "")
        put(".El")
    endif()
    set(list "")
endmacro()

macro(put_text text)
    to_mdoc(prose "${text}")
    put("${prose}")
endmacro()

macro(put_paragraph text)
    put_list_end()
    if(NOT fresh)
        put(".Pp")
    endif()
    put_text("${text}")
endmacro()

macro(put_literal text where)
    put_list_end()
    string(REGEX MATCH "^ +" indent "${text}")
    string(REPLACE "\n${indent}" "\n" literal "\n${text}")
    string(REGEX REPLACE "^\n" "" literal "${literal}")
    string(REPLACE "${m_back}" "${m_back}e" literal "${literal}")
    string(REGEX REPLACE "\n([.'])" "\n${m_back}&\\1" literal "${literal}")
    put(".Bd -literal${where}")
    put("${literal}")
    put(".Ed")
endmacro()

# Everything that a comment says but its facts. mark: for the terms of items.
macro(put_parts mark)
    set(i 0)
    while(i LESS p_count)
        set(text "${p_${i}_text}")
        if(p_${i}_kind STREQUAL "paragraph")
            put_paragraph("${text}")
        elseif(p_${i}_kind STREQUAL "literal")
            put_literal("${text}" " -offset indent")
        elseif(p_${i}_kind STREQUAL "bullet")
            put_list("-bullet")
            put(".It")
            put_text("${text}")
        elseif(p_${i}_kind STREQUAL "item")
            string(REPLACE "," " ," term "${p_${i}_term}")
            put_list("-tag -width Ds")
            put(".It ${mark} ${term}")
            put_text("${text}")
        endif()
        if(NOT p_${i}_kind STREQUAL "fact")
            set(fresh NO)
        endif()
        math(EXPR i "${i} + 1")
    endwhile()
    put_list_end()
endmacro()

# Its facts; what is returned has a section of its own.
macro(put_facts)
    set(i 0)
    while(i LESS p_count)
        if(p_${i}_kind STREQUAL "fact" AND
           NOT p_${i}_term STREQUAL "Returns")
            if(list STREQUAL "" AND NOT fresh)
                put(".Pp")
            endif()
            put_list("-tag -width Life_cycle -compact")
            put(".It Em ${p_${i}_term}")
            put_text("${p_${i}_text}")
        endif()
        math(EXPR i "${i} + 1")
    endwhile()
    put_list_end()
endmacro()

# A table of names instead of the macro that holds it.
macro(put_rows prefix)
    put_list_end()
    put(".Bl -tag -width Ds -compact")
    manual_rows(decl)
    set(i 0)
    while(i LESS r_count)
        put(".It Dv ${prefix}${r_${i}_name}")
        set(text "${r_${i}_rest}")
        if(NOT r_${i}_text STREQUAL "")
            string(APPEND text ": ${r_${i}_text}")
        endif()
        put_text("${text}")
        math(EXPR i "${i} + 1")
    endwhile()
    put(".El")
endmacro()

set(rows_DUOS_ERROR_MAP DUOS_E)
set(rows_DUOS_OPTION_MAP DUOS_OPT_)
set(rows_DUOS_SIM_FAULT_MAP DUOS_SIM_FAULT_)
set(rows_DUOS_SIM_CALL_MAP DUOS_SIM_CALL_)

# What a macro looks like whose definition depends on the compiler: decl.
macro(shorten_decl)
    list(LENGTH names many)
    list(LENGTH unique few)
    if(few LESS many AND decl MATCHES "^#define")
        string(REGEX MATCHALL "#define DUOS_[A-Z_]+(\\([a-z]\\))?" decl
               "${decl}")
        list(REMOVE_DUPLICATES decl)
        string(REPLACE ";" "\n" decl "${decl}")
    endif()
endmacro()
