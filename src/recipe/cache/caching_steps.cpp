// SPDX-License-Identifier: Apache-2.0
// What a cache does next, and what becomes of its requests.
#include "recipe/cache/caching.hpp"
#include "recipe/pauses.hpp"
#include "recipe/watch/watch_plan.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>
#include <kazoo/sleep.hpp>

#include <algorithm>
#include <chrono>
#include <exception>
#include <new>
#include <utility>

namespace kazoo::detail::recipe {

CacheStep Caching::next_step() {
    woken_.clear();  // before the state is read: what comes later sets it again
    const std::lock_guard lock(mutex_);
    if (ended_) {
        return CacheStep::end;
    }
    if (std::exchange(deliver_again_, false)) {
        return CacheStep::deliver;
    }
    if (pause_) {
        return CacheStep::pause;
    }
    if (closed_) {
        return CacheStep::wait;
    }
    if (!root_created_) {
        return CacheStep::create_root;
    }
    if (!watching_) {
        return CacheStep::watch;
    }
    if (must_sync_) {
        return CacheStep::sync;
    }
    const bool reads = in_flight_ < options_.batches_in_flight() && model_->has_work();
    return reads ? CacheStep::read : CacheStep::wait;
}

AsyncResult<void> Caching::pause() {
    Duration length{};
    {
        const std::lock_guard lock(mutex_);
        length = std::exchange(pause_, std::nullopt).value_or(pause_without_memory);
    }
    auto pausing = sleep_async(handler(), length);
    bool ended = false;
    {
        const std::lock_guard lock(mutex_);
        ended = ended_.has_value();
        pausing_ = pausing;
    }
    if (ended) {
        pausing.cancel();
    }
    return pausing;
}

AsyncResult<bool> Caching::create_root() {
    return client_.call([this](KazooClient& client) {
        return client.ensure_path_async(path_, request_options());
    });
}

void Caching::root_created() noexcept {
    const std::lock_guard lock(mutex_);
    root_created_ = true;
    tries_.reset();
}

// The watch.

Watcher Caching::make_watcher() {
    std::uint64_t epoch = 0;
    {
        const std::lock_guard lock(mutex_);
        epoch = ++epoch_;
    }
    return Watcher([weak = weak_from_this(), epoch](const WatchedEvent& event) {
        if (const auto self = weak.lock()) {
            self->on_event(event, epoch);
        }
    });
}

AsyncResult<WatchHandle> Caching::add_watch() {
    const auto watcher = make_watcher();
    return client_.call([&](KazooClient& client) {
        return client.add_watch_async(
            path_, WatchMode::persistent_recursive, watcher, request_options()
        );
    });
}

void Caching::watch_set(WatchHandle handle) noexcept {
    {
        const std::lock_guard lock(mutex_);
        if (ended_) {
            return;  // the watch is removed with the handle
        }
        std::swap(handle_, handle);
        must_sync_ = model_->initialized();
        watching_ = true;
        tries_.reset();
        model_->watch_set(Watching::recursively);
    }
    after_change();
}

void Caching::watch_by_node() {
    auto watcher = make_watcher();
    {
        const std::lock_guard lock(mutex_);
        if (ended_) {
            return;
        }
        std::swap(watcher_, watcher);
        by_node_ = true;
        must_sync_ = model_->initialized();
        watching_ = true;
        model_->watch_set(Watching::by_node);
    }
    after_change();
}

bool Caching::watches_by_node() const noexcept {
    const std::lock_guard lock(mutex_);
    return by_node_;
}

Watcher Caching::watcher() const {
    const std::lock_guard lock(mutex_);
    return watcher_;
}

void Caching::on_event(const WatchedEvent& event, std::uint64_t epoch) {
    const bool adds = event.type == EventType::CREATED || event.type == EventType::CHANGED;
    const bool selected = !adds || *event.path == path_ || listeners_.selects(*event.path);
    WatchHandle handle;
    Watcher watcher;
    std::optional<Error> error;
    {
        const std::lock_guard lock(mutex_);
        if (ended_ || epoch != epoch_) {
            return;  // of a watch that has been replaced
        }
        const bool lost = event.type == EventType::WATCH_LOST && !by_node_;
        if (event.type == EventType::NONE || lost) {
            watching_ = false;
            ++epoch_;
            handle = std::move(handle_);
            watcher = std::move(watcher_);
        } else if (event.type == EventType::GAP) {
            must_sync_ = true;
            model_->resync();
        } else {
            try {
                model_->event(event.type, *event.path, event.zxid, selected);
            } catch (const KazooException&) {
                error = error_from(std::current_exception());
            } catch (const std::bad_alloc&) {
                model_->resync();
            }
        }
    }
    if (error) {
        return end(WatchEnd::failed, std::move(error));
    }
    after_change();
}

AsyncResult<std::string> Caching::sync() {
    return client_.call([this](KazooClient& client) {
        return client.sync_async(path_, request_options());
    });
}

void Caching::synced() noexcept {
    const std::lock_guard lock(mutex_);
    must_sync_ = false;
    tries_.reset();
}

// Reads.

TreeBatch Caching::begin_batch() {
    const std::lock_guard lock(mutex_);
    TreeBatch batch;
    if (model_) {
        batch = model_->next_batch();
    }
    if (!batch.empty()) {
        ++in_flight_;
    }
    return batch;
}

void Caching::end_batch() noexcept {
    {
        const std::lock_guard lock(mutex_);
        --in_flight_;
    }
    after_change();
}

CallOptions Caching::request_options() const {
    return CallOptions().stop_token(stopped_.get_token());
}

void Caching::select(const std::string& parent, std::vector<std::string>& names) {
    std::erase_if(names, [&](const std::string& name) {
        // A server that sends other names is not to be believed.
        const bool valid = !name.empty() && name.find('/') == std::string::npos;
        return !valid ||
               (listeners_.has_selector() && !listeners_.selects(join_path(parent, name)));
    });
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
}

void Caching::apply(const TreeRead& read, TreeReply& reply) {
    {
        const std::lock_guard lock(mutex_);
        if (!model_) {
            return;
        }
        model_->apply(read, reply);
        tries_.reset();
        reported_.clear();
    }
    after_change();
}

void Caching::failed(const TreeRead& read, CacheFailure what) noexcept {
    const std::lock_guard lock(mutex_);
    if (!model_) {
        return;
    }
    if (what == CacheFailure::refused) {
        model_->refused(read);
    } else {
        model_->failed(read, what == CacheFailure::alone);
    }
}

std::uint64_t Caching::connects() const noexcept {
    const std::lock_guard lock(mutex_);
    return connects_;
}

CacheFailure Caching::on_failure(
    const std::exception_ptr& failure, std::size_t reads, std::uint64_t connects
) noexcept {
    auto error = error_from(failure);
    if (error.code() == ClientErrc::response_too_large && reads > 1) {
        return CacheFailure::alone;
    }
    const auto why = error.code() == ClientErrc::configuration ? ReadFailure::fatal
                                                               : read_failure(error, WatchRules());
    if (why == ReadFailure::report && reads == 1) {
        report(error);
        return CacheFailure::refused;
    }
    if (why == ReadFailure::closed) {
        const std::lock_guard lock(mutex_);
        closed_ = connects_ == connects;  // else it is running again already
        return CacheFailure::again;
    }
    if (why == ReadFailure::report && is_news(error)) {
        report(error);
    }
    std::optional<Error> last;
    if (why == ReadFailure::fatal) {
        last.emplace(std::move(error));
    } else {
        last = plan_pause(error, why == ReadFailure::retry);
    }
    if (last) {
        end(WatchEnd::failed, std::move(last));
    }
    return CacheFailure::again;
}

/// Returns whether another error was reported last.
bool Caching::is_news(const Error& error) noexcept {
    const std::lock_guard lock(mutex_);
    return std::exchange(reported_, error.code()) != error.code();
}

/// Plans a pause before the next step. Returns the error with which the retries end, if they do.
std::optional<Error> Caching::plan_pause(const Error& error, bool retryable) noexcept {
    const std::lock_guard lock(mutex_);
    if (pause_ || ended_) {
        return std::nullopt;  // for several requests that failed together there is one pause
    }
    pause_ = pause_without_memory;
    try {
        if (!tries_) {
            tries_.emplace(options_.retry(), seed_, handler()->now());
        }
        const auto again = Error(
            ClientErrc::force_retry,
            error.outcome(),
            error.operation(),
            error.path(),
            error.message()
        );
        pause_ = tries_->after(make_exception(retryable ? error : again), handler()->now());
    } catch (const KazooException&) {
        return error_from(std::current_exception());
    } catch (const std::exception&) {
        // No memory: the default pause.
    }
    return std::nullopt;
}

}  // namespace kazoo::detail::recipe
