// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/security.hpp>

#include <vector>

namespace kazoo::server {

/// Returns the identities of a connection in the order of Apache's server, which keeps them in a
/// Java hash set. Clients see the order in WhoAmI replies and in ACLs made from "auth" entries. The
/// pointers refer to elements of `identities`.
[[nodiscard]] std::vector<const Id*> in_apache_order(const std::vector<Id>& identities);

}  // namespace kazoo::server
