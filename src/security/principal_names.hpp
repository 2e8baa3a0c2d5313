// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace kazoo::base {

/// Whether an ACL of scheme sasl may contain this id: any text without '@', or "service@REALM" or
/// "service/host@REALM", as in Apache's KerberosName.
[[nodiscard]] bool is_kerberos_name(std::string_view text) noexcept;

/// Whether an ACL of scheme x509 may contain this id: a distinguished name that Java's
/// X500Principal accepts, such as "CN=a,OU=b". The empty name is one.
[[nodiscard]] bool is_x500_name(std::string_view text);

}  // namespace kazoo::base
