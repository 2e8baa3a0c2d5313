// SPDX-License-Identifier: Apache-2.0
#include "history_builder.hpp"

#include "base/buffer.hpp"
#include "codec/encoder.hpp"
#include "real_log.hpp"

#include <gmock/gmock.h>

#include <initializer_list>

namespace kazoo::chaos {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

class HistoryBuilderTest : public testing::Test {
protected:
    void write(std::size_t transactions) {
        const auto all = read_log(real_log()).transactions;
        for (std::size_t i = 0; i < transactions; ++i) history_builder.add(all[i]);
    }
    [[nodiscard]] std::string fault() const {
        return verdict.good() ? "" : verdict.faults().front();
    }

    Chronicle chronicle;
    Verdict verdict;
    HistoryBuilder history_builder{chronicle, verdict, {{real_session, 7}}};
};

TEST_F(HistoryBuilderTest, NodesBeforeTheEndOfTheSession) {
    write(7);
    EXPECT_THAT(fault(), IsEmpty());
    const auto& a = chronicle.of("/a").back();
    EXPECT_EQ(a.data, "two");
    EXPECT_EQ(a.version, 1);
    EXPECT_EQ(a.czxid, 0x1'0000'0002);
    EXPECT_EQ(a.mzxid, 0x1'0000'0003);
    EXPECT_EQ(a.pzxid, 0x1'0000'0007);
    EXPECT_THAT(a.children, testing::ElementsAre("q-0000000000"));
    EXPECT_EQ(chronicle.of("/a/q-0000000000").back().owner, real_session);
    EXPECT_EQ(chronicle.writes().front().author.client, 7);
    EXPECT_EQ(chronicle.writes().front().time, TimePoint(std::chrono::milliseconds(0x1a206753ae9)));
    EXPECT_THAT(history_builder.living_sessions(), testing::ElementsAre(real_session));
}

TEST_F(HistoryBuilderTest, TheEndOfASessionDeletesItsNodes) {
    write(8);
    EXPECT_THAT(fault(), IsEmpty());
    EXPECT_FALSE(chronicle.of("/a/q-0000000000").back().exists);
    EXPECT_TRUE(chronicle.of("/a").back().exists);
    EXPECT_TRUE(chronicle.writes().back().by_end_of_session);
    EXPECT_THAT(history_builder.living_sessions(), IsEmpty());
    EXPECT_EQ(history_builder.ended_sessions(), 1u);
    EXPECT_EQ(chronicle.zxid(), 0x1'0000'0008);
}

TEST_F(HistoryBuilderTest, AGapInTheHistory) {
    const auto all = read_log(real_log()).transactions;
    history_builder.add(all[2]);
    EXPECT_THAT(fault(), HasSubstr("/a: set to version 1, not the next"));
    history_builder.add(all[6]);
    EXPECT_THAT(verdict.faults().back(), HasSubstr("/a/e: deleted, but did not exist"));
}

/// A multi of the transactions with these positions in the real log, and of others.
LoggedTransaction multi_of(
    std::initializer_list<std::size_t> positions, std::initializer_list<std::int32_t> others = {}
) {
    const auto all = read_log(real_log()).transactions;
    base::Buffer record;
    codec::Encoder out(record);
    out.i32(static_cast<std::int32_t>(positions.size() + others.size()));
    for (const auto position : positions) {
        out.i32(all[position].type);
        out.buffer(all[position].record);
    }
    for (const auto type : others) {
        out.i32(type);
        out.buffer(std::string_view("\0\0\0\0", 4));
    }
    LoggedTransaction multi;
    multi.session = real_session;
    multi.zxid = 77;
    multi.type = 14;
    multi.record.assign(reinterpret_cast<const char*>(record.data()), record.size());
    return multi;
}

TEST_F(HistoryBuilderTest, TheChangesOfAMultiAreOne) {
    constexpr std::int32_t check_version = 13;
    history_builder.add(multi_of({1, 2}, {check_version}));
    EXPECT_THAT(fault(), IsEmpty());
    ASSERT_EQ(chronicle.by(77).size(), 2u);
    EXPECT_EQ(chronicle.by(77)[1].data, "two");
    EXPECT_EQ(chronicle.of("/a").back().version, 1);
    EXPECT_EQ(chronicle.of("/a").back().czxid, 77);
}

TEST_F(HistoryBuilderTest, AMultiThatFailedChangesNothing) {
    constexpr std::int32_t error = -1;
    history_builder.add(multi_of({1}, {error}));
    EXPECT_THAT(fault(), IsEmpty());
    EXPECT_TRUE(chronicle.writes().empty());
    EXPECT_EQ(chronicle.zxid(), 77);
}

TEST_F(HistoryBuilderTest, AMultiThatIsCut) {
    auto multi = multi_of({1, 2});
    multi.record.resize(30);
    history_builder.add(multi);
    EXPECT_THAT(fault(), HasSubstr("an undecodable multi"));
}

TEST_F(HistoryBuilderTest, AnUnknownTransaction) {
    LoggedTransaction strange;
    strange.type = 99;
    history_builder.add(strange);
    EXPECT_THAT(fault(), HasSubstr("nobody has asked for, type 99"));
    auto cut = read_log(real_log()).transactions[1];
    cut.record.resize(20);
    history_builder.add(cut);
    EXPECT_THAT(verdict.faults().back(), HasSubstr("an undecodable create: /a"));
}

TEST_F(HistoryBuilderTest, AReconfiguration) {
    LoggedTransaction reconfig;
    reconfig.type = 16;
    reconfig.zxid = 0x1'0000'0009;
    history_builder.add(reconfig);
    EXPECT_THAT(fault(), IsEmpty());
    EXPECT_THAT(chronicle.writes(), IsEmpty());
    EXPECT_EQ(chronicle.zxid(), reconfig.zxid);
}

}  // namespace
}  // namespace kazoo::chaos
