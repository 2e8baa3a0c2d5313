// SPDX-License-Identifier: Apache-2.0
#include "async/lane_batch.hpp"

#include <kazoo/detail/resumptions.hpp>

#include <cassert>
#include <utility>

namespace kazoo::base {

void LaneBatch::add(detail::ResultStateBase& ready, bool resumes) noexcept {
    auto* const result = present_.detach();
    assert(result == &ready);
    static_cast<void>(ready);
    assert(first_ == nullptr || first_->handler() == result->handler());
    (last_ != nullptr ? last_->next_in_turn_ : first_) = result;
    last_ = result;
    bytes_ += result->reply_bytes_;
    resumes_ = resumes_ || resumes;
    if (++size_ == most_results || bytes_ >= most_bytes) {
        flush();
    }
}

void LaneBatch::flush() noexcept {
    if (first_ == nullptr) {
        return;
    }
    last_ = nullptr;
    const auto size = std::exchange(size_, 0);
    const auto bytes = std::exchange(bytes_, 0);
    auto* const first = std::exchange(first_, nullptr);
    if (std::exchange(resumes_, false)) {
        if (const auto helper = detail::Resumptions::of(*first->handler()).add_turn(first)) {
            helper->notify();
        }
    }
    detail::ResultStateBase::dispatch_turn(first, size, bytes);
}

}  // namespace kazoo::base
