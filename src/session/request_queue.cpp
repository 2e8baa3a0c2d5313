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

/// How often a request is sent. It may be why servers close the connection.
constexpr std::uint8_t most_times_sent = 3;

/// What is admitted beside the limits if it is reserved.
constexpr std::size_t most_reserved = 1024;
constexpr std::size_t reserved_bytes = 1 << 20;

}  // namespace

bool is_repeatable(codec::Opcode op) noexcept {
    switch (op) {
        case codec::Opcode::exists:
        case codec::Opcode::get_data:
        case codec::Opcode::get_acl:
        case codec::Opcode::get_children:
        case codec::Opcode::get_children2:
        case codec::Opcode::get_ephemerals:
        case codec::Opcode::get_all_children_number:
        case codec::Opcode::multi_read:
        case codec::Opcode::who_am_i:
        case codec::Opcode::sync:
        case codec::Opcode::add_watch:
            return true;
        default:
            return false;
    }
}

RequestQueue::~RequestQueue() {
    for (std::size_t i = 0; i < pending_.size(); ++i) {
        if (pending_[i].request) {
            pending_[i].request->abandon();
        }
    }
}

// The frame has been appended to unsent_. All that allocates is done first; if that fails, the
// deadline, the entry and the frame are removed again.
RequestId RequestQueue::enqueue(RequestSpec& call, codec::FrameExtent frame) {
    assert(call.removes == 0 || (!call.watcher && call.deadline == TimePoint::max()));
    const auto before = pending_.size();
    const bool has_deadline = call.request && call.deadline != TimePoint::max();
    try {
        auto& entry = pending_.emplace_back();
        if (call.watcher) {
            entry.watch = std::make_unique<WatchRegistry::Order>(
                call.watch_kind, call.watch_path, call.watcher
            );
        } else if (call.removes != 0) {
            entry.watch = std::make_unique<WatchRegistry::Order>(call.removes, call.watch_path);
        }
        if (has_deadline) {
            deadlines_.add(call.deadline, last_id_ + 1);
            entry.deadline = call.deadline;
        }
    } catch (...) {
        pending_.resize_down(before);
        unsent_.erase(frame.offset, frame.size);
        throw;
    }
    auto& entry = pending_[before];
    entry.id = last_id_ + 1;
    entry.xid = next_xid_;
    entry.op = call.op;
    entry.request = std::move(call.request);
    entry.frame = frame;
    entry.issued = call.issued;
    entry.resend = call.resend;
    entry.reserved = call.reserved;
    // From here on nothing can fail.
    ++last_id_;
    if (call.watcher) {
        ++watches_;
        ++watches_of_[static_cast<std::size_t>(call.watch_kind)];
    }
    if (call.reserved) {
        ++reserved_;
        last_urgent_ = last_id_;
    }
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
    last_urgent_ = enqueue(call, codec::append_frame(unsent_, header));
}

bool RequestQueue::has_reserve() const noexcept {
    return reserved_ < most_reserved &&
           (held_bytes() < reserved_bytes || held_bytes() - reserved_bytes < limits_.queued_bytes);
}

void RequestQueue::forget_deadline_and_watch(Pending& entry) noexcept {
    if (entry.deadline != TimePoint::max()) {
        deadlines_.remove(entry.deadline, entry.id);
        entry.deadline = TimePoint::max();
    }
    if (entry.watch && entry.watch->removes() == 0) {
        --watches_;
        --watches_of_[static_cast<std::size_t>(entry.watch->kind)];
    }
}

void RequestQueue::withdraw(Pending& entry) noexcept {
    ++withdrawn_;
    dead_bytes_ += entry.frame.size;
    entry.frame = {};
    reserved_ -= entry.reserved ? 1 : 0;
    entry.reserved = false;
    // Swept once half of the entries or of the bytes are dead: amortised constant time.
    if (2 * withdrawn_ > pending_.size() - sent_ || 2 * dead_bytes_ > unsent_.size()) {
        sweep();
    }
}

/// Counts that the entry leaves the queue, unless it was withdrawn before.
void RequestQueue::note_end(const Pending& entry) noexcept {
    reserved_ -= entry.reserved ? 1 : 0;
}

void RequestQueue::sweep() noexcept {
    auto place = sent_;
    std::size_t kept = 0;
    // Frames only move towards the front, in order: none is overwritten before it has moved. The
    // same holds for the entries.
    for (auto i = sent_; i < pending_.size(); ++i) {
        auto& entry = pending_[i];
        if (entry.frame.size == 0) {
            continue;  // withdrawn
        }
        std::memmove(unsent_.data() + kept, unsent_.data() + entry.frame.offset, entry.frame.size);
        entry.frame.offset = kept;
        kept += entry.frame.size;
        if (place != i) {
            pending_[place] = std::move(entry);
        }
        ++place;
    }
    unsent_.erase(kept, unsent_.size() - kept);
    pending_.resize_down(place);
    withdrawn_ = 0;
    dead_bytes_ = 0;
}

