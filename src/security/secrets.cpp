// SPDX-License-Identifier: Apache-2.0
#include "security/secrets.hpp"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include <cassert>

namespace kazoo::base {

std::optional<Md5> md5(std::string_view text) noexcept {
    Md5 hash{};
    // A failure must not stay in the thread's error queue, where TLS would find it.
    ERR_set_mark();
    const int good = EVP_Digest(
        text.data(),
        text.size(),
        reinterpret_cast<unsigned char*>(hash.data()),
        nullptr,
        EVP_md5(),
        nullptr
    );
    ERR_pop_to_mark();
    return good == 1 ? std::optional<Md5>(hash) : std::nullopt;
}

std::string to_hex(std::span<const std::byte> bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(bytes.size() * 2);
    for (const std::byte byte : bytes) {
        text += digits[std::to_integer<unsigned>(byte) >> 4];
        text += digits[std::to_integer<unsigned>(byte) & 0xf];
    }
    return text;
}

std::string to_base64(std::span<const std::byte> bytes) {
    constexpr std::size_t most = 64;
    assert(bytes.size() <= most);
    // Base64 makes four characters of three bytes, and EVP_EncodeBlock ends them with a NUL.
    std::array<unsigned char, most * 2> encoded{};
    const int length = EVP_EncodeBlock(
        encoded.data(),
        reinterpret_cast<const unsigned char*>(bytes.data()),
        static_cast<int>(bytes.size())
    );
    return std::string(encoded.begin(), encoded.begin() + length);
}

bool fill_with_random(std::span<std::byte> bytes) noexcept {
    ERR_set_mark();
    const int good =
        RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
    ERR_pop_to_mark();
    return good == 1;
}

bool equal_secrets(std::string_view a, std::string_view b) noexcept {
    return a.size() == b.size() && CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

void cleanse(std::span<std::byte> bytes) noexcept {
    OPENSSL_cleanse(bytes.data(), bytes.size());
}

void cleanse(std::string& text) noexcept {
    OPENSSL_cleanse(text.data(), text.size());
    text.clear();
}

}  // namespace kazoo::base
