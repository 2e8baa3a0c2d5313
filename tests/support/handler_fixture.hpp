#pragma once

#include "support/handler_kit.hpp"
#include "support/proxy.hpp"
#include "support/recorder.hpp"
#include "support/thread_count.hpp"

#include <kazoo/client.hpp>

#include <gtest/gtest.h>

#include <list>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace kazoo::testing_support {

/// Longer than anything a test waits for takes.
constexpr std::chrono::seconds patience{10};
/// Less than any wait for a peer that does not answer.
constexpr std::chrono::seconds at_once{2};

/// A test that runs once on every kind of handler, against the shared server, under a chroot of its
/// own that is there already.
class HandlerTest : public ::testing::TestWithParam<HandlerKind> {
protected:
    void SetUp() override;
    /// Stops all clients and checks that the handler has nothing left to do.
    void TearDown() override;

    HandlerKit& kit() { return *kit_; }
    const std::shared_ptr<Handler>& handler() { return kit_->handler(); }
    [[nodiscard]] bool callbacks_may_block() const { return GetParam().callbacks_may_block; }
    [[nodiscard]] const std::string& chroot() const { return chroot_; }

    /// For a client on the test's handler, straight to the server or through the proxy.
    ClientOptions options();
    ClientOptions proxied();
    Proxy& proxy();

    /// Clients live as long as the test.
    KazooClient& make_client(ClientOptions options);
    KazooClient& start_client(ClientOptions options);
    /// A started client with the plain options, made at the first call.
    KazooClient& zk();

    /// Ends the session of a client whose connection is cut, so that the server knows nothing of it
    /// when the client comes back. `id` was asked for while it was connected.
    void end_session(const ClientId& id);

    /// A recorder that lives longer than the clients, whose last callbacks may come after the test.
    template <class T>
    Recorder<T>& record() {
        const auto recorder = std::make_shared<Recorder<T>>();
        recorders_.push_back(recorder);
        return *recorder;
    }

    /// Lines that the clients made by `options` have logged.
    Recorder<std::string>& log() { return *log_; }
    [[nodiscard]] bool wait_for_log(std::string_view text);

private:
    std::unique_ptr<HandlerKit> kit_;
    std::unique_ptr<Proxy> proxy_;
    std::shared_ptr<Recorder<std::string>> log_ = std::make_shared<Recorder<std::string>>();
    std::string chroot_;
    std::vector<std::shared_ptr<void>> recorders_;
    std::list<KazooClient> clients_;
    KazooClient* plain_client_ = nullptr;
};

/// A client of the shared server without chroot, for the other party of a test.
KazooClient& root_client();

/// The failure of a result that is ready within `patience`; an empty one if it has a value.
template <class T>
Error failure_of(const AsyncResult<T>& result) {
    if (!result.wait(patience)) {
        throw std::runtime_error("the result does not become ready");
    }
    auto outcome = result.result();
    return outcome.has_value() ? Error() : outcome.failure();
}

/// The code of what `call` throws; empty if it throws nothing.
template <class Call>
std::error_code code_of(Call&& call) {
    try {
        call();
    } catch (const KazooException& error) {
        return error.code();
    }
    return {};
}

template <class Call>
std::chrono::steady_clock::duration time_of(Call&& call) {
    const auto begin = std::chrono::steady_clock::now();
    call();
    return std::chrono::steady_clock::now() - begin;
}

}  // namespace kazoo::testing_support
