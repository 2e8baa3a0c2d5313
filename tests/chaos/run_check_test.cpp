// SPDX-License-Identifier: Apache-2.0
// Tests of the checks of a real run, on faulty histories.
#include "run_check.hpp"

#include "history/checks/sample_history.hpp"
#include "real_log.hpp"

#include <gmock/gmock.h>

namespace kazoo::chaos {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::int64_t first = 0x1'0000'0001;

/// One client whose recorded calls match real_log().
class RunCheckTest : public testing::Test {
protected:
    RunCheckTest() {
        for (const auto& transaction : read_log(real_log()).transactions) {
            run_record.committed_log.transactions[transaction.zxid] = transaction;
        }
        run_record.zxid_at_rest = first + 6;
        run_record.sessions_at_rest[real_session] = 3;
        client_log.add_session(real_session);
        client_log.heard(1, KazooState::CONNECTED);
    }

    static TimePoint at(std::int64_t zxid) {
        const auto all = read_log(real_log()).transactions;
        const auto which = static_cast<std::size_t>(zxid - first);
        return TimePoint(std::chrono::milliseconds(all[which].time_ms));
    }
    /// Records a call that was answered at the time of a transaction.
    Call& call(Act act, std::string path, std::string data, std::int64_t zxid) {
        auto& made = client_log.begin(act, path, 1);
        made.made_path = std::move(path);
        made.data = std::move(data);
        made.session = real_session;
        made.callbacks = 1;
        client_log.over(made);
        made.called = made.completed = at(zxid);
        return made;
    }
    void all_calls() {
        call(Act::create, "/a", "one", first + 1);
        call(Act::set, "/a", "two", first + 2);
        call(Act::ensure_path, "/a/q-0000000000", "", first + 3);  // carries no unique data
        auto& refused = call(Act::create, "/a", "three", first + 4);
        refused.error = Errc::node_exists;
        refused.outcome = Outcome::not_applied;
        call(Act::create, "/a/e", "x", first + 5).ephemeral = true;
        call(Act::remove, "/a/e", "", first + 6);
        run_record.stamp_at_rest = counters.stamps;
    }
    std::string fault() {
        run_record.client_logs = {&client_log};
        const auto run_verdict = check_run(run_record);
        return run_verdict.verdict.good() ? "" : run_verdict.verdict.faults().front();
    }

