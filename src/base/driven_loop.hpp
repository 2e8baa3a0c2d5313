// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/loop_work.hpp"

#include <kazoo/detail/export.hpp>

#include <chrono>
#include <memory>

// Exported: the components are shared libraries of their own.
KAZOO_API_BEGIN
namespace kazoo::base {

/// A loop that threads run in turn, which takes work for the next of them.
class LoopInbox {
public:
    virtual ~LoopInbox() = default;
    /// Takes the work if no thread runs the loop now, but one soon will. Otherwise returns false
    /// and leaves `work` unchanged. Thread-safe.
    [[nodiscard]] virtual bool put(LoopWork& work) noexcept = 0;
};

/// A connection that the thread which runs its loop can read without the loop.
class DirectReader {
public:
    virtual ~DirectReader() = default;
    /// Waits until bytes have arrived, for `limit` at most, and processes them. Returns false if
    /// none have, or if only the loop can read them.
    [[nodiscard]] virtual bool read_within(std::chrono::nanoseconds limit) noexcept = 0;
};

/// What a thread remembers of the loop that it runs, or has run last, in place of the thread to
/// which the loop belongs. Used by its own thread only.
struct DrivenLoop {
    const void* loop = nullptr;              // identifies the loop
    std::weak_ptr<LoopInbox> inbox;          // of that loop
    bool running = false;                    // the thread is running the loop
    bool sent = false;                       // a request was written meanwhile, to `connection`
    std::weak_ptr<DirectReader> connection;  // of that loop

    /// Passes work for the loop to its inbox; see LoopInbox::put.
    [[nodiscard]] bool put(const void* for_loop, LoopWork& work) const noexcept {
        if (for_loop != loop || running) {
            return false;
        }
        const auto target = inbox.lock();
        return target != nullptr && target->put(work);
    }
};

/// Returns the calling thread's DrivenLoop; null while the thread's static objects are destroyed.
[[nodiscard]] DrivenLoop* driven_loop() noexcept;

}  // namespace kazoo::base
KAZOO_API_END
