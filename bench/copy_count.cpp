// SPDX-License-Identifier: Apache-2.0
// Replaces memcpy and memmove, also for shared libraries. Includes no header that defines them
// inline, and is compiled such that the loops do not become calls of them.
#include "copy_count.hpp"

namespace {

std::size_t copied = 0;

void count(std::size_t size) noexcept {
    if (size >= bench::least_copy) {
        __atomic_fetch_add(&copied, size, __ATOMIC_RELAXED);
    }
}

}  // namespace

extern "C" {

void* memcpy(void* to, const void* from, std::size_t size) noexcept {
    count(size);
    auto* const out = static_cast<unsigned char*>(to);
    const auto* const in = static_cast<const unsigned char*>(from);
    for (std::size_t i = 0; i < size; ++i) {
        out[i] = in[i];
    }
    return to;
}

void* memmove(void* to, const void* from, std::size_t size) noexcept {
    count(size);
    auto* const out = static_cast<unsigned char*>(to);
    const auto* const in = static_cast<const unsigned char*>(from);
    if (out < in) {
        for (std::size_t i = 0; i < size; ++i) {
            out[i] = in[i];
        }
    } else {
        for (std::size_t i = size; i > 0; --i) {
            out[i - 1] = in[i - 1];
        }
    }
    return to;
}

// What _FORTIFY_SOURCE calls where the size of the destination is known.

void* __memcpy_chk(void* to, const void* from, std::size_t size, std::size_t) noexcept {
    return memcpy(to, from, size);
}

void* __memmove_chk(void* to, const void* from, std::size_t size, std::size_t) noexcept {
    return memmove(to, from, size);
}

}  // extern "C"

namespace bench {

std::size_t copied_bytes() noexcept {
    return __atomic_load_n(&copied, __ATOMIC_RELAXED);
}

}  // namespace bench
