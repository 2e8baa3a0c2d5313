// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <utility>

namespace kazoo::base {

/// Overwrites memory that is about to be freed. Compilers remove a plain memset there; they cannot
/// know what a volatile pointer calls.
inline void overwrite(void* bytes, std::size_t size) noexcept {
    static void* (*const volatile set)(void*, int, std::size_t) = std::memset;
    if (size != 0) {
        set(bytes, 0, size);
    }
}

/// Overwrites the text, and what a longer one may have left behind it, and empties it.
inline void overwrite(std::string& text) noexcept {
    text.resize(text.capacity());  // allocates nothing
    overwrite(text.data(), text.size());
    text.clear();
}

/// A text that is overwritten wherever it is freed: at its end, by assignments, and in an object
/// that it was moved from. Functions that make it grow are for other texts: std::string frees the
/// former memory itself.
class SecretString : public std::string {
public:
    SecretString() = default;
    SecretString(std::string text) noexcept : std::string(std::move(text)) {}
    SecretString(const char* text) : std::string(text) {}
    SecretString(const SecretString&) = default;
    SecretString(SecretString&&) noexcept = default;
    ~SecretString() { overwrite(*this); }

    /// By value: the former text is in `other` in the end, whose destructor overwrites it.
    SecretString& operator=(SecretString other) noexcept {
        swap(other);
        return *this;
    }
};

}  // namespace kazoo::base
