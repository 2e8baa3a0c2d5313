// SPDX-License-Identifier: Apache-2.0
// Fixture and helpers for tests that run on every kind of handler.

#pragma once

#include "support/handler_kit.hpp"
#include "support/proxy.hpp"
#include "support/recorder.hpp"
#include "support/secret_watch.hpp"
#include "support/shared_server.hpp"
#include "support/thread_count.hpp"
#include "support/wait_until.hpp"

#include <kazoo/client.hpp>
#include <kazoo/exceptions.hpp>

#include <gtest/gtest.h>

#include <list>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace kazoo::testing_support {

/// Limit for conditions that a test expects to become true.
constexpr std::chrono::seconds patience{10};
/// Limit for operations that must not wait for an unresponsive peer; shorter than any such wait.
constexpr std::chrono::seconds at_once{2};

/// Returns options whose log is checked for secrets, from the level `checked` on. Their logger
/// receives what it would receive otherwise. Notes the secrets in the options.
ClientOptions watched(ClientOptions options, LogLevel checked = LogLevel::debug);

/// Checks that what a connected client shows of itself contains no secret, and notes the password
/// of its session, which later lines and texts must not contain.
void watch_client(const KazooClient& client);

/// A client that its constructor starts and connects. Its log is checked for secrets.
struct StartedClient : KazooClient {
    explicit StartedClient(ClientOptions options) : KazooClient(watched(std::move(options))) {
        start(patience);
        watch_client(*this);
    }
    [[nodiscard]] std::int64_t session() const { return client_id().value().session_id; }
};

/// A test that runs once for every kind of handler, against the shared server, under a unique
/// chroot that SetUp creates and TearDown deletes.
class HandlerTest : public ::testing::TestWithParam<HandlerKind> {
protected:
    void SetUp() override;
    /// Destroys all clients and checks that the handler has no work left.
    void TearDown() override;

    HandlerKit& kit() { return *kit_; }
    const std::shared_ptr<Handler>& handler() { return kit_->handler(); }
    [[nodiscard]] bool callbacks_may_block() const { return GetParam().callbacks_may_block; }
    [[nodiscard]] const std::string& chroot() const { return chroot_; }

    /// Options for a client on the test's handler, connected to the server directly or by the
    /// proxy.
    ClientOptions options();
    ClientOptions proxied();
    Proxy& proxy();

    /// Cuts the proxy and waits until the client has noticed.
    [[nodiscard]] bool cut_off(const KazooClient& client);

    // Clients live until TearDown.

    KazooClient& make_client(ClientOptions options);
    KazooClient& start_client(ClientOptions options);
    /// Returns a client with options() that the first call starts.
    KazooClient& zk();

    /// Closes the session of a client whose connection is cut, by resuming it with another client,
    /// so that it has expired when the client reconnects. `id` is the client_id() from before the
    /// cut.
    void end_session(const ClientId& id);

    /// Returns a new recorder that lives longer than the clients, whose last callbacks may run
    /// after the body of the test.
    template <class T>
    Recorder<T>& record() {
        const auto recorder = std::make_shared<Recorder<T>>();
        recorders_.push_back(recorder);
        return *recorder;
    }

    /// Records the states that the client passes to its listeners from now on.
    Recorder<KazooState>& record_states(KazooClient& client);

    /// Log lines of the clients with options().
    Recorder<std::string>& log() { return *log_; }
    [[nodiscard]] bool wait_for_log(std::string_view text);

private:
    std::unique_ptr<HandlerKit> kit_;
    std::unique_ptr<Proxy> proxy_;
    std::shared_ptr<Recorder<std::string>> log_ = std::make_shared<Recorder<std::string>>();
    std::string chroot_;
    std::vector<std::shared_ptr<void>> recorders_;
    std::list<KazooClient> clients_;       // a list, because make_client returns references
    KazooClient* plain_client_ = nullptr;  // in clients_
};

/// A client without chroot, shared by all tests of the process, for operations from outside the
/// test.
KazooClient& root_client();

/// A watch function that records its events without the zxid, which some servers omit.
inline Watcher recording(Recorder<WatchedEvent>& events) {
    return Watcher([&events](const WatchedEvent& event) {
        events.add(WatchedEvent(event.type, event.state, event.path));
    });
}

/// Returns the error of a result; an empty one if it has a value. Throws std::runtime_error if it
/// is not ready within `patience`.
template <class T>
Error failure_of(const AsyncResult<T>& result) {
    if (!result.wait(patience)) {
        throw std::runtime_error("the result does not become ready");
    }
    auto outcome = result.result();
    if (outcome.has_value()) return {};
    expect_no_secrets(outcome.failure().message(), "an error");
    return outcome.failure();
}

/// Returns the code of the KazooException that `call` throws; empty if it throws nothing.
template <class Call>
std::error_code code_of(Call&& call) {
    try {
        call();
    } catch (const KazooException& error) {
        return error.code();
    }
    return {};
}

/// Returns the error of a call that must throw `E`. Fails the test and returns an empty one if it
/// does not.
template <class E, class Call>
Error thrown(Call&& call) {
    try {
        call();
        ADD_FAILURE() << "nothing was thrown";
    } catch (const E& e) {
        expect_no_secrets(e.what(), "an exception");
        return e.error();
    } catch (const std::exception& e) {
        ADD_FAILURE() << "something else was thrown: " << e.what();
    }
    return {};
}

/// Returns how long `call` takes.
template <class Call>
std::chrono::steady_clock::duration time_of(Call&& call) {
    const auto begin = std::chrono::steady_clock::now();
    call();
    return std::chrono::steady_clock::now() - begin;
}

}  // namespace kazoo::testing_support
