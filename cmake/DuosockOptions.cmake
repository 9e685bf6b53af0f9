# SPDX-License-Identifier: MIT
#
# How this project compiles its own targets: C99 without extensions, the
# warnings, and the sanitizers of DUOSOCK_SANITIZE. Everything is set on one
# target at a time and privately, so a project that vendors duosock sees none
# of it.

# duosock_target_options(target): apply to every library, program and test.
function(duosock_target_options target)
    set_target_properties(${target} PROPERTIES
        C_STANDARD 99
        C_STANDARD_REQUIRED ON
        C_EXTENSIONS OFF
        C_VISIBILITY_PRESET hidden)

    if(MSVC)
        target_compile_options(${target} PRIVATE /W4 /utf-8)
        target_compile_definitions(${target} PRIVATE _CRT_SECURE_NO_WARNINGS)
        set(werror /WX)
    else()
        target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic
            -Wconversion -Wshadow -Wstrict-prototypes)
        set(werror -Werror)
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
    endif()
endfunction()
