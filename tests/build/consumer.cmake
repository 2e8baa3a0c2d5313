# SPDX-License-Identifier: Apache-2.0
# Builds and runs tests/consumer against the library, found in one of several ways: as it is built
# in library_build_dir, or as part of the consumer's own build, as shared libraries if shared=ON.
cmake_minimum_required(VERSION 3.22)

set(consumer_dir ${source_dir}/tests/consumer)
set(prefix ${work_dir}/prefix)
set(build_dir ${work_dir}/build)
set(ENV{CMAKE_CXX_COMPILER_LAUNCHER} "${launcher}")

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

# find_package says what is missing when it is asked for a component that is not there.
function(check_that_a_component_is_refused component reason)
    execute_process(
        COMMAND ${CMAKE_COMMAND} -S ${consumer_dir} -B ${work_dir}/refused -G Ninja
                -D CMAKE_CXX_COMPILER=${compiler} -D CMAKE_PREFIX_PATH=${prefix}
                -D COMPONENTS=${component}
        RESULT_VARIABLE status ERROR_VARIABLE said OUTPUT_QUIET)
    string(REGEX REPLACE "[ \n]+" " " said "${said}")
    if(status EQUAL 0 OR NOT said MATCHES "${reason}")
        message(FATAL_ERROR "${component} is not refused as it should be: ${said}")
    endif()
endfunction()

function(check_that_missing_components_are_refused)
    check_that_a_component_is_refused(imaginary
        "kazoo was built without imaginary \\(its components: ")
    foreach(component IN LISTS components)
        file(GLOB_RECURSE description ${prefix}/kazoo-${component}.cmake)
        file(REMOVE ${description})
        check_that_a_component_is_refused(${component} "kazoo::${component} is not installed")
        break()
    endforeach()
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

# What pkg-config says about a module, as arguments of a shell.
function(ask_pkg_config result module option)
    execute_process(
        COMMAND ${CMAKE_COMMAND} -E env PKG_CONFIG_PATH=${description_dir}
                pkg-config ${option} ${module}
        OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    set(${result} "${flags}" PARENT_SCOPE)
endfunction()

# Compiles the programs with what pkg-config says about kazoo and the components.
function(build_by_pkg_config)
    list(JOIN launcher " " compile)
    set(rules
        "rule compile\n  command = ${compile} ${compiler} -std=c++20 -c $in -o $out $flags\n"
        "rule link\n  command = ${compiler} $in -o $out $flags\n")
    list(JOIN rules "" rules)
    foreach(program main own_loop ${components})
        set(module kazoo)
        if(program IN_LIST components)
            set(module kazoo-${program})
        endif()
        ask_pkg_config(flags ${module} --cflags)
        ask_pkg_config(libs ${module} --libs)
        string(APPEND rules
            "build ${program}.o: compile ${consumer_dir}/${program}.cpp\n  flags = ${flags}\n"
            "build consumer_${program}: link ${program}.o\n"
            "  flags = ${libs} -Wl,-rpath,${description_dir}/..\n")
    endforeach()
    file(WRITE ${build_dir}/build.ninja "${rules}")
    run(ninja -C ${build_dir})
endfunction()

file(REMOVE_RECURSE ${prefix} ${build_dir})
file(MAKE_DIRECTORY ${build_dir})
if(way MATCHES "find_package|pkg_config")
    # With relative names, programs that are compiled with another installed tree are the same.
    set(ENV{CCACHE_BASEDIR} ${work_dir})
endif()
if(way STREQUAL "find_package")
    install_library()
    build_consumer(-D CMAKE_PREFIX_PATH=${prefix})
    build_program_of_readme()
    check_that_missing_components_are_refused()
elseif(way STREQUAL "add_subdirectory" OR way STREQUAL "fetch_content")
    build_consumer(-D KAZOO_SOURCE_DIR=${source_dir} -D WAY=${way} -D BUILD_SHARED_LIBS=${shared}
        -D CMAKE_BUILD_TYPE=${build_type} "-DCMAKE_CXX_FLAGS_DEBUG=${debug_flags}")
elseif(way STREQUAL "pkg_config")
    install_library()
    file(GLOB_RECURSE description ${prefix}/kazoo.pc)
    cmake_path(GET description PARENT_PATH description_dir)
    build_by_pkg_config()
else()
    message(FATAL_ERROR "unknown way: ${way}")
endif()
foreach(program main own_loop ${components})
    run(${build_dir}/consumer_${program})
endforeach()
