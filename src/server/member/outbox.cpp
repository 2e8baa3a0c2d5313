// SPDX-License-Identifier: Apache-2.0
#include "server/member/outbox.hpp"

namespace kazoo::server {

namespace {

// A larger buffer is freed once its bytes are taken.
constexpr std::size_t kept_output_capacity = 256 * 1024;

}  // namespace

void Outbox::add_hold(const ReplyHold& hold) {
    if (!held_.empty() && held_.back().hold == hold) {
        return;
    }
    const std::size_t before = last_held();
    held_.push_back({hold, {}});
    held_before_last_ += before;
}

void Outbox::release_first() {
    const base::Buffer& bytes = held_.front().bytes;
    ready_.append(bytes.data(), bytes.size());
    if (held_.size() > 1) {
        held_before_last_ -= bytes.size() + cost_of_hold;
    }
    held_.pop_front();
}

void Outbox::take(base::Buffer& out) noexcept {
    if (ready_.empty()) {
        return;
    }
    ready_.swap(out);
    ready_.clear();
    ready_.release_if_larger_than(kept_output_capacity);
    in_flight_ += out.size();
}

void Outbox::shrink_ready(std::size_t size) noexcept {
    if (size < ready_.size()) {
        ready_.erase(size, ready_.size() - size);
    }
}

void Outbox::discard_held() noexcept {
    held_.clear();
    held_before_last_ = 0;
}

void Outbox::discard() noexcept {
    discard_held();
    ready_.clear();
    ready_.release_if_larger_than(0);
}

}  // namespace kazoo::server