void RequestQueue::send(base::Buffer& out) {
    const auto requests = limits_.in_flight_requests;
    const auto bytes = limits_.in_flight_bytes;
    const bool all = size() <= requests && in_flight_bytes_ <= bytes &&
                     unsent_bytes() <= bytes - in_flight_bytes_;
    all ? send_all(out) : send_some(out);
}

void RequestQueue::send_all(base::Buffer& out) {
    if (dead_bytes_ > 0) {
        sweep();
    }
    const bool swaps = out.empty();  // the usual case
    if (!swaps) {
        out.append(unsent_.data(), unsent_.size());
    }
    for (; sent_ < pending_.size(); ++sent_) {
        note_sent(pending_[sent_]);
    }
    if (swaps) {
        out.swap(unsent_);
    }
    unsent_.clear();
    unsent_.release_if_larger_than(kept_bytes);
}

void RequestQueue::send_some(base::Buffer& out) {
    std::size_t bytes = 0;
    const auto end = end_of_sendable(bytes);
    out.reserve(out.size() + bytes);
    // From here on nothing can fail.
    auto place = sent_;
    for (auto i = sent_; i < end; ++i) {
        auto& entry = pending_[i];
        if (entry.frame.size == 0) {
            continue;
        }
        out.append(unsent_.data() + entry.frame.offset, entry.frame.size);
        note_sent(entry);
        if (place != i) {
            pending_[place] = std::move(entry);
        }
        ++place;
    }
    withdrawn_ -= end - place;
    pending_.erase(place, end);
    sent_ = place;
    dead_bytes_ += bytes;
    if (2 * dead_bytes_ > unsent_.size()) {
        sweep();
        unsent_.release_if_larger_than(kept_bytes);
    }
}

/// Returns where the requests end that may be sent now, and the size of their frames.
std::size_t RequestQueue::end_of_sendable(std::size_t& bytes) const noexcept {
    auto requests = sent_;
    auto end = sent_;
    for (auto i = sent_; i < pending_.size(); ++i) {
        const auto& entry = pending_[i];
        const auto size = entry.frame.size;
        if (size == 0) {
            continue;  // withdrawn
        }
        const auto used = in_flight_bytes_ + bytes;
        const bool fits = requests < limits_.in_flight_requests &&
                          used <= limits_.in_flight_bytes && size <= limits_.in_flight_bytes - used;
        if (!fits && requests > 0 && entry.id > last_urgent_) {
            break;
        }
        ++requests;
        bytes += size;
        end = i + 1;
    }
    return end;
}

/// Keeps the frame of a request that may be sent again; without memory for that, it is not.
void RequestQueue::note_sent(Pending& entry) noexcept {
    ++entry.times_sent;
    in_flight_bytes_ += entry.frame.size;
    if (entry.resend < Resend::reads || !is_repeatable(entry.op) ||
        entry.times_sent >= most_times_sent) {
        return;
    }
    try {
        kept_.append(unsent_.data() + entry.frame.offset, entry.frame.size);
        entry.kept = true;
    } catch (const std::bad_alloc&) {
        return;
    }
}

/// The entry is the oldest of those whose frames are kept.
void RequestQueue::drop_kept(const Pending& entry) noexcept {
    kept_begin_ += entry.frame.size;
    if (kept_begin_ == kept_.size()) {
        kept_begin_ = 0;
        kept_.clear();
        kept_.release_if_larger_than(kept_bytes);
    } else if (2 * kept_begin_ > kept_.size() && kept_begin_ > kept_bytes) {
        kept_.erase(0, kept_begin_);  // amortised constant time
        kept_begin_ = 0;
    }
}

void RequestQueue::remove_answered() noexcept {
    const auto& entry = pending_.front();
    note_end(entry);
    in_flight_bytes_ -= entry.frame.size;
    if (entry.kept) {
        drop_kept(entry);
    }
    pending_.pop_front();
    --sent_;
    timed_ -= timed_ > 0 ? 1 : 0;
    give_back_memory();
}

void RequestQueue::give_back_memory() noexcept {
    if (!pending_.empty()) {
        return;
    }
    if (pending_.capacity() > kept_entries) {
        pending_.free_if_empty();
    }
}

bool RequestQueue::is_awaiting_reply(std::int32_t xid) const {
    if (sent_ == 0 || xid <= 0) {
        return false;
    }
    const auto oldest = pending_.front().xid;
    const auto age = [oldest](std::int32_t x) {  // distance from the oldest xid, across the wrap
        return x >= oldest ? x - oldest : last_xid - oldest + x;
    };
    const auto at = pending_.partition_point(0, sent_, [&](const Pending& entry) {
        return age(entry.xid) < age(xid);
    });
    return at != sent_ && pending_[at].xid == xid;
}

bool RequestQueue::will_watch(WatchKinds kinds, std::string_view path) const {
    std::size_t to_find = 0;
    for (std::size_t kind = 0; kind < watch_kinds; ++kind) {
        to_find += (kinds & only(static_cast<WatchKind>(kind))) != 0 ? watches_of_[kind] : 0;
    }
    for (std::size_t i = 0; to_find > 0 && i < pending_.size(); ++i) {
        const auto* const watch = pending_[i].watch.get();
        if (watch != nullptr && watch->removes() == 0 && (kinds & only(watch->kind)) != 0 &&
            watch->path() == path) {
            return true;
        }
    }
    return false;
}

