// SPDX-License-Identifier: Apache-2.0
#include "testing/address.hpp"

#include <kazoo/errors.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/hosts.hpp>
#include <kazoo/testing/server_control.hpp>

#include <boost/asio/io_context.hpp>

#include <charconv>

namespace kazoo::testing {
namespace {

using boost::asio::ip::tcp;

[[noreturn]] void throw_configuration_error(std::string_view address, const char* why) {
    throw ConfigurationError(Error(ClientErrc::configuration)
                                 .operation("listen")
                                 .detail("'" + std::string(address) + "': " + why));
}

std::uint16_t parse_port(std::string_view address, std::string_view digits) {
    std::uint16_t port = 0;
    const char* end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, port);
    if (error != std::errc() || stop != end) {
        throw_configuration_error(address, "the port must be a number from 0 to 65535");
    }
    return port;
}

std::string parse_host(std::string_view address, std::string_view host) {
    if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    } else if (host.find(':') != std::string_view::npos) {
        throw_configuration_error(address, "an IPv6 address must be enclosed in brackets");
    }
    if (host.empty()) {
        throw_configuration_error(address, "the host is missing");
    }
    return std::string(host);
}

}  // namespace

tcp::endpoint resolve_address(std::string_view address) {
    const auto colon = address.rfind(':');
    if (colon == std::string_view::npos) {
        throw_configuration_error(address, "expected host:port");
    }
    const auto host = parse_host(address, address.substr(0, colon));
    const auto port = parse_port(address, address.substr(colon + 1));
    boost::system::error_code error;
    const auto numeric = boost::asio::ip::make_address(host, error);
    if (!error) {
        return {numeric, port};
    }
    boost::asio::io_context unused;  // the constructor requires one; resolve() is synchronous
    const auto found = tcp::resolver(unused).resolve(host, "", error);
    if (error || found.empty()) {
        throw ListenError(
            Error(error, Outcome::not_sent, "listen", {}, "cannot resolve host '" + host + "'")
        );
    }
    return {found.begin()->endpoint().address(), port};
}

std::string to_string(const tcp::endpoint& endpoint) {
    return kazoo::to_string(HostPort(endpoint.address().to_string(), endpoint.port()));
}

}  // namespace kazoo::testing
