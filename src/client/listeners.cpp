// SPDX-License-Identifier: Apache-2.0
#include "client/listeners.hpp"

#include "client/lane_task.hpp"

#include <algorithm>

namespace kazoo::detail::client {

std::uint64_t Listeners::add(ListenerFunction function, ListenFrom from) {
    auto entry = std::make_shared<Entry>();
    entry->function = std::move(function);
    Call call{};
    {
        // One step, so that no change is missed between the first state and those that follow.
        const std::lock_guard lock(mutex_);
        entries_.push_back(entry);
        entry->id = ++last_id_;
        call = Call{current_, changes_, entry->id, entry->id};
    }
    if (from == ListenFrom::current_state) {
        dispatch(call);
    }
    return call.only;
}

bool Listeners::remove(std::uint64_t id) {
    return take(id) != nullptr;  // destroyed here, or when a call under way has returned
}

bool Listeners::remove_and_wait(std::uint64_t id) {
    std::optional<Event> ended;
    EntryPtr removed = take(id);
    {
        const std::lock_guard lock(mutex_);
        if (calling_ && calling_->id == id && !detail::LaneScope::in_listener()) {
            if (!calling_->ended) {
                calling_->ended.emplace(handler_);
            }
            ended = calling_->ended;
        }
    }
    if (ended) {
        ended->wait();
    }
    return removed != nullptr;
}

Listeners::EntryPtr Listeners::take(std::uint64_t id) {
    EntryPtr removed;
    const std::lock_guard lock(mutex_);
    const auto at = std::find_if(entries_.begin(), entries_.end(), [&](const EntryPtr& entry) {
        return entry->id == id;
    });
    if (at != entries_.end()) {
        removed = std::move(*at);
        removed->removed = true;
        entries_.erase(at);
    }
    return removed;
}

bool Listeners::notify(const StateChange& change) {
    Call call{};
    bool none = false;
    {
        const std::lock_guard lock(mutex_);
        current_ = change;
        call = Call{change, ++changes_, last_id_};
        none = entries_.empty();
    }
    if (!none) {
        dispatch(call);
    }
    return !none;
}

void Listeners::dispatch(const Call& call) {
    auto self = shared_from_this();
    dispatch_owned(
        handler_,
        Lane::session,
        self,
        [call](Handler&, const std::shared_ptr<Listeners>& listeners) { listeners->run(call); }
    );
}

void Listeners::run(const Call& call) {
    // One by one, by id, instead of from a copy of the list: a task on a lane cannot report an
    // error, so it must not need memory.
    for (auto entry = next(0, call); entry; entry = next(entry->id, call)) {
        {
            // One step: remove_and_wait() either prevents this call or sees it in calling_.
            const std::lock_guard lock(mutex_);
            if (entry->removed) {
                continue;  // by a listener that was called before it
            }
            calling_ = entry;
        }
        call_one(*entry, call);
        std::optional<Event> ended;
        {
            const std::lock_guard lock(mutex_);
            ended = std::exchange(entry->ended, std::nullopt);
            calling_ = nullptr;
        }
        if (ended) {
            ended->set();
        }
    }
}

void Listeners::call_one(Entry& entry, const Call& call) {
    if (entry.seen > call.number) {
        return;  // it has already received a later change than its first state
    }
    entry.seen = call.number;
    try {
        if (entry.function(call.change)) {
            remove(entry.id);
        }
    } catch (...) {
        handler_->report_escaped(Lane::session, std::current_exception());
    }
}

/// Returns the first entry after `id` that the call is for, or null.
Listeners::EntryPtr Listeners::next(std::uint64_t id, const Call& call) {
    const auto first = call.only != 0 ? call.only : id + 1;
    const auto last = call.only != 0 ? call.only : call.last_id;
    const std::lock_guard lock(mutex_);
    const auto at = std::find_if(entries_.begin(), entries_.end(), [&](const EntryPtr& entry) {
        return entry->id > id && entry->id >= first && entry->id <= last;
    });
    return at == entries_.end() ? nullptr : *at;
}

}  // namespace kazoo::detail::client
