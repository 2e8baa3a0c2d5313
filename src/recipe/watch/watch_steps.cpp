// SPDX-License-Identifier: Apache-2.0
#include "recipe/watch/watch_steps.hpp"

#include "recipe/step_loop.hpp"

#include <kazoo/exceptions.hpp>

#include <exception>
#include <memory>
#include <new>
#include <optional>
#include <utility>

namespace kazoo::detail::recipe {
namespace {

/// Throws what the retries are to see instead of the failure of an attempt.
[[noreturn]] void rethrow_classified(Watching& watching, const std::exception_ptr& failure) {
    const auto error = error_from(failure);
    if (read_failure(error, watching.rules()) != ReadFailure::report) {
        std::rethrow_exception(failure);
    }
    watching.report(error);
    throw ForceRetryError(Error(
        ClientErrc::force_retry, error.outcome(), error.operation(), error.path(), error.message()
    ));
}

bool is_retried(const Watching& watching, const Error& error) {
    return error.code() == ClientErrc::force_retry ||
           read_failure(error, watching.rules()) == ReadFailure::retry;
}

/// A step with its retries.
AsyncResult<Reading> carry_out(std::shared_ptr<Watching> watching, WatchStep step) {
    std::exception_ptr failure;
    try {
        auto first = attempt(watching, step);
        Reading reading = co_await direct(std::move(first));
        co_return reading;
    } catch (const KazooException& error) {
        if (!is_retried(*watching, error.error())) {
            throw;
        }
        failure = std::current_exception();
    }
    auto retried = watching->retry(step, failure);
    Reading reading = co_await direct(std::move(retried));
    co_return reading;
}

/// Releases a watch when its coroutine ends, also if it is destroyed because its loop was.
class Run {
public:
    explicit Run(std::shared_ptr<Watching> watching) noexcept : watching_(std::move(watching)) {}
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;
    ~Run() { watching_->finish(ended_); }
    void end() noexcept { ended_ = true; }

private:
    const std::shared_ptr<Watching> watching_;
    bool ended_ = false;
};

/// The turn of a caller who asks for the next change.
class Turn {
public:
    explicit Turn(std::shared_ptr<Watching> watching) : watching_(std::move(watching)) {
        if (!watching_->begin_next()) {
            throw_error(Error(
                Errc::bad_arguments,
                Outcome::not_sent,
                "next",
                {},
                "the result of an earlier call of next is still pending"
            ));
        }
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() { watching_->end_next(); }

private:
    const std::shared_ptr<Watching> watching_;
};

/// Waits for the next change, and calls the function with it. `change` keeps a change for which
/// the function could not be called. Returns whether the watch continues.
AsyncResult<bool> report_next(
    std::shared_ptr<Watching> watching, std::shared_ptr<std::optional<Change>> change
) {
    if (!*change) {
        auto next = next_change(watching);
        *change = co_await direct(std::move(next));
    }
    if (!*change) {
        co_return false;
    }
    auto called = watching->call(**change);
    change->reset();
    const bool continues = co_await direct(std::move(called));
    co_return continues;
}

/// Returns whether the end of a watch is to be reported.
bool is_unexpected(const std::optional<WatchEnd>& end) {
    return end == WatchEnd::session_lost || end == WatchEnd::no_node || end == WatchEnd::failed;
}

}  // namespace

AsyncResult<Reading> attempt(std::shared_ptr<Watching> watching, WatchStep step) {
    std::exception_ptr failure;
    try {
        auto request = watching->request(step);
        Reading reading = co_await direct(std::move(request));
        co_return reading;
    } catch (...) {
        failure = std::current_exception();
    }
    rethrow_classified(*watching, failure);
}

AsyncResult<std::optional<Change>> next_change(std::shared_ptr<Watching> watching) {
    for (;;) {
        const auto step = watching->next_step();
        if (step == WatchStep::end) {
            co_return std::nullopt;
        }
        if (step == WatchStep::report) {
            auto change = watching->take_change();
            co_return change;
        }
        if (step == WatchStep::wait) {
            const auto woken = watching->woken();
            co_await direct(woken);
            continue;
        }
        std::exception_ptr failure;
        try {
            auto carried_out = carry_out(watching, step);
            Reading reading = co_await direct(std::move(carried_out));
            watching->on_read(std::move(reading));
        } catch (...) {
            failure = std::current_exception();
        }
        if (failure) {
            watching->on_failure(failure);
        }
    }
}

AsyncResult<std::optional<Change>> next_of_stream(std::shared_ptr<Watching> watching) {
    if (!watching) {
        co_return std::nullopt;  // moved from
    }
    const Turn turn(watching);
    auto next = next_change(watching);
    std::optional<Change> change = co_await direct(std::move(next));
    if (!change && watching->ended() == WatchEnd::failed) {
        throw_error(watching->end_error());
    }
    co_return change;
}

namespace {

/// Calls the function of a watch with each change until the watch ends. `change` is empty at first.
AsyncResult<void> run(
    std::shared_ptr<Watching> watching, std::shared_ptr<std::optional<Change>> change
) {
    Run running(watching);
    const auto step = [watching, change] { return report_next(watching, change); };
    const auto steps = run_steps(watching->handler(), step);
    co_await direct(steps);
    if (is_unexpected(watching->ended())) {
        watching->report(watching->end_error());
    }
    running.end();
}

}  // namespace

void begin_run(const std::shared_ptr<Watching>& watching) {
    try {
        const auto running = run(watching, std::make_shared<std::optional<Change>>());
        if (running.ready() && !running.successful()) {
            throw std::bad_alloc();  // there was no memory for the coroutine
        }
    } catch (...) {
        watching->stop(false);
        throw;
    }
}

}  // namespace kazoo::detail::recipe
