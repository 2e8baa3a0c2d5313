# SPDX-License-Identifier: Apache-2.0
# Builds and runs tests/consumer against the library, found in one of several ways, built as a
# static library or (shared=ON) as shared ones.
cmake_minimum_required(VERSION 3.22)

set(consumer_dir ${source_dir}/tests/consumer)
set(prefix ${work_dir}/prefix)
set(build_dir ${work_dir}/build)

function(run)
    execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

function(install_library)
    run(${CMAKE_COMMAND} --install ${library_build_dir} --prefix ${prefix})
endfunction()

function(build_consumer)
    string(REPLACE ";" "," names "${components}")  # a list would fall apart on its way
    run(${CMAKE_COMMAND} -S ${consumer_dir} -B ${build_dir} -G Ninja
        -D CMAKE_CXX_COMPILER=${compiler} -D COMPONENTS=${names} ${ARGN})
    run(${CMAKE_COMMAND} --build ${build_dir})
endfunction()

# find_package says what is missing when it is asked for a component that was not built.
function(check_that_a_missing_component_is_refused)
    execute_process(
        COMMAND ${CMAKE_COMMAND} -S ${consumer_dir} -B ${work_dir}/refused -G Ninja
                -D CMAKE_CXX_COMPILER=${compiler} -D CMAKE_PREFIX_PATH=${prefix}
                -D COMPONENTS=imaginary
        RESULT_VARIABLE status ERROR_VARIABLE said OUTPUT_QUIET)
    string(REGEX REPLACE "[ \n]+" " " said "${said}")
    if(status EQUAL 0 OR NOT said MATCHES "kazoo was built without imaginary \\(its components: ")
        message(FATAL_ERROR "a missing component is not refused as it should be: ${said}")
    endif()
endfunction()

# Builds the complete program of README.md as README.md says.
function(build_program_of_readme)
    set(directory ${work_dir}/hello)
    file(READ ${source_dir}/README.md readme)
    if(NOT readme MATCHES "```cmake\n(cmake_minimum_required[^`]*)```")
        message(FATAL_ERROR "README.md has no CMakeLists.txt for its program")
    endif()
    file(WRITE ${directory}/CMakeLists.txt "${CMAKE_MATCH_1}")
    file(COPY ${source_dir}/examples/hello.cpp DESTINATION ${directory})
    run(${CMAKE_COMMAND} -S ${directory} -B ${directory}/build -G Ninja
        -D CMAKE_CXX_COMPILER=${compiler} -D CMAKE_PREFIX_PATH=${prefix})
    run(${CMAKE_COMMAND} --build ${directory}/build)
endfunction()

# Compiles one of the programs with what pkg-config says about a module.
function(build_by_pkg_config module source program)
    execute_process(
        COMMAND ${CMAKE_COMMAND} -E env PKG_CONFIG_PATH=${description_dir}
                pkg-config --cflags --libs ${module} ${ARGN}
        OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    separate_arguments(flags UNIX_COMMAND "${flags}")
    run(${compiler} -std=c++20 ${consumer_dir}/${source} -o ${build_dir}/${program} ${flags}
        -Wl,-rpath,${description_dir}/..)
endfunction()

# The library as shared ones; most objects are in the compiler's cache.
function(build_shared_library)
    set(library_build_dir ${work_dir}/shared)
    set(library_build_dir ${library_build_dir} PARENT_SCOPE)
    run(${CMAKE_COMMAND} -S ${source_dir} -B ${library_build_dir} -G Ninja
        -D CMAKE_CXX_COMPILER=${compiler} -D CMAKE_BUILD_TYPE=${build_type}
        "-DCMAKE_CXX_FLAGS_DEBUG=${debug_flags}" -D BUILD_SHARED_LIBS=ON
        -D KAZOO_BUILD_TESTS=OFF -D KAZOO_BUILD_TOOLS=OFF -D KAZOO_BUILD_EXAMPLES=OFF)
    run(${CMAKE_COMMAND} --build ${library_build_dir})
    file(GLOB libraries ${library_build_dir}/libkazoo.so)
    file(GLOB_RECURSE component_libraries ${library_build_dir}/src/*/libkazoo_*.so)
    run(${python} -B ${source_dir}/tests/style/check_symbols.py
        --exported ${libraries} ${component_libraries})
endfunction()

file(REMOVE_RECURSE ${prefix} ${build_dir})
file(MAKE_DIRECTORY ${build_dir})
if(shared AND NOT way STREQUAL "add_subdirectory")
    build_shared_library()
endif()
if(way STREQUAL "find_package")
    install_library()
    build_consumer(-D CMAKE_PREFIX_PATH=${prefix})
    check_that_a_missing_component_is_refused()
    build_program_of_readme()
elseif(way STREQUAL "add_subdirectory")
    # The library's own, so that its objects are found in the compiler's cache.
    set(ENV{CMAKE_CXX_COMPILER_LAUNCHER} "${launcher}")
    build_consumer(-D KAZOO_SOURCE_DIR=${source_dir} -D BUILD_SHARED_LIBS=${shared}
        -D CMAKE_BUILD_TYPE=${build_type} "-DCMAKE_CXX_FLAGS_DEBUG=${debug_flags}")
elseif(way STREQUAL "pkg_config")
    install_library()
    file(GLOB_RECURSE description ${prefix}/kazoo.pc)
    cmake_path(GET description PARENT_PATH description_dir)
    foreach(program main own_loop)
        build_by_pkg_config(kazoo ${program}.cpp consumer_${program})
    endforeach()
    foreach(component IN LISTS components)
        build_by_pkg_config(kazoo-${component} ${component}.cpp consumer_${component})
    endforeach()
else()
    message(FATAL_ERROR "unknown way: ${way}")
endif()
foreach(program main own_loop ${components})
    run(${build_dir}/consumer_${program})
endforeach()
