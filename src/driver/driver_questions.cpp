// SPDX-License-Identifier: Apache-2.0
// What the session asks of the client's side, and the answers, which may come from any thread.
#include "driver/driver.hpp"

#include <new>

namespace kazoo::driver {

/// The default, for sinks whose sessions do not ask.
void EventSink::ask_for_hosts(std::uint64_t, std::uint64_t) {
    throw std::bad_alloc();
}

/// The default, for sinks whose sessions have no SASL.
void EventSink::take_sasl_step(std::uint64_t, const session::SaslAction&) {
    throw std::bad_alloc();
}

std::uint64_t Driver::session_number() const {
    const std::lock_guard lock(mutex_);
    return session_number_;
}

/// Gives the session `number` an input, if it still runs.
template <class Input>
void Driver::answer(std::uint64_t number, Input&& input) noexcept {
    with_session([&](session::Session& session, TimePoint now) {
        if (session_number_ == number) {
            try {
                input(session, now);
            } catch (...) {
                session.out_of_memory(now);
            }
        }
        return 0;
    });
}

void Driver::ask_for_hosts(std::uint64_t question) noexcept {
    const auto number = session_number();
    try {
        sink_.ask_for_hosts(number, question);
    } catch (...) {
        session::ProvidedHosts none;
        none.failure = "no memory";  // short: allocates nothing
        answer_hosts(number, question, std::move(none));
    }
}

void Driver::answer_hosts(
    std::uint64_t number, std::uint64_t question, session::ProvidedHosts hosts
) noexcept {
    answer(number, [&](session::Session& session, TimePoint now) {
        session.on_hosts(question, std::move(hosts), now);
    });
}

void Driver::take_sasl_step(const session::SaslAction& step) noexcept {
    const auto number = session_number();
    try {
        sink_.take_sasl_step(number, step);
    } catch (...) {
        answer_sasl(number, step.attempt, session::SaslAnswer());
    }
}

void Driver::answer_sasl(
    std::uint64_t number, std::uint64_t attempt, const session::SaslAnswer& result
) noexcept {
    answer(number, [&](session::Session& session, TimePoint now) {
        session.on_sasl(attempt, result, now);
    });
}

}  // namespace kazoo::driver
