// SPDX-License-Identifier: Apache-2.0
#include "log_reader.hpp"

#include "real_log.hpp"

#include <gmock/gmock.h>

namespace kazoo::chaos {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(LogReaderTest, TheTransactionsOfARealLog) {
    const auto contents = read_log(real_log());
    EXPECT_THAT(contents.fault, IsEmpty());
    std::vector<std::int32_t> types;
    std::int64_t zxid = 0x1'0000'0000;
    for (const auto& transaction : contents.transactions) {
        types.push_back(transaction.type);
        EXPECT_EQ(transaction.zxid, ++zxid);
        EXPECT_EQ(transaction.session, real_session);
    }
    EXPECT_THAT(types, testing::ElementsAre(-10, 1, 5, 1, -1, 1, 2, -11));
    EXPECT_EQ(contents.transactions[1].cxid, 1);
    EXPECT_EQ(contents.transactions[1].time_ms, 0x1a206753ae9);
    EXPECT_THAT(contents.transactions[2].record, HasSubstr("two"));
}

TEST(LogReaderTest, APreallocatedLog) {
    const auto contents = read_log(real_log() + std::string(1000, '\0'));
    EXPECT_THAT(contents.fault, IsEmpty());
    EXPECT_EQ(contents.transactions.size(), 8u);
}

TEST(LogReaderTest, ATruncatedLog) {
    const auto whole = real_log();
    std::size_t most = 0;
    for (std::size_t size = 16; size < whole.size(); ++size) {
        for (const std::size_t zeros : {0, 100}) {
            const auto contents = read_log(whole.substr(0, size) + std::string(zeros, 0));
            EXPECT_THAT(contents.fault, IsEmpty()) << size;
            EXPECT_LT(contents.transactions.size(), 8u) << size;
            most = std::max(most, contents.transactions.size());
        }
    }
    EXPECT_EQ(most, 7u);
}

TEST(LogReaderTest, DamageOfAnyByteIsDetected) {
    const auto whole = real_log();
    const auto good = read_log(whole);
    for (std::size_t at = 16; at < whole.size(); ++at) {
        auto spoilt = whole;
        spoilt[at] = static_cast<char>(spoilt[at] ^ 0x41);
        const auto contents = read_log(spoilt);
        EXPECT_TRUE(!contents.fault.empty() || contents.transactions.size() < 8) << at;
    }
    EXPECT_THAT(good.fault, IsEmpty());
}

TEST(LogReaderTest, AFileOfAnotherKind) {
    EXPECT_THAT(read_log("ZKSN and so on, for a while").fault, HasSubstr("not a transaction log"));
    EXPECT_THAT(read_log("ZKLG").fault, HasSubstr("not a transaction log"));
    EXPECT_THAT(read_log("").fault, IsEmpty());
}

}  // namespace
}  // namespace kazoo::chaos
