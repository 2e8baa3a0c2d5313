// SPDX-License-Identifier: Apache-2.0
#include "recipe/watch/watching.hpp"

#include "recipe/watch/watch_steps.hpp"

#include <kazoo/detail/result_state.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>

#include <exception>
#include <new>
#include <utility>

namespace kazoo::detail::recipe {
namespace {

/// Asks whether a node exists.
AsyncResult<Reading> look_at(
    KazooClient& client, std::string path, Watcher watch, CallOptions options
) {
    auto result = client.exists_async(path, watch, options);
    Reading reading;
    reading.stat = co_await direct(std::move(result));
    co_return reading;
}

}  // namespace

std::shared_ptr<Watching> Watching::make(
    const ClientRef& client,
    WatchParameters parameters,
    ErrorFunction on_error,
    ReportFunction function
) {
    const auto checked = check_path(parameters.path);
    if (!checked) {
        throw_error(Error(checked.failure()).operation(parameters.name).path(parameters.path));
    }
    parameters.path = *checked;
    const auto watching = std::make_shared<Watching>(client, std::move(parameters));
    watching->code_ = std::make_shared<UserCode>();
    watching->code_->function = std::move(function);
    watching->code_->on_error = std::move(on_error);
    watching->watcher_ = Watcher([weak = watching->weak_from_this()](const WatchedEvent& event) {
        if (const auto self = weak.lock()) {
            self->on_event(event);
        }
    });
    watching->listener_.add(watching);
    return watching;
}

Watching::Watching(const ClientRef& client, WatchParameters parameters)
    : client_(client),
      parameters_(std::move(parameters)),
      idle_(client.handler()),
      first_call_(client.handler()),
      listener_(client),
      plan_(parameters_.rules) {}

/// Returns whether the listener is not needed any more.
bool Watching::on_state(const StateChange& change) {
    bool ended = false;
    {
        const std::lock_guard lock(mutex_);
        plan_.state_changed(change);
        ended = plan_.ended().has_value();
    }
    after_event(ended);
    return ended;
}

void Watching::on_event(const WatchedEvent& event) {
    bool ended = false;
    {
        const std::lock_guard lock(mutex_);
        try {
            plan_.fired(event);
        } catch (const std::bad_alloc&) {
            // Noted nevertheless, except that the report will not contain the event.
        }
        ended = plan_.ended().has_value();
    }
    after_event(ended);
}

void Watching::after_event(bool ended) noexcept {
    if (ended) {
        stopped_.request_stop();
    }
    woken_.set();
}

/// Ends the watch from within. The function is destroyed here, unless the watch has ended before:
/// its coroutine may still have to report that, and destroys the function afterwards.
void Watching::end(WatchEnd why) noexcept {
    std::shared_ptr<UserCode> code;
    {
        const std::lock_guard lock(mutex_);
        if (plan_.ended()) {
            return;
        }
        plan_.end(why);
        code = std::move(code_);
    }
    after_event(true);
}

void Watching::stop(bool wait) noexcept {
    std::shared_ptr<UserCode> code;
    bool calling = false;
    {
        const std::lock_guard lock(mutex_);
        plan_.end(WatchEnd::stopped);
        stopped_by_user_ = true;
        code = std::move(code_);
        calling = calling_;
    }
    after_event(true);
    listener_.remove();
    code = nullptr;
    if (wait && calling && !LaneScope::on_lane_of(*handler())) {
        try {
            idle_.wait();
        } catch (const std::exception&) {
            // The caller must not block.
        }
    }
}

void Watching::finish(bool on_lane) noexcept {
    std::shared_ptr<UserCode> code;
    {
        const std::lock_guard lock(mutex_);
        plan_.end(WatchEnd::client_stopped);  // if the loop was destroyed with the coroutine
        code = std::move(code_);
    }
    listener_.remove();
    try {
        first_call_.set_exception(end_error());
        if (code && on_lane) {
            handler()->dispatch(
                Lane::callback,
                [keep = handler(),
                 owned = std::make_shared<std::shared_ptr<UserCode>>(std::move(code))] {
                    const LaneScope scope(*keep, Lane::callback);
                    *owned = nullptr;
                }
            );
        }
    } catch (const std::exception&) {
        // No memory for the texts of the error, or for the task: the function is destroyed here.
        first_call_.set_exception(Error(ClientErrc::out_of_memory));
    }
}

std::optional<WatchEnd> Watching::ended() const noexcept {
    const std::lock_guard lock(mutex_);
    return plan_.ended();
}

Error Watching::end_error() const {
    const std::lock_guard lock(mutex_);
    const auto error = [this](std::error_code code, const char* why) {
        return Error(code, Outcome::not_applied, parameters_.name, parameters_.path, why);
    };
    switch (plan_.ended().value_or(WatchEnd::stopped)) {
        case WatchEnd::stopped:
        case WatchEnd::function:
            break;
        case WatchEnd::session_lost:
            return error(
                Errc::session_expired, "the watch has ended because allow_session_lost is false"
            );
        case WatchEnd::no_node:
            return error(
                Errc::no_node,
                "the watch has ended; to wait for the node, set "
                "ChildrenWatchOptions::wait_for_node"
            );
        case WatchEnd::client_stopped:
            return error(
                ClientErrc::connection_closed, "the client is not running, or was destroyed"
            );
        case WatchEnd::failed:
            if (failure_) {
                return *failure_;
            }
    }
    return error(ClientErrc::cancelled, "the watch has been stopped");
}

bool Watching::settled() const noexcept {
    const std::lock_guard lock(mutex_);
    return plan_.settled();
}

bool Watching::begin_next() noexcept {
    const std::lock_guard lock(mutex_);
    return !std::exchange(next_pending_, true);
}

void Watching::end_next() noexcept {
    const std::lock_guard lock(mutex_);
    next_pending_ = false;
}

WatchStep Watching::next_step() {
    woken_.clear();  // before the plan is asked: an event that comes later sets it again
    const std::lock_guard lock(mutex_);
    return plan_.next();
}

AsyncResult<Reading> Watching::request(WatchStep step) {
    AsyncResult<Reading> result;
    const bool exists = client_.with([&](KazooClient& client) {
        auto options = CallOptions().stop_token(stopped_.get_token());
        result =
            step == WatchStep::look
                ? look_at(client, parameters_.path, watcher_, std::move(options))
                : parameters_.kind.read(client, parameters_.path, watcher_, std::move(options));
    });
    if (!exists) {
        throw_error(Error(
            ClientErrc::connection_closed,
            Outcome::not_sent,
            parameters_.name,
            parameters_.path,
            "the client has been destroyed"
        ));
    }
    return result;
}

AsyncResult<Reading> Watching::retry(WatchStep step, std::exception_ptr failure) {
    // The first try is the one that has failed: the policy decides on it.
    auto again = [self = shared_from_this(), step, failure]() mutable {
        if (failure) {
            std::rethrow_exception(std::exchange(failure, nullptr));
        }
        return attempt(self, step);
    };
    return client_.retry(parameters_.retry)
        .interrupt(stopped_.get_token())
        .call_async(std::move(again));
}

void Watching::on_read(Reading reading) {
    const std::lock_guard lock(mutex_);
    const bool exists = reading.stat.has_value();
    const bool differs = (last_.*parameters_.kind.differs)(reading);
    std::optional<Change> change;
    LastReport last;
    if (differs) {  // first what may throw
        change = last_.change_to(std::move(reading));
        last.remember(change->now);
    }
    exists ? plan_.found(differs) : plan_.absent(differs);
    if (plan_.has_news()) {
        change_ = std::move(change);
        last_ = std::move(last);
    }
    reported_.clear();
}

void Watching::on_failure(const std::exception_ptr& failure) {
    auto error = error_from(failure);
    const auto why = error.code() == ClientErrc::out_of_memory ? ReadFailure::cancelled
                                                               : read_failure(error, rules());
    bool ended = false;
    {
        const std::lock_guard lock(mutex_);
        plan_.failed(why);
        ended = plan_.ended().has_value();
        if (plan_.ended() == WatchEnd::failed && !failure_) {
            failure_ = std::move(error);
        }
    }
    if (!ended && why == ReadFailure::cancelled) {
        std::rethrow_exception(failure);
    }
}

std::optional<Change> Watching::take_change() noexcept {
    const std::lock_guard lock(mutex_);
    plan_.reported();
    auto taken = std::exchange(change_, std::nullopt);
    if (taken) {
        taken->event = plan_.take_cause();
    }
    return taken;
}

}  // namespace kazoo::detail::recipe
