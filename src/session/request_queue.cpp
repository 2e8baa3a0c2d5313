// SPDX-License-Identifier: Apache-2.0
#include "session/request_queue.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <limits>

namespace kazoo::session {

namespace {

constexpr std::int32_t last_xid = std::numeric_limits<std::int32_t>::max();

// Memory that a burst of requests took beyond this is freed after it.
constexpr std::size_t kept_bytes = 256 << 10;
constexpr std::size_t kept_entries = 4096;

}  // namespace

RequestQueue::~RequestQueue() {
    for (const auto& entry : pending_) {
        if (entry.request) {
            entry.request->abandon();
        }
    }
}

// The frame has been appended to unsent_. All that allocates is done first; if that fails, the
// deadline and the frame are removed again.
RequestId RequestQueue::enqueue(const RequestSpec& call, codec::FrameExtent frame) {
    assert(call.removes == 0 || (!call.watcher && call.deadline == TimePoint::max()));
    Pending entry;
    entry.id = last_id_ + 1;
    entry.xid = next_xid_;
    entry.op = call.op;
    entry.request = call.request;
    entry.frame = frame;
    entry.issued = call.issued;
    const bool has_deadline = call.request && call.deadline != TimePoint::max();
    try {
        if (call.watcher) {
            entry.watch = std::make_unique<WatchRegistry::Order>(
                call.watch_kind, call.watch_path, call.watcher
            );
        } else if (call.removes != 0) {
            entry.watch = std::make_unique<WatchRegistry::Order>(call.removes, call.watch_path);
        }
        if (has_deadline) {
            entry.deadline = call.deadline;
            deadlines_.emplace(call.deadline, entry.id);
        }
        pending_.push_back(std::move(entry));
    } catch (...) {
        if (has_deadline) {
            deadlines_.erase({call.deadline, last_id_ + 1});
        }
        unsent_.erase(frame.offset, frame.size);
        throw;
    }
    // From here on nothing can fail.
    ++last_id_;
    if (call.watcher) {
        ++watches_;
        ++watches_of_[static_cast<std::size_t>(call.watch_kind)];
    }
    most_pending_ = std::max(most_pending_, pending_.size());
    // Zero is not used, and negative xids have special meanings: 1 follows the greatest.
    next_xid_ = next_xid_ == last_xid ? 1 : next_xid_ + 1;
    return last_id_;
}

void RequestQueue::push_close() {
    RequestSpec call;
    call.op = codec::Opcode::close_session;
    codec::RequestHeader header;
    header.xid = next_xid_;
    header.type = call.op;
    enqueue(call, codec::append_frame(unsent_, header));
}

/// Removes the entry from deadlines_ and from the count of watches.
void RequestQueue::forget(Pending& entry) noexcept {
    if (entry.deadline != TimePoint::max()) {
        deadlines_.erase({entry.deadline, entry.id});
        entry.deadline = TimePoint::max();
    }
    if (entry.watch && entry.watch->removes() == 0) {
        --watches_;
        --watches_of_[static_cast<std::size_t>(entry.watch->kind)];
    }
}

void RequestQueue::withdraw(Pending& entry) noexcept {
    ++withdrawn_;
    withdrawn_bytes_ += entry.frame.size;
    entry.frame = {};
    // Swept once half of the entries or of the bytes are dead: amortised constant time.
    if (2 * withdrawn_ > pending_.size() - sent_ || 2 * withdrawn_bytes_ > unsent_.size()) {
        sweep();
    }
}

void RequestQueue::sweep() noexcept {
    const auto first = pending_.begin() + static_cast<std::ptrdiff_t>(sent_);
    std::size_t kept = 0;
    // Frames only move towards the front, in order: none is overwritten before it has moved.
    for (auto at = first; at != pending_.end(); ++at) {
        std::memmove(unsent_.data() + kept, unsent_.data() + at->frame.offset, at->frame.size);
        at->frame.offset = kept;
        kept += at->frame.size;
    }
    unsent_.erase(kept, unsent_.size() - kept);
    const auto is_withdrawn = [](const Pending& entry) { return entry.frame.size == 0; };
    pending_.erase(std::remove_if(first, pending_.end(), is_withdrawn), pending_.end());
    withdrawn_ = 0;
    withdrawn_bytes_ = 0;
}

void RequestQueue::send_all(base::Buffer& out) {
    if (withdrawn_ > 0) {
        sweep();
    }
    if (out.empty()) {
        out.swap(unsent_);  // the usual case: nothing is copied
    } else {
        out.append(unsent_.data(), unsent_.size());
    }
    unsent_.clear();
    unsent_.release_if_larger_than(kept_bytes);
    sent_ = pending_.size();
}

std::optional<Pending> RequestQueue::take_reply(std::int32_t xid) noexcept {
    if (sent_ == 0 || pending_.front().xid != xid) {
        return std::nullopt;
    }
    std::optional<Pending> entry(std::move(pending_.front()));
    pending_.pop_front();
    --sent_;
    timed_ -= timed_ > 0 ? 1 : 0;
    forget(*entry);
    give_back_memory();
    return entry;
}

void RequestQueue::give_back_memory() noexcept {
    if (!pending_.empty()) {
        return;
    }
    if (most_pending_ > kept_entries) {
        pending_.shrink_to_fit();
    }
    most_pending_ = 0;
}

bool RequestQueue::is_awaiting_reply(std::int32_t xid) const {
    if (sent_ == 0 || xid <= 0) {
        return false;
    }
    const auto end = pending_.begin() + static_cast<std::ptrdiff_t>(sent_);
    const auto oldest = pending_.front().xid;
    const auto age = [oldest](std::int32_t x) {  // distance from the oldest xid, across the wrap
        return x >= oldest ? x - oldest : last_xid - oldest + x;
    };
    const auto at =
        std::lower_bound(pending_.begin(), end, xid, [&](const Pending& entry, std::int32_t x) {
            return age(entry.xid) < age(x);
        });
    return at != end && at->xid == xid;
}

bool RequestQueue::will_watch(WatchKinds kinds, std::string_view path) const {
    std::size_t to_find = 0;
    for (std::size_t kind = 0; kind < watch_kinds; ++kind) {
        to_find += (kinds & only(static_cast<WatchKind>(kind))) != 0 ? watches_of_[kind] : 0;
    }
    return to_find > 0 && std::any_of(pending_.begin(), pending_.end(), [&](const Pending& entry) {
               const auto* const watch = entry.watch.get();
               return watch != nullptr && watch->removes() == 0 &&
                      (kinds & only(watch->kind)) != 0 && watch->path() == path;
           });
}

std::deque<Pending>::iterator RequestQueue::find(RequestId id) noexcept {
    const auto at = std::lower_bound(
        pending_.begin(), pending_.end(), id, [](const Pending& p, RequestId i) { return p.id < i; }
    );
    return at != pending_.end() && at->id == id ? at : pending_.end();
}

RequestQueue::GivenUp RequestQueue::cancel(RequestId id) noexcept {
    const auto at = find(id);
    if (at == pending_.end() || !at->request) {
        return {};
    }
    const bool sent = static_cast<std::size_t>(at - pending_.begin()) < sent_;
    if (sent && at->watch && at->watch->removes() != 0) {
        return {};
    }
    forget(*at);
    GivenUp result{std::move(at->request), std::move(at->watch), at->op, sent};
    if (!result.sent) {
        withdraw(*at);
    }
    return result;
}

std::optional<RequestId> RequestQueue::expired(TimePoint now) const noexcept {
    if (deadlines_.empty() || deadlines_.begin()->first > now) {
        return std::nullopt;
    }
    return deadlines_.begin()->second;
}

TimePoint RequestQueue::next_deadline() const noexcept {
    return deadlines_.empty() ? TimePoint::max() : deadlines_.begin()->first;
}

std::optional<RequestQueue::GivenUp> RequestQueue::take_oldest() noexcept {
    if (pending_.empty()) {
        unsent_.clear();
        unsent_.release_if_larger_than(kept_bytes);
        withdrawn_ = 0;
        withdrawn_bytes_ = 0;
        give_back_memory();
        return std::nullopt;
    }
    auto& entry = pending_.front();
    forget(entry);
    GivenUp result{std::move(entry.request), std::move(entry.watch), entry.op, sent_ > 0};
    sent_ -= sent_ > 0 ? 1 : 0;
    timed_ -= timed_ > 0 ? 1 : 0;
    pending_.pop_front();
    return result;
}

}  // namespace kazoo::session
