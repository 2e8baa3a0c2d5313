// SPDX-License-Identifier: Apache-2.0
#include "recipe/election/latching.hpp"

#include "recipe/pauses.hpp"
#include "recipe/step_loop.hpp"
#include "recipe/wait.hpp"

#include <kazoo/detail/retry_run.hpp>
#include <kazoo/exceptions.hpp>

#include <exception>
#include <functional>
#include <string>
#include <utility>

namespace kazoo::detail::recipe {
namespace {

/// `stands` becomes true when the node of a candidate has been created.
LockOptions lock_options(
    const LeaderLatchOptions& options, const std::shared_ptr<std::atomic<bool>>& stands
) {
    LockOptions made;
    made.on_enqueued([stands](const std::string&) { stands->store(true); });
    made.format(LeaderLatch::format()).container_parents().lost_when(options.lost_when());
    made.identifier(options.identifier());
    if (options.acl()) {
        made.acl(*options.acl());
    }
    return made;
}

/// Leads until the leadership is lost or the latch is closed.
AsyncResult<void> lead(std::shared_ptr<Latching> latching, Leadership leadership) {
    const Event over(latching->client().handler());
    const std::function<void()> end = [over] { over.set(); };
    const std::stop_callback on_lost(leadership.lost(), end);
    const std::stop_callback on_close(latching->closed(), end);
    auto waiting = over.wait_async();  // before enter(), because it may throw
    latching->enter(leadership);
    std::exception_ptr failure;
    try {
        co_await direct(std::move(waiting));
    } catch (...) {
        failure = std::current_exception();
    }
    latching->leave();
    if (failure) {
        std::rethrow_exception(failure);
    }
}

/// Stands for leadership again and again, until that fails.
AsyncResult<void> stand_once(std::shared_ptr<Latching> latching) {
    const auto running = latching->election().run_repeatedly_async(
        [latching](const Leadership& leadership) { return lead(latching, leadership); },
        CallOptions().stop_token(latching->closed())
    );
    co_await direct(running);
}

/// Returns whether the latch is to stand again after a failure.
bool is_open(const Latching& latching) {
    return !latching.closed().stop_requested() && latching.client().ref().exists();
}

/// Reports the failure of a try, and returns the pause before the next one. Throws
/// RetryFailedError if there is none.
Duration pause_after(Latching& latching, const Error& error) {
    if (error.code() != ClientErrc::connection_closed) {
        latching.report(error);
    }
    const auto& client = latching.client();
    return latching.tries().after(error, client.handler()->now(), client.session());
}

/// Returns when `pause` has passed, or the latch is closed.
AsyncResult<void> pause_until_closed(std::shared_ptr<Latching> latching, Duration pause) {
    const Error closed(ClientErrc::cancelled, Outcome::not_applied);
    const auto& handler = latching->client().handler();
    const auto pausing = sleep_async(handler, pause, {latching->closed()}, closed);
    try {
        co_await direct(pausing);
    } catch (const CancelledError&) {
        if (!latching->closed().stop_requested()) {
            throw;  // the loop was destroyed
        }
    }
}

/// Stands for leadership, and pauses when that has failed. Fails if it is not to be called again,
/// or if there is no memory.
AsyncResult<bool> try_to_stand(std::shared_ptr<Latching> latching) {
    std::exception_ptr failure;
    try {
        const auto standing = stand_once(latching);
        co_await direct(standing);
    } catch (...) {
        failure = std::current_exception();
    }
    if (!is_open(*latching) || is_out_of_memory(failure)) {
        std::rethrow_exception(failure);
    }
    if (latching->has_stood()) {
        latching->tries().succeeded();
    }
    const auto pause = pause_after(*latching, error_from(failure));
    const auto pausing = pause_until_closed(latching, pause);
    co_await direct(pausing);
    co_return true;
}

AsyncResult<void> stand_until_closed(std::shared_ptr<Latching> latching) {
    std::exception_ptr failure;
    try {
        const auto step = [latching] { return try_to_stand(latching); };
        const auto& handler = latching->client().handler();
        const auto steps = retry_bad_alloc([&] { return run_steps(handler, step); });
        co_await direct(steps);
    } catch (...) {
        failure = std::current_exception();
    }
    if (!latching->closed().stop_requested()) {
        latching->report(error_from(failure));
        latching->end();
    }
}

}  // namespace

Latching::Latching(KazooClient& client, PathView path, const LeaderLatchOptions& options)
    : client_(client, "LeaderLatch"),
      options_(options),
      stands_(std::make_shared<std::atomic<bool>>(false)),
      election_(client, path, lock_options(options, stands_)),
      led_(client.handler()),
      tries_(options_.retry()),
      calls_(std::make_shared<LaneCalls>(client.handler())) {}

bool Latching::begin() noexcept {
    const std::lock_guard lock(mutex_);
    return !std::exchange(started_, true);
}

void Latching::undo_begin() noexcept {
    const std::lock_guard lock(mutex_);
    started_ = closed_.stop_requested();
}

bool Latching::started() const noexcept {
    const std::lock_guard lock(mutex_);
    return started_;
}

Leadership Latching::leadership() const {
    const std::lock_guard lock(mutex_);
    return leadership_;
}

void Latching::close() noexcept {
    end();
    calls_->close();
}

void Latching::end() noexcept {
    Leadership ended;
    {
        const std::lock_guard lock(mutex_);
        started_ = true;  // it cannot be started any more
        ended = std::exchange(leadership_, Leadership());
    }
    if (ended.is_held()) {
        try {
            static_cast<void>(ended.end_async());  // not held any more when this returns
        } catch (const std::exception&) {
            // No memory: the coroutine that leads ends it.
        }
    }
    closed_.request_stop();
    led_.clear();
    led_.cancel();
}

void Latching::enter(const Leadership& leadership) {
    {
        const std::lock_guard lock(mutex_);
        if (closed_.stop_requested()) {
            return;
        }
        leadership_ = leadership;
        reported_.clear();
    }
    if (options_.on_leader()) {
        try {
            calls_->post([self = shared_from_this(), leadership] {
                self->options_.on_leader()(leadership);
            });
        } catch (...) {
            const std::lock_guard lock(mutex_);
            leadership_ = Leadership();  // it has not been announced
            throw;
        }
    }
    led_.set();
}

void Latching::leave() noexcept {
    if (!closed_.stop_requested()) {
        led_.clear();  // before the leadership is empty: who waits then does not find it so
    }
    Leadership ended;
    {
        const std::lock_guard lock(mutex_);
        ended = std::exchange(leadership_, Leadership());
    }
    if (!options_.on_not_leader()) {
        return;
    }
    for (int tries = 0; tries < most_without_memory && !closed_.stop_requested(); ++tries) {
        try {
            calls_->post([self = shared_from_this()] { self->options_.on_not_leader()(); });
            return;
        } catch (const std::exception&) {
            // Tried again: on_leader was called.
        }
    }
    if (!closed_.stop_requested()) {
        client_.log(LogLevel::error, election_.path(), "no memory to call on_not_leader");
    }
}

void Latching::report(const Error& error) noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (error.code() == reported_) {
            return;
        }
        reported_ = error.code();
    }
    try {
        if (!options_.on_error()) {
            client_.log(LogLevel::warning, election_.path(), error.message());
            return;
        }
        calls_->post([self = shared_from_this(), error] { self->options_.on_error()(error); });
    } catch (const std::exception&) {
        // No memory for the report.
    }
}

AsyncResult<void> stand(std::shared_ptr<Latching> latching) {
    HandlerUse running(latching->client().handler());  // for the pauses, also without a client
    running.prepare();
    auto standing = stand_until_closed(std::move(latching));
    running.last_until(*state_of(standing));
    return standing;
}

AsyncResult<Leadership> await_leadership(std::shared_ptr<Latching> latching, CallLimits limits) {
    const auto refuse = [&](const Error& error) {
        throw_error(Error(error).operation("LeaderLatch").path(latching->election().path()));
    };
    if (!latching->started()) {
        refuse(Error(Errc::bad_arguments, Outcome::not_sent)
                   .detail("the latch has not been started; call start first"));
    }
    for (;;) {
        auto waiting = wait_for(latching->client().handler(), latching->led(), limits);
        const bool led = co_await direct(std::move(waiting));
        if (!led) {
            refuse(Error(Errc::operation_timeout, Outcome::not_applied));
        }
        auto leadership = latching->leadership();
        if (leadership.token() != 0) {
            co_return leadership;
        }
        if (latching->closed().stop_requested()) {
            refuse(Error(ClientErrc::cancelled, Outcome::not_applied).detail("the latch is closed")
            );
        }
    }
}

}  // namespace kazoo::detail::recipe
