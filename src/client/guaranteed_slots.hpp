// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <string_view>
#include <utility>

namespace kazoo::detail::client {

/// A place among the operations that may go on in the background. Copies share it; it is free again
/// when the last one is destroyed. Null: there was none.
using GuaranteedSlot = std::shared_ptr<const void>;

/// The end of the error detail if there was none. Tells that QueueFullError from those that room in
/// the queue of requests resolves.
inline constexpr std::string_view no_slot_text = "(ClientLimits::guaranteed)";

/// Counts the operations that go on in the background if their callers do not wait for them
/// (ClientLimits::guaranteed). A slot is taken before anything is sent, so that what has been sent
/// can be followed up. Thread-safe.
class GuaranteedSlots {
public:
    explicit GuaranteedSlots(std::size_t limit) noexcept : limit_(limit) {}

    /// Takes a slot; returns null if none is free. `owner` keeps this object alive as long as the
    /// slot exists. Throws std::bad_alloc, and has then taken none.
    [[nodiscard]] GuaranteedSlot take(std::shared_ptr<const void> owner) {
        if (used_.fetch_add(1) >= limit_) {
            used_.fetch_sub(1);
            return nullptr;
        }
        // If there is no memory for the count of references, the deleter is called.
        return GuaranteedSlot(
            static_cast<const void*>(this),
            [this, owner = std::move(owner)](const void*) { used_.fetch_sub(1); }
        );
    }
    [[nodiscard]] std::size_t used() const noexcept { return used_.load(); }
    [[nodiscard]] std::size_t limit() const noexcept { return limit_; }

private:
    const std::size_t limit_;
    std::atomic<std::size_t> used_{0};
};

}  // namespace kazoo::detail::client
