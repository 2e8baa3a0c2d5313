// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>

namespace kazoo::sasl {

/// Overwrites bytes that are about to be freed; compilers keep writes to volatile objects.
inline void overwrite(void* bytes, std::size_t size) noexcept {
    volatile auto* at = static_cast<volatile unsigned char*>(bytes);
    while (size-- > 0) {
        *at++ = 0;
    }
}

/// Overwrites the text, and what a longer one may have left behind it, and empties it.
inline void overwrite(std::string& text) noexcept {
    text.resize(text.capacity());  // allocates nothing
    overwrite(text.data(), text.size());
    text.clear();
}

}  // namespace kazoo::sasl
