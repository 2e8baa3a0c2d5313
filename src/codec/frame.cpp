// SPDX-License-Identifier: Apache-2.0
#include "codec/frame.hpp"

#include <algorithm>
#include <cassert>

namespace kazoo::codec {

namespace {

constexpr std::size_t prefix_size = 4;

// Capacity that is kept for the next frame; a larger buffer is freed once it is empty.
constexpr std::size_t kept_capacity = 64 * 1024;

// A length is not trusted: no more than this is allocated before the bytes have arrived, so that
// four bytes of a peer cannot make this process allocate the largest frame. Enough for the largest
// node that servers accept by default (1 MiB) with its stat, so that its bytes are not moved.
constexpr std::size_t reserved_at_most = (1024 + 4) * 1024;

std::int32_t read_length(std::span<const std::byte> frame) noexcept {
    return static_cast<std::int32_t>(base::load_be32(frame.data()));
}

}  // namespace

FrameWriter::FrameWriter(base::Buffer& out) : out_(out), offset_(out.size()), encoder_(out) {
    out_.grow(prefix_size);
}

FrameWriter::~FrameWriter() {
    if (!kept_) {
        out_.erase(offset_, out_.size() - offset_);
    }
}

// The limit is checked against the complete frame: sizes are not computed before encoding.
FrameExtent FrameWriter::finish(std::size_t max_length) {
    const std::size_t size = out_.size() - offset_;
    const std::size_t length = size - prefix_size;
    if (!encoder_.ok() || length > std::min(max_length, max_frame_length)) {
        return {offset_, 0};
    }
    out_.patch_i32(offset_, static_cast<std::int32_t>(length));
    kept_ = true;
    return {offset_, size};
}

FrameReader::Status FrameReader::feed(std::span<const std::byte> bytes, bool leave) {
    rest_ = {};
    if (malformed_) {
        return Status::malformed;
    }
    assert(input_.empty());  // else next() was not called until it returned `none`
    input_ = bytes;
    leave_ = leave;
    finished_.clear();
    finished_.release_if_larger_than(kept_capacity);
    return Status::ok;
}

FrameItem FrameReader::next() {
    // First the rest of an oversized frame, which may extend over several feeds.
    const std::size_t skipped = std::min(to_skip_, input_.size());
    input_ = input_.subspan(skipped);
    to_skip_ -= skipped;

    FrameItem item;
    if (!malformed_) {
        item = partial_.empty() ? take_in_place() : take_partial();
    }
    if (malformed_) {
        return {FrameItem::Kind::malformed, {}, malformed_length_};
    }
    return item;
}

void FrameReader::reset() noexcept {
    input_ = {};
    partial_.clear();
    partial_.release_if_larger_than(kept_capacity);
    finished_.clear();
    finished_.release_if_larger_than(kept_capacity);
    rest_ = {};
    to_skip_ = 0;
    malformed_ = false;
    malformed_length_ = 0;
}

bool FrameReader::oversized_ahead() const noexcept {
    return partial_.size() >= prefix_size &&
           base::load_be32(partial_.data()) > std::min(max_frame_, max_frame_length);
}

// Until the prefix is complete, the prefix alone; then the frame, or what is kept of it if it is
// oversized. Detects lengths that cannot be.
std::size_t FrameReader::bytes_needed(std::span<const std::byte> start) {
    if (start.size() < prefix_size) {
        return prefix_size;
    }
    const std::int32_t length = read_length(start);
    if (length < 0 || static_cast<std::size_t>(length) < min_frame_) {
        malformed_ = true;
        malformed_length_ = length;
        input_ = {};
        return 0;
    }
    const auto size = static_cast<std::size_t>(length);
    return prefix_size + (size > max_frame_ ? std::min(size, oversized_head) : size);
}

FrameItem FrameReader::take_in_place() {
    const std::size_t needed = bytes_needed(input_);
    if (malformed_) {
        return {};
    }
    if (input_.size() < needed) {
        if (leave_ && input_.size() >= prefix_size && needed <= reserved_at_most) {
            rest_ = {input_.size(), needed};
            input_ = {};
        } else {
            complete_partial_to(needed);  // copies all that is left of this feed
        }
        return {};
    }
    const auto bytes = input_.first(needed);
    input_ = input_.subspan(needed);
    return make_item(bytes);
}

FrameItem FrameReader::take_partial() {
    complete_partial_to(prefix_size);
    const std::size_t needed = bytes_needed(partial_.span());
    if (malformed_) {
        return {};
    }
    complete_partial_to(needed);
    if (partial_.size() < needed) {
        return {};
    }
    // feed() has emptied finished_, and only the first frame of a feed can begin in an earlier one.
    assert(finished_.empty());
    finished_.swap(partial_);
    return make_item(finished_.span());
}

void FrameReader::complete_partial_to(std::size_t size) {
    if (partial_.size() >= size || input_.empty()) {
        return;
    }
    const std::size_t n = std::min(size - partial_.size(), input_.size());
    partial_.reserve(std::min(size, reserved_at_most));
    partial_.append(input_.data(), n);
    input_ = input_.subspan(n);
}

FrameItem FrameReader::make_item(std::span<const std::byte> bytes) {
    const std::int32_t length = read_length(bytes);
    const auto payload = bytes.subspan(prefix_size);
    if (static_cast<std::size_t>(length) > max_frame_) {
        to_skip_ = static_cast<std::size_t>(length) - payload.size();
        return {FrameItem::Kind::oversized, payload, length};
    }
    return {FrameItem::Kind::frame, payload, length};
}

}  // namespace kazoo::codec
