# SPDX-License-Identifier: Apache-2.0
# Run by CPack on the files of the packages before it packs them: brings them into the form and the
# places that Debian wants.
file(GLOB directories ${CPACK_TEMPORARY_DIRECTORY}/*/usr/share)
foreach(share IN LISTS directories)
    file(GLOB_RECURSE texts ${share}/doc/*/changelog* ${share}/man/*)
    list(FILTER texts EXCLUDE REGEX "\\.gz$")
    if(texts)
        execute_process(COMMAND gzip -9n ${texts} COMMAND_ERROR_IS_FATAL ANY)
    endif()
    if(EXISTS ${share}/zsh/site-functions)  # where zsh looks, but Debian's does not
        file(RENAME ${share}/zsh/site-functions ${share}/zsh/vendor-completions)
    endif()
endforeach()
