// SPDX-License-Identifier: Apache-2.0
#include "recipe/blocking.hpp"
#include "recipe/lease/leasing.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/recipes/non_blocking_lease.hpp>

#include <mutex>
#include <utility>

namespace kazoo {
namespace detail::recipe {

/// What a MultiNonBlockingLease and its coroutines share. Thread-safe.
class MultiLeasing {
public:
    MultiLeasing(
        KazooClient& client,
        std::size_t count,
        PathView path,
        Duration duration,
        const LeaseOptions& options
    )
        : handler(client.handler()) {
        if (count < 1 || count > 10'000) {
            throw_error(Error(
                Errc::bad_arguments,
                Outcome::not_sent,
                "MultiNonBlockingLease",
                std::string(std::string_view(path)),
                "the number of leases is from 1 to 10,000"
            ));
        }
        const auto parent = RecipeClient(client, "MultiNonBlockingLease").checked_path(path);
        for (std::size_t i = 0; i < count; ++i) {
            const auto child = parent + "/" + std::to_string(i);
            leases.emplace_back(client, child, duration, options);
        }
    }

    [[nodiscard]] std::optional<std::size_t> index() const noexcept {
        const std::lock_guard lock(mutex_);
        return index_;
    }
    void set_index(std::optional<std::size_t> index) noexcept {
        const std::lock_guard lock(mutex_);
        index_ = index;
    }
    /// Returns the lease that was obtained last; null if there is none.
    [[nodiscard]] NonBlockingLease* obtained() noexcept {
        const auto found = index();
        return found ? &leases[*found] : nullptr;
    }

    const std::shared_ptr<Handler> handler;
    std::vector<NonBlockingLease> leases;  // constant

private:
    mutable std::mutex mutex_;
    std::optional<std::size_t> index_;  // guarded by mutex_
};

namespace {

AsyncResult<bool> obtain_first(std::shared_ptr<MultiLeasing> leasing, CallLimits limits) {
    leasing->set_index(std::nullopt);
    for (std::size_t i = 0; i < leasing->leases.size(); ++i) {
        auto obtaining = leasing->leases[i].obtain_async(limits.step());
        const bool obtained = co_await direct(std::move(obtaining));
        if (obtained) {
            leasing->set_index(i);
            co_return true;
        }
    }
    co_return false;
}

AsyncResult<bool> nothing() {
    const bool done = false;
    co_return done;
}

}  // namespace
}  // namespace detail::recipe

using namespace detail::recipe;

MultiNonBlockingLease::MultiNonBlockingLease(
    KazooClient& client,
    std::size_t count,
    PathView path,
    AnyDuration duration,
    const LeaseOptions& options
)
    : leasing_(std::make_shared<MultiLeasing>(client, count, path, duration, options)) {}
MultiNonBlockingLease::MultiNonBlockingLease(MultiNonBlockingLease&&) noexcept = default;
MultiNonBlockingLease& MultiNonBlockingLease::operator=(MultiNonBlockingLease&&) noexcept = default;
MultiNonBlockingLease::~MultiNonBlockingLease() = default;

AsyncResult<bool> MultiNonBlockingLease::obtain_async(const CallOptions& options) {
    return obtain_first(leasing_, CallLimits(options, *leasing_->handler, CallKind::waits));
}

bool MultiNonBlockingLease::obtain(const CallOptions& options) {
    return block_on_events(leasing_->handler, [&] { return obtain_async(options); });
}

AsyncResult<bool> MultiNonBlockingLease::renew_async(const CallOptions& options) {
    auto* const lease = leasing_->obtained();
    return lease != nullptr ? lease->renew_async(options) : nothing();
}

bool MultiNonBlockingLease::renew(const CallOptions& options) {
    return block_on_events(leasing_->handler, [&] { return renew_async(options); });
}

AsyncResult<bool> MultiNonBlockingLease::release_async(const CallOptions& options) {
    auto* const lease = leasing_->obtained();
    return lease != nullptr ? lease->release_async(options) : nothing();
}

bool MultiNonBlockingLease::release(const CallOptions& options) {
    return block_on_events(leasing_->handler, [&] { return release_async(options); });
}

std::optional<std::size_t> MultiNonBlockingLease::index() const noexcept {
    return leasing_->index();
}

bool MultiNonBlockingLease::obtained() const {
    const auto* const lease = leasing_->obtained();
    return lease != nullptr && lease->obtained();
}

std::optional<std::chrono::system_clock::time_point> MultiNonBlockingLease::end() const {
    const auto* const lease = leasing_->obtained();
    return lease != nullptr ? lease->end() : std::nullopt;
}

Duration MultiNonBlockingLease::remaining() const {
    const auto* const lease = leasing_->obtained();
    return lease != nullptr ? lease->remaining() : Duration::zero();
}

std::int64_t MultiNonBlockingLease::token() const noexcept {
    const auto* const lease = leasing_->obtained();
    return lease != nullptr ? lease->token() : 0;
}

}  // namespace kazoo
