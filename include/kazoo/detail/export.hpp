/// What a shared library of kazoo exports: all that public headers declare between KAZOO_API_BEGIN
/// and KAZOO_API_END, and nothing else. Every public header has the pair around its namespaces.
///
/// The library is compiled with -fvisibility=hidden. Classes that a program and the library both
/// know (exceptions, handlers) must be visible from both, also where a program is compiled so.
#pragma once

#if defined(__GNUC__)
#    define KAZOO_API_BEGIN _Pragma("GCC visibility push(default)")
#    define KAZOO_API_END _Pragma("GCC visibility pop")
#else
#    define KAZOO_API_BEGIN
#    define KAZOO_API_END
#endif
