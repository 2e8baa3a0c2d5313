// SPDX-License-Identifier: Apache-2.0
#include "history_builder.hpp"

#include "real_log.hpp"

#include <gmock/gmock.h>

namespace kazoo::chaos {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

/// A number as records contain it.
std::string number(std::int32_t value) {
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) {
        bytes += static_cast<char>(static_cast<std::uint32_t>(value) >> shift);
    }
    return bytes;
}

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

/// What follows type and length in the records that a transaction of several operations contains.
std::string operation(std::int32_t type, const std::string& record) {
    return number(type) + number(static_cast<std::int32_t>(record.size())) + record;
}

TEST_F(HistoryBuilderTest, ATransactionOfSeveralOperations) {
    const auto all = read_log(real_log()).transactions;
    write(1);
    auto several = all[1];
    several.type = 14;
    several.record = number(3) + operation(1, all[1].record) + operation(13, "unused") +
                     operation(5, all[2].record);
    history_builder.add(several);
    EXPECT_THAT(fault(), IsEmpty());
    const auto& a = chronicle.of("/a").back();
    EXPECT_EQ(a.data, "two");
    EXPECT_EQ(a.mzxid, several.zxid);
    EXPECT_EQ(a.czxid, several.zxid);
}

TEST_F(HistoryBuilderTest, ATransactionOfSeveralOperationsThatFailed) {
    LoggedTransaction failed;
    failed.type = 14;
    failed.record = number(2) + operation(-1, number(0)) + operation(-1, number(-101));
    history_builder.add(failed);
    EXPECT_THAT(fault(), IsEmpty());
    EXPECT_THAT(chronicle.writes(), IsEmpty());
    failed.record.resize(20);
    history_builder.add(failed);
    EXPECT_THAT(fault(), HasSubstr("an undecodable transaction"));
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
