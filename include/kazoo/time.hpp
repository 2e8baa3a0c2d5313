/// The clock of all deadlines, and lengths of time as parameters.
#pragma once

#include <kazoo/detail/export.hpp>

#include <chrono>
#include <type_traits>
#include <utility>

KAZOO_API_BEGIN
namespace kazoo {

/// The clock of all deadlines: steady, so that a step of the wall clock changes nothing.
using Clock = std::chrono::steady_clock;
using TimePoint = Clock::time_point;
using Duration = Clock::duration;

namespace detail {

/// `length` as a Duration. A length beyond the range of Duration (292 years) becomes the longest
/// one, or the most negative one: `hours::max()` and `milliseconds::max()` mean "no limit", and the
/// conversion of <chrono> would turn them into a negative length.
template <class Rep, class Period>
requires std::is_convertible_v<std::chrono::duration<Rep, Period>, Duration>
[[nodiscard]] constexpr Duration saturate(std::chrono::duration<Rep, Period> length) noexcept {
    using Ratio = std::ratio_divide<Period, Duration::period>;
    static_assert(Ratio::den == 1, "a length of time is a whole number of nanoseconds");
    constexpr auto longest = Duration::max().count() / Ratio::num;
    if (std::cmp_greater(length.count(), longest)) {
        return Duration::max();
    }
    if (std::cmp_less(length.count(), -longest)) {
        return Duration::min();
    }
    return Duration(static_cast<Duration::rep>(length.count()) * Ratio::num);
}

/// The longest length, in units of `To`, that converts to a Duration without overflow.
template <class To, class Rep, class Period>
[[nodiscard]] constexpr To saturate_to(std::chrono::duration<Rep, Period> length) noexcept {
    return std::chrono::duration_cast<To>(saturate(length));
}

/// `now + length`, but never beyond the end of time. A negative length counts as zero.
template <class Rep, class Period>
[[nodiscard]] constexpr TimePoint later(
    TimePoint now, std::chrono::duration<Rep, Period> length
) noexcept {
    const auto added = saturate(length);
    if (added <= Duration::zero()) {
        return now;
    }
    const bool overflows =
        now > TimePoint() && added > TimePoint::max() - now;  // no sum overflows before the epoch
    return overflows ? TimePoint::max() : now + added;
}

/// `a + b`, but never more than the longest Duration. Neither may be negative.
template <class A, class B>
[[nodiscard]] constexpr Duration sum(A a, B b) noexcept {
    return later(TimePoint(saturate(a)), b).time_since_epoch();
}

/// From `now` to `end`: zero if that is past, the longest Duration if there is no end.
[[nodiscard]] constexpr Duration time_left(TimePoint end, TimePoint now) noexcept {
    if (end == TimePoint::max()) {
        return Duration::max();
    }
    return now < end ? end - now : Duration::zero();
}

/// A parameter of type To that is made from every std::chrono::duration that To can be made from.
template <class To>
class SaturatedLength {
public:
    template <class Rep, class Period>
    requires std::is_convertible_v<std::chrono::duration<Rep, Period>, To>
    constexpr SaturatedLength(std::chrono::duration<Rep, Period> length) noexcept
        : value_(saturate_to<To>(length)) {}

    [[nodiscard]] constexpr To value() const noexcept { return value_; }
    constexpr operator To() const noexcept { return value_; }

private:
    To value_;
};

}  // namespace detail

/// A length of time as a parameter: made from any std::chrono::duration of whole units (`2s`,
/// `std::chrono::hours::max()`). A length beyond 292 years is no limit: it counts as
/// `Duration::max()`, and never overflows.
using AnyDuration = detail::SaturatedLength<Duration>;
/// The same in milliseconds: made from milliseconds and coarser units, at most 292 years.
using AnyMilliseconds = detail::SaturatedLength<std::chrono::milliseconds>;

}  // namespace kazoo
KAZOO_API_END
