// SPDX-License-Identifier: Apache-2.0
/// The clock used for deadlines, and the parameter types for durations.
///
/// Conversions of <chrono> overflow silently: `std::chrono::hours::max()`, converted to
/// nanoseconds, becomes a negative duration. The functions and types here saturate instead, so that
/// such values mean "no limit". All of it is thread-safe.
#pragma once

#include <kazoo/detail/chrono.hpp>
#include <kazoo/detail/export.hpp>

#include <type_traits>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

/// The clock used for all deadlines and timeouts. A steady clock: adjustments of the system time
/// have no effect.
using Clock = std::chrono::steady_clock;
/// A point in time of that clock. `TimePoint::max()` means "no deadline".
using TimePoint = Clock::time_point;
/// A duration in that clock's unit, nanoseconds; at most about 292 years. `Duration::max()` means
/// "no limit".
using Duration = Clock::duration;

namespace detail {

/// Converts `length` to a Duration. A value outside the range of Duration becomes Duration::max()
/// or Duration::min().
template <class Rep, class Period>
requires std::is_convertible_v<std::chrono::duration<Rep, Period>, Duration>
[[nodiscard]] constexpr Duration saturate(std::chrono::duration<Rep, Period> length) noexcept {
    using Ratio = std::ratio_divide<Period, Duration::period>;
    static_assert(Ratio::den == 1, "the duration must be a whole number of nanoseconds");
    constexpr auto longest = Duration::max().count() / Ratio::num;
    if (std::cmp_greater(length.count(), longest)) {
        return Duration::max();
    }
    if (std::cmp_less(length.count(), -longest)) {
        return Duration::min();
    }
    return Duration(static_cast<Duration::rep>(length.count()) * Ratio::num);
}

/// Converts `length` to `To`, limited to the range of Duration, so that the result can be converted
/// to a Duration without overflow.
template <class To, class Rep, class Period>
[[nodiscard]] constexpr To saturate_to(std::chrono::duration<Rep, Period> length) noexcept {
    return std::chrono::duration_cast<To>(saturate(length));
}

/// Returns `now + length`, at most TimePoint::max(). A negative length counts as zero.
template <class Rep, class Period>
[[nodiscard]] constexpr TimePoint later(
    TimePoint now, std::chrono::duration<Rep, Period> length
) noexcept {
    const auto added = saturate(length);
    if (added <= Duration::zero()) {
        return now;
    }
    // Before the epoch no sum overflows, but the subtraction would.
    const bool overflows = now > TimePoint() && added > TimePoint::max() - now;
    return overflows ? TimePoint::max() : now + added;
}

/// Returns `a + b`, at most Duration::max(). Neither may be negative.
template <class A, class B>
[[nodiscard]] constexpr Duration sum(A a, B b) noexcept {
    return later(TimePoint(saturate(a)), b).time_since_epoch();
}

/// Returns the time from `now` to `end`: zero if `end` has passed, Duration::max() if `end` is
/// TimePoint::max().
[[nodiscard]] constexpr Duration time_left(TimePoint end, TimePoint now) noexcept {
    if (end == TimePoint::max()) {
        return Duration::max();
    }
    return now < end ? end - now : Duration::zero();
}

/// A function parameter of type `To` that converts, saturating, from every std::chrono::duration
/// that converts to `To` without loss of precision.
template <class To>
class SaturatedLength {
public:
    template <class Rep, class Period>
    requires std::is_convertible_v<std::chrono::duration<Rep, Period>, To>
    constexpr SaturatedLength(std::chrono::duration<Rep, Period> length) noexcept
        : value_(saturate_to<To>(length)) {}

    /// Returns the duration.
    [[nodiscard]] constexpr To value() const noexcept { return value_; }
    constexpr operator To() const noexcept { return value_; }

private:
    To value_;
};

}  // namespace detail

/// A duration as a function parameter. Converts implicitly from every std::chrono::duration with an
/// integral count of nanoseconds or a coarser unit: `2s`, `250ms`, `std::chrono::hours::max()`. A
/// duration longer than about 292 years becomes Duration::max(), which means "no limit".
using AnyDuration = detail::SaturatedLength<Duration>;
/// The same in milliseconds: converts from milliseconds and coarser units. Also limited to about
/// 292 years. Microseconds do not compile, because they would be truncated.
using AnyMilliseconds = detail::SaturatedLength<std::chrono::milliseconds>;

}  // namespace kazoo
KAZOO_API_END
