// SPDX-License-Identifier: Apache-2.0
#include "recipe_fixture.hpp"

#include <kazoo/recipes/lock.hpp>
#include <kazoo/recipes/non_blocking_lease.hpp>

#include <algorithm>
#include <atomic>

namespace kazoo::recipe_tests {
namespace {

constexpr const char* node = "/lease/lease_holder";

class NonBlockingLeaseTest : public RecipeTest {
protected:
    using Seconds = std::chrono::sys_seconds;

    LeaseOptions named(const char* identifier) {
        return LeaseOptions().identifier(identifier).clock([time = time] {
            return std::chrono::system_clock::time_point(std::chrono::seconds(time->load()));
        });
    }
    NonBlockingLease lease(const char* identifier, const char* path = "/lease") {
        return {zk(), path, 60s, named(identifier)};
    }
    static bool obtain(NonBlockingLease& lease) { return lease.obtain_async().get(patience); }
    std::string data() { return other().get(node).data; }

    std::shared_ptr<std::atomic<std::int64_t>> time =
        std::make_shared<std::atomic<std::int64_t>>(1'795'959'005);  // 2026-11-29T13:30:05
};

TEST_P(NonBlockingLeaseTest, IsWrittenAsByPython) {
    auto mine = lease("h1");
    EXPECT_FALSE(mine);
    EXPECT_EQ(mine.token(), 0);
    EXPECT_EQ(mine.end(), std::nullopt);
    ASSERT_TRUE(obtain(mine));
    EXPECT_TRUE(mine);
    const auto written = other().get(node);
    EXPECT_EQ(written.data, R"({"version": 1, "holder": "h1", "end": "2026-11-29T13:31:05"})");
    EXPECT_EQ(written.stat.czxid, mine.token());
    EXPECT_EQ(written.stat.ephemeral_owner, 0);
    EXPECT_EQ(mine.end(), Seconds(std::chrono::seconds(*time + 60)));
    EXPECT_EQ(mine.remaining(), 60s);
    EXPECT_TRUE(wait_until([&] { return other().get_children("/lease").size() == 1; }, patience))
        << "the lock is released";
}

TEST_P(NonBlockingLeaseTest, BelongsToOneHolderUntilItsEnd) {
    auto first = lease("first");
    auto second = lease("second");
    ASSERT_TRUE(obtain(first));
    EXPECT_FALSE(obtain(second));
    *time += 59;
    EXPECT_FALSE(obtain(second));
    EXPECT_TRUE(first.obtained());
    *time += 1;
    EXPECT_FALSE(first.obtained()) << "its time is over";
    EXPECT_EQ(first.remaining(), 0s);
    ASSERT_TRUE(obtain(second));
    EXPECT_GT(second.token(), first.token());
    EXPECT_FALSE(obtain(first));
    EXPECT_EQ(first.token(), 0);
}

TEST_P(NonBlockingLeaseTest, IsRenewedOnlyIfNobodyHasTakenIt) {
    auto mine = lease("mine");
    EXPECT_FALSE(mine.renew_async().get(patience)) << "it was never obtained";
    ASSERT_TRUE(obtain(mine));
    const auto token = mine.token();
    *time += 100;
    EXPECT_TRUE(mine.renew_async().get(patience));
    EXPECT_GT(mine.token(), token);
    EXPECT_EQ(mine.remaining(), 60s);
    *time += 100;
    auto theirs = lease("theirs");
    ASSERT_TRUE(obtain(theirs));
    EXPECT_FALSE(mine.renew_async().get(patience));
    EXPECT_FALSE(mine.obtained());
}

TEST_P(NonBlockingLeaseTest, CanBeReleasedByItsHolderOnly) {
    auto mine = lease("mine");
    auto theirs = lease("theirs");
    ASSERT_TRUE(obtain(mine));
    EXPECT_FALSE(theirs.release_async().get(patience));
    EXPECT_TRUE(mine.release_async().get(patience));
    EXPECT_FALSE(mine.obtained());
    EXPECT_FALSE(other().exists(node));
    EXPECT_FALSE(mine.release_async().get(patience));
    EXPECT_TRUE(obtain(theirs));
}

TEST_P(NonBlockingLeaseTest, ReadsWhatOthersWrite) {
    auto mine = lease("mine");
    const auto write = [&](const char* data) {
        other().create_or_set(node, data, CreateOptions().makepath());
    };
    write(R"({"end":"2026-11-29T13:30:06","holder":"\u00e4","version":1})");
    EXPECT_FALSE(obtain(mine));
    write(R"({"version": 2, "end": "2000-01-01T00:00:00"})");
    EXPECT_FALSE(obtain(mine)) << "nothing is known of this version";
    write("no JSON");
    EXPECT_THROW(static_cast<void>(obtain(mine)), MalformedDataError);
    write(R"({"end":"2026-11-29T13:30:05","holder":"\u00e4","version":1})");
    EXPECT_TRUE(obtain(mine));
}

TEST_P(NonBlockingLeaseTest, WaitsForTheLockAsLongAsTheCallMay) {
    Lock mutex(other(), "/lease");
    auto held = mutex.acquire();
    auto mine = lease("mine");
    const auto limited = mine.obtain_async(CallOptions().timeout(20ms));
    EXPECT_EQ(error_of(limited).code(), Errc::operation_timeout);
    const auto obtaining = mine.obtain_async();
    held.release();
    EXPECT_TRUE(obtaining.get(patience));
}

TEST_P(NonBlockingLeaseTest, WritesNothingOnceItHasLostTheLock) {
    const auto lock_nodes = [&] {
        auto names = other().get_children("/lease");
        names.erase(std::remove(names.begin(), names.end(), "lease_holder"), names.end());
        return names;
    };
    auto former = lease("former");
    ASSERT_TRUE(obtain(former));
    ASSERT_TRUE(wait_until([&] { return lock_nodes().empty(); }, patience));
    *time += 60;
    auto mine = lease("mine");
    const auto session = zk().client_id().value().session_id;
    const auto held =
        server.inject(Fault::hold().on(Request::get).path(node).session(session).once());
    const auto gets_sent = [&] { return zk().metrics().find("get")->queued.count(); };
    const auto before = gets_sent();
    const auto obtaining = mine.obtain_async();
    ASSERT_TRUE(wait_until([&] { return gets_sent() == before + 2; }, patience))
        << "the node of the lock, and the record";
    for (const auto& name : lock_nodes()) other().delete_("/lease/" + name);
    NonBlockingLease theirs(other(), "/lease", 60s, named("theirs"));
    ASSERT_TRUE(theirs.obtain());
    server.remove(held);
    EXPECT_FALSE(obtaining.get(patience)) << "the record that it has read was replaced";
    EXPECT_EQ(other().get(node).stat.czxid, theirs.token());
}

TEST_P(NonBlockingLeaseTest, SurvivesALostReply) {
    auto mine = lease("mine");
    server.inject(Fault::drop_after().on(Request::multi).once());
    ASSERT_TRUE(obtain(mine));
    EXPECT_EQ(other().get(node).stat.czxid, mine.token());
    server.inject(Fault::drop_after().on(Request::multi).once());
    EXPECT_TRUE(mine.release_async().get(patience));
    EXPECT_FALSE(other().exists(node));
}

TEST_P(NonBlockingLeaseTest, AWriteThatIsNotAllowedFails) {
    server.inject(Fault::fail(Errc::no_auth).on(Request::multi));
    auto mine = lease("mine");
    EXPECT_EQ(error_of(mine.obtain_async()).code(), Errc::no_auth);
    EXPECT_FALSE(mine.obtained());
}

TEST_P(NonBlockingLeaseTest, OutlivesItsSessionAndItsObject) {
    {
        auto mine = lease("mine");
        ASSERT_TRUE(obtain(mine));
        expire_session();
        EXPECT_TRUE(mine.obtained());
        EXPECT_TRUE(mine.renew_async().get(patience));
    }
    auto theirs = lease("theirs");
    EXPECT_FALSE(obtain(theirs));
}

TEST_P(NonBlockingLeaseTest, BadArgumentsAreRefused) {
    EXPECT_THROW(static_cast<void>(NonBlockingLease(zk(), "/", 1s)), BadArgumentsError);
    EXPECT_THROW(static_cast<void>(NonBlockingLease(zk(), "/lease", 0s)), BadArgumentsError);
    EXPECT_THROW(
        static_cast<void>(NonBlockingLease(zk(), "/lease", 1s, LeaseOptions().identifier("\xFF"))),
        BadArgumentsError
    );
    EXPECT_THROW(
        static_cast<void>(MultiNonBlockingLease(zk(), 0, "/lease", 1s)), BadArgumentsError
    );
    EXPECT_THROW(
        static_cast<void>(MultiNonBlockingLease(zk(), 10'001, "/lease", 1s)), BadArgumentsError
    );
}

TEST_P(NonBlockingLeaseTest, OneOfSeveralLeasesIsObtained) {
    MultiNonBlockingLease first(zk(), 2, "/leases", 60s, named("first"));
    MultiNonBlockingLease second(zk(), 2, "/leases", 60s, named("second"));
    MultiNonBlockingLease third(zk(), 2, "/leases", 60s, named("third"));
    EXPECT_TRUE(first.obtain_async().get(patience));
    EXPECT_TRUE(second.obtain_async().get(patience));
    EXPECT_FALSE(third.obtain_async().get(patience));
    EXPECT_EQ(first.index(), 0U);
    EXPECT_EQ(second.index(), 1U);
    EXPECT_EQ(third.index(), std::nullopt);
    EXPECT_EQ(other().get("/leases/1/lease_holder").stat.czxid, second.token());
    EXPECT_TRUE(first.release_async().get(patience));
    EXPECT_TRUE(third.obtain_async().get(patience));
    EXPECT_EQ(third.index(), 0U);
    EXPECT_TRUE(third.renew_async().get(patience));
    EXPECT_EQ(third.remaining(), 60s);
}

KAZOO_ON_EACH_HANDLER(NonBlockingLeaseTest);

}  // namespace
}  // namespace kazoo::recipe_tests
