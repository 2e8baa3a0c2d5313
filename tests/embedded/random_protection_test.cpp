// SPDX-License-Identifier: Apache-2.0
// Protected creates and guaranteed deletes under random faults, limits and ends of the session. A
// create that succeeds has made one node; one that fails leaves none; a delete removes its node.
#include "embedded_fixture.hpp"

#include <algorithm>
#include <random>
#include <string>

namespace kazoo::embedded_tests {
namespace {

class RandomProtection : public ::testing::TestWithParam<unsigned> {
protected:
    void SetUp() override {
        other.create("/p");
        session = zk.session();
    }

    std::uint32_t below(std::uint32_t limit) {
        return static_cast<std::uint32_t>(random() % limit);
    }
    bool one_in(std::uint32_t n) { return below(n) == 0; }

    Fault random_fault() {
        using enum Request;
        constexpr Request requests[] = {create, create, delete_, sync, exists, get_children};
        auto fault = one_in(2) ? Fault::drop_after() : Fault::drop_before();
        return fault.on(requests[below(std::size(requests))]).session(session).once();
    }
    CreateOptions random_options() {
        return CreateOptions().protect().ephemeral(one_in(2)).sequence(one_in(2));
    }
    CallOptions random_limit() {
        return one_in(3) ? CallOptions().timeout(std::chrono::milliseconds(1 + below(10)))
                         : CallOptions();
    }
    void disturb() {
        for (auto faults = below(4); faults > 0; --faults) server.inject(random_fault());
    }
    /// Disturbs an operation under way, then lets it end.
    template <class T>
    Result<T> end_of(const AsyncResult<T>& result) {
        if (one_in(4)) server.expire_session(session);
        if (one_in(4)) server.drop_connection(session);
        if (one_in(6)) result.cancel();
        EXPECT_TRUE(result.wait(patience)) << "it hangs";
        return result.result();
    }
    void calm_down() {
        server.clear_faults();
        ASSERT_TRUE(becomes_true([&] {
            const auto id = zk.client_id();
            session = id ? id->session_id : 0;
            return id && zk.connected();
        }));
    }
    std::size_t nodes_named(const std::string& name) {
        const auto all = other.get_children("/p");
        return static_cast<std::size_t>(std::count_if(
            all.begin(),
            all.end(),
            [&](const std::string& each) {
                return each.find("-" + name + "-") != std::string::npos;
            }
        ));
    }

    void create_one(const std::string& name) {
        disturb();
        const auto options = random_options();
        const auto ended = end_of(zk.create_async("/p/" + name + "-", "", options, random_limit()));
        if (ended) {
            // An ephemeral one may have ended with its session, after the reply.
            EXPECT_LE(nodes_named(name), 1U) << *ended;
            EXPECT_TRUE(options.is_ephemeral() || other.exists(*ended)) << *ended;
        } else if (ended.failure().outcome() == Outcome::unknown) {
            calm_down();
            EXPECT_TRUE(becomes_true([&] { return nodes_named(name) == 0; })) << ended.failure();
        } else {
            EXPECT_EQ(nodes_named(name), 0U) << ended.failure();
        }
        calm_down();
    }
    void delete_one(const std::string& path) {
        const auto czxid = other.create_with_stat(path).stat.czxid;
        disturb();
        auto deletion = zk.delete_guaranteed_async(path, czxid, random_limit());
        const bool replaced = one_in(2) && other.exists(path);
        if (replaced) {
            // As another client that does not know of the deletion, in one step.
            const auto done = other.transaction().delete_(path).create(path).commit_async();
            static_cast<void>(done.wait(patience));
        }
        const auto ended = end_of(deletion);
        calm_down();
        const auto gone = [&] {
            const auto stat = other.exists(path);
            return !stat || stat->czxid != czxid;
        };
        if (ended) {
            EXPECT_TRUE(gone());
        } else if (ended.failure().outcome() != Outcome::not_sent) {  // else it was late at once
            EXPECT_EQ(ended.failure().outcome(), Outcome::unknown) << ended.failure();
            EXPECT_TRUE(becomes_true(gone)) << ended.failure();
        }
    }

    Server server;
    StartedClient other{server.hosts()};
    StartedClient zk{server.hosts()};
    std::int64_t session = 0;
    std::mt19937 random{GetParam()};
};

TEST_P(RandomProtection, LosesNoNode) {
    for (int round = 0; round < 60 && !HasFailure(); ++round) {
        SCOPED_TRACE("round " + std::to_string(round));
        create_one("n" + std::to_string(round));
        delete_one("/d" + std::to_string(round));
    }
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomProtection, ::testing::Values(1U, 2U, 3U));

}  // namespace
}  // namespace kazoo::embedded_tests
