# SPDX-License-Identifier: MIT
#
# How this project compiles its own targets: C99 without extensions, the
# warnings, and the sanitizers of DUOSOCK_SANITIZE. Everything is set on one
# target at a time and privately, so a project that vendors duosock sees none
# of it, nor a warning about code that is not its own.

# duosock_target_options(target): apply to every library, program and test.
function(duosock_target_options target)
    set_target_properties(${target} PROPERTIES
        C_STANDARD 99
        C_STANDARD_REQUIRED ON
        C_EXTENSIONS OFF
        C_VISIBILITY_PRESET hidden
        UNITY_BUILD OFF) # the one file is cmake/amalgamate.cmake's affair

    if(MSVC)
        target_compile_options(${target} PRIVATE /utf-8)
        target_compile_definitions(${target} PRIVATE _CRT_SECURE_NO_WARNINGS)
        set(warnings /W4)
        set(werror /WX)
    else()
        set(warnings -Wall -Wextra -Wpedantic -Wconversion -Wshadow
            -Wstrict-prototypes)
        set(werror -Werror)
    endif()
    if(PROJECT_IS_TOP_LEVEL OR DUOSOCK_WERROR)
        target_compile_options(${target} PRIVATE ${warnings})
    endif()
    if(DUOSOCK_WERROR)
        target_compile_options(${target} PRIVATE ${werror})
    endif()

    if(DUOSOCK_SANITIZE AND MSVC)
        target_compile_options(${target} PRIVATE
            /fsanitize=${DUOSOCK_SANITIZE})
    elseif(DUOSOCK_SANITIZE)
        # At -O1 they cost half as much, and stacks are still to be read.
        target_compile_options(${target} PRIVATE -fno-omit-frame-pointer
            $<$<CONFIG:Debug>:-O1> -fsanitize=${DUOSOCK_SANITIZE} -fno-sanitize-recover=all)
        target_link_options(${target} PRIVATE
            -fsanitize=${DUOSOCK_SANITIZE})
        if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
            # What they add makes it see ways that there are not.
            target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized)
        endif()
    endif()
endfunction()
