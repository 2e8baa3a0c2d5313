// SPDX-License-Identifier: Apache-2.0
// Retries: the blocking pause between two tries, and sleeping, deadlines and the use of a handler
// for the asynchronous form.
#include "async/stop_link.hpp"
#include "driver/environment_source.hpp"

#include <kazoo/event.hpp>
#include <kazoo/kazoo_retry.hpp>
#include <kazoo/promise.hpp>
#include <kazoo/sleep.hpp>

#include <list>
#include <new>

namespace kazoo {

TimePoint KazooRetry::now() const noexcept {
    return handler_ ? handler_->now() : Clock::now();
}

detail::RetryRun KazooRetry::begin() const {
    return detail::RetryRun(policy_, driver::random_seed(handler_.get()), now());
}

detail::RetryRun KazooRetry::begin_blocking() const {
    detail::check_may_block();
    if (handler_) {
        static_cast<void>(handler_->waiter());  // throws where the caller must not block
    }
    return begin();
}

void KazooRetry::pause(detail::RetryRun& run, const std::exception_ptr& failure) const {
    const auto time = run.after(failure, now());
    Event interrupted(handler_);
    const auto wake = [&interrupted] { interrupted.set(); };
    {
        // A list, because a stop_callback cannot be moved. Destroyed before the event that they
        // use.
        std::list<std::stop_callback<decltype(wake)>> callbacks;
        for (const auto& stop : stops_) {
            callbacks.emplace_back(stop, wake);
        }
        interrupted.wait(time);
    }
    if (interrupted.is_set()) {
        throw_error(run.interrupted());
    }
}

namespace detail {
namespace {

/// Tries twice: a shortage of memory may be momentary.
template <class Function>
void post(driver::Environment& environment, const Function& function) {
    try {
        environment.post(function);
    } catch (const std::bad_alloc&) {
        environment.post(function);
    }
}

/// Clears the timer however `state` completes: a pending timer would keep the user's loop running.
/// May throw std::bad_alloc, so call it before the timer is set.
void clear_timer_with(
    ResultStateBase& state, const std::shared_ptr<driver::Environment>& environment
) {
    state.link_direct([environment](ResultStateBase&) {
        post(*environment, quiet([environment] { environment->clear_timer(); }));
    });
}

/// A pause. It is prepared completely before its timer is set: if an allocation fails, no timer is
/// left that keeps the user's loop running.
class Pause {
public:
    Pause(const std::shared_ptr<Handler>& handler, Duration duration)
        : environment_(driver::make_environment(handler)),
          end_(later(handler->now(), duration)),
          promise_(std::make_shared<Promise<void>>(handler)) {
        clear_timer_with(state(), environment_);
    }

    [[nodiscard]] ResultStateBase& state() const noexcept {
        return *detail::state_of(promise_->result());
    }
    /// Throws std::bad_alloc; the result then fails when this object is destroyed.
    [[nodiscard]] AsyncResult<void> begin() const {
        environment_->post([environment = environment_, end = end_, promise = promise_] {
            if (!promise->result().ready()) {
                try {
                    environment->set_timer(end, quiet([promise] { promise->set(); }));
                } catch (const std::bad_alloc&) {
                    promise->set_exception(Error(ClientErrc::out_of_memory, Outcome::not_applied));
                }
            }
        });
        return promise_->result();
    }

private:
    const std::shared_ptr<driver::Environment> environment_;
    const TimePoint end_;
    const std::shared_ptr<Promise<void>> promise_;
};

}  // namespace

AsyncResult<void> sleep_async(
    const std::shared_ptr<Handler>& handler,
    Duration duration,
    const std::vector<std::stop_token>& stops,
    const Error& interrupted
) {
    const Pause pause(handler, duration);
    auto& state = pause.state();
    for (const auto& stop : stops) {
        base::link_to_stop(state, stop, [&state, interrupted] { state.fail(interrupted); });
    }
    return pause.begin();
}

std::shared_ptr<const std::atomic<bool>> end_at(
    const std::shared_ptr<Handler>& handler, RefPtr<ResultStateBase> result, TimePoint end
) {
    if (end == TimePoint::max() || result->ready()) {
        return nullptr;
    }
    auto passed = std::make_shared<std::atomic<bool>>(false);
    const auto environment = driver::make_environment(handler);
    const auto give_up = [passed, result] {
        passed->store(true);
        result->cancel();
        // A coroutine may continue after cancel(), and a promise may not react to it at all:
        // completes the result itself, so that waiting callers return now.
        Error error(Errc::operation_timeout, Outcome::unknown);
        try {
            result->describe(error);
        } catch (const std::bad_alloc&) {
            error.path({});  // on the executor, where nothing would catch it
        }
        result->fail(std::move(error));
    };
    clear_timer_with(*result, environment);
    environment->post([environment, end, result, give_up] {
        if (result->ready()) {
            return;
        }
        try {
            environment->set_timer(end, give_up);
        } catch (const std::bad_alloc&) {
            result->fail(Error(ClientErrc::out_of_memory, Outcome::unknown));
        }
    });
    return passed;
}

/// Stops a handler when a result is complete. Deletes itself once run or dropped.
class HandlerEnd final : public Link {
public:
    explicit HandlerEnd(const std::shared_ptr<Handler>& handler)
        : environment_(driver::make_environment(handler)), handler_(handler) {}
    void run(ResultStateBase&) noexcept override {
        // On the executor: stop() waits for the handler's threads unless it is called on one of
        // them, and the thread that completes the result must not block.
        auto stop = quiet([handler = handler_] {
            const LaneScope nothing_may_block(*handler, Lane::session);
            handler->stop();
        });
        try {
            post(*environment_, stop);
        } catch (const std::bad_alloc&) {
            stop();  // in this thread: otherwise the handler would never stop
        }
        delete this;
    }
    void drop() noexcept override { delete this; }

private:
    const std::shared_ptr<driver::Environment> environment_;
    const std::shared_ptr<Handler> handler_;
};

HandlerUse::HandlerUse(std::shared_ptr<Handler> handler) : handler_(std::move(handler)) {
    if (!handler_) {
        throw_error(Error(
            ClientErrc::configuration,
            Outcome::not_sent,
            "retry",
            {},
            "the asynchronous form needs a handler"
        ));
    }
    handler_->start();
}

HandlerUse::~HandlerUse() {
    if (handler_) {
        handler_->stop();
    }
}

void HandlerUse::prepare() {
    if (!end_) {
        end_ = std::make_unique<HandlerEnd>(handler_);
    }
}

void HandlerUse::last_until(ResultStateBase& result) {
    prepare();
    auto* const end = end_.release();  // deletes itself
    handler_ = nullptr;
    if (!result.link(*end, LinkKind::direct)) {
        end->run(result);
    }
}

}  // namespace detail

AsyncResult<void> sleep_async(const std::shared_ptr<Handler>& handler, AnyDuration duration) {
    if (!handler) {
        throw_error(Error(
            ClientErrc::configuration, Outcome::not_sent, "sleep", {}, "a handler is required"
        ));
    }
    detail::HandlerUse running(handler);
    const detail::Pause pause(handler, duration);
    running.last_until(pause.state());
    return pause.begin();
}

}  // namespace kazoo
