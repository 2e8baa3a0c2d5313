// SPDX-License-Identifier: Apache-2.0
// Fixture and helpers for tests of failures.

#pragma once

#include "support/handler_fixture.hpp"

#include <kazoo/client.hpp>
#include <kazoo/exceptions.hpp>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace kazoo::testing_support {

using namespace std::chrono_literals;
using enum KazooState;

/// Records the states that a client passes to its listeners.
class StateLog {
public:
    explicit StateLog(KazooClient& client);
    std::vector<KazooState> states() const { return told_->all(); }
    /// Waits until there are `count` states.
    bool wait_for(std::size_t count) const { return told_->wait_for(count); }
    /// Waits until this is the last state.
    bool wait_for(KazooState last) const;

private:
    std::shared_ptr<Recorder<KazooState>> told_ = std::make_shared<Recorder<KazooState>>();
};

/// Number of operations by result, such as "ok" or "connection_loss, not sent".
using Endings = std::map<std::string, std::size_t>;

/// Counts how operations end, to check that each completes exactly once. Copies share the counts.
/// Thread-safe.
class Tally {
public:
    template <class T>
    void add(const AsyncResult<T>& result) {
        auto& calls = next_counter();
        result.rawlink([shared = shared_, &calls](const AsyncResult<T>& r) {
            const auto outcome = r.result();
            shared->note(outcome ? "ok" : describe(outcome.failure()), calls);
        });
    }

    std::size_t issued() const;
    std::size_t completed() const;
    bool wait_complete() const;
    Endings endings() const;
    /// Whether the callback of each operation has run exactly once.
    bool each_exactly_once() const;

private:
    struct Shared {
        void note(const std::string& ending, int& calls_of_operation);
        mutable std::mutex mutex;  // guards the members below
        std::deque<int> calls;     // of each operation's callback; a deque: callbacks refer to them
        Endings endings;
        std::size_t completed = 0;
    };
    static std::string describe(const Error& error);
    int& next_counter();

    std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

/// Ends a client, by stop() first if `stop_first`. Neither may wait for an unresponsive peer.
template <class Client>
void end_at_once(std::optional<Client>& zk, bool stop_first = false) {
    if (stop_first) {
        EXPECT_LT(time_of([&] { zk->stop(); }), at_once);
    }
    EXPECT_LT(time_of([&] { zk.reset(); }), at_once);
}

/// A test of failures, on the library's own handlers. TearDown checks that no thread of a handler
/// is left; if the test has failed, it prints the log of the clients.
class FaultTest : public HandlerTest {
protected:
    void SetUp() override;
    void TearDown() override;

    bool on_loop() const { return std::string_view(GetParam().name) == "Asio"; }
    boost::asio::io_context& loop();
    /// Returns a new handler of the test's kind, for a client that must not share its handler.
    std::shared_ptr<Handler> own_handler();
    /// Options for a client of any server, with a handler of its own and short reconnect delays.
    ClientOptions options_for(const std::string& hosts);
    /// The same for the shared server, directly and by the proxy.
    ClientOptions direct() { return options_for(shared_server().hosts() + chroot()); }
    ClientOptions through_proxy() { return options_for(proxy().hosts() + chroot()); }
    std::string logged();

private:
    int threads_before_ = 0;
};

/// Instantiates a suite for the threading handler and the Asio handler.
#define KAZOO_ON_OWN_HANDLERS(Suite)                                  \
    INSTANTIATE_TEST_SUITE_P(                                         \
        Handlers,                                                     \
        Suite,                                                        \
        ::testing::Values(                                            \
            ::kazoo::testing_support::handler_kind("Threading"),      \
            ::kazoo::testing_support::handler_kind("Asio")            \
        ),                                                            \
        [](const auto& kind) { return std::string(kind.param.name); } \
    )

}  // namespace kazoo::testing_support
