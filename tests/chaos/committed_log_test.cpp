// SPDX-License-Identifier: Apache-2.0
#include "committed_log.hpp"

#include "real_log.hpp"
#include "support/files.hpp"

#include <gmock/gmock.h>

#include <fstream>

namespace kazoo::chaos {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

LoggedTransaction at(std::int32_t epoch, std::int64_t counter, std::string record = "x") {
    LoggedTransaction transaction;
    transaction.zxid = (std::int64_t{epoch} << 32) + counter;
    transaction.record = std::move(record);
    return transaction;
}

std::vector<std::int64_t> zxids(const CommittedLog& committed_log) {
    std::vector<std::int64_t> all;
    for (const auto& [zxid, transaction] : committed_log.transactions) all.push_back(zxid);
    return all;
}

ServerFiles leader_of(
    std::map<std::int32_t, std::int64_t> epochs, std::vector<LoggedTransaction> logged
) {
    ServerFiles files;
    files.led = std::move(epochs);
    files.logged = std::move(logged);
    return files;
}

TEST(CommittedLogTest, ServersMayLackTransactions) {
    const auto committed_log = merge(
        {leader_of({{1, 0}}, {at(1, 1), at(1, 2), at(1, 3)}),
         leader_of({}, {at(1, 1)}),
         ServerFiles()}
    );
    EXPECT_THAT(committed_log.faults, IsEmpty());
    EXPECT_THAT(zxids(committed_log), ElementsAre(0x1'0000'0001, 0x1'0000'0002, 0x1'0000'0003));
}

TEST(CommittedLogTest, WhatTheNextLeaderLackedWasNotCommitted) {
    const auto committed_log = merge(
        {leader_of({{1, 0}}, {at(1, 1), at(1, 2), at(1, 3)}),
         leader_of({{2, 0x1'0000'0002}}, {at(1, 1), at(1, 2), at(2, 1)}),
         leader_of({}, {at(1, 1), at(1, 2), at(2, 1)})}
    );
    EXPECT_THAT(committed_log.faults, IsEmpty());
    EXPECT_THAT(zxids(committed_log), ElementsAre(0x1'0000'0001, 0x1'0000'0002, 0x2'0000'0001));
}

TEST(CommittedLogTest, WhatALaterLeaderLackedWasNotCommitted) {
    const auto committed_log = merge(
        {leader_of({{1, 0}, {2, 0x1'0000'0003}}, {at(1, 1), at(1, 2), at(1, 3)}),
         leader_of({{3, 0x1'0000'0002}}, {at(3, 1)})}
    );
    EXPECT_THAT(committed_log.faults, IsEmpty());
    EXPECT_THAT(zxids(committed_log), ElementsAre(0x1'0000'0001, 0x1'0000'0002, 0x3'0000'0001));
    EXPECT_THAT(committed_log.forgotten, IsEmpty());
}

TEST(CommittedLogTest, TransactionsOfAQuorumLostByALeader) {
    const auto committed_log = merge(
        {leader_of({{1, 0}}, {at(1, 1), at(1, 2)}),
         leader_of({}, {at(1, 1), at(1, 2)}),
         leader_of({{2, 0x1'0000'0001}}, {at(1, 1), at(2, 1)})}
    );
    EXPECT_THAT(zxids(committed_log), ElementsAre(0x1'0000'0001, 0x2'0000'0001));
    EXPECT_THAT(committed_log.forgotten, ElementsAre(0x1'0000'0002));
}

TEST(CommittedLogTest, TheDigestAfterARecordIsIgnored) {
    const auto committed_log = merge(
        {leader_of({{1, 0}}, {at(1, 1, "record")}), leader_of({}, {at(1, 1, "record, digest")})}
    );
    EXPECT_THAT(committed_log.faults, IsEmpty());
}

TEST(CommittedLogTest, AFailedMultiIsMarkedByTheServersThatLogItLate) {
    const std::string failed("\xff\xff\xff\xff\0\0\0\1e", 9);
    const std::string created("\0\0\0\1\0\0\0\1c", 9);
    const std::string marked("\xff\xff\xff\xff\0\0\0\1c", 9);
    const std::string deleted("\0\0\0\2\0\0\0\1c", 9);
    const auto faults = [](const std::string& one, const std::string& other) {
        auto first = at(1, 1, std::string("\0\0\0\2", 4) + one);
        auto second = at(1, 1, std::string("\0\0\0\2", 4) + other);
        first.type = second.type = 14;
        return merge({leader_of({{1, 0}}, {first}), leader_of({}, {second})}).faults;
    };
    EXPECT_THAT(faults(created + failed, marked + failed), IsEmpty());
    EXPECT_THAT(faults(created + created, deleted + created), ElementsAre(HasSubstr("disagree")));
    EXPECT_THAT(faults(created + failed, failed + failed), ElementsAre(HasSubstr("disagree")));
}

TEST(CommittedLogTest, ServersThatDisagree) {
    const auto committed_log =
        merge({leader_of({{1, 0}}, {at(1, 1, "x")}), leader_of({}, {at(1, 1, "y")})});
    EXPECT_THAT(committed_log.faults, ElementsAre(HasSubstr("disagree on 0x100000001")));
}

TEST(CommittedLogTest, ATransactionMissingFromAllServers) {
    EXPECT_THAT(
        merge({leader_of({{1, 0}}, {at(1, 1), at(1, 3)})}).faults,
        ElementsAre(HasSubstr("between 0x100000001 and 0x100000003"))
    );
    EXPECT_THAT(
        merge({leader_of({{1, 0}, {2, 0x1'0000'0001}}, {at(1, 1), at(2, 2)})}).faults,
        ElementsAre(HasSubstr("between 0x100000001 and 0x200000002"))
    );
}

TEST(CommittedLogTest, TheFilesOfAServer) {
    const auto data = testing_support::make_directory();
    std::ofstream(data / "log.100000001") << real_log();
    std::ofstream(data / "snapshot.100000003") << "any";
    std::ofstream(data / "currentEpoch") << "2";
    auto files = read_server(
        data,
        "INFO FileTxnSnapLog - Snapshotting: 0x100000003 to /data/snapshot.100000003\n"
        "INFO Leader - Have quorum of supporters, sids: [[1, 3]]; starting up and setting last "
        "processed zxid: 0x200000000\n"
    );
    EXPECT_EQ(files.logged.size(), 8u);
    EXPECT_THAT(files.led, ElementsAre(testing::Pair(2, 0x1'0000'0003)));
    EXPECT_THAT(files.fault, IsEmpty());

    std::ofstream(data / "log.200000001") << "no log at all, but long enough";
    files = read_server(data, "");
    EXPECT_THAT(merge({files}).faults, ElementsAre(HasSubstr("not a transaction log")));
    std::filesystem::remove_all(data);
}

}  // namespace
}  // namespace kazoo::chaos
