// SPDX-License-Identifier: Apache-2.0
/// The connect string: a list of servers and an optional chroot.
///
///     const Hosts parsed = parse_hosts("zk1,zk2:2182/app").value();
///     // parsed.hosts: {"zk1", 2181}, {"zk2", 2182}; parsed.chroot: "/app"
///
/// KazooClient parses ClientOptions::hosts with parse_hosts(). All functions declared here are
/// thread-safe.
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

/// The port of a server that is given without one.
inline constexpr std::uint16_t default_port = 2181;

/// How the connection to a server is protected.
enum class HostScheme {
    none,  ///< not stated: with TLS if the client has the option ClientOptions::tls
    tcp,   ///< "tcp://": never with TLS
    tls,   ///< "tls://": with TLS, according to ClientOptions::tls or else the default TlsOptions
};

/// The address of one server.
struct HostPort {
    /// A host name or an IP address. IPv6 addresses are stored without brackets and may have a
    /// zone, as in "fe80::1%eth0".
    std::string host;
    std::uint16_t port = default_port;     ///< From 1 to 65535.
    HostScheme scheme = HostScheme::none;  ///< Whether the server uses TLS.

    HostPort() {}
    /// From a host, a port and a scheme.
    HostPort(
        std::string host_name, std::uint16_t port_number, HostScheme host_scheme = HostScheme::none
    )
        : host(std::move(host_name)), port(port_number), scheme(host_scheme) {}

    friend bool operator==(const HostPort&, const HostPort&) = default;
};

/// A parsed connect string.
struct Hosts {
    /// The servers in the order written, duplicates included. parse_hosts() returns at least one.
    std::vector<HostPort> hosts;
    /// The path that the client prepends to all its paths, in normal form (see normalize_path());
    /// empty if there is none.
    std::string chroot;

    Hosts() {}
    /// From servers and a chroot.
    Hosts(std::vector<HostPort> servers, std::string root)
        : hosts(std::move(servers)), chroot(std::move(root)) {}

    friend bool operator==(const Hosts&, const Hosts&) = default;
};

/// Returns "host:port", with brackets around an IPv6 address, after the scheme, if there is one:
/// "zk1:2181", "[::1]:2181", "tls://zk1:2281".
std::string to_string(const HostPort& server);
/// Returns the connect string, such as "zk1:2181,zk2:2181/app". For the result of parse_hosts(),
/// parsing this string again gives an equal value.
std::string to_string(const Hosts& hosts);
/// Write to_string().
std::ostream& operator<<(std::ostream& out, const HostPort& server);
std::ostream& operator<<(std::ostream& out, const Hosts& hosts);

/// Parses a connect string: "[scheme://]host[:port][,[scheme://]host[:port]]...[/chroot]".
///
/// - The scheme is "tls" or "tcp", of each server: "tls://zk1:2281,tls://zk2:2281/app". "tls" means
///   a connection with TLS, "tcp" one without. Either all servers have one or none has, so that no
///   server loses its protection by an omission. Without one, servers use TLS if the client has the
///   option ClientOptions::tls. With that option no connection is made without TLS: "tcp" is a
///   ConfigurationError.
/// - The port is a number from 1 to 65535; default 2181, with TLS as well.
/// - IPv6 addresses are written in brackets: "[::1]:2181", "[fe80::1%eth0]:2181".
/// - White space around hosts, ports and the whole string is ignored.
/// - Host names and addresses are converted to lower case, as in kazoo, except the zone of an
///   IPv6 address, which is an interface name.
/// - The chroot follows the last server and applies to all of them. It is normalised and checked
///   like any path; "/" means no chroot.
///
/// Only parses: resolves no names and opens no connections.
///
/// Fails with ClientErrc::configuration and a detail that quotes the offending part if
/// - the string or a host is empty, a port is invalid, or a host contains characters that no host
///   name has;
/// - an IPv6 address has no brackets, or a bracket is unbalanced;
/// - servers are separated by anything other than commas;
/// - a server has another scheme ("zk://..."), or some of the servers have a scheme and some have
///   none;
/// - the chroot is not a valid path, or is followed by another server
///   ("zk1:2181/app,zk2:2181/app");
/// - it contains credentials ("user:password@host"); these are not quoted in the detail. Use
///   ClientOptions::auth_data instead.
Result<Hosts> parse_hosts(std::string_view connect_string);

}  // namespace kazoo
KAZOO_API_END
