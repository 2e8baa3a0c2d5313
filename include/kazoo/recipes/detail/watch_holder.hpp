// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/async_result.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/recipes/watch_options.hpp>

#include <memory>
#include <optional>
#include <utility>

namespace kazoo::detail::recipe {
class Watching;
}

KAZOO_API_BEGIN
namespace kazoo::detail {

/// What stop() of a watch or stream does about a call of the user's functions in progress.
enum class OnStop { wait_for_call, return_at_once };

/// The part that DataWatch, DataStream, ChildrenWatch and ChildrenStream have in common: owns the
/// watch, and stops it when it is replaced or destroyed. Not synchronised, except that `stop`,
/// `ended` and `first_call` may be called from several threads.
class WatchHolder {
public:
    WatchHolder(std::shared_ptr<recipe::Watching> watching, OnStop on_stop) noexcept
        : watching_(std::move(watching)), on_stop_(on_stop) {}
    WatchHolder(WatchHolder&&) noexcept = default;
    WatchHolder& operator=(WatchHolder&& other) noexcept {
        if (this != &other) {
            stop();
            watching_ = std::move(other.watching_);
            on_stop_ = other.on_stop_;
        }
        return *this;
    }
    ~WatchHolder() { stop(); }

    /// Idempotent; does nothing if moved from.
    void stop() noexcept;
    /// Returns WatchEnd::stopped if moved from.
    [[nodiscard]] std::optional<WatchEnd> ended() const noexcept;
    /// Precondition: not moved from.
    [[nodiscard]] AsyncResult<void> first_call() const;
    [[nodiscard]] const std::shared_ptr<recipe::Watching>& watching() const noexcept {
        return watching_;
    }

private:
    std::shared_ptr<recipe::Watching> watching_;  // null: moved from
    OnStop on_stop_;
};

}  // namespace kazoo::detail
KAZOO_API_END
