// SPDX-License-Identifier: Apache-2.0
#include "server/member/inbox.hpp"

namespace kazoo::server {

namespace {

constexpr std::size_t prefix_size = 4;
constexpr std::size_t header_size = 8;  // of a request: the shortest valid frame

// A larger buffer is freed once its frames are handled.
constexpr std::size_t kept_input_capacity = 64 * 1024;

}  // namespace

Inbox::Inbox(std::size_t max_frame) noexcept : reader_(max_frame, header_size) {}

void Inbox::feed(std::span<const std::byte> bytes) {
    if (!bad_) {
        reader_.feed(bytes);
        reader_done_ = false;
    }
}

Inbox::Item Inbox::front() {
    if (popped_ < kept_.size()) {
        const auto rest = kept_.span().subspan(popped_);
        return {Kind::frame, rest.subspan(prefix_size, base::load_be32(rest.data()))};
    }
    if (bad_) {
        return {Kind::bad, {}};
    }
    if (from_reader_.kind == Kind::none && !reader_done_) {
        from_reader_ = read();
    }
    return from_reader_;
}

void Inbox::pop() noexcept {
    if (popped_ == kept_.size()) {
        from_reader_ = {};
        return;
    }
    popped_ += prefix_size + base::load_be32(kept_.data() + popped_);
    if (popped_ == kept_.size()) {
        kept_.clear();
        kept_.release_if_larger_than(kept_input_capacity);
        popped_ = 0;
    }
}

void Inbox::keep_rest() {
    if (reader_done_ && from_reader_.kind == Kind::none) {
        return;
    }
    kept_.erase(0, popped_);
    popped_ = 0;
    if (from_reader_.kind == Kind::none) {
        from_reader_ = read();
    }
    while (from_reader_.kind == Kind::frame) {
        keep(from_reader_.bytes);
        from_reader_ = read();
    }
    bad_ = from_reader_.kind == Kind::bad;
    from_reader_ = {};
}

Inbox::Item Inbox::read() {
    const codec::FrameItem item = reader_.next();
    if (item.kind == codec::FrameItem::Kind::frame) {
        return {Kind::frame, item.bytes};
    }
    reader_done_ = true;
    const bool good = item.kind == codec::FrameItem::Kind::none && !reader_.oversized_ahead();
    return {good ? Kind::none : Kind::bad, {}};
}

void Inbox::keep(std::span<const std::byte> frame) {
    base::store_be32(kept_.grow(prefix_size), static_cast<std::uint32_t>(frame.size()));
    kept_.append(frame.data(), frame.size());
}

}  // namespace kazoo::server
