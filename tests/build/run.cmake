# SPDX-License-Identifier: Apache-2.0
# Does what `make run` does, in a directory of its own: configures the preset `run`, builds the
# tour, and runs it against its own server.
cmake_minimum_required(VERSION 3.22)

function(run)
    execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# Presets are read from the source directory.
run(${CMAKE_COMMAND} --preset run -S ${source_dir} -B ${work_dir} -D CMAKE_CXX_COMPILER=${compiler})
run(${CMAKE_COMMAND} --build ${work_dir} --target tour)
run(${python} -B ${source_dir}/tests/examples/run_example.py
    --expect ${source_dir}/tests/examples/tour.txt -- ${work_dir}/tour)
