// SPDX-License-Identifier: Apache-2.0
// Checks that a parsed hosts string has one canonical form, which parses to the same value.
#include "fuzz/harness.hpp"

#include <kazoo/hosts.hpp>
#include <kazoo/paths.hpp>

namespace kazoo::fuzz {
namespace {

void check(const Hosts& parsed) {
    require(!parsed.hosts.empty(), "there is a host");
    for (const HostPort& server : parsed.hosts) {
        require(!server.host.empty(), "hosts have a name");
        require(is_printable(server.host), "host names have no control bytes");
        require(server.port != 0, "ports are not 0");
    }
    if (!parsed.chroot.empty()) {
        const auto path = check_path(parsed.chroot);
        require(path && *path == parsed.chroot, "a chroot is a normal path");
        require(parsed.chroot != "/", "the root is no chroot");
    }
    const auto again = parse_hosts(to_string(parsed));
    require(again && *again == parsed, "what is written can be read");
}

}  // namespace
}  // namespace kazoo::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace kazoo;
    const auto text = fuzz::Input(data, size).rest_as_text();
    if (const auto parsed = parse_hosts(text)) {
        fuzz::check(*parsed);
    } else {
        fuzz::require(
            parsed.failure().code() == ClientErrc::configuration, "it is a configuration error"
        );
        fuzz::require(fuzz::is_printable(parsed.failure().detail()), "it can be logged");
    }
    return 0;
}