    Counters counters;
    ClientLog client_log{3, counters};
    RunRecord run_record;
};

TEST_F(RunCheckTest, AValidHistory) {
    all_calls();
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(RunCheckTest, ASuccessfulWriteThatWasNotApplied) {
    all_calls();
    call(Act::set, "/a", "four", first + 6);
    EXPECT_THAT(fault(), HasSubstr("succeeded, but was never applied"));
}

TEST_F(RunCheckTest, AWriteWithoutACall) {
    all_calls();
    client_log.calls()[1].data = "four";
    client_log.calls()[1].error = Errc::connection_loss;
    EXPECT_THAT(fault(), HasSubstr("/a was written or deleted, and no call can have done that"));
}

TEST_F(RunCheckTest, AFailedWriteThatWasApplied) {
    all_calls();
    client_log.calls()[1].error = Errc::connection_loss;
    client_log.calls()[1].outcome = Outcome::not_applied;
    EXPECT_THAT(fault(), HasSubstr("was applied in spite of its outcome"));
}

TEST_F(RunCheckTest, AWriteAfterItsReply) {
    all_calls();
    client_log.calls()[1].completed -= std::chrono::milliseconds(5);
    EXPECT_THAT(fault(), HasSubstr("written otherwise"));
}

TEST_F(RunCheckTest, AReadThatGoesBack) {
    all_calls();
    auto& read = call(Act::get, "/a", "", first + 6);
    read.shows_data = true;
    read.shown_data = "one";
    EXPECT_THAT(fault(), HasSubstr("shows what was before"));
}

TEST_F(RunCheckTest, ALostWatch) {
    auto& read = call(Act::get, "/a", "", first + 1);
    read.shows_data = true;
    read.shown_data = "one";
    read.watches = true;
    all_calls();
    EXPECT_THAT(fault(), HasSubstr("its watch was lost"));
}

TEST_F(RunCheckTest, AnImpossibleError) {
    all_calls();
    client_log.calls()[3].error = Errc::no_node;
    client_log.calls()[3].path = "/a/q-0000000000/z";
    EXPECT_THAT(fault(), HasSubstr("refused without justification"));
}

TEST_F(RunCheckTest, ACallThatHangs) {
    all_calls();
    client_log.begin(Act::get, "/a", 1);
    EXPECT_THAT(fault(), HasSubstr("completed 0 times, not once"));
}

TEST_F(RunCheckTest, AnInvalidTransition) {
    all_calls();
    client_log.heard(1, KazooState::CONNECTED);
    EXPECT_THAT(fault(), HasSubstr("heard CONNECTED after CONNECTED"));
}

TEST_F(RunCheckTest, ASessionThatOutlivesItsClient) {
    all_calls();
    run_record.committed_log.transactions.erase(first + 7);
    EXPECT_THAT(fault(), HasSubstr("client3: has ended, but its session has not"));
}

TEST_F(RunCheckTest, AFaultOfTheLogs) {
    all_calls();
    run_record.committed_log.faults = {"servers disagree"};
    EXPECT_THAT(fault(), HasSubstr("servers disagree"));
}

TEST_F(RunCheckTest, AServerWithADifferentTree) {
    all_calls();
    ServedTree tree;
    tree.server = "the server";
    run_record.served_at_rest = {tree};
    EXPECT_THAT(fault(), HasSubstr("/a: the server serves it otherwise"));
    run_record.served_at_rest[0].fault = "no connection";
    EXPECT_THAT(fault(), HasSubstr("the server cannot be read: no connection"));
}

TEST_F(RunCheckTest, ARecipeWithoutAHolder) {
    all_calls();
    run_record.recipes = {nodes_of("lock", RecipeNodes::Sharing::one)};
    EXPECT_THAT(fault(), HasSubstr("/chaos/lock: no holder has written"));
}

TEST_F(RunCheckTest, AContenderThatIsNotServed) {
    all_calls();
    run_record.contender_reports.push_back(read_report(1, "served lock\n"));
    EXPECT_THAT(fault(), HasSubstr("contender1: has not acquired election after the faults"));
}

TEST_F(RunCheckTest, ACacheThatDiffers) {
    all_calls();
    CacheRecord record;
    record.who = "the cache";
    record.root = "/a";
    run_record.cache_records = {record};
    EXPECT_THAT(fault(), HasSubstr("/a: the copy differs from the servers' tree in the end"));
}

TEST(ServedTreeTest, OwnersOfEphemerals) {
    ServedTree tree;
    tree.nodes["/k"];
    EXPECT_TRUE(tree.belongs_to({}));
    tree.nodes["/e/a"].stat.ephemeral_owner = 7;
    EXPECT_TRUE(tree.belongs_to({{7, 0}}));
    EXPECT_FALSE(tree.belongs_to({{8, 0}}));
}

/// Two epochs, calls of other clients that have shown their transactions, and a sync.
class KnownZxidTest : public testing::Test {
protected:
    Call& saw(std::int64_t zxid, std::int64_t session, int ms) {
        auto& call = sample.call(Act::exists, "/a");
        call.stat.emplace();
        call.stat->mzxid = zxid;
        call.session = session;
        call.called = call.completed = history::SampleHistory::at(ms);
        return call;
    }
    std::int64_t known(int ms) {
        auto& sync = sample.call(Act::sync, "/a");
        sync.session = 1;
        sync.called = history::SampleHistory::at(ms);
        note_known_zxids(sample.calls, sample.chronicle);
        return sync.zxid_when_called;
    }

    history::SampleHistory sample;
};

TEST_F(KnownZxidTest, ZxidsShownToAnyClientForAWhile) {
    saw(first, 1, 5);
    saw(first + 3, 2, 10);
    saw(first + 1, 3, 11);
    saw(first + 9, 2, 400);
    EXPECT_EQ(known(300), first + 3);
    EXPECT_EQ(known(651), first + 9);
    EXPECT_EQ(known(260), first);  // the leader may not have applied the next one yet
}

TEST_F(KnownZxidTest, ADeposedLeaderMayStillAnswer) {
    saw(first, 1, 5);
    saw(0x2'0000'0001, 2, 10);
    EXPECT_EQ(known(300), first);
    saw(0x2'0000'0001, 1, 16);
    EXPECT_EQ(known(300), 0x2'0000'0001);
}

}  // namespace
}  // namespace kazoo::chaos
