// SPDX-License-Identifier: Apache-2.0
/// Servers from DNS: the records of type SRV (RFC 2782) of a name. Needs the component kazoo::srv,
/// which uses c-ares.
///
///     KazooClient zk(ClientOptions().host_provider(srv_hosts("_zookeeper._tcp.example.com")));
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/host_provider.hpp>
#include <kazoo/time.hpp>

#include <chrono>
#include <string>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

/// Parameters of srv_hosts.
class SrvOptions {
public:
    SrvOptions() {}

    /// The name server to ask: an IP address with an optional port, "10.0.0.2:5353", "[::1]:53".
    /// Default: empty, those of the system (/etc/resolv.conf).
    SrvOptions& name_server(std::string value) & {
        name_server_ = std::move(value);
        return *this;
    }
    SrvOptions name_server(std::string value) && {
        return std::move(name_server(std::move(value)));
    }
    [[nodiscard]] const std::string& name_server() const noexcept { return name_server_; }

    /// Time limit of one lookup, all tries and name servers included; more than zero. Becomes the
    /// HostProvider::timeout. Default: 5 s.
    SrvOptions& timeout(AnyMilliseconds value) & noexcept {
        timeout_ = value;
        return *this;
    }
    SrvOptions timeout(AnyMilliseconds value) && noexcept { return std::move(timeout(value)); }
    [[nodiscard]] const std::chrono::milliseconds& timeout() const noexcept { return timeout_; }

private:
    std::string name_server_;
    std::chrono::milliseconds timeout_{5'000};
};

/// Returns a provider of the servers that the SRV records of `name` list. A name without a final
/// dot is searched for in the domains of /etc/resolv.conf, too.
///
/// The servers are tried in the order of RFC 2782: by ascending priority, and at random among equal
/// ones, in proportion to their weights. A server that has just failed comes last. The host names
/// are resolved by the system at each attempt, as those of ClientOptions::hosts are.
///
/// With `srv_hosts(name).in_order(false)` priorities and weights do not count: the client shuffles
/// the servers, and HostOperations::refresh_hosts spreads connected clients over added ones.
///
/// The records are looked up anew before each round of connection attempts, and by
/// HostOperations::refresh_hosts, on a thread of its own, which ends with the lookup. A truncated
/// answer is asked for again over TCP. Failures, which the log and the errors of KazooClient::start
/// name: no record, no answer in time, a malformed answer, a refusal of the name server, and the
/// record by which a domain says that it has no such service (the target "."). HostProvider says
/// what the client does then.
///
/// Throws ConfigurationError if `name` is empty, longer than 255 characters or contains a zero
/// byte, or if the timeout is not positive. Thread-safe.
[[nodiscard]] HostProvider srv_hosts(std::string name, const SrvOptions& options = {});

}  // namespace kazoo
KAZOO_API_END
