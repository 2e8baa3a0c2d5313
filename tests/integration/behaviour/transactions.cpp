// SPDX-License-Identifier: Apache-2.0
// Transactions: results, failures, rollback, chroots, markers, and the ways to wait for them.
#include "behaviour/suites.hpp"

#include <algorithm>
#include <string>

namespace kazoo::behaviour {
namespace {

/// Returns the failure of a transaction; fails the test if it succeeds or fails otherwise.
TransactionFailure failed(const Transaction& transaction) {
    const auto error = failure_of(transaction.commit_async());
    if (error.transaction() == nullptr) {
        throw std::runtime_error("not a failed transaction: " + error.message());
    }
    return *error.transaction();
}

AsyncResult<std::string> in_a_coroutine(KazooClient& zk) {
    const auto results = co_await zk.transaction()
                             .create("/coroutine", "data", CreateOptions().ephemeral())
                             .set_data("/coroutine", "more", 0)
                             .commit_async(CallOptions().timeout(10s));
    co_return results[0].created_path() + std::to_string(results[1].stat()->version);
}

}  // namespace

TEST_P(Transactions, EachOperationHasItsResult) {
    zk().create("/epoch");
    zk().create("/state", "idle");
    zk().create("/old");
    const auto results = zk().transaction()
                             .check("/epoch", 0)
                             .create("job", "data", CreateOptions().ephemeral())
                             .set_data("/state", "busy", 0)
                             .delete_("/old/")
                             .commit();
    ASSERT_EQ(results.size(), 4U);
    EXPECT_EQ(results[0].kind(), TransactionOp::check);
    EXPECT_EQ(results[1].created_path(), "/job") << "normalised, without the chroot";
    EXPECT_EQ(results[1].path(), "job") << "as it was given";
    EXPECT_EQ(results[2].stat()->version, 1);
    EXPECT_TRUE(results[3].successful());
    EXPECT_EQ(zk().get("/state").data, "busy");
    EXPECT_EQ(zk().exists("/job")->owner_session_id(), zk().client_id()->session_id);
    EXPECT_FALSE(zk().exists("/old"));
}

TEST_P(Transactions, OperationsSeeThoseBeforeThem) {
    const auto results = zk().transaction()
                             .create("/a")
                             .create("/a/n-", "", CreateOptions().sequence())
                             .create("/a/", "", CreateOptions().sequence())
                             .create("/a/b", std::nullopt)
                             .set_data("/a/b", "x", 0)
                             .check("/a/b", 1)
                             .delete_("/a/b", 1)
                             .create("/a/b", "again")
                             .commit();
    EXPECT_EQ(results[1].created_path(), "/a/n-0000000000");
    EXPECT_EQ(results[2].created_path(), "/a/0000000001");
    EXPECT_EQ(zk().get("/a/b").data, "again");
}

TEST_P(Transactions, AFailureAppliesNothingAndSaysWhy) {
    zk().create("/b", "0");
    auto transaction = zk().transaction();
    transaction.create("/a").set_data("/b", "1", 5).delete_("/b");
    const auto failure = failed(transaction);
    EXPECT_EQ(failure.index(), 1U);
    EXPECT_EQ(failure.kind(), TransactionOp::set_data);
    EXPECT_EQ(failure.path(), "/b");
    EXPECT_EQ(failure.reason().code(), Errc::bad_version);
    ASSERT_EQ(failure.results().size(), 3U);
    EXPECT_EQ(failure.results()[0].error(), ClientErrc::rolled_back);
    EXPECT_EQ(failure.results()[1].error(), Errc::bad_version);
    EXPECT_EQ(failure.results()[2].error(), Errc::runtime_inconsistency);
    EXPECT_FALSE(zk().exists("/a"));
    EXPECT_EQ(zk().get("/b").data, "0");
    const auto error = failure_of(transaction.commit_async());
    EXPECT_EQ(error.code(), ClientErrc::transaction_failed);
    EXPECT_EQ(error.outcome(), Outcome::not_applied);
    EXPECT_NE(error.message().find("operation 2 of 3: set_data /b"), std::string::npos) << error;
    EXPECT_EQ(error.message().find(chroot()), std::string::npos) << error;
    EXPECT_THROW(transaction.commit(), TransactionFailedError);
}

TEST_P(Transactions, EachKindOfFailureHasItsReason) {
    zk().create("/a/b", "", CreateOptions().makepath());
    zk().create("/e", "", CreateOptions().ephemeral());
    const auto reason = [](const Transaction& transaction) {
        return failed(transaction).reason().code();
    };
    EXPECT_EQ(reason(zk().transaction().create("/a")), Errc::node_exists);
    EXPECT_EQ(reason(zk().transaction().create("/x/y")), Errc::no_node);
    EXPECT_EQ(reason(zk().transaction().create("/e/f")), Errc::no_children_for_ephemerals);
    EXPECT_EQ(
        reason(zk().transaction().create("/x", "", CreateOptions().acl({}))), Errc::invalid_acl
    );
    EXPECT_EQ(reason(zk().transaction().delete_("/a")), Errc::not_empty);
    EXPECT_EQ(reason(zk().transaction().delete_("/a/b", 3)), Errc::bad_version);
    EXPECT_EQ(reason(zk().transaction().check("/a", 3)), Errc::bad_version);
    EXPECT_EQ(reason(zk().transaction().check("/x", -1)), Errc::no_node);
    EXPECT_EQ(reason(zk().transaction().set_data("/x", "")), Errc::no_node);
}

TEST_P(Transactions, AMalformedOperationSendsNothing) {
    auto transaction = zk().transaction();
    transaction.create("/a").create("/a/../b");
    const auto failure = failed(transaction);
    EXPECT_EQ(failure.index(), 1U);
    EXPECT_EQ(failure.reason().code(), Errc::bad_arguments);
    EXPECT_EQ(failure.reason().outcome(), Outcome::not_sent);
    EXPECT_FALSE(zk().exists("/a"));
    EXPECT_EQ(
        failed(zk().transaction().create("/a", "", CreateOptions().makepath())).reason().code(),
        Errc::bad_arguments
    );
}

TEST_P(Transactions, MayBeCommittedAgain) {
    auto transaction = zk().transaction();
    transaction.create("/n-", "", CreateOptions().sequence());
    const auto first = transaction.commit();
    const auto second = transaction.commit();
    EXPECT_LT(first[0].created_path(), second[0].created_path());
    transaction.create("/more");
    EXPECT_EQ(transaction.commit().size(), 2U);
    EXPECT_TRUE(zk().transaction().commit().empty());
}

TEST_P(Transactions, CreatesEveryKindOfNode) {
    const auto results = zk().transaction()
                             .create("/container", "", CreateOptions().container())
                             .create("/ttl", "", CreateOptions().ttl(1h))
                             .create("/numbered-", "", CreateOptions().ttl(1h).sequence())
                             .create_with_stat("/stat", "123")
                             .commit();
    EXPECT_EQ(results[0].created_path(), "/container");
    EXPECT_EQ(results[1].created_path(), "/ttl");
    EXPECT_EQ(results[2].created_path().substr(0, 10), "/numbered-");
    EXPECT_EQ(results[3].created_path(), "/stat");
    if (const auto stat = results[3].stat()) {  // older servers send none
        EXPECT_EQ(stat, zk().exists("/stat"));
    }
}

TEST_P(Transactions, AMarkerPreventsASecondApplication) {
    zk().create("/m");
    auto transaction = zk().transaction();
    transaction.create("/n-", "", CreateOptions().sequence()).protect("/m", "id");
    EXPECT_FALSE(transaction.applied());
    const auto first = transaction.commit();
    ASSERT_EQ(first.size(), 1U) << "the marker is not among the results";
    EXPECT_FALSE(first[0].reply_lost());
    EXPECT_TRUE(transaction.applied());
    const auto again = transaction.commit();
    ASSERT_EQ(again.size(), 1U);
    EXPECT_TRUE(again[0].reply_lost());
    EXPECT_EQ(zk().get_children("/").size(), 2U) << "applied once";

    transaction.forget();
    transaction.forget();
    EXPECT_FALSE(transaction.applied());
    EXPECT_TRUE(zk().get_children("/m").empty());
}

TEST_P(Transactions, AnIdBelongsToOneTransaction) {
    zk().create("/m");
    zk().transaction().create("/a").protect("/m", "id").commit();
    const auto other = zk().transaction().create("/b").protect("/m", "id");
    const auto failure = failed(other);
    EXPECT_EQ(failure.index(), std::nullopt);
    EXPECT_EQ(failure.path(), "/m/id");
    EXPECT_EQ(failure.reason().code(), Errc::node_exists);
    EXPECT_FALSE(zk().exists("/b"));
    EXPECT_THROW(other.applied(), NodeExistsError);
    // That of another client is the same if the operations are.
    auto& client = start_client(options());
    EXPECT_TRUE(client.transaction().create("a").protect("m", "id").commit()[0].reply_lost());
}

TEST_P(Transactions, AMarkerNeedsItsParent) {
    const auto failure = failed(zk().transaction().create("/a").protect("/absent", "id"));
    EXPECT_EQ(failure.index(), std::nullopt);
    EXPECT_EQ(failure.reason().code(), Errc::no_node);
    EXPECT_FALSE(zk().exists("/a"));
}

TEST_P(Transactions, AProtectedTransactionThatFailsLeavesNoMarker) {
    zk().create("/m");
    const auto transaction = zk().transaction().delete_("/absent").protect("/m", "id");
    EXPECT_EQ(failed(transaction).index(), 0U);
    EXPECT_FALSE(transaction.applied());
    zk().create("/absent");
    EXPECT_FALSE(transaction.commit()[0].reply_lost()) << "it may be tried again";
}

TEST_P(Transactions, AreAwaitedInCoroutines) {
    EXPECT_EQ(in_a_coroutine(zk()).get(patience), "/coroutine1");
    EXPECT_TRUE(zk().exists("/coroutine")->owner_session_id());
}

TEST_P(Transactions, CallBackOnceInOrder) {
    auto& told = record<std::string>();
    zk().create_async("/a").rawlink([&told](const AsyncResult<std::string>&) { told.add("first"); }
    );
    zk().transaction().create("/a/b").commit_async().rawlink(
        [&told](const AsyncResult<TransactionResults>& result) {
            told.add(result.get().at(0).created_path());
        }
    );
    ASSERT_TRUE(told.wait_for(2));
    EXPECT_EQ(told.all(), (std::vector<std::string>{"first", "/a/b"}));
}

TEST_P(Transactions, MayBeCommittedInACallback) {
    if (!callbacks_may_block()) {
        auto& refused = record<std::error_code>();
        zk().exists_async("/").rawlink([&](const auto&) {
            refused.add(code_of([&] { zk().transaction().create("/a").commit(); }));
        });
        ASSERT_TRUE(refused.wait_for(1));
        EXPECT_EQ(refused.all().front(), ClientErrc::would_deadlock);
        EXPECT_FALSE(zk().exists("/a")) << "nothing was sent";
        return;
    }
    auto& told = record<std::size_t>();
    zk().exists_async("/").rawlink([&](const auto&) {
        told.add(zk().transaction().create("/a").commit().size());
    });
    ASSERT_TRUE(told.wait_for(1));
    EXPECT_TRUE(zk().exists("/a"));
}

TEST_P(Transactions, FireWatchesOnceApplied) {
    auto& told = record<WatchedEvent>();
    zk().create("/a");
    zk().exists("/b", recording(told));
    zk().get("/a", recording(told));
    zk().transaction().create("/b").set_data("/a", "x").commit();
    ASSERT_TRUE(told.wait_for(2));
    EXPECT_EQ(told.all()[0], WatchedEvent(EventType::CREATED, KeeperState::CONNECTED, "/b"));
    EXPECT_EQ(told.all()[1], WatchedEvent(EventType::CHANGED, KeeperState::CONNECTED, "/a"));
}

// After a crash, the ephemeral node of the former process would otherwise have to be waited for.
TEST_P(Transactions, ReplaceTheNodeThatAnEarlierSessionHasLeft) {
    const auto own = CreateOptions().ephemeral();
    auto& earlier = start_client(options());
    earlier.create("/member", "name", own);
    EXPECT_THROW(zk().create("/member", "name", own), NodeExistsError);
    const auto left = zk().get("/member");
    ASSERT_EQ(left.data, "name") << "the data says whose node it is";
    const auto replace =
        zk().transaction().delete_("/member", left.stat.version).create("/member", "name", own);
    EXPECT_EQ(replace.commit().at(1).created_path(), "/member");
    earlier.stop();
    ASSERT_TRUE(zk().exists("/member")) << "the end of the earlier session does not concern it";
    EXPECT_EQ(zk().exists("/member")->owner_session_id(), zk().client_id()->session_id);
}

TEST_P(Transactions, ManyOperationsAndMuchData) {
    auto transaction = zk().transaction();
    for (int i = 0; i < 1000; ++i) {
        transaction.create("/n" + std::to_string(i), std::string(500, 'x'));
    }
    const auto results = transaction.commit();
    ASSERT_EQ(results.size(), 1000U);
    EXPECT_EQ(results[999].created_path(), "/n999");
    EXPECT_EQ(zk().get_children("/").size(), 1000U);
    for (int i = 0; i < 1000; ++i) {
        transaction.set_data("/n" + std::to_string(i), std::string(600, 'x'));
    }
    EXPECT_THROW(transaction.commit(), RequestTooLargeError);
    EXPECT_TRUE(zk().connected()) << "the connection is not dropped over it";
}

TEST_P(Transactions, AccessListsApply) {
    const AclList readers{make_acl("world", "anyone", Permissions::read)};
    zk().transaction().create("/r", "", CreateOptions().acl(readers)).create("/all").commit();
    EXPECT_EQ(zk().get_acls("/r").acls, readers);
    EXPECT_EQ(zk().get_acls("/all").acls, open_acl_unsafe());
    EXPECT_EQ(failed(zk().transaction().set_data("/r", "x")).reason().code(), Errc::no_auth);
    const auto more = options().default_acl(read_acl_unsafe());
    auto& client = start_client(more);
    client.transaction().create("/default").commit();
    EXPECT_EQ(zk().get_acls("/default").acls, read_acl_unsafe());
}

}  // namespace kazoo::behaviour
