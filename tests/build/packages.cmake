# SPDX-License-Identifier: Apache-2.0
# Does what `make deb` does, in a directory of its own: builds shared libraries and the tool with
# the preset deb, and Debian packages of them. Checks that all are hardened, and prints their sizes.
# Most objects are in the compiler's cache if release.cmake has run before, which compiles the
# sources of each folder as one, too.
cmake_minimum_required(VERSION 3.22)

function(run)
    execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

set(ENV{CCACHE_BASEDIR} ${source_dir})
run(${CMAKE_COMMAND} --preset deb -S ${source_dir} -B ${work_dir}
    -D CMAKE_CXX_COMPILER=${compiler})
run(${CMAKE_COMMAND} --build ${work_dir})
file(GLOB libraries ${work_dir}/libkazoo.so)
file(GLOB_RECURSE component_libraries ${work_dir}/src/libkazoo_*.so)
list(APPEND libraries ${component_libraries})
run(${python} -B ${source_dir}/tests/style/check_symbols.py --exported ${libraries})
run(${python} -B ${source_dir}/tests/build/check_hardening.py ${libraries}
    ${work_dir}/tools/kazoo/kazoo)

file(REMOVE_RECURSE ${work_dir}/packages)
if(NOT EXISTS ${work_dir}/CPackConfig.cmake)
    message("There are no packages: CMake has said why.")
    return()
endif()
run(${CMAKE_COMMAND} -E chdir ${work_dir} ${CMAKE_CPACK_COMMAND})
file(GLOB packages ${work_dir}/packages/*.deb)
run(${source_dir}/scripts/sizes ${packages})
