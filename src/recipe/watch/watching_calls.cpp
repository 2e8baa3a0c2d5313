// SPDX-License-Identifier: Apache-2.0
// The calls of the user's functions, on the callback lane: one at a time, none after stop().
#include "recipe/watch/watching.hpp"

#include <kazoo/detail/result_state.hpp>

#include <string>
#include <utility>

namespace kazoo::detail::recipe {

AsyncResult<bool> Watching::call(Change& change) {
    // Without a handler: the coroutine that awaits it continues on the callback lane.
    auto done = std::make_shared<Promise<bool>>();
    auto result = done->result();
    const auto box = std::make_shared<Change>();
    Task task([self = shared_from_this(), box, done] {
        bool continues = false;
        {
            const LaneScope scope(*self->handler(), Lane::callback);
            continues = self->call_on_lane(*box);
        }
        done->set(continues);
    });
    *box = std::move(change);
    try {
        handler()->dispatch(Lane::callback, std::move(task));
    } catch (...) {
        change = std::move(*box);
        throw;
    }
    return result;
}

bool Watching::call_on_lane(Change& change) {
    std::weak_ptr<UserCode> known;
    {
        const std::lock_guard lock(mutex_);
        known = code_;
    }
    auto code = enter(known);
    if (!code) {
        return false;
    }
    bool continues = true;
    try {
        continues = code->function(change);
    } catch (...) {
        handler()->report_escaped(Lane::callback, std::current_exception());
    }
    if (!continues) {
        end(WatchEnd::function);
    }
    leave(std::move(code));
    first_call_.set();
    return continues;
}

void Watching::report(const Error& error) noexcept {
    std::weak_ptr<UserCode> known;
    bool has_function = false;
    {
        const std::lock_guard lock(mutex_);
        if (error.code() == reported_) {
            return;
        }
        reported_ = error.code();
        known = code_;
        has_function = code_ && code_->on_error;
    }
    if (!has_function) {
        return log(error);
    }
    try {
        handler()->dispatch(Lane::callback, [self = shared_from_this(), known, error] {
            const LaneScope scope(*self->handler(), Lane::callback);
            self->report_on_lane(known, error);
        });
    } catch (const std::exception&) {
        log(error);
    }
}

void Watching::report_on_lane(const std::weak_ptr<UserCode>& known, const Error& error) {
    auto code = enter(known);
    if (!code) {
        return;
    }
    try {
        code->on_error(error);
    } catch (...) {
        handler()->report_escaped(Lane::callback, std::current_exception());
    }
    leave(std::move(code));
}

/// Begins a call. Returns null if the watch has been stopped.
std::shared_ptr<Watching::UserCode> Watching::enter(const std::weak_ptr<UserCode>& known) {
    const std::lock_guard lock(mutex_);
    auto code = stopped_by_user_ ? nullptr : known.lock();
    if (code) {
        calling_ = true;
        idle_.clear();
    }
    return code;
}

/// Ends a call. If the watch has ended meanwhile, the functions are destroyed here.
void Watching::leave(std::shared_ptr<UserCode> code) noexcept {
    code = nullptr;
    {
        const std::lock_guard lock(mutex_);
        calling_ = false;
    }
    idle_.set();
}

void Watching::log(const Error& error) noexcept {
    try {
        const auto& logger = client_.logger();
        if (logger.enabled(LogLevel::warning)) {
            logger.log(
                LogLevel::warning,
                std::string(parameters_.name) + " of " + parameters_.path + ": " + error.message()
            );
        }
    } catch (const std::exception&) {
        // No memory for the line.
    }
}

}  // namespace kazoo::detail::recipe
