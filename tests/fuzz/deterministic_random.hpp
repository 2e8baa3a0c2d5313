// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/rand.h>

#include <cstdint>

namespace kazoo::fuzz {

namespace detail {
inline std::uint64_t& random_state() {
    static std::uint64_t state = 0;
    return state;
}

/// splitmix64: good enough for keys that protect nothing.
inline int random_bytes(unsigned char* into, int count) {
    for (int i = 0; i < count; ++i) {
        std::uint64_t z = random_state() += 0x9e3779b97f4a7c15;
        z = (z ^ z >> 30U) * 0xbf58476d1ce4e5b9;
        z = (z ^ z >> 27U) * 0x94d049bb133111eb;
        into[i] = static_cast<unsigned char>(z ^ z >> 31U);
    }
    return 1;
}

inline int is_seeded() {
    return 1;
}
}  // namespace detail

/// From here on OpenSSL's random bytes are the same each time, so that an input always leads to the
/// same handshake. RAND_set_rand_method is deprecated, but OpenSSL 3 has no other way that replaces
/// the bytes of all its algorithms.
inline void restart_random() {
    static const RAND_METHOD method{
        nullptr, detail::random_bytes, nullptr, nullptr, detail::random_bytes, detail::is_seeded};
    detail::random_state() = 0;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
    RAND_set_rand_method(&method);
#pragma GCC diagnostic pop
}

}  // namespace kazoo::fuzz
