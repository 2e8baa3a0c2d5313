// SPDX-License-Identifier: Apache-2.0
// Parses connect strings: "host1:port1,[address]:port2/chroot". What is probably a mistake is an
// error with an explanation, even where the text could be read in some way.
#include "values/text.hpp"

#include <kazoo/hosts.hpp>
#include <kazoo/paths.hpp>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <ostream>

namespace kazoo {

namespace {

constexpr std::size_t npos = std::string_view::npos;
constexpr std::string_view blanks = " \t\r\n";

Error refuse(const std::string& reason, std::string_view part) {
    return Error(ClientErrc::configuration).detail("hosts: " + reason + ": " + base::quoted(part));
}

std::string_view trim(std::string_view text) noexcept {
    const std::size_t first = text.find_first_not_of(blanks);
    if (first == npos) {
        return {};
    }
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::string to_lower(std::string_view text) {
    std::string lower(text);
    for (char& c : lower) {
        if (c >= 'A' && c <= 'Z') {
            c = static_cast<char>(c - 'A' + 'a');
        }
    }
    return lower;
}

bool is_digit(char c) noexcept {
    return c >= '0' && c <= '9';
}

/// Lower-cases the host, so that equal hosts compare equal. The zone of an IPv6 address names an
/// interface and is case-sensitive.
std::string normal_host(std::string_view host) {
    const std::string_view address = host.substr(0, host.find('%'));
    return to_lower(address).append(host.substr(address.size()));
}

// Rejects only characters that no host name contains; everything else is left to the resolver.
bool can_be_name(std::string_view host) noexcept {
    for (const char c : host) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= 0x20 || byte == 0x7F) {
            return false;
        }
    }
    return host.find_first_of("[]@?#\\\"'<>") == npos;
}

// Accepts an optional zone after a percent sign, as in fe80::1%eth0. Checks characters, not the
// form.
bool can_be_ipv6(std::string_view host) noexcept {
    const std::string_view address = host.substr(0, host.find('%'));
    return address.find(':') != npos &&
           address.find_first_not_of("0123456789abcdefABCDEF:.") == npos && can_be_name(host);
}

Result<std::uint16_t> parse_port(std::string_view text, std::string_view whole) {
    text = trim(text);
    unsigned int port = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, failure] = std::from_chars(text.data(), end, port);
    if (failure != std::errc() || stop != end || port == 0 || port > 65535) {
        return refuse("the port must be a number from 1 to 65535", whole);
    }
    return static_cast<std::uint16_t>(port);
}

Result<HostPort> make_server(
    std::string_view host, std::string_view after_host, std::string_view whole
) {
    HostPort server(normal_host(host), default_port);
    if (!after_host.empty()) {
        Result<std::uint16_t> port = parse_port(after_host.substr(1), whole);
        if (!port) {
            return port.failure();
        }
        server.port = *port;
    }
    return server;
}

Result<HostPort> parse_bracketed(std::string_view text) {
    const std::size_t close = text.find(']');
    if (close == npos) {
        return refuse("the closing bracket is missing", text);
    }
    const std::string_view host = text.substr(1, close - 1);
    if (!can_be_ipv6(host)) {
        return refuse("brackets hold an IPv6 address", text);
    }
    const std::string_view rest = trim(text.substr(close + 1));
    if (!rest.empty() && rest.front() != ':') {
        return refuse("only a port can follow the closing bracket", text);
    }
    return make_server(host, rest, text);
}

/// Explains what is wrong with a server that contains several colons: a list with separators other
/// than commas, or an IPv6 address without brackets.
Error refuse_colons(std::string_view text) {
    if (text.find(';') != npos) {
        return refuse("servers are separated by commas, not by semicolons", text);
    }
    if (text.find_first_of(blanks) != npos) {
        return refuse("servers are separated by commas, not by blanks", text);
    }
    if (can_be_ipv6(text)) {
        return refuse("an IPv6 address needs brackets, as in [::1]:2181", text);
    }
    return refuse("a server has the form host:port; this has more than one colon", text);
}

/// Does not quote the text, which may contain a password.
Error refuse_credentials() {
    return Error(ClientErrc::configuration)
        .detail(
            "hosts: credentials do not belong in the connect string; give them to "
            "ClientOptions::auth_data or KazooClient::add_auth"
        );
}

Result<HostPort> parse_address(std::string_view text) {
    if (!text.empty() && text.front() == '[') {
        return parse_bracketed(text);
    }
    const std::size_t colon = text.find(':');
    const std::string_view host = trim(text.substr(0, colon));
    const std::string_view rest = colon == npos ? std::string_view() : text.substr(colon);
    if (host.empty() && rest.empty()) {
        return refuse("a host is empty", text);
    }
    if (rest.find(':', 1) != npos) {
        return refuse_colons(text);
    }
    if (host.empty()) {
        return refuse("the host before the port is missing", text);
    }
    if (!can_be_name(host)) {
        return refuse("not a host name", text);
    }
    return make_server(host, rest, text);
}

constexpr std::string_view after_scheme = "://";

/// The schemes, as they are written in front of a host.
std::string_view prefix_of(HostScheme scheme) noexcept {
    switch (scheme) {
        case HostScheme::tcp:
            return "tcp://";
        case HostScheme::tls:
            return "tls://";
        case HostScheme::none:
            break;
    }
    return "";
}

