#include "session/request_queue.hpp"

#include <algorithm>
#include <cstring>
#include <limits>

namespace kazoo::session {
namespace {

constexpr std::int32_t last_xid = std::numeric_limits<std::int32_t>::max();

}  // namespace

RequestId RequestQueue::enqueue(const Call& call, codec::FrameExtent frame) {
    auto& entry = pending_.emplace_back();
    entry.id = ++last_id_;
    entry.xid = next_xid_;
    entry.op = call.op;
    entry.request = call.request;
    entry.frame = frame;
    if (call.watcher) {
        entry.watch = std::make_unique<WatchOrder>(WatchOrder{
            call.watch_kind, std::string(call.watch_path), call.watcher});
        ++watches_;
    }
    if (call.request && call.deadline != TimePoint::max()) {
        entry.deadline = call.deadline;
        deadlines_.emplace(call.deadline, entry.id);
    }
    // Zero and negative xids have meanings of their own.
    next_xid_ = next_xid_ == last_xid ? 1 : next_xid_ + 1;
    return entry.id;
}

void RequestQueue::push_close() {
    Call call;
    call.op = codec::Opcode::close_session;
    codec::RequestHeader header;
    header.xid = next_xid_;
    header.type = call.op;
    enqueue(call, codec::append_frame(unsent_, header));
}

/// Nobody waits for it any more: neither a clock nor the limit of watches.
void RequestQueue::forget(Pending& entry) {
    if (entry.deadline != TimePoint::max()) {
        deadlines_.erase({entry.deadline, entry.id});
        entry.deadline = TimePoint::max();
    }
    if (entry.watch) {
        --watches_;
    }
}

void RequestQueue::withdraw(Pending& entry) {
    ++withdrawn_;
    withdrawn_bytes_ += entry.frame.size;
    entry.frame = {};
    if (2 * withdrawn_ > pending_.size() - sent_ || 2 * withdrawn_bytes_ > unsent_.size()) {
        sweep();
    }
}

void RequestQueue::sweep() {
    const auto first = pending_.begin() + static_cast<std::ptrdiff_t>(sent_);
    std::size_t kept = 0;
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
        out.swap(unsent_);
    } else {
        out.append(unsent_.data(), unsent_.size());
    }
    unsent_.clear();
    sent_ = pending_.size();
}

std::optional<Pending> RequestQueue::take_reply(std::int32_t xid) {
    if (sent_ == 0 || pending_.front().xid != xid) {
        return std::nullopt;
    }
    std::optional<Pending> entry(std::move(pending_.front()));
    pending_.pop_front();
    --sent_;
    forget(*entry);
    return entry;
}

bool RequestQueue::awaits(std::int32_t xid) const {
    if (sent_ == 0 || xid <= 0) {
        return false;
    }
    const auto end = pending_.begin() + static_cast<std::ptrdiff_t>(sent_);
    const auto oldest = pending_.front().xid;
    const auto age = [oldest](std::int32_t x) {  // in xids since the oldest, wrapping included
        return x >= oldest ? x - oldest : last_xid - oldest + x;
    };
    const auto at =
        std::lower_bound(pending_.begin(), end, xid, [&](const Pending& entry, std::int32_t x) {
            return age(entry.xid) < age(x);
        });
    return at != end && at->xid == xid;
}

std::deque<Pending>::iterator RequestQueue::find(RequestId id) {
    const auto at = std::lower_bound(
        pending_.begin(), pending_.end(), id, [](const Pending& p, RequestId i) { return p.id < i; }
    );
    return at != pending_.end() && at->id == id ? at : pending_.end();
}

RequestQueue::Cancelled RequestQueue::cancel(RequestId id) {
    const auto at = find(id);
    if (at == pending_.end() || !at->request) {
        return {};
    }
    Cancelled result{std::move(at->request), at->op, false};
    at->request = {};
    result.sent = static_cast<std::size_t>(at - pending_.begin()) < sent_;
    forget(*at);
    at->watch.reset();
    if (!result.sent) {
        withdraw(*at);
    }
    return result;
}

std::vector<RequestId> RequestQueue::expired(TimePoint now) const {
    std::vector<RequestId> ids;
    for (const auto& [deadline, id] : deadlines_) {
        if (deadline > now) {
            break;
        }
        ids.push_back(id);
    }
    return ids;
}

TimePoint RequestQueue::next_deadline() const {
    return deadlines_.empty() ? TimePoint::max() : deadlines_.begin()->first;
}

std::vector<std::pair<Pending, bool>> RequestQueue::take_all() {
    std::vector<std::pair<Pending, bool>> all;
    all.reserve(pending_.size());
    for (auto& entry : pending_) {
        all.emplace_back(std::move(entry), all.size() < sent_);
    }
    pending_.clear();
    deadlines_.clear();
    unsent_.clear();
    sent_ = 0;
    watches_ = 0;
    withdrawn_ = 0;
    withdrawn_bytes_ = 0;
    return all;
}

}  // namespace kazoo::session
