# SPDX-License-Identifier: Apache-2.0
# KAZOO_COMPILE_TOGETHER: the sources of tests, benchmarks and tools are compiled ten at a time,
# which takes less than half the time. Not for everyday work, where one source changes at a time.
#
# Sources in cmake/compiled_apart.txt are always compiled by themselves, because names in their
# anonymous namespaces are also names in other sources of the same target. If a new source does not
# compile together with others, rename what collides or add the source to that list.
option(KAZOO_COMPILE_TOGETHER "Compile several sources of a test or tool at once" OFF)

set(KAZOO_APART_FILE ${CMAKE_CURRENT_LIST_DIR}/compiled_apart.txt)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${KAZOO_APART_FILE})
file(STRINGS ${KAZOO_APART_FILE} KAZOO_COMPILED_APART REGEX "^[^#]")
list(TRANSFORM KAZOO_COMPILED_APART PREPEND ${PROJECT_SOURCE_DIR}/)

# Called in the directory in which the target is created.
function(kazoo_compile_together target)
    string(FIND ${CMAKE_CURRENT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/src is_library)
    if(NOT KAZOO_COMPILE_TOGETHER OR is_library EQUAL 0)
        return()
    endif()
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 10)
    set_source_files_properties(${KAZOO_COMPILED_APART} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)
    # A coroutine's frame has members of types in anonymous namespaces. g++ takes the source that
    # includes the others for the program's main file, and those for headers.
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
        target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
    endif()
endfunction()
