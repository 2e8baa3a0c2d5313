// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>
#include <vector>

namespace kazoo::detail::client {

/// Returns the numbers of the line "Zookeeper version: 3.8.0-..., built on ..." in the answer to
/// `srvr`; empty if there is none.
[[nodiscard]] std::vector<int> parse_server_version(std::string_view answer);

}  // namespace kazoo::detail::client
