// SPDX-License-Identifier: Apache-2.0
#include "security/digest.hpp"

#include "security/secrets.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <span>
#include <stdexcept>

namespace kazoo::base {

std::string base64_sha1(std::string_view text) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    unsigned int hash_size = 0;
    if (EVP_Digest(text.data(), text.size(), hash.data(), &hash_size, EVP_sha1(), nullptr) != 1) {
        throw std::runtime_error("OpenSSL does not provide SHA-1, which digest ACLs need");
    }
    return to_base64(std::as_bytes(std::span(hash).first(hash_size)));
}

void prepare_digests() noexcept {
    // A failure is reported by the first digest, as an exception.
    static_cast<void>(OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, nullptr));
}

}  // namespace kazoo::base
