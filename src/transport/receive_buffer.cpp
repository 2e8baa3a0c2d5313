// SPDX-License-Identifier: Apache-2.0
#include "transport/receive_buffer.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace kazoo::transport {

void ReceiveBuffer::adapt(std::size_t n) noexcept {
    if (n == size_) {
        small_reads_ = 0;
        if (size_ < most) {
            resize(std::min(step * size_, most));
        }
        return;
    }
    if (size_ == least || n >= size_ / step) {
        small_reads_ = 0;
        return;
    }
    if (++small_reads_ == patience) {
        small_reads_ = 0;
        resize(std::max(size_ / step, least));
    }
}

void ReceiveBuffer::resize(std::size_t size) noexcept {
    try {
        auto other = allocate(size);
        base::overwrite(bytes_.get(), size_);
        bytes_ = std::move(other);
        size_ = size;
    } catch (const std::bad_alloc&) {
        return;  // it works with any size
    }
}

}  // namespace kazoo::transport
