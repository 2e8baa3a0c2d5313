// SPDX-License-Identifier: Apache-2.0
#include <kazoo/metrics.hpp>

#include <gtest/gtest.h>

#include <chrono>

namespace kazoo {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t last = LatencyHistogram::bucket_count - 1;

TEST(LatencyHistogramTest, BucketsAreAdjacentAndAtMostAQuarterWide) {
    auto lower = 0us;
    for (std::size_t i = 0; i < last; ++i) {
        const auto upper = LatencyHistogram::upper_bound(i);
        EXPECT_EQ(LatencyHistogram::bucket_of(lower), i);
        EXPECT_EQ(LatencyHistogram::bucket_of(upper - 1ns), i);
        EXPECT_EQ(LatencyHistogram::bucket_of(upper), i + 1);
        EXPECT_LE(upper - lower, std::max(1us, lower / 4)) << i;
        lower = upper;
    }
    EXPECT_EQ(lower, std::chrono::microseconds(1 << 27));
    EXPECT_EQ(LatencyHistogram::upper_bound(last), std::chrono::microseconds::max());
}

TEST(LatencyHistogramTest, TheBoundsAreTheDocumentedOnes) {
    const int bounds[] = {1, 2, 3, 4, 5, 6, 7, 8, 10, 12, 14, 16, 20, 24, 28, 32};
    for (std::size_t i = 0; i < std::size(bounds); ++i) {
        EXPECT_EQ(LatencyHistogram::upper_bound(i).count(), bounds[i]);
    }
}

TEST(LatencyHistogramTest, CountsSumsAndRemembersTheLongest) {
    LatencyHistogram histogram;
    EXPECT_EQ(histogram.quantile(0.5), 0us);
    histogram.add(9us);
    histogram.add(3ms);
    histogram.add(-1s);
    EXPECT_EQ(histogram.count(), 3U);
    EXPECT_EQ(histogram.sum(), 3009us);
    EXPECT_EQ(histogram.max(), 3ms);
    EXPECT_EQ(histogram.in_bucket(0), 1U) << "a negative duration counts as zero";
    EXPECT_EQ(histogram.in_bucket(LatencyHistogram::bucket_of(9us)), 1U);
}

TEST(LatencyHistogramTest, ExtremeDurationsAreInTheLastBucket) {
    LatencyHistogram histogram;
    histogram.add(std::chrono::hours(24));
    histogram.add(std::chrono::nanoseconds::max() - std::chrono::hours(24));
    EXPECT_EQ(histogram.in_bucket(last), 2U);
    EXPECT_EQ(histogram.quantile(0), histogram.quantile(1));
    EXPECT_GT(histogram.quantile(1), std::chrono::hours(24));
}

TEST(LatencyHistogramTest, QuantilesAreBoundsOfBuckets) {
    LatencyHistogram histogram;
    for (int i = 1; i <= 100; ++i) {
        histogram.add(std::chrono::microseconds(i));
    }
    EXPECT_EQ(histogram.quantile(0), 2us);
    EXPECT_EQ(histogram.quantile(0.5), 56us);
    EXPECT_EQ(histogram.quantile(1), 100us) << "no more than the longest";
    EXPECT_EQ(histogram.quantile(7), 100us);
    EXPECT_EQ(histogram.count_below(64us), 63U);
    EXPECT_EQ(histogram.count_below(0us), 0U);
    EXPECT_EQ(histogram.count_below(std::chrono::microseconds::max()), 100U);
}

TEST(LatencyHistogramTest, SumsOfHistogramsAreHistogramsOfAll) {
    LatencyHistogram one;
    LatencyHistogram other;
    LatencyHistogram both;
    one.add(5us);
    both.add(5us);
    other.add(7ms);
    both.add(7ms);
    one += other;
    EXPECT_EQ(one, both);
}

TEST(ClientMetricsTest, OperationsAreFoundByName) {
    ClientMetrics metrics;
    EXPECT_EQ(metrics.find("get"), nullptr);
    metrics.operations.resize(2);
    metrics.operations[1].name = "get";
    EXPECT_EQ(metrics.find("get"), &metrics.operations[1]);
}

TEST(ClientMetricsTest, EveryReasonHasAName) {
    EXPECT_STREQ(to_string(LossReason::closed), "closed");
    EXPECT_STREQ(to_string(LossReason::silent), "silent");
    EXPECT_STREQ(to_string(LossReason::out_of_memory), "out_of_memory");
    EXPECT_EQ(static_cast<std::size_t>(LossReason::out_of_memory) + 1, loss_reasons);
}

}  // namespace
}  // namespace kazoo
