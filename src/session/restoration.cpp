// SPDX-License-Identifier: Apache-2.0
#include "session/restoration.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace kazoo::session {
namespace {

constexpr auto any_number = std::numeric_limits<std::size_t>::max();

}  // namespace

void Restoration::begin(const WatchRegistry& watches, std::int64_t last_zxid, base::Buffer& out) {
    abandon();
    last_zxid_ = last_zxid;
    if (suspects_.empty()) {
        return send_all(watches, {}, out);
    }
    // What is not suspect goes first, so that suspects cannot keep other watches from being
    // restored.
    waiting_ = true;
    next_ = suspects_.front().range.from;
    WatchRange before;
    before.to = suspects_.front().range.from;
    send_all(watches, before, out);
    WatchRange after;
    after.from = suspects_.back().range.to;
    send_all(watches, after, out);
    if (!under_way()) {
        send_suspect(watches, out);
    }
}

/// Appends one frame. Returns false, and appends nothing, if the range contains no watch.
bool Restoration::send(
    const WatchRegistry& watches, const WatchRange& range, std::size_t path_limit, base::Buffer& out
) {
    auto frame = watches.restore(out, last_zxid_, range, frame_bytes_, path_limit);
    if (frame.paths == 0) {
        return false;
    }
    frames_.push_back({std::move(frame.range), frame.paths});
    return true;
}

void Restoration::send_all(const WatchRegistry& watches, WatchRange range, base::Buffer& out) {
    while (send(watches, range, any_number, out)) {
        range.from = frames_.back().range.to;
    }
}

void Restoration::send_suspect(const WatchRegistry& watches, base::Buffer& out) {
    while (turn_ < suspects_.size()) {
        const auto& suspect = suspects_[turn_];
        if (send(watches, {next_, suspect.range.to}, suspect.paths, out)) {
            stepping_ = true;
            next_ = frames_.back().range.to;
            return;
        }
        if (++turn_ < suspects_.size()) {
            next_ = suspects_[turn_].range.from;
        }
    }
    waiting_ = false;
}

WatchRange Restoration::answered(const WatchRegistry& watches, base::Buffer& out) {
    auto range = std::move(frames_.front().range);
    frames_.erase(frames_.begin());
    if (under_way()) {
        return range;
    }
    if (waiting_) {
        send_suspect(watches, out);
    }
    if (!under_way()) {
        frames_ = {};
        suspects_.clear();  // the server has accepted them all
        drops_ = 0;
    }
    return range;
}

std::optional<WatchRange> Restoration::dropped() {
    if (!under_way()) {
        return std::nullopt;
    }
    Frame frame{{frames_.front().range.from, frames_.back().range.to}, 0};
    for (const auto& one : frames_) {
        frame.paths += one.paths;
    }
    auto suspects = suspects_after_drop(frame);
    // From here on nothing can fail.
    const bool again = drops_ > 0 && suspects_.front().range.to == frame.range.to;
    drops_ = frame.paths > 1 ? 0 : (again ? drops_ : 0) + 1;
    suspects_.swap(suspects);
    abandon();
    if (drops_ < drops_of_one_path) {
        return std::nullopt;
    }
    drops_ = 0;
    suspects_.erase(suspects_.begin());
    return std::move(frame.range);
}

/// Suspects after a connection was lost with `frame` under way: `frame`, divided, and what had not
/// been sent. What the server has answered is no longer suspect.
std::vector<Restoration::Frame> Restoration::suspects_after_drop(const Frame& frame) const {
    std::vector<Frame> suspects{{frame.range, std::max<std::size_t>(frame.paths / split, 1)}};
    if (stepping_) {
        const auto& present = suspects_[turn_];
        suspects.push_back({{frame.range.to, present.range.to}, present.paths});
        suspects.insert(
            suspects.end(),
            suspects_.begin() + static_cast<std::ptrdiff_t>(turn_) + 1,
            suspects_.end()
        );
    }
    return suspects;
}

void Restoration::abandon() noexcept {
    frames_.clear();
    waiting_ = false;
    stepping_ = false;
    turn_ = 0;
}

void Restoration::reset() noexcept {
    abandon();
    suspects_.clear();
    drops_ = 0;
}

}  // namespace kazoo::session
