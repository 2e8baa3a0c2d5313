#include "server/connection.hpp"

#include <algorithm>
#include <utility>

namespace kazoo::server {

namespace {

// ZooKeeper has no such limit, and nobody that many names.
constexpr std::size_t most_identities = 256;

}  // namespace

Connection::Connection(
    ConnectionId number, std::string ip, std::uint16_t port_number, std::size_t max_frame
)
    : id(number), address(std::move(ip)), port(port_number), inbox(max_frame) {
    identities.emplace_back("ip", address);
}

bool Connection::add_identities(const std::vector<Id>& more) {
    for (const Id& identity : more) {
        if (std::find(identities.begin(), identities.end(), identity) != identities.end()) {
            continue;
        }
        if (identities.size() >= most_identities) {
            return false;
        }
        identities.push_back(identity);
    }
    return true;
}

}  // namespace kazoo::server
