// SPDX-License-Identifier: Apache-2.0
// What a later read says about a conditional write whose reply was lost.
#include "recipe/counter/pending_write.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace kazoo::detail::recipe {
namespace {

NodeData node(std::int64_t czxid, std::int32_t version, std::string data) {
    NodeData made;
    made.stat.czxid = czxid;
    made.stat.version = version;
    made.data = std::move(data);
    return made;
}

const PendingWrite write{node(5, 7, "1"), "2"};

TEST(PendingWriteTest, IsOpenWhileTheVersionIsTheSame) {
    EXPECT_EQ(fate_of(write, node(5, 7, "1")), WriteFate::open);
}

TEST(PendingWriteTest, IsSupersededByAnotherWriteToTheSameVersion) {
    EXPECT_EQ(fate_of(write, node(5, 8, "3")), WriteFate::superseded);
    auto null = node(5, 8, "");
    null.null_data = true;
    EXPECT_EQ(fate_of(PendingWrite{node(5, 7, "1"), ""}, null), WriteFate::superseded);
}

TEST(PendingWriteTest, IsUndecidableIfTheSameDataAreThere) {
    EXPECT_EQ(fate_of(write, node(5, 8, "2")), WriteFate::undecidable)
        << "another process may have written them";
}

TEST(PendingWriteTest, IsUndecidableOnceItsTracesAreGone) {
    EXPECT_EQ(fate_of(write, node(5, 9, "3")), WriteFate::undecidable);
    EXPECT_EQ(fate_of(write, node(6, 8, "3")), WriteFate::undecidable) << "another node";
    EXPECT_EQ(fate_of(write, node(6, 7, "1")), WriteFate::undecidable);
    EXPECT_EQ(fate_of(write, std::nullopt), WriteFate::undecidable);
}

TEST(PendingWriteTest, VersionsWrap) {
    constexpr auto most = std::numeric_limits<std::int32_t>::max();
    constexpr auto least = std::numeric_limits<std::int32_t>::min();
    EXPECT_EQ(next_version(most), least);
    EXPECT_EQ(next_version(-2), -1);
    EXPECT_EQ(
        fate_of(PendingWrite{node(5, most, "1"), "2"}, node(5, least, "3")), WriteFate::superseded
    );
}

}  // namespace
}  // namespace kazoo::detail::recipe
