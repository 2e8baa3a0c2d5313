// SPDX-License-Identifier: Apache-2.0
#include <kazoo/stat.hpp>

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <limits>
#include <sstream>
#include <type_traits>

namespace {

using kazoo::ZnodeStat;
using std::chrono::milliseconds;
using std::chrono::system_clock;

static_assert(std::is_trivially_copyable_v<ZnodeStat>);

TEST(ZnodeStat, HasTheFieldNamesOfKazoo) {
    ZnodeStat stat;
    stat.czxid = 11;
    stat.mzxid = 12;
    stat.cversion = 3;
    stat.aversion = 4;
    stat.num_children = 5;
    EXPECT_EQ(stat.creation_transaction_id(), 11);
    EXPECT_EQ(stat.last_modified_transaction_id(), 12);
    EXPECT_EQ(stat.children_version(), 3);
    EXPECT_EQ(stat.acl_version(), 4);
    EXPECT_EQ(stat.children_count(), 5);
}

TEST(ZnodeStat, TimesAreMillisecondsSinceTheEpoch) {
    ZnodeStat stat;
    stat.ctime = 1'700'000'000'123;
    stat.mtime = -1;
    EXPECT_EQ(stat.created(), system_clock::time_point(milliseconds(1'700'000'000'123)));
    EXPECT_EQ(stat.last_modified(), system_clock::time_point(milliseconds(-1)));
}

TEST(ZnodeStat, ImpossibleTimesAreClampedToTheClock) {
    ZnodeStat stat;
    stat.ctime = std::numeric_limits<std::int64_t>::max();
    stat.mtime = std::numeric_limits<std::int64_t>::min();
    EXPECT_GT(stat.created(), system_clock::time_point::max() - milliseconds(2));
    EXPECT_LT(stat.last_modified(), system_clock::time_point::min() + milliseconds(2));
}

TEST(ZnodeStat, OnlyEphemeralNodesHaveAnOwner) {
    ZnodeStat stat;
    EXPECT_EQ(stat.owner_session_id(), std::nullopt);
    stat.ephemeral_owner = -7;
    EXPECT_EQ(stat.owner_session_id(), -7);
}

TEST(ZnodeStat, ComparesEveryField) {
    const ZnodeStat a{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    ZnodeStat b = a;
    EXPECT_EQ(a, b);
    b.pzxid = 12;
    EXPECT_NE(a, b);
    b = a;
    b.czxid = 0;
    EXPECT_NE(a, b);
}

TEST(ZnodeStat, PrintsEveryField) {
    std::ostringstream out;
    out << ZnodeStat{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};
    EXPECT_EQ(
        out.str(),
        "ZnodeStat(czxid=1, mzxid=2, ctime=3, mtime=4, version=5, cversion=6, aversion=7, "
        "ephemeral_owner=8, data_length=9, num_children=10, pzxid=11)"
    );
}

}  // namespace
