#pragma once

#include <string_view>
#include <vector>

namespace kazoo::detail::client {

/// The numbers of "Zookeeper version: 3.8.0-..., built on ...", wherever in the answer; none if the
/// server says nothing of the kind.
[[nodiscard]] std::vector<int> parse_server_version(std::string_view answer);

}  // namespace kazoo::detail::client
