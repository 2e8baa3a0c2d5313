// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

namespace kazoo::testing_support {

/// Collects values from callbacks, in the order of the calls of add(). Thread-safe.
template <class T>
class Recorder {
public:
    void add(T value) {
        const std::lock_guard lock(mutex_);
        values_.push_back(std::move(value));
        added_.notify_all();
    }
    /// Waits until there are `count` values; returns false after `limit`.
    bool wait_for(std::size_t count, std::chrono::milliseconds limit = std::chrono::seconds(10)) {
        std::unique_lock lock(mutex_);
        return added_.wait_for(lock, limit, [&] { return values_.size() >= count; });
    }
    std::vector<T> all() const {
        const std::lock_guard lock(mutex_);
        return values_;
    }
    std::size_t size() const {
        const std::lock_guard lock(mutex_);
        return values_.size();
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable added_;
    std::vector<T> values_;  // guarded by mutex_
};

}  // namespace kazoo::testing_support
