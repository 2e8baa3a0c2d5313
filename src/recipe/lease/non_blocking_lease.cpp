// SPDX-License-Identifier: Apache-2.0
#include "recipe/blocking.hpp"
#include "recipe/lease/leasing.hpp"

#include <kazoo/detail/host_name.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/recipes/non_blocking_lease.hpp>

#include <algorithm>
#include <utility>

namespace kazoo {
namespace detail::recipe {
namespace {

std::string identifier_of(const LeaseOptions& options) {
    auto identifier = options.identifier().empty() ? host_name() : options.identifier();
    static_cast<void>(encode_lease(LeaseRecord{identifier, {}}));  // throws if it is not UTF-8
    return identifier;
}

Duration checked(Duration duration, PathView path) {
    if (duration <= Duration::zero()) {
        throw_error(Error(
            Errc::bad_arguments,
            Outcome::not_sent,
            "NonBlockingLease",
            std::string(std::string_view(path)),
            "the duration of a lease is more than zero"
        ));
    }
    return duration;
}

}  // namespace

Leasing::Leasing(KazooClient& client, PathView path, Duration duration, const LeaseOptions& options)
    : client_(client, "NonBlockingLease"),
      path_(client_.checked_path(path)),
      record_path_(path_ + "/lease_holder"),
      duration_(checked(duration, path)),
      identifier_(identifier_of(options)),
      clock_(options.clock()),
      lock_(client, path, LockOptions().identifier(identifier_)) {}

std::chrono::system_clock::time_point Leasing::now() const {
    return clock_ ? clock_() : std::chrono::system_clock::now();
}

LeaseRecord Leasing::new_record() const {
    using std::chrono::microseconds;  // the time of 300 years in nanoseconds does not fit
    const auto begin = std::chrono::floor<microseconds>(now());
    const auto length = std::chrono::duration_cast<microseconds>(duration_);
    return LeaseRecord{identifier_, std::chrono::floor<std::chrono::seconds>(begin + length)};
}

HeldLease Leasing::held() const noexcept {
    const std::lock_guard lock(mutex_);
    return held_;
}

void Leasing::set_held(const HeldLease& held) noexcept {
    const std::lock_guard lock(mutex_);
    held_ = held;
}

}  // namespace detail::recipe

using namespace detail::recipe;

NonBlockingLease::NonBlockingLease(
    KazooClient& client, PathView path, AnyDuration duration, const LeaseOptions& options
)
    : leasing_(std::make_shared<Leasing>(client, path, duration, options)) {}
NonBlockingLease::NonBlockingLease(NonBlockingLease&&) noexcept = default;
NonBlockingLease& NonBlockingLease::operator=(NonBlockingLease&&) noexcept = default;
NonBlockingLease::~NonBlockingLease() = default;

AsyncResult<bool> NonBlockingLease::obtain_async(const CallOptions& options) {
    return change_lease(leasing_, LeaseWish::obtain, leasing_->limits(options));
}

bool NonBlockingLease::obtain(const CallOptions& options) {
    return block_on_events(leasing_->client().handler(), [&] { return obtain_async(options); });
}

AsyncResult<bool> NonBlockingLease::renew_async(const CallOptions& options) {
    return change_lease(leasing_, LeaseWish::renew, leasing_->limits(options));
}

bool NonBlockingLease::renew(const CallOptions& options) {
    return block_on_events(leasing_->client().handler(), [&] { return renew_async(options); });
}

AsyncResult<bool> NonBlockingLease::release_async(const CallOptions& options) {
    return change_lease(leasing_, LeaseWish::release, leasing_->limits(options));
}

bool NonBlockingLease::release(const CallOptions& options) {
    return block_on_events(leasing_->client().handler(), [&] { return release_async(options); });
}

bool NonBlockingLease::obtained() const {
    const auto held = leasing_->held();
    return held.token != 0 && leasing_->now() < held.end;
}

std::optional<std::chrono::system_clock::time_point> NonBlockingLease::end() const {
    const auto held = leasing_->held();
    std::optional<std::chrono::system_clock::time_point> end;
    if (held.token != 0) {
        end = std::chrono::system_clock::time_point(
            std::chrono::duration_cast<std::chrono::system_clock::duration>(
                std::min<std::chrono::sys_seconds::duration>(
                    held.end.time_since_epoch(),
                    std::chrono::floor<std::chrono::seconds>(
                        std::chrono::system_clock::duration::max()
                    )
                )
            )
        );
    }
    return end;
}

Duration NonBlockingLease::remaining() const {
    const auto held = leasing_->held();
    if (held.token == 0) {
        return Duration::zero();
    }
    const auto now = std::chrono::floor<std::chrono::microseconds>(leasing_->now());
    return std::max(detail::saturate(held.end - now), Duration::zero());
}

std::int64_t NonBlockingLease::token() const noexcept {
    return leasing_->held().token;
}

const std::string& NonBlockingLease::path() const noexcept {
    return leasing_->path();
}

}  // namespace kazoo
