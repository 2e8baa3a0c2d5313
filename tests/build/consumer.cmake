# Builds and runs tests/consumer against the library, found in one of three ways.
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
    run(${CMAKE_COMMAND} -S ${consumer_dir} -B ${build_dir} -G Ninja
        -D CMAKE_CXX_COMPILER=${compiler} ${ARGN})
    run(${CMAKE_COMMAND} --build ${build_dir})
endfunction()

file(REMOVE_RECURSE ${work_dir})
file(MAKE_DIRECTORY ${build_dir})
if(way STREQUAL "find_package")
    install_library()
    build_consumer(-D CMAKE_PREFIX_PATH=${prefix})
elseif(way STREQUAL "add_subdirectory")
    find_program(ccache ccache)
    if(ccache)
        set(launcher -D CMAKE_CXX_COMPILER_LAUNCHER=${ccache})
    endif()
    build_consumer(-D KAZOO_SOURCE_DIR=${source_dir} ${launcher})
elseif(way STREQUAL "pkg_config")
    install_library()
    file(GLOB_RECURSE description ${prefix}/kazoo.pc)
    cmake_path(GET description PARENT_PATH description_dir)
    execute_process(
        COMMAND ${CMAKE_COMMAND} -E env PKG_CONFIG_PATH=${description_dir}
                pkg-config --cflags --libs kazoo
        OUTPUT_VARIABLE flags OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    separate_arguments(flags UNIX_COMMAND "${flags}")
    run(${compiler} -std=c++20 ${consumer_dir}/main.cpp -o ${build_dir}/consumer ${flags}
        -Wl,-rpath,${description_dir}/..)
else()
    message(FATAL_ERROR "unknown way: ${way}")
endif()
run(${build_dir}/consumer)
