// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>

namespace tool::ui {

/// What has happened since the readers were notified last: a bounded number of changed nodes, or a
/// gap. Of several events of a node the last is kept. Thread-safe.
class Changes {
public:
    /// `wake` is called, without a lock, when there is something to take.
    explicit Changes(std::function<void()> wake, std::size_t limit = 1024)
        : wake_(std::move(wake)), limit_(limit) {}

    /// Adds the event of a node: "CREATED", "DELETED" or "CHANGED". If there are too many, or no
    /// memory, all are replaced by a gap.
    void add(const char* type, const std::string& path) noexcept;
    /// Events may be missing: everything must be read again.
    void add_gap() noexcept;
    /// What GET /api/status returns has changed.
    void add_status() noexcept;

    /// Returns and removes everything, as a JSON object {"gap", "status", "changes": [{"type",
    /// "path"}]}; "" if there is nothing. Throws std::bad_alloc; a gap is then kept.
    std::string take();
    /// Returns the event that stands for any others.
    [[nodiscard]] static std::string gap();

private:
    void replace_by_gap() noexcept;

    const std::function<void()> wake_;
    const std::size_t limit_;
    std::mutex mutex_;
    std::map<std::string, const char*> nodes_;  // guarded by mutex_, as are the following
    bool gap_ = false;
    bool status_ = false;
};

}  // namespace tool::ui
