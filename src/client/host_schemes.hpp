// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/hosts.hpp>

#include <string>
#include <vector>

namespace kazoo::detail::client {

/// Returns what is wrong with the schemes of a client's servers, or an empty string.
/// `always_tls`: the client has the option ClientOptions::tls.
[[nodiscard]] std::string find_scheme_problem(const std::vector<HostPort>& hosts, bool always_tls);

}  // namespace kazoo::detail::client
