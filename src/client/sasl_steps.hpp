// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "session/events.hpp"

#include <kazoo/handler.hpp>
#include <kazoo/sasl_mechanism.hpp>
#include <kazoo/unique_function.hpp>

#include <atomic>
#include <memory>

namespace kazoo::detail::client {

/// Takes the steps of a client's SASL exchanges. Each connection has a mechanism of its own, made
/// by the user's factory. A step runs in the call or, if the mechanism may block, on a thread of
/// its own, which shares the mechanism: one that still runs when the connection has ended keeps it.
///
/// Used on the connection's executor only.
class SaslSteps {
public:
    /// Called once with the result, in the call of `take` or by a thread. Must not throw.
    using Answer = UniqueFunction<void(const session::SaslAnswer&)>;

    /// Greatest number of threads of one client.
    static constexpr int most_threads = 4;

    /// Takes one step. Throws std::bad_alloc, or nothing if `answer` has been called.
    void take(
        const SaslMechanismFactory& make,
        Handler& handler,
        const SaslServer& server,
        const session::SaslAction& action,
        Answer answer
    );
    /// Destroys the mechanism of the last connection, unless a thread uses it.
    void end(Handler& handler) noexcept;

private:
    struct Connection;

    void take_on_thread(const session::SaslAction& action, Answer answer);

    std::shared_ptr<Connection> present_;
    const std::shared_ptr<std::atomic<int>> threads_ = std::make_shared<std::atomic<int>>(0);
};

}  // namespace kazoo::detail::client
