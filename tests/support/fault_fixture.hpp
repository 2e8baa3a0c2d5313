#pragma once

#include "support/handler_fixture.hpp"
#include "support/wait_until.hpp"

#include <kazoo/client.hpp>
#include <kazoo/exceptions.hpp>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace kazoo::testing_support {

/// The states that a client's listeners are told.
class StateLog {
public:
    explicit StateLog(KazooClient& client);
    std::vector<KazooState> states() const { return told_->all(); }
    /// Waits until so many have been told.
    bool wait_for(std::size_t count) const { return told_->wait_for(count); }
    /// Waits until this is what was told last.
    bool wait_for(KazooState last) const;

private:
    std::shared_ptr<Recorder<KazooState>> told_ = std::make_shared<Recorder<KazooState>>();
};

/// Watches operations: each must complete exactly once. Copies share the tally.
class Tally {
public:
    template <class T>
    void add(const AsyncResult<T>& result) {
        auto& calls = next_counter();
        result.rawlink([shared = shared_, &calls](const AsyncResult<T>& r) {
            const auto outcome = r.result();
            shared->note(outcome ? "ok" : describe(outcome.failure()));
            ++calls;  // last: a waiter reads the notes as soon as it is counted
        });
    }

    std::size_t issued() const;
    std::size_t completed() const;
    bool wait_complete() const;
    /// How many ended so: "ok", or "connection_loss, not sent".
    std::map<std::string, std::size_t> endings() const;
    /// Each one's callback has run once.
    bool each_exactly_once() const;

private:
    struct Shared {
        void note(const std::string& ending);
        mutable std::mutex mutex;
        std::deque<std::atomic<int>> calls;
        std::map<std::string, std::size_t> endings;
        std::size_t completed = 0;
    };
    static std::string describe(const Error& error);
    std::atomic<int>& next_counter();

    std::shared_ptr<Shared> shared_ = std::make_shared<Shared>();
};

/// The error of a call that must fail with `E`; an empty one, and a test failure, if it does not.
template <class E, class Call>
Error thrown(Call&& call) {
    try {
        call();
        ADD_FAILURE() << "nothing was thrown";
    } catch (const E& e) {
        return e.error();
    } catch (const std::exception& e) {
        ADD_FAILURE() << "something else was thrown: " << e.what();
    }
    return {};
}

/// A test of what goes wrong, on the library's own handlers. At its end no thread of a handler may
/// be left; a failed test shows what its clients have logged.
class FaultTest : public HandlerTest {
protected:
    void SetUp() override;
    void TearDown() override;

    bool on_loop() const { return std::string_view(GetParam().name) == "Asio"; }
    boost::asio::io_context& loop();
    /// A handler of the test's kind for one client alone, which ends with it.
    std::shared_ptr<Handler> own_handler();
    /// For any server; clients reconnect quickly.
    ClientOptions options_for(const std::string& hosts);
    std::string logged();

private:
    int threads_before_ = 0;
};

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
