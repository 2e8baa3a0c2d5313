# SPDX-License-Identifier: Apache-2.0
# kazoo_component(<name> SOURCES <file>... [LINKS <library>...]
#                 [PC_REQUIRES <module>...] [PC_LIBS <flag>...])
#
# Declares the library kazoo_<name> (kazoo::<name>, as in find_package(kazoo COMPONENTS <name>)),
# a part of the product for those who link it by name. It is built where
# cmake/components/<name>.cmake finds the libraries that it names in kazoo_<name>_targets; that file
# serves the build and, installed, the users. LINKS are libraries beside those. PC_REQUIRES
# and PC_LIBS say to pkg-config what is linked. The components that are built:
set_property(GLOBAL PROPERTY KAZOO_COMPONENTS)

function(kazoo_component name)
    cmake_parse_arguments(PARSE_ARGV 1 component "" "" "SOURCES;LINKS;PC_REQUIRES;PC_LIBS")
    string(TOUPPER KAZOO_WITH_${name} switch)
    set(${switch} AUTO CACHE STRING "Build kazoo::${name}: ON, OFF, or AUTO (if it can be)")
    set_property(CACHE ${switch} PROPERTY STRINGS AUTO ON OFF)
    if(NOT ${switch})
        message(STATUS "kazoo::${name} is not built: ${switch} is ${${switch}}")
        return()
    endif()
    include(${PROJECT_SOURCE_DIR}/cmake/components/${name}.cmake)
    list(APPEND component_LINKS ${kazoo_${name}_targets})
    list(REMOVE_DUPLICATES component_LINKS)
    foreach(library IN LISTS component_LINKS)
        if(NOT TARGET ${library})
            set(level STATUS)
            if(NOT ${switch} STREQUAL AUTO)
                set(level FATAL_ERROR)
            endif()
            message(${level} "kazoo::${name} is not built: it needs ${kazoo_${name}_needs}")
            return()
        endif()
    endforeach()

    set(target kazoo_${name})
    add_library(${target} ${component_SOURCES})
    add_library(kazoo::${name} ALIAS ${target})
    kazoo_compile_options(${target})
    target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/src)
    kazoo_hide(${target})
    kazoo_join_folders(${target} ${component_SOURCES})
    kazoo_share_asio(${target})
    # A program that has a loop of libuv or runs fibers calls those libraries itself.
    target_link_libraries(${target}
        PUBLIC kazoo ${kazoo_${name}_targets} PRIVATE ${component_LINKS})
    set_target_properties(${target} PROPERTIES
        EXPORT_NAME ${name}
        KAZOO_PC_REQUIRES "${component_PC_REQUIRES}"
        KAZOO_PC_LIBS "${component_PC_LIBS}"
        POSITION_INDEPENDENT_CODE ON
        DEFINE_SYMBOL ""  # the same objects, also in the compiler's cache, as of a static library
        VERSION ${PROJECT_VERSION}
        SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
    set_property(GLOBAL APPEND PROPERTY KAZOO_COMPONENTS ${name})
endfunction()
