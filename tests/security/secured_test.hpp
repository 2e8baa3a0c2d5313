// SPDX-License-Identifier: Apache-2.0
// Fixtures for clients of secured Apache ZooKeeper servers.

#pragma once

#include "support/certificates.hpp"
#include "support/fault_fixture.hpp"
#include "support/proxy.hpp"
#include "support/recorder.hpp"
#include "support/secure_apache.hpp"
#include "support/wait_until.hpp"

#include <kazoo/client.hpp>
#include <kazoo/exceptions.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace kazoo::security_tests {

using namespace std::chrono_literals;
using namespace testing_support;

/// The certificates of all tests of the process.
const Certificates& certificates();

/// Returns the address of a proxy by the name that certificates and Kerberos principals have.
std::string by_name(const Proxy& proxy);

/// The identities that the server has for the connection, as "scheme:user", sorted, without the
/// address.
std::vector<std::string> identities(KazooClient& zk);

class SecuredTest : public ::testing::Test {
protected:
    /// Prints what the clients have logged if the test has failed.
    void TearDown() override;

    /// Options for a client with short reconnect delays whose log the test reads.
    ClientOptions client_of(const std::string& hosts);
    /// Whether a line of the clients' log contains `text`; waits for it.
    bool logs(const std::string& text);
    /// Checks that a client cannot connect, that its log gives this reason, and that `start`
    /// reports it.
    void expect_unreachable(ClientOptions options, const std::string& reason);
    /// Checks that the servers refuse the client's credentials, and returns the error.
    Error expect_refused(ClientOptions options);
    /// Runs 10,000 reads and writes through the proxy, which breaks the connection in their midst.
    /// Checks that each ends once, that no write is lost without an error, that the session
    /// survives, and that the server has the same identities for it afterwards.
    void expect_nothing_lost(KazooClient& zk, Proxy& proxy);

private:
    std::shared_ptr<Recorder<std::string>> log_ = std::make_shared<Recorder<std::string>>();
};

/// Returns what is missing on this machine for a suite; empty if there is all.
using Lacking = std::string (*)();
/// States what a suite needs, as the initialiser of a variable of its file: main() leaves it out,
/// and prints the reason, if something is missing.
bool needs(const char* suite, Lacking lacking);
/// All that was stated so.
struct SuiteNeeds {
    std::string suite;
    Lacking lacking;
};
const std::vector<SuiteNeeds>& all_needs();

/// A test of one server, which the first test of the suite starts. `Suite` has the static function
/// server_options(), and states its needs.
template <class Suite>
class OneServer : public SecuredTest {
public:
    static void SetUpTestSuite() {
        server_ = std::make_unique<SecureApache>(Suite::server_options());
        server_->start();
    }
    static void TearDownTestSuite() { server_.reset(); }

protected:
    static SecureApache& server() { return *server_; }

private:
    static inline std::unique_ptr<SecureApache> server_;
};

}  // namespace kazoo::security_tests
