// SPDX-License-Identifier: Apache-2.0
#include "transport/stream_buffer.hpp"

#include "base/secret.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>
#include <utility>

namespace kazoo::transport {

StreamBuffer::~StreamBuffer() {
    base::overwrite(bytes_.get(), memory());
}

/// Behind the message whose start was left there is the rest of the size, or the space before it:
/// whichever is larger.
StreamBuffer::Space StreamBuffer::space() noexcept {
    auto* const all = bytes_.get();
    if (!holds_start()) {
        return {std::span(all, size_), {}};
    }
    auto* const next = all + at_ + start_.size;
    const auto end = at_ + start_.whole;
    if (end < size_ && size_ - end >= at_) {
        return {std::span(next, all + size_), {}};
    }
    return {std::span(next, all + end), std::span(all, at_)};
}

void StreamBuffer::taken(std::size_t n) noexcept {
    const auto into = space();
    const auto* const first = into[0].data() - start_.size;
    const auto n_first = std::min(n, into[0].size());
    parts_[0] = {{first, start_.size + n_first}, start_.size};
    parts_[1] = {{into[1].data(), n - n_first}, 0};
    next_part_ = 0;
    read_ = n;
    offered_ = into[0].size() + into[1].size();
}

std::optional<StreamBuffer::Part> StreamBuffer::part() noexcept {
    if (next_part_ == parts_.size() || parts_[next_part_].bytes.empty()) {
        return std::nullopt;
    }
    return parts_[next_part_++];
}

/// Of the first part nothing is left if there is a second one: it ends with a message.
void StreamBuffer::left(const Unread& rest) noexcept {
    const auto& bytes = parts_[next_part_ - 1].bytes;
    assert(rest.size <= bytes.size() && (rest.size == 0 || rest.size < rest.whole));
    start_ = rest;
    at_ = rest.size == 0
              ? 0
              : static_cast<std::size_t>(bytes.data() - bytes_.get()) + bytes.size() - rest.size;
}

void StreamBuffer::adapt() {
    const auto size = wanted_size();
    const auto room = wanted_room(size);
    if (size != size_ || room != room_) {
        try {
            return resize(size, room);
        } catch (const std::bad_alloc&) {
            if (start_.whole > memory()) {
                throw;
            }
        }
    }
    if (at_ + start_.whole > memory()) {
        std::memmove(bytes_.get(), bytes_.get() + at_, start_.size);
        at_ = 0;
    }
}

std::size_t StreamBuffer::wanted_size() noexcept {
    const auto limit = room_ >= large ? most_for_large : most;
    if (read_ == offered_ && offered_ >= size_ && size_ < limit) {
        small_reads_ = 0;
        return std::min(step * size_, limit);
    }
    if (size_ == least || read_ >= size_ / step) {
        small_reads_ = 0;
    } else if (++small_reads_ == patience) {
        small_reads_ = 0;
        return std::max(size_ / step, least);
    }
    return size_;
}

/// Within the least size, the start is moved to the beginning instead.
std::size_t StreamBuffer::wanted_room(std::size_t size) noexcept {
    const auto usual = size == least ? 0 : small_room;
    const auto needed = size == least && start_.whole <= size ? 0 : start_.whole;
    if (needed >= room_ / step) {
        small_messages_ = 0;
    } else if (++small_messages_ >= patience) {
        small_messages_ = 0;
        return std::max(usual, needed);
    }
    return needed > room_ ? needed + needed / step : std::max(usual, room_);
}

void StreamBuffer::resize(std::size_t size, std::size_t room) {
    std::unique_ptr<std::byte[]> other(new std::byte[size + room]);  // not zeroed
    if (holds_start()) {
        std::memcpy(other.get(), bytes_.get() + at_, start_.size);
        at_ = 0;
    }
    base::overwrite(bytes_.get(), memory());
    bytes_ = std::move(other);
    size_ = size;
    room_ = room;
}

}  // namespace kazoo::transport
