// SPDX-License-Identifier: Apache-2.0
#include "client/sasl_steps.hpp"

#include "base/signal_masked_thread.hpp"

#include <kazoo/detail/result_state.hpp>

#include <exception>
#include <new>
#include <string>
#include <system_error>
#include <utility>

namespace kazoo {

SaslMechanism::~SaslMechanism() = default;

}  // namespace kazoo

namespace kazoo::detail::client {
namespace {

using session::SaslAnswer;
using Kind = SaslAnswer::Kind;

SaslAnswer with_text(Kind kind, const char* text) {
    SaslAnswer answer;
    answer.text = text;
    answer.kind = kind;
    return answer;
}

Kind kind_of(SaslStep::Kind kind) {
    switch (kind) {
        case SaslStep::Kind::token:
            return Kind::token;
        case SaslStep::Kind::last_token:
            return Kind::last_token;
        case SaslStep::Kind::complete:
            return Kind::complete;
        case SaslStep::Kind::not_ready:
            return Kind::not_ready;
        case SaslStep::Kind::failed:
            break;
    }
    return Kind::failed;
}

/// Returns the result of `function`, a function of the user's that may throw.
template <class Function>
SaslAnswer guarded(Function&& function) noexcept {
    try {
        try {
            return function();
        } catch (const std::bad_alloc&) {
            return {};
        } catch (const std::exception& failure) {
            return with_text(Kind::failed, failure.what());
        } catch (...) {
            return with_text(Kind::failed, "an exception of an unknown type");
        }
    } catch (const std::bad_alloc&) {
        return {};
    }
}

}  // namespace

/// The exchange of one connection. Used by one thread at a time: the session takes the next step
/// only after the result of the last one.
struct SaslSteps::Connection {
    std::unique_ptr<SaslMechanism> mechanism;

    SaslAnswer step(const session::SaslAction& action) noexcept {
        auto answer = guarded([&] {
            auto taken = action.begins ? mechanism->start() : mechanism->step(action.challenge);
            SaslAnswer made;
            made.kind = kind_of(taken.kind());
            made.text = std::move(taken).text();
            return made;
        });
        try {
            answer.mechanism = mechanism->name();
        } catch (const std::bad_alloc&) {
            answer.kind = Kind::no_memory;
        }
        if (answer.kind != Kind::token) {
            mechanism.reset();  // with its secrets
        }
        return answer;
    }
};

void SaslSteps::take(
    const SaslMechanismFactory& make,
    Handler& handler,
    const SaslServer& server,
    const session::SaslAction& action,
    Answer answer
) {
    // On the executor nothing may wait for an operation of the client.
    const detail::LaneScope nothing_may_block(handler, Lane::session);
    if (action.begins) {
        auto next = std::make_shared<Connection>();
        const auto made = guarded([&] {
            next->mechanism = make(server);
            return next->mechanism ? SaslAnswer()
                                   : with_text(Kind::failed, "the factory made no mechanism");
        });
        if (!next->mechanism) {
            return answer(made);
        }
        present_ = std::move(next);
    }
    if (!present_->mechanism->may_block()) {
        return answer(present_->step(action));
    }
    take_on_thread(action, std::move(answer));
}

void SaslSteps::take_on_thread(const session::SaslAction& action, Answer answer) {
    if (threads_->load() >= most_threads) {
        return answer(with_text(
            Kind::not_ready, "earlier steps of the mechanism have not ended yet, on four threads"
        ));
    }
    // Shared, because a thread that cannot be started destroys its function.
    const auto to = std::make_shared<Answer>(std::move(answer));
    auto run = [connection = present_, threads = threads_, action, to]() mutable {
        const auto result = connection->step(action);
        connection.reset();  // if the client has given it up, the mechanism ends here
        threads->fetch_sub(1);
        (*to)(result);
    };
    threads_->fetch_add(1);
    try {
        base::start_masked_thread("kazoo-sasl", std::move(run)).detach();
    } catch (const std::system_error& failure) {
        threads_->fetch_sub(1);
        (*to)(with_text(Kind::not_ready, failure.what()));
    } catch (...) {
        threads_->fetch_sub(1);
        throw;
    }
}

void SaslSteps::end(Handler& handler) noexcept {
    const detail::LaneScope nothing_may_block(handler, Lane::session);
    present_.reset();
}

}  // namespace kazoo::detail::client
