// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace kazoo::chaos {

/// Acquires the right to create network namespaces, in a new user namespace if necessary. Call
/// before starting threads. Returns an empty string on success, else what this machine lacks for a
/// run: network namespaces, Java or ZooKeeper.
[[nodiscard]] std::string acquire_network_rights();

}  // namespace kazoo::chaos
