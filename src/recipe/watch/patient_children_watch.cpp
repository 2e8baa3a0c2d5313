// SPDX-License-Identifier: Apache-2.0
#include "recipe/watch/watch_steps.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>
#include <kazoo/recipes/patient_children_watch.hpp>
#include <kazoo/sleep.hpp>
#include <kazoo/when.hpp>

#include <utility>

namespace kazoo {
namespace {

using namespace detail::recipe;

constexpr const char* class_name = "PatientChildrenWatch";

using NextChange = AsyncResult<std::optional<Change>>;

/// Becomes ready with the next change.
AsyncResult<void> changed_by(std::shared_ptr<Watching> watching, NextChange next) {
    const auto change = co_await direct(std::move(next));
    if (!change) {
        throw_error(watching->end_error());
    }
}

/// Returns the children once nothing has happened for `time_boundary`.
AsyncResult<StableChildren> until_stable(
    std::shared_ptr<Watching> watching, Duration time_boundary
) {
    StableChildren stable;
    auto next = next_change(watching);
    for (bool first = true;; first = false) {
        std::size_t ready = 0;
        if (!first) {
            auto pause = sleep_async(watching->handler(), time_boundary);
            auto any = when_any(next, pause);
            ready = co_await direct(std::move(any));
            pause.cancel();
            if (ready == 1) {
                pause.get();  // throws if there was no memory for the timer
            }
        }
        if (ready == 0) {
            std::optional<Change> change = co_await direct(std::move(next));
            if (!change) {
                throw_error(watching->end_error());
            }
            stable.children = std::move(change->now.children);
            stable.stat = change->now.stat;
            next = next_change(watching);
        } else if (watching->settled()) {
            break;  // else a change is being read: that begins another period
        }
    }
    stable.changed = changed_by(watching, std::move(next));
    co_return stable;
}

}  // namespace

PatientChildrenWatch::PatientChildrenWatch(
    KazooClient& client,
    PathView path,
    AnyDuration time_boundary,
    const ChildrenWatchOptions& options
)
    : client_(client), time_boundary_(time_boundary), options_(options) {
    auto checked = check_path(path);
    if (!checked) {
        throw_error(Error(checked.failure()).operation(class_name).path(std::string(path)));
    }
    path_ = std::move(*checked);
}

PatientChildrenWatch& PatientChildrenWatch::operator=(PatientChildrenWatch&& other) noexcept {
    if (this != &other) {
        stop();
        client_ = std::move(other.client_);
        path_ = std::move(other.path_);
        time_boundary_ = other.time_boundary_;
        options_ = std::move(other.options_);
        watching_ = std::move(other.watching_);
    }
    return *this;
}

AsyncResult<StableChildren> PatientChildrenWatch::start_async() {
    stop();
    WatchRules rules;
    rules.allow_session_lost = options_.allow_session_lost();
    rules.wait_for_node = options_.waits_for_node();
    rules.end_with_client = true;
    rules.keep_trying = false;
    watching_ = Watching::make(
        client_, {children_kind(), class_name, path_, rules, options_.retry()}, nullptr
    );
    return until_stable(watching_, time_boundary_);
}

void PatientChildrenWatch::stop() noexcept {
    if (const auto watching = std::exchange(watching_, nullptr)) {
        watching->stop(false);
    }
}

}  // namespace kazoo
