/// The connect string: which servers to talk to, and under which root.
#pragma once

#include <kazoo/detail/export.hpp>
#include <kazoo/result.hpp>

#include <cstdint>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

KAZOO_API_BEGIN
namespace kazoo {

/// The port of servers that are named without one.
inline constexpr std::uint16_t default_port = 2181;

/// A server: a host name or an address (IPv6 without brackets), and a port.
struct HostPort {
    std::string host;
    std::uint16_t port = default_port;

    HostPort() {}
    HostPort(std::string host_name, std::uint16_t port_number)
        : host(std::move(host_name)), port(port_number) {}

    friend bool operator==(const HostPort&, const HostPort&) = default;
};

/// What a connect string says.
struct Hosts {
    /// In the order written, repetitions included; never empty after parse_hosts().
    std::vector<HostPort> hosts;
    /// A normal path, or empty if there is none.
    std::string chroot;

    Hosts() {}
    Hosts(std::vector<HostPort> servers, std::string root)
        : hosts(std::move(servers)), chroot(std::move(root)) {}

    friend bool operator==(const Hosts&, const Hosts&) = default;
};

/// "zk1:2181", or "[::1]:2181" for an IPv6 address.
std::string to_string(const HostPort& server);
/// "zk1:2181,zk2:2181/app": parse_hosts() gives back the same.
std::string to_string(const Hosts& hosts);
std::ostream& operator<<(std::ostream& out, const HostPort& server);
std::ostream& operator<<(std::ostream& out, const Hosts& hosts);

/// Reads "host[:port][,host[:port]]...[/chroot]".
///
/// The port defaults to 2181; IPv6 addresses stand in brackets, "[::1]:2181" or
/// "[fe80::1%eth0]:2181"; blanks around hosts, ports and the whole are dropped; names and addresses
/// are lower-cased, as kazoo does, but not the zone of an address, which names an interface. The
/// chroot stands once, behind the last server, and applies to all of them; it is normalised and
/// checked as a path; "/" means none. Nothing is resolved or contacted.
///
/// Fails with ClientErrc::configuration and a detail that quotes the offending part: an empty
/// string or host, a port that is not a number from 1 to 65535, an IPv6 address without brackets,
/// a bracket without its partner, a character no host name has, another separator than a comma,
/// the scheme of a URL, an invalid chroot, or a chroot in which another server follows
/// ("zk1:2181/app,zk2:2181/app"). Credentials ("user:password@host") are refused without being
/// quoted.
Result<Hosts> parse_hosts(std::string_view connect_string);

}  // namespace kazoo
KAZOO_API_END
