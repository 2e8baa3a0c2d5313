// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/paths.hpp>

#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace kazoo::detail::client {

/// The bytes of the reply to a multi or a multi_read. Such a reply is decoded where the number and
/// the kinds of the results to expect are known. A pointer, because results are copied to those
/// that wait for them.
using RawReply = std::shared_ptr<const std::string>;

inline bool copy_reply(std::span<const std::byte> body, const Chroot&, RawReply& bytes) {
    const auto* const first = reinterpret_cast<const char*>(body.data());
    bytes = std::make_shared<const std::string>(first, body.size());
    return true;
}

}  // namespace kazoo::detail::client
