// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/fault_fixture.hpp"
#include "support/handler_kit.hpp"
#include "support/recorder.hpp"
#include "support/wait_until.hpp"

#include <kazoo/kazoo.hpp>
#include <kazoo/testing/server.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace kazoo::recipe_tests {

using namespace std::chrono_literals;
using testing::Fault;
using testing::Request;
using testing::Server;
using testing::ServerOptions;
using testing_support::HandlerKind;
using testing_support::patience;
using testing_support::Recorder;
using testing_support::wait_until;

/// A recipe on each kind of handler, with an embedded server of its own. Objects of recipes are
/// local variables of the tests; what their functions use is shared with them.
class RecipeTest : public ::testing::TestWithParam<HandlerKind> {
protected:
    void SetUp() override { kit_ = GetParam().make(); }
    void TearDown() override {
        server.clear_faults();
        clients_.clear();
        EXPECT_TRUE(kit_->shut_down(patience)) << "the handler still has work";
    }

    ClientOptions options() {
        return ClientOptions()
            .hosts(server.hosts())
            .handler(kit_->handler())
            .close_timeout(2s)
            .connection_retry(RetryPolicy().delay(5ms).max_delay(50ms))
            .logger(Logger([log = log_](LogLevel, std::string_view line) {
                log->add(std::string(line));
            }));
    }
    KazooClient& make_client() { return make_client(options()); }
    KazooClient& make_client(const ClientOptions& chosen) {
        return clients_.emplace_back(chosen);
    }
    KazooClient& start_client() {
        auto& client = make_client();
        client.start(patience);
        return client;
    }
    /// The client of the recipe.
    KazooClient& zk() {
        if (zk_ == nullptr) zk_ = &start_client();
        return *zk_;
    }
    /// Another client, for changes that the recipe's client does not make, on a handler of its own.
    KazooClient& other() {
        if (!other_) {
            other_.emplace(ClientOptions().hosts(server.hosts()).close_timeout(2s));
            other_->start(patience);
        }
        return *other_;
    }
    /// Ends the session of the recipe's client, and waits until it has another one.
    void expire_session() {
        const auto session = zk().client_id().value().session_id;
        ASSERT_TRUE(server.expire_session(session));
        ASSERT_TRUE(wait_until(
            [&] {
                const auto id = zk().client_id();
                return id && id->session_id != session && zk().connected();
            },
            patience
        ));
    }
    [[nodiscard]] bool wait_for_log(std::string_view text) {
        return wait_until(
            [&] {
                for (const auto& line : log_->all()) {
                    if (line.find(text) != std::string::npos) return true;
                }
                return false;
            },
            patience
        );
    }

    Server server{ServerOptions().tick(100ms)};

private:
    std::unique_ptr<testing_support::HandlerKit> kit_;
    std::shared_ptr<Recorder<std::string>> log_ = std::make_shared<Recorder<std::string>>();
    std::list<KazooClient> clients_;
    KazooClient* zk_ = nullptr;
    std::optional<KazooClient> other_;
};

/// Pauses of a few milliseconds.
inline RetryPolicy quick() {
    return RetryPolicy().delay(2ms).max_delay(20ms);
}

template <class Object>
bool becomes(const Object& object, WatchEnd end) {
    return wait_until([&] { return object.ended() == end; }, patience);
}

/// Returns the error of a result; an empty one if it has a value.
template <class T>
Error error_of(const AsyncResult<T>& result) {
    if (!result.wait(patience)) {
        ADD_FAILURE() << "the result does not become ready";
        return {};
    }
    const auto outcome = result.result();
    return outcome ? Error() : outcome.failure();
}

inline std::string kind_name(const ::testing::TestParamInfo<HandlerKind>& info) {
    return info.param.name;
}

#define KAZOO_ON_EACH_HANDLER(Suite)                                            \
    INSTANTIATE_TEST_SUITE_P(                                                   \
        Handlers,                                                               \
        Suite,                                                                  \
        ::testing::ValuesIn(::kazoo::testing_support::first_of_each_handler()), \
        ::kazoo::recipe_tests::kind_name                                        \
    )

}  // namespace kazoo::recipe_tests
