// SPDX-License-Identifier: Apache-2.0
#include <kazoo/time.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <type_traits>

namespace kazoo::detail {
namespace {

using namespace std::chrono_literals;
using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using Years = std::chrono::years;

TEST(Saturate, KeepsRepresentableValues) {
    EXPECT_EQ(saturate(2s), 2s);
    EXPECT_EQ(saturate(-2h), -2h);
    EXPECT_EQ(saturate(Duration::max()), Duration::max());
    EXPECT_EQ(saturate(Duration::min()), Duration::min());
    EXPECT_EQ(saturate(Years(200)), Years(200));
    EXPECT_EQ(saturate(std::chrono::duration<std::uint8_t>(7)), 7s);
    EXPECT_EQ(saturate(std::chrono::duration<std::int16_t, std::micro>(-7)), -7us);
}

template <class Length>
void expect_saturated() {
    EXPECT_EQ(saturate(Length::max()), Duration::max());
    EXPECT_EQ(saturate(Length::min()), Duration::min());
    // On both sides of the limit.
    const auto fits = std::chrono::duration_cast<Length>(Duration::max());
    EXPECT_EQ(saturate(fits), Duration(fits));
    EXPECT_EQ(saturate(fits + Length(1)), Duration::max());
    EXPECT_EQ(saturate(-fits), Duration(-fits));
    EXPECT_EQ(saturate(-fits - Length(2)), Duration::min());
}

TEST(Saturate, NeverOverflows) {
    expect_saturated<microseconds>();
    expect_saturated<milliseconds>();
    expect_saturated<seconds>();
    expect_saturated<minutes>();
    expect_saturated<hours>();
    expect_saturated<std::chrono::duration<std::int64_t, std::ratio<86400 * 365>>>();
    EXPECT_EQ(saturate(Years(300)), Duration::max());
    EXPECT_EQ(saturate(std::chrono::duration<std::uint64_t>(UINT64_MAX)), Duration::max());
}

TEST(AnyLength, ConvertsFromExactDurationsOnly) {
    static_assert(std::is_convertible_v<hours, AnyDuration>);
    static_assert(std::is_convertible_v<Duration, AnyDuration>);
    static_assert(!std::is_convertible_v<int, AnyDuration>, "2 of what?");
    static_assert(std::is_convertible_v<hours, AnyMilliseconds>);
    static_assert(!std::is_convertible_v<microseconds, AnyMilliseconds>, "it would be cut");
    static_assert(!std::is_convertible_v<std::chrono::duration<double>, AnyDuration>);
    EXPECT_EQ(AnyMilliseconds(3s).value(), 3000ms);
}

// So that later conversions do not overflow either.
TEST(AnyLength, FitsIntoADuration) {
    for (const milliseconds length :
         {AnyMilliseconds(milliseconds::max()).value(),
          AnyMilliseconds(milliseconds::min()).value(),
          AnyMilliseconds(hours::max()).value()}) {
        EXPECT_EQ(std::chrono::duration_cast<milliseconds>(Duration(length)), length);
        EXPECT_GT(length > 0ms ? length : -length, Years(290));
    }
}

TEST(Later, NeverOverflows) {
    for (const TimePoint now : {TimePoint(), TimePoint(1h), TimePoint(-1h), TimePoint::max()}) {
        EXPECT_EQ(later(now, 0s), now);
        EXPECT_EQ(later(now, -5s), now);
        EXPECT_EQ(later(now, hours::min()), now);
        EXPECT_GE(later(now, Duration::max()), TimePoint(Duration::max() - 1h));
        EXPECT_GE(later(now, hours::max()), TimePoint(Duration::max() - 1h));
    }
    EXPECT_EQ(later(TimePoint(1h), 2s), TimePoint(1h + 2s));
    EXPECT_EQ(later(TimePoint(1h), milliseconds::max()), TimePoint::max());
    EXPECT_EQ(later(TimePoint::max() - 2s, 1s), TimePoint::max() - 1s);
    EXPECT_EQ(later(TimePoint::max() - 2s, 3s), TimePoint::max());
}

TEST(Sum, NeverOverflows) {
    EXPECT_EQ(sum(2ms, 3s), 3002ms);
    EXPECT_EQ(sum(milliseconds::max(), 2s), Duration::max());
    EXPECT_EQ(sum(2s, hours::max()), Duration::max());
}

TEST(TimeLeft, IsNeverNegative) {
    EXPECT_EQ(time_left(TimePoint(3s), TimePoint(1s)), 2s);
    EXPECT_EQ(time_left(TimePoint(1s), TimePoint(3s)), 0s);
    EXPECT_EQ(time_left(TimePoint::min(), TimePoint(1s)), 0s);
    EXPECT_EQ(time_left(TimePoint::max(), TimePoint(1s)), Duration::max());
}

}  // namespace
}  // namespace kazoo::detail
