#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kazoo::testing_support {

/// The server that the tests of a process share.
class SharedServer {
public:
    virtual ~SharedServer() = default;
    [[nodiscard]] virtual std::uint16_t port() const = 0;
    [[nodiscard]] virtual bool embedded() const = 0;
    /// The answer to "srvr", "mntr", "cons", ...; empty when there is none within 5 seconds.
    [[nodiscard]] std::string four_letter_word(std::string_view command) const;
    /// "127.0.0.1:port".
    [[nodiscard]] std::string hosts() const;
};

/// One per test process, started at the first call: Apache ZooKeeper, or the embedded server if the
/// environment says KAZOO_TEST_SERVER=embedded. Both are configured alike.
const SharedServer& shared_server();

/// A path that no other test of this or any other process uses: "/kazoo-test-<pid>-<n>".
std::string unique_chroot();

}  // namespace kazoo::testing_support
