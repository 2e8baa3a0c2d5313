// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace kazoo::testing_support {

/// The server that all tests of a process share.
class SharedServer {
public:
    virtual ~SharedServer() = default;
    [[nodiscard]] virtual std::uint16_t port() const = 0;
    [[nodiscard]] virtual bool embedded() const = 0;
    /// Sends a four-letter word and returns the answer; empty if there is none within 5 seconds.
    [[nodiscard]] std::string four_letter_word(std::string_view command) const;
    /// "127.0.0.1:port".
    [[nodiscard]] std::string hosts() const;
};

/// Returns the server of this process, which the first call starts: Apache ZooKeeper, or the
/// embedded server if the environment variable KAZOO_TEST_SERVER is "embedded". Both have the same
/// settings. Thread-safe.
const SharedServer& shared_server();

/// Returns a path that no other test of any process uses, "/kazoo-test-<pid>-<n>", without creating
/// the node.
std::string unique_chroot();

}  // namespace kazoo::testing_support
