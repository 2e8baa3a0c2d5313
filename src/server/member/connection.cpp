// SPDX-License-Identifier: Apache-2.0
#include "server/member/connection.hpp"

#include <utility>

namespace kazoo::server {

namespace {

// Apache's server has no such limit. Each identity is counted twice, in the list and in the set,
// plus the overhead of its containers.
constexpr std::size_t max_identity_bytes = std::size_t{16} << 20;
constexpr std::size_t identity_overhead = 192;

std::string key_of(const Id& identity) {
    std::string key = identity.scheme;
    key += '\0';
    return key += identity.id;
}

}  // namespace

Connection::Connection(
    ConnectionId number, std::string ip, std::uint16_t port_number, std::size_t max_frame
)
    : id(number), address(std::move(ip)), port(port_number), inbox(max_frame) {
    identities.emplace_back("ip", address);
    known_identities.insert(key_of(identities.front()));
}

bool Connection::add_identities(const std::vector<Id>& more) {
    for (const Id& identity : more) {
        std::string key = key_of(identity);
        if (known_identities.contains(key)) {
            continue;
        }
        const std::size_t cost = 2 * key.size() + identity_overhead;
        if (identity_bytes + cost > max_identity_bytes) {
            return false;
        }
        identities.push_back(identity);
        known_identities.insert(std::move(key));
        identity_bytes += cost;
    }
    return true;
}

}  // namespace kazoo::server
