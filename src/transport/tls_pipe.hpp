// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/buffer.hpp"
#include "transport/openssl.hpp"

#include <cstddef>
#include <span>

namespace kazoo::transport {

/// What OpenSSL reads and writes in place of a socket. Unlike a BIO_s_mem it reads received bytes
/// where they are, writes into a base::Buffer, which can be sent as it is, and reports lack of
/// memory.
struct TlsPipe {
    std::span<const std::byte> input;  ///< received, not read by OpenSSL yet
    base::Buffer output;               ///< written by OpenSSL, not sent yet
    bool out_of_memory = false;        ///< `output` could not grow; bytes are missing
};

/// Returns a BIO for `pipe`, which must outlive it and not move. Throws std::bad_alloc.
[[nodiscard]] Bio make_bio(TlsPipe& pipe);

}  // namespace kazoo::transport
