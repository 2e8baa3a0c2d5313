// SPDX-License-Identifier: Apache-2.0
// Many reads in one request.
#include "behaviour/suites.hpp"

#include <algorithm>
#include <string>
#include <vector>

namespace kazoo::behaviour {
namespace {

AsyncResult<std::string> in_a_coroutine(KazooClient& zk) {
    const auto results =
        co_await zk.multi_read().get("/a").get("/absent").read_async(CallOptions().timeout(10s));
    co_return results[0].node().data;
}

}  // namespace

TEST_P(MultiReads, EachReadHasItsOwnResult) {
    zk().create("/a", "data");
    zk().create("/null", std::nullopt);
    zk().create("/a/one");
    zk().create("/a/two");
    const AclList writers{make_acl("world", "anyone", Permissions::all & ~Permissions::read)};
    zk().create("/secret", "", CreateOptions().acl(writers));
    auto results = zk().multi_read()
                       .get("/a")
                       .get_children("a/")
                       .get("/absent")
                       .get("/null")
                       .get("/secret")
                       .get("/a/../b")
                       .get_children("/a/one")
                       .read();
    ASSERT_EQ(results.size(), 7U);
    EXPECT_EQ(results[0].node().data, "data");
    EXPECT_EQ(results[0].node().stat, zk().exists("/a"));
    auto children = results[1].children();
    std::sort(children.begin(), children.end());
    EXPECT_EQ(children, (std::vector<std::string>{"one", "two"}));
    EXPECT_EQ(results[1].path(), "a/") << "as it was given";
    EXPECT_EQ(results[2].error(), Errc::no_node);
    EXPECT_EQ(results[2].failure().path(), "/absent");
    EXPECT_THROW(static_cast<void>(results[2].node()), NoNodeError);
    EXPECT_TRUE(results[3].node().null_data);
    EXPECT_EQ(results[4].error(), Errc::no_auth);
    EXPECT_EQ(results[5].error(), Errc::bad_arguments);
    EXPECT_TRUE(results[6].children().empty());
    EXPECT_TRUE(zk().connected());
}

TEST_P(MultiReads, WithoutReadsThereAreNoResults) {
    EXPECT_TRUE(zk().multi_read().read().empty());
}

TEST_P(MultiReads, SetNoWatches) {
    auto& told = record<WatchedEvent>();
    zk().create("/a");
    zk().multi_read().get("/a").get_children("/").read();
    zk().get("/a", recording(told));
    zk().set("/a", "x");
    ASSERT_TRUE(told.wait_for(1));
}

TEST_P(MultiReads, MayBeRepeated) {
    zk().create("/a", "1");
    const auto reads = zk().multi_read().get("/a");
    EXPECT_EQ(reads.read()[0].node().data, "1");
    zk().set("/a", "2");
    EXPECT_EQ(reads.read()[0].node().data, "2");
}

TEST_P(MultiReads, AreAwaitedInCoroutines) {
    zk().create("/a", "data");
    EXPECT_EQ(in_a_coroutine(zk()).get(patience), "data");
}

TEST_P(MultiReads, ManyPaths) {
    auto writes = zk().transaction();
    auto reads = zk().multi_read();
    for (int i = 0; i < 2000; ++i) {
        const auto path = "/n" + std::to_string(i);
        writes.create(path, std::to_string(i));
        reads.get(path);
    }
    writes.commit();
    const auto results = reads.read();
    ASSERT_EQ(results.size(), 2000U);
    for (std::size_t i = 0; i < results.size(); ++i) {
        EXPECT_EQ(results[i].node().data, std::to_string(i));
    }
}

}  // namespace kazoo::behaviour
