// SPDX-License-Identifier: Apache-2.0
/// Symbol visibility: shared libraries of kazoo export everything that is declared between
/// KAZOO_API_BEGIN and KAZOO_API_END, and only that. Every public header has this pair around its
/// namespaces.
///
/// The library is compiled with -fvisibility=hidden, and programs may be as well. Type information
/// of classes that cross the boundary (exceptions, handlers) must have default visibility on both
/// sides; otherwise an exception thrown by the library may not be caught by its type.
#pragma once

#if defined(__GNUC__)
#    define KAZOO_API_BEGIN _Pragma("GCC visibility push(default)")
#    define KAZOO_API_END _Pragma("GCC visibility pop")
#else
#    define KAZOO_API_BEGIN
#    define KAZOO_API_END
#endif
