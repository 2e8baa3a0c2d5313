# SPDX-License-Identifier: Apache-2.0
# How this repository compiles itself. Nothing here reaches a project that uses the library.

if(PROJECT_IS_TOP_LEVEL)
    set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
    find_program(KAZOO_CCACHE ccache)
    if(KAZOO_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
        # The checks of the build compile the library again in other directories, and as a
        # subproject without -Werror; these settings let them reuse the objects. The directory
        # matters to debuggers only. An object that was compiled with warnings is reused with
        # -Werror as well, but the warnings are printed, and a first compilation with -Werror never
        # leaves one.
        set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_NOHASHDIR=1
            CCACHE_IGNOREOPTIONS=-Werror ${KAZOO_CCACHE})
    endif()
endif()

# What the library keeps to itself is hidden (include/kazoo/detail/export.hpp), but from its tests.
function(kazoo_hide target)
    if(BUILD_SHARED_LIBS AND KAZOO_BUILD_TESTS)
        return()
    endif()
    set_target_properties(${target} PROPERTIES CXX_VISIBILITY_PRESET hidden)
    get_target_property(type ${target} TYPE)
    if(type STREQUAL "SHARED_LIBRARY" AND UNIX AND NOT APPLE)
        set(map ${PROJECT_SOURCE_DIR}/cmake/kazoo.map)
        target_link_options(${target} PRIVATE LINKER:--version-script=${map})
        set_property(TARGET ${target} APPEND PROPERTY LINK_DEPENDS ${map})
    endif()
endfunction()

# For what uses Asio; cmake/asio_visibility.hpp says why.
function(kazoo_share_asio target)
    target_compile_options(${target} PRIVATE
        -include ${PROJECT_SOURCE_DIR}/cmake/asio_visibility.hpp)
endfunction()

# Where CMAKE_UNITY_BUILD is on, as in the preset `run`, the sources of a folder are compiled as
# one. Hence the names in the unnamed namespaces of a folder differ from each other.
function(kazoo_join_folders target)
    set_target_properties(${target} PROPERTIES UNITY_BUILD_MODE GROUP)
    foreach(source IN LISTS ARGN)
        cmake_path(GET source PARENT_PATH folder)
        set_source_files_properties(${source} PROPERTIES UNITY_GROUP "${folder}")
    endforeach()
    # What the unnamed namespace of one source contains means nothing to the next source.
    if(CMAKE_UNITY_BUILD)
        target_compile_options(${target} PRIVATE -Wno-shadow)
        if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
            target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
        endif()
    endif()
endfunction()

# Language level and warnings of a target of this repository.
function(kazoo_compile_options target)
    target_compile_features(${target} PRIVATE cxx_std_20)
    set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF)
    target_compile_options(${target} PRIVATE
        -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual)
    # g++ 12 sees overlapping copies and overflows in strings and buffers that have none (gcc bugs
    # 105329 and 105651), at some levels of optimisation only.
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
        target_compile_options(${target} PRIVATE -Wno-restrict -Wno-stringop-overflow)
    endif()
    if(KAZOO_WERROR)
        target_compile_options(${target} PRIVATE -Werror)
    endif()
    kazoo_compile_together(${target})
endfunction()
