// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/fault_fixture.hpp"

#include <kazoo/client.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/testing/ensemble.hpp>
#include <kazoo/testing/server.hpp>

#include <chrono>
#include <string>

namespace kazoo::embedded_tests {

using namespace std::chrono_literals;
using enum KazooState;
using testing::Ensemble;
using testing::Fault;
using testing::Handshake;
using testing::Release;
using testing::Request;
using testing::Server;
using testing::ServerOptions;
using testing_support::patience;
using testing_support::StateLog;
using testing_support::thrown;
using testing_support::wait_until;

/// Options for a client that reconnects quickly and logs nothing.
inline ClientOptions to(const std::string& hosts) {
    return testing_support::watched(ClientOptions()
                                        .hosts(hosts)
                                        .close_timeout(2s)
                                        .randomize_hosts(false)
                                        .connection_retry(RetryPolicy().delay(5ms).max_delay(50ms))
                                        .logger(Logger::none()));
}

/// Sessions expire within a quarter of a second.
inline ServerOptions short_sessions() {
    return ServerOptions().tick(20ms).min_session_timeout(40ms);
}

struct StartedClient : testing_support::StartedClient {
    using testing_support::StartedClient::StartedClient;
    explicit StartedClient(const std::string& hosts) : testing_support::StartedClient(to(hosts)) {}
};

/// Returns the number of watches that the server of a client has, on all connections.
inline int watches_on(KazooClient& client) {
    const auto answer = client.command("wchs");
    return std::stoi(answer.substr(answer.rfind(':') + 1));
}

template <class Condition>
bool becomes_true(Condition&& condition) {
    return wait_until(std::forward<Condition>(condition), patience);
}

}  // namespace kazoo::embedded_tests
