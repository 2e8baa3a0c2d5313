#pragma once

#include <string_view>

namespace kazoo::server {

/// Whether this can stand in an ACL: an IPv4 or IPv6 address, "/bits" behind it or not.
[[nodiscard]] bool is_ip_range(std::string_view range) noexcept;

/// Whether the address is in the range; false if either is no such thing. IPv4 and IPv6 never match
/// each other, but an address of the form ::ffff:1.2.3.4 is one of IPv4.
[[nodiscard]] bool ip_in_range(std::string_view address, std::string_view range) noexcept;

}  // namespace kazoo::server
