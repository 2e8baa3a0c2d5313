// SPDX-License-Identifier: Apache-2.0
#include "client/watch_batch.hpp"

#include "client/shared_watch.hpp"
#include "values/stripped.hpp"

#include <kazoo/detail/backlog.hpp>
#include <kazoo/detail/result_state.hpp>
#include <kazoo/unique_function.hpp>
#include <kazoo/watcher.hpp>

#include <exception>
#include <utility>

namespace kazoo::detail::client {
namespace {

constexpr std::size_t growth = 4;  // of the memory for events: most batches are small or full

}  // namespace

bool WatchBatch::add(session::WatchFired& fired, const Chroot& chroot, std::uint64_t last_handle) {
    const bool has_path = fired.type != EventType::NONE;
    const auto path = has_path ? stripped(chroot, fired.path()) : std::string_view();
    const std::lock_guard lock(mutex_);
    if (left_ == 0) {
        return false;
    }
    if (path.size() > longest_) {
        room_.reserve(path.size());
        longest_ = path.size();
    }
    if (entries_.size() == entries_.capacity()) {
        entries_.reserve(entries_.empty() ? 1 : growth * entries_.size());
    }
    entries_.push_back({fired.type, fired.state, fired.zxid, path, last_handle, {}});
    // From here on nothing can fail.
    detail::Backlog::add(*handler_, path.size());
    entries_.back().watchers.swap(fired.watchers);
    left_ = has_path ? left_ - 1 : 0;  // the last event of a session
    return true;
}

void WatchBatch::dispatch(session::WatchFired& fired) {
    try {
        handler_->dispatch(
            Lane::callback, Task(detail::quiet([self = detail::RefPtr<WatchBatch>(this)] {
                const auto keep = self;  // a watch function may own what owns the task
                keep->run();
            }))
        );
    } catch (...) {
        detail::Backlog::begun(*handler_);
        detail::Backlog::done(*handler_, entries_.back().path.size());
        fired.watchers.swap(entries_.back().watchers);
        throw;
    }
}

void WatchBatch::run() {
    const auto keep = handler_;
    const detail::LaneScope on_lane(*keep, Lane::callback);
    WatchedEvent event;
    event.path.emplace();
    std::vector<Entry> entries;
    while (take(entries, event.path)) {
        for (auto& entry : entries) {
            detail::Backlog::begun(*keep);
            deliver(entry, event);
            const auto bytes = entry.path.size();
            entry.watchers.clear();
            detail::Backlog::done(*keep, bytes);
        }
        entries.clear();
    }
}

/// Takes all events, and the room for their paths. Returns false if there are none: the batch is
/// over.
bool WatchBatch::take(std::vector<Entry>& entries, std::optional<std::string>& path) noexcept {
    const std::lock_guard lock(mutex_);
    if (entries_.empty()) {
        left_ = 0;
        return false;
    }
    entries.swap(entries_);
    if (room_.capacity() > path->capacity()) {
        path->swap(room_);
    }
    return true;
}

void WatchBatch::deliver(Entry& entry, WatchedEvent& event) noexcept {
    event.type = entry.type;
    event.state = entry.state;
    event.zxid = entry.zxid != 0 ? std::optional(entry.zxid) : std::nullopt;
    if (entry.type == EventType::NONE) {
        event.path.reset();  // it is the last one
    } else {
        event.path->assign(entry.path);
    }
    for (const auto& watch : entry.watchers) {
        if (watch.is_lasting()) {
            shared_of(watch).deliver(*handler_, event, entry.last_handle);
            continue;
        }
        try {
            static_cast<detail::WatcherState*>(watch.owner.get())->call(event);
        } catch (...) {
            handler_->report_escaped(Lane::callback, std::current_exception());
        }
    }
}

}  // namespace kazoo::detail::client
