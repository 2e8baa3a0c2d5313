// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/call_options.hpp>

#include <chrono>
#include <cstddef>
#include <deque>
#include <functional>
#include <utility>

namespace tool {

/// Requests that are under way at a time, unless a command says otherwise.
inline constexpr std::size_t usual_window = 64;

/// For operations whose time grows with the size of a tree, in place of --timeout.
inline kazoo::CallOptions without_limit(kazoo::CallOptions options = {}) {
    return options.timeout(std::chrono::hours(24 * 365));
}

/// A bounded number of operations under way. Their results are handled in the order in which they
/// were begun, in the thread that pushes. `Tag` is what the handler needs to know beside the
/// result.
template <class T, class Tag>
class Window {
public:
    using Done = std::function<void(const kazoo::AsyncResult<T>& result, Tag& tag)>;

    explicit Window(Done done, std::size_t limit = usual_window)
        : done_(std::move(done)), limit_(limit) {}

    /// Adds an operation. Handles the first results as long as there are too many, and those that
    /// are ready. Throws what the handler throws.
    void push(kazoo::AsyncResult<T> result, Tag tag) {
        pending_.emplace_back(std::move(result), std::move(tag));
        while (!pending_.empty() && (pending_.size() > limit_ || pending_.front().first.ready())) {
            handle_first();
        }
    }
    /// Handles all results.
    void finish() {
        while (!pending_.empty()) {
            handle_first();
        }
    }
    [[nodiscard]] bool empty() const noexcept { return pending_.empty(); }

private:
    void handle_first() {
        pending_.front().first.wait();
        auto [result, tag] = std::move(pending_.front());
        pending_.pop_front();
        done_(result, tag);
    }

    Done done_;
    std::size_t limit_;
    std::deque<std::pair<kazoo::AsyncResult<T>, Tag>> pending_;
};

}  // namespace tool
