// SPDX-License-Identifier: Apache-2.0
// The ids of the ACL scheme "ip".

#pragma once

#include <string_view>

namespace kazoo::base {

/// Returns whether this is a valid id of the scheme "ip": an IPv4 or IPv6 address, optionally with
/// "/bits".
[[nodiscard]] bool is_ip_range(std::string_view range) noexcept;

/// Returns whether the address is in the range; false if either is malformed. An IPv4-mapped
/// address (::ffff:1.2.3.4) counts as IPv4; other IPv6 addresses never match an IPv4 range, or vice
/// versa.
[[nodiscard]] bool ip_in_range(std::string_view address, std::string_view range) noexcept;

}  // namespace kazoo::base
