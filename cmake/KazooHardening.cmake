# SPDX-License-Identifier: Apache-2.0
# The option KAZOO_HARDENING: flags that turn some memory errors into the end of the process, for
# everything that this repository compiles. They do not reach projects that use the library, whose
# own flags decide; hence the option is off where the library is part of another project. Debug
# builds, and builds with sanitizers, which find more, have it off by default.
include(CheckCXXCompilerFlag)
include(CheckPIESupported)

set(kazoo_hardened_by_default OFF)
if(PROJECT_IS_TOP_LEVEL AND CMAKE_BUILD_TYPE MATCHES "^(Release|RelWithDebInfo|MinSizeRel)$"
   AND NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize=")
    set(kazoo_hardened_by_default ON)
endif()
option(KAZOO_HARDENING "Compile with stack protection, FORTIFY_SOURCE, full RELRO and as PIE"
       ${kazoo_hardened_by_default})

# Sets kazoo_hardening_flags and kazoo_hardening_link_flags; also for tests/build.
function(kazoo_find_hardening_flags)
    set(flags -fstack-protector-strong)
    foreach(flag stack-clash-protection cf-protection)  # not on all processors
        check_cxx_compiler_flag(-f${flag} KAZOO_HAS_${flag})
        if(KAZOO_HAS_${flag})
            list(APPEND flags -f${flag})
        endif()
    endforeach()
    set(kazoo_hardening_flags ${flags} PARENT_SCOPE)
    set(link_flags)
    if(UNIX AND NOT APPLE)
        set(link_flags -Wl,-z,relro -Wl,-z,now)
    endif()
    set(kazoo_hardening_link_flags ${link_flags} PARENT_SCOPE)
endfunction()

kazoo_find_hardening_flags()
# Needs optimisation. A builder who sets it decides the level, as distributions do.
set(kazoo_fortify_flags -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
if(CMAKE_CXX_FLAGS MATCHES "_FORTIFY_SOURCE")
    set(kazoo_fortify_flags)
endif()

if(KAZOO_HARDENING)
    check_pie_supported(LANGUAGES CXX)
    set(CMAKE_POSITION_INDEPENDENT_CODE ON)
    add_compile_options(${kazoo_hardening_flags})
    if(kazoo_fortify_flags)
        add_compile_options("$<$<NOT:$<CONFIG:Debug>>:${kazoo_fortify_flags}>")
    endif()
    add_link_options(${kazoo_hardening_link_flags})
endif()