/// Returns the scheme that the text begins with, in any case, or `none`.
HostScheme scheme_of(std::string_view text) {
    for (const auto scheme : {HostScheme::tcp, HostScheme::tls}) {
        const auto prefix = prefix_of(scheme);
        if (to_lower(text.substr(0, prefix.size())) == prefix) {
            return scheme;
        }
    }
    return HostScheme::none;
}

Result<HostPort> parse_server(std::string_view text) {
    const HostScheme scheme = scheme_of(text);
    const std::string_view address = text.substr(prefix_of(scheme).size());
    if (address.find(after_scheme) != npos) {
        return refuse("the scheme of a server is tls:// or tcp://, or there is none", text);
    }
    Result<HostPort> server = parse_address(trim(address));
    if (server) {
        server->scheme = scheme;
    }
    return server;
}

/// Returns where the chroot begins: at the first slash that is not part of a scheme.
std::size_t find_chroot(std::string_view text) noexcept {
    std::size_t slash = text.find('/');
    while (slash != npos && slash > 0 && text.substr(slash - 1, 3) == after_scheme) {
        slash = text.find('/', slash + 2);
    }
    return slash;
}

// Removes slashes and blanks from the end. trim() does not reach blanks in front of a final slash,
// and they would become part of the chroot.
std::string_view without_end(std::string_view chroot) noexcept {
    while (!chroot.empty() && (chroot.back() == '/' || blanks.find(chroot.back()) != npos)) {
        chroot.remove_suffix(1);
    }
    return chroot;
}

/// Returns whether the text up to the next separator has the form "host:port", or begins with a
/// scheme.
bool begins_with_server(std::string_view text) {
    if (scheme_of(trim(text)) != HostScheme::none) {
        return true;
    }
    text = trim(text.substr(0, text.find_first_of("/,;")));
    const std::size_t colon = text.rfind(':');
    if (colon == npos || colon == 0) {
        return false;
    }
    const std::string_view port = text.substr(colon + 1);
    return !port.empty() && std::all_of(port.begin(), port.end(), is_digit);
}

/// Detects "/app,zk2:2181/app": a valid path, but almost certainly a chroot repeated per server.
bool holds_server(std::string_view chroot) {
    for (std::size_t at = chroot.find_first_of(",; \t"); at != npos;
         at = chroot.find_first_of(",; \t", at + 1)) {
        if (begins_with_server(chroot.substr(at + 1))) {
            return true;
        }
    }
    return false;
}

Result<std::string> parse_chroot(std::string_view text) {
    if (holds_server(text)) {
        return refuse(
            "the chroot is given once, after the last server, as in zk1:2181,zk2:2181/app", text
        );
    }
    const Result<std::string> path = check_path(without_end(text));
    if (!path) {
        return refuse("the chroot is not a valid path (" + path.failure().detail() + ")", text);
    }
    return *path == "/" ? std::string() : *path;
}

/// Returns whether both have a scheme, or neither has.
bool agree(const HostPort& one, const HostPort& other) noexcept {
    return (one.scheme == HostScheme::none) == (other.scheme == HostScheme::none);
}

}  // namespace

std::string to_string(const HostPort& server) {
    const bool brackets = server.host.find(':') != std::string::npos;
    std::string text(prefix_of(server.scheme));
    text += brackets ? "[" + server.host + "]" : server.host;
    return text + ":" + std::to_string(server.port);
}

std::string to_string(const Hosts& hosts) {
    std::string text;
    for (const HostPort& server : hosts.hosts) {
        text += text.empty() ? "" : ",";
        text += to_string(server);
    }
    return text + hosts.chroot;
}

std::ostream& operator<<(std::ostream& out, const HostPort& server) {
    return out << to_string(server);
}

std::ostream& operator<<(std::ostream& out, const Hosts& hosts) {
    return out << to_string(hosts);
}

//     connect string   server { "," server } [ chroot ]
//     server           [ ( "tls" | "tcp" ) "://" ] address
//     address          host [ ":" port ]  |  "[" IPv6 address "]" [ ":" port ]
//     chroot           a path that begins with "/"
//
// Blanks around servers and at both ends are ignored.
Result<Hosts> parse_hosts(std::string_view connect_string) {
    const std::string_view text = trim(connect_string);
    const std::size_t slash = find_chroot(text);
    std::string_view servers = text.substr(0, slash);
    Hosts parsed;
    if (servers.find('@') != npos || text.starts_with("digest:")) {
        return refuse_credentials();
    }
    if (trim(servers).empty()) {
        return refuse("no host is given", text);
    }
    for (bool more = true; more;) {
        const std::size_t comma = servers.find(',');
        Result<HostPort> server = parse_server(trim(servers.substr(0, comma)));
        if (!server) {
            return server.failure();
        }
        parsed.hosts.push_back(*std::move(server));
        if (!agree(parsed.hosts.front(), parsed.hosts.back())) {
            return refuse(
                "some servers have a scheme and some have none; write tls:// or tcp:// before each",
                text.substr(0, slash)
            );
        }
        more = comma != npos;
        servers.remove_prefix(more ? comma + 1 : servers.size());
    }
    if (slash != npos) {
        Result<std::string> chroot = parse_chroot(text.substr(slash));
        if (!chroot) {
            return chroot.failure();
        }
        parsed.chroot = *std::move(chroot);
    }
    return parsed;
}

}  // namespace kazoo
