# SPDX-License-Identifier: Apache-2.0
# Ends the configuration, with what to do, where the standard library lacks what this library needs.
include(CheckCXXSourceCompiles)

function(kazoo_check_compiler)
    set(CMAKE_CXX_STANDARD 20)
    set(CMAKE_CXX_STANDARD_REQUIRED ON)
    check_cxx_source_compiles("
        #include <coroutine>
        int main() { return std::coroutine_handle<>() ? 1 : 0; }" KAZOO_HAS_COROUTINES)
    if(NOT KAZOO_HAS_COROUTINES)
        message(FATAL_ERROR
            "kazoo needs a C++20 compiler with coroutines: g++ 12, clang 14 or later. This one is "
            "${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION} (${CMAKE_CXX_COMPILER}).")
    endif()
    check_cxx_source_compiles("
        #include <stop_token>
        int main() { return std::stop_source().get_token().stop_requested() ? 1 : 0; }"
        KAZOO_HAS_STOP_TOKEN)
    if(NOT KAZOO_HAS_STOP_TOKEN)
        message(FATAL_ERROR
            "kazoo needs std::stop_token, which the standard library of this compiler does not "
            "have. libc++ 18 and 19 have it if -fexperimental-library is passed to the compiler "
            "and the linker: -DCMAKE_CXX_FLAGS='-stdlib=libc++ -fexperimental-library'. Programs "
            "that use kazoo need the same flags.")
    endif()
endfunction()
kazoo_check_compiler()
