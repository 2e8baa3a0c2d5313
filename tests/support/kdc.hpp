// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/child_process.hpp"
#include "support/temporary_directory.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace kazoo::testing_support {

/// A Kerberos key distribution centre (MIT's krb5kdc) on a port of 127.0.0.1, with a realm, a
/// configuration and a database of its own in a temporary directory.
///
/// The constructor starts it. It is killed when this object is destroyed, and when the test process
/// ends in any way. Failures throw std::runtime_error with the output of the program. Not
/// thread-safe.
class Kdc {
public:
    static constexpr auto realm = "KAZOO.TEST";

    /// Returns what is missing on this machine; empty if a Kdc can be made.
    [[nodiscard]] static std::string lacking();

    Kdc();

    /// The configuration (krb5.conf) of programs that use this realm: KRB5_CONFIG in the
    /// environment of clients, java.security.krb5.conf of a JVM.
    [[nodiscard]] std::filesystem::path configuration() const { return directory_ / "krb5.conf"; }

    /// Adds a principal, such as "alice" or "zookeeper/localhost", with a random key, and returns a
    /// keytab with that key.
    std::filesystem::path add(const std::string& principal);
    /// Replaces the key of a principal and returns a new keytab. Keytabs from before are refused
    /// from now on.
    std::filesystem::path renew_key(const std::string& principal);
    /// Gets a ticket-granting ticket with the key of `keytab`, valid for `lifetime`, and returns
    /// the file with it: KRB5CCNAME of clients.
    std::filesystem::path ticket(
        const std::string& principal,
        const std::filesystem::path& keytab,
        std::chrono::seconds lifetime = std::chrono::minutes(10)
    );

    /// Returns whether there is a ticket-granting ticket in the file that has not expired.
    [[nodiscard]] bool is_valid(const std::filesystem::path& cache) const;

    /// Ends the process. Tickets remain valid, and new ones cannot be had until `start`.
    void stop();
    /// Starts the process again, at the same port. Does nothing if it runs.
    void start();

private:
    void write_configuration();
    void create_database();
    bool launch();
    [[nodiscard]] std::vector<std::string> in_environment(std::vector<std::string> command) const;
    void run(const std::vector<std::string>& command) const;
    std::filesystem::path new_file(const std::string& extension);

    TemporaryDirectory directory_;
    std::uint16_t port_ = 0;
    unsigned files_ = 0;
    std::optional<ChildProcess> process_;
};

}  // namespace kazoo::testing_support
