#pragma once

#include <kazoo/security.hpp>

#include <vector>

namespace kazoo::server {

/// The identities of a connection in the order in which Apache's server names them, which keeps
/// them in a hash set: by their place in it. The pointers are those of the list's elements.
[[nodiscard]] std::vector<const Id*> in_apache_order(const std::vector<Id>& identities);

}  // namespace kazoo::server
