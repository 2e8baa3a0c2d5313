// SPDX-License-Identifier: Apache-2.0
#include "client/host_schemes.hpp"

namespace kazoo::detail::client {

std::string find_scheme_problem(const std::vector<HostPort>& hosts, bool always_tls) {
    for (const auto& host : hosts) {
        if (always_tls && host.scheme == HostScheme::tcp) {
            return "with ClientOptions::tls no server is connected to without TLS: " +
                   to_string(host);
        }
        // parse_hosts() does not return such a list, but a host provider may.
        if (!always_tls &&
            (host.scheme == HostScheme::none) != (hosts.front().scheme == HostScheme::none)) {
            return "some servers have a scheme (tls:// or tcp://) and some have none: " +
                   to_string(host);
        }
    }
    return {};
}

}  // namespace kazoo::detail::client
