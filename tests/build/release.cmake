# SPDX-License-Identifier: Apache-2.0
# Configures the release preset in a directory of its own, builds the tour and the command-line
# tool, and runs the tour against the tool's server. Then checks that both are hardened
# (KAZOO_HARDENING). Also builds what check_instructions.py measures.
# The sources of each folder of the library are compiled as one, which takes a third of the time;
# the build by which the other tests run compiles each of them by itself.
cmake_minimum_required(VERSION 3.22)

function(run)
    execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# With relative names, the objects are those of packages.cmake, also in the compiler's cache.
set(ENV{CCACHE_BASEDIR} ${source_dir})
# Presets are read from the source directory.
run(${CMAKE_COMMAND} --preset release -S ${source_dir} -B ${work_dir}
    -D CMAKE_CXX_COMPILER=${compiler})
run(${CMAKE_COMMAND} --build ${work_dir} --target example_tour kazoo_tool bench_instructions)
run(${python} -B ${source_dir}/tests/examples/run_example.py
    --expect ${source_dir}/tests/examples/tour.txt
    -- ${source_dir}/scripts/with-server ${work_dir}/tools/kazoo/kazoo ${work_dir}/examples/tour)
set(check ${python} -B ${source_dir}/tests/build/check_hardening.py)
run(${check} ${work_dir}/tools/kazoo/kazoo ${work_dir}/examples/tour)
run(${check} --commands ${work_dir}/compile_commands.json ${hardening})