/// Returns the position of the request; size() of pending_ if there is none.
std::size_t RequestQueue::find(RequestId id) const noexcept {
    const auto at = pending_.partition_point(0, pending_.size(), [id](const Pending& entry) {
        return entry.id < id;
    });
    return at != pending_.size() && pending_[at].id == id ? at : pending_.size();
}

RequestQueue::GivenUp RequestQueue::cancel(RequestId id) noexcept {
    const auto at = find(id);
    if (at == pending_.size() || !pending_[at].request) {
        return {};
    }
    auto& entry = pending_[at];
    const bool in_flight = at < sent_;
    if (in_flight && entry.watch && entry.watch->removes() != 0) {
        return {};
    }
    forget(entry);
    GivenUp result{
        std::move(entry.request), std::move(entry.watch), entry.op, entry.times_sent > 0, entry.id};
    if (!in_flight) {
        withdraw(entry);
    }
    return result;
}

std::optional<RequestId> RequestQueue::expired(TimePoint now) const noexcept {
    if (deadlines_.empty() || deadlines_.next() > now) {
        return std::nullopt;
    }
    return deadlines_.next_id();
}

TimePoint RequestQueue::next_deadline() const noexcept {
    return deadlines_.next();
}

std::optional<RequestQueue::GivenUp> RequestQueue::take_oldest() noexcept {
    if (pending_.empty()) {
        unsent_.clear();
        unsent_.release_if_larger_than(kept_bytes);
        kept_.clear();
        kept_.release_if_larger_than(kept_bytes);
        kept_begin_ = 0;
        withdrawn_ = 0;
        dead_bytes_ = 0;
        in_flight_bytes_ = 0;
        give_back_memory();
        return std::nullopt;
    }
    auto& entry = pending_.front();
    forget(entry);
    note_end(entry);
    GivenUp result{
        std::move(entry.request), std::move(entry.watch), entry.op, entry.times_sent > 0, entry.id};
    sent_ -= sent_ > 0 ? 1 : 0;
    timed_ -= timed_ > 0 ? 1 : 0;
    pending_.pop_front();
    return result;
}

/// Returns the position from which on sent requests may outlive the connection, and moves their
/// frames to unsent_.
std::size_t RequestQueue::sent_that_stay() noexcept {
    auto first = sent_;
    while (first > 0 && is_repeatable(pending_[first - 1].op)) {
        --first;
    }
    return first < sent_ && unite_frames() ? first : sent_;
}

/// Puts kept_ before unsent_. Returns false if there is no memory for that.
bool RequestQueue::unite_frames() noexcept {
    const auto before = kept_.size();
    try {
        kept_.append(unsent_.data(), unsent_.size());
    } catch (const std::bad_alloc&) {
        return false;
    }
    auto offset = kept_begin_;
    for (std::size_t i = 0; i < pending_.size(); ++i) {
        auto& entry = pending_[i];
        if (i >= sent_) {
            entry.frame.offset += before;
        } else if (entry.kept) {
            entry.frame.offset = offset;
            offset += entry.frame.size;
        }
    }
    unsent_.swap(kept_);
    return true;
}

/// Returns whether a request that has not been sent outlives the connection. `write_lost`: an
/// earlier write does not.
bool RequestQueue::waits(const Pending& entry, bool write_lost) noexcept {
    if (entry.frame.size == 0 || entry.op == codec::Opcode::close_session) {
        return true;  // withdrawn, or sent whatever happens
    }
    if (write_lost && codec::is_write(entry.op)) {
        return entry.resend == Resend::independent;
    }
    return entry.resend != Resend::nothing;
}

/// Removes the contents of entry `i` if it ends with the connection. What is left of it is dead.
/// Sets `write_lost` if that was a write.
std::optional<RequestQueue::GivenUp> RequestQueue::take_if_lost(
    std::size_t i, std::size_t first, bool& write_lost
) noexcept {
    auto& entry = pending_[i];
    const bool stays =
        i < sent_ ? i >= first && entry.kept && entry.request : waits(entry, write_lost);
    entry.kept = false;
    if (stays) {
        entry.written = {};
        return std::nullopt;
    }
    write_lost = write_lost || codec::is_write(entry.op);
    forget(entry);
    note_end(entry);
    entry.frame = {};
    return GivenUp{
        std::move(entry.request), std::move(entry.watch), entry.op, entry.times_sent > 0, entry.id};
}

void RequestQueue::forget_connection() noexcept {
    sent_ = timed_ = 0;
    in_flight_bytes_ = 0;
    kept_begin_ = 0;
    kept_.clear();
    kept_.release_if_larger_than(kept_bytes);
    sweep();
    unsent_.release_if_larger_than(kept_bytes);
    give_back_memory();
}

}  // namespace kazoo::session
