// SPDX-License-Identifier: Apache-2.0
// DoubleBarrier: entering and leaving together, and members that do not make it.
#include "recipe_fixture.hpp"
#include "watched.hpp"

#include <kazoo/recipes/double_barrier.hpp>

#include <algorithm>

namespace kazoo::recipe_tests {
namespace {

class DoubleBarrierTest : public RecipeTest {
protected:
    std::int64_t session() { return zk().client_id().value().session_id; }
    std::vector<std::string> nodes() {
        try {
            auto names = other().get_children("/b");
            std::sort(names.begin(), names.end());
            return names;
        } catch (const NoNodeError&) {
            return {};
        }
    }
    bool becomes_empty() {
        return wait_until([&] { return nodes().empty(); }, patience);
    }
    bool has_members(std::size_t count) {
        return wait_until([&] { return nodes().size() == count; }, patience);
    }
    static CallOptions soon() { return CallOptions().timeout(patience); }
};

TEST_P(DoubleBarrierTest, AllEnterAndLeaveTogether) {
    std::vector<DoubleBarrier> members;
    for (int i = 0; i < 3; ++i) members.emplace_back(zk(), "/b", 3, "m" + std::to_string(i));
    for (int round = 0; round < 3; ++round) {
        std::vector<AsyncResult<void>> entering;
        for (int i = 0; i < 2; ++i) entering.push_back(members[i].enter_async(soon()));
        ASSERT_TRUE(has_members(2));
        EXPECT_FALSE(entering[0].ready() || entering[1].ready());
        EXPECT_FALSE(members[0].participating());
        entering.push_back(members[2].enter_async(soon()));
        for (const auto& result : entering) result.get(patience);
        EXPECT_TRUE(members[0].participating());
        EXPECT_EQ(nodes().size(), 4);
        EXPECT_EQ(nodes().back(), "ready");
        std::vector<AsyncResult<void>> leaving;
        for (int i = 2; i > 0; --i) leaving.push_back(members[i].leave_async(soon()));
        EXPECT_TRUE(wait_until([&] { return nodes().size() <= 2; }, patience));
        EXPECT_FALSE(leaving[0].ready() || leaving[1].ready());
        leaving.push_back(members[0].leave_async(soon()));
        for (const auto& result : leaving) result.get(patience);
        EXPECT_FALSE(members[0].participating());
        EXPECT_TRUE(nodes().empty());
    }
}

TEST_P(DoubleBarrierTest, TheNodeOfAMemberIsThatOfKazoo) {
    DoubleBarrier alone(zk(), "/b", 1, "host-7");
    alone.enter(soon());
    const auto names = nodes();
    ASSERT_EQ(names.size(), 2);
    EXPECT_EQ(names[0].size(), 32);
    EXPECT_EQ(names[0].find_first_not_of("0123456789abcdef"), std::string::npos);
    const auto node = other().get("/b/" + names[0]);
    EXPECT_EQ(node.data, "host-7");
    EXPECT_EQ(node.stat.ephemeral_owner, session());
    EXPECT_EQ(other().get("/b/ready").stat.ephemeral_owner, 0);
    alone.leave(soon());
}

TEST_P(DoubleBarrierTest, AMemberThatGivesUpLeavesNoNode) {
    DoubleBarrier member(zk(), "/b", 2);
    const auto error = error_of(member.enter_async(CallOptions().timeout(30ms)));
    EXPECT_EQ(error.code(), Errc::operation_timeout);
    EXPECT_EQ(error.outcome(), Outcome::not_applied);
    EXPECT_NE(error.detail().find("1 of 2 members"), std::string::npos) << error;
    EXPECT_TRUE(becomes_empty());
    const auto cancelled = member.enter_async();
    ASSERT_TRUE(has_members(1));
    cancelled.cancel();
    EXPECT_EQ(error_of(cancelled).code(), ClientErrc::cancelled);
    EXPECT_TRUE(becomes_empty());
    EXPECT_FALSE(member.participating());
}

TEST_P(DoubleBarrierTest, AMemberThatGivesUpWhileItsNodeIsCreatedLeavesNone) {
    other().create("/b");
    DoubleBarrier member(zk(), "/b", 1);
    const auto held = server.inject(Fault::hold().on(Request::create).session(session()));
    const auto cancelled = member.enter_async();
    ASSERT_TRUE(has_members(1));
    cancelled.cancel();
    EXPECT_EQ(error_of(cancelled).code(), ClientErrc::cancelled);
    const auto late = error_of(member.enter_async(CallOptions().timeout(20ms)));
    EXPECT_EQ(late.code(), Errc::operation_timeout);
    server.remove(held);
    EXPECT_TRUE(becomes_empty());
}

TEST_P(DoubleBarrierTest, LostRepliesAreNoErrors) {
    DoubleBarrier first(zk(), "/b", 2);
    DoubleBarrier second(zk(), "/b", 2);
    server.inject(Fault::drop_after().on(Request::create).path("/b/").session(session()).once());
    const auto entering = first.enter_async(soon());
    ASSERT_TRUE(has_members(1));
    server.inject(Fault::drop_after().on(Request::get_children).session(session()).once());
    server.inject(Fault::drop_after().on(Request::create).path("/b/ready").once());
    second.enter(soon());
    entering.get(patience);
    EXPECT_EQ(nodes().size(), 3) << "each member has one node";
    server.inject(Fault::drop_after().on(Request::delete_).session(session()).times(3));
    const auto leaving = first.leave_async(soon());
    second.leave(soon());
    leaving.get(patience);
    EXPECT_TRUE(nodes().empty());
}

TEST_P(DoubleBarrierTest, AMemberWhoseSessionEndsWhileItWaitsJoinsAgain) {
    DoubleBarrier first(zk(), "/b", 2);
    const auto entering = first.enter_async(soon());
    ASSERT_TRUE(has_members(1));
    const auto before = nodes();
    expire_session();
    ASSERT_TRUE(wait_until([&] { return nodes().size() == 1 && nodes() != before; }, patience));
    DoubleBarrier second(other(), "/b", 2);
    second.enter(soon());
    entering.get(patience);
    const auto leaving = second.leave_async(soon());
    first.leave(soon());
    leaving.get(patience);
}

TEST_P(DoubleBarrierTest, ANodeOfAnOldSessionDoesNotCount) {
    DoubleBarrier member(zk(), "/b", 2);
    const auto entering = member.enter_async(soon());
    ASSERT_TRUE(has_members(1));
    const auto before = nodes();
    // The server gives the client another session, and keeps the old one with its node.
    server.handshakes(testing::Handshake::other_session, 1);
    server.drop_connection(session());
    ASSERT_TRUE(wait_until([&] { return nodes().size() == 1 && nodes() != before; }, patience));
    EXPECT_FALSE(entering.ready()) << "it has counted itself twice";
    entering.cancel();
    EXPECT_EQ(error_of(entering).code(), ClientErrc::cancelled);
    EXPECT_TRUE(becomes_empty());
}

TEST_P(DoubleBarrierTest, AMemberWhoseNodeIsDeletedJoinsAgain) {
    DoubleBarrier first(zk(), "/b", 2);
    const auto entering = first.enter_async(soon());
    ASSERT_TRUE(has_members(1));
    other().delete_("/b/" + nodes()[0]);
    other().create("/b/ready");
    entering.get(patience);
    EXPECT_EQ(nodes().size(), 2);
}

TEST_P(DoubleBarrierTest, AMemberWhoseSessionHasEndedHasLeft) {
    DoubleBarrier first(zk(), "/b", 2);
    DoubleBarrier second(other(), "/b", 2);
    const auto entering = first.enter_async(soon());
    second.enter(soon());
    entering.get(patience);
    expire_session();
    const auto leaving = first.leave_async(soon());
    second.leave(soon());
    leaving.get(patience);
    EXPECT_TRUE(nodes().empty());
}

TEST_P(DoubleBarrierTest, ALeaveThatGivesUpHasLeftNevertheless) {
    DoubleBarrier first(zk(), "/b", 2);
    DoubleBarrier second(other(), "/b", 2);
    const auto entering = first.enter_async(soon());
    second.enter(soon());
    entering.get(patience);
    const auto error = error_of(first.leave_async(CallOptions().timeout(50ms)));
    EXPECT_EQ(error.code(), Errc::operation_timeout);
    EXPECT_TRUE(has_members(1));
    second.leave(soon());
    EXPECT_TRUE(nodes().empty());
}

TEST_P(DoubleBarrierTest, AnObjectIsOneMember) {
    DoubleBarrier member(zk(), "/b", 2);
    EXPECT_EQ(error_of(member.leave_async()).code(), Errc::bad_arguments);
    auto entering = member.enter_async();
    EXPECT_EQ(error_of(member.enter_async()).code(), Errc::bad_arguments);
    EXPECT_EQ(error_of(member.leave_async()).code(), Errc::bad_arguments);
    other().ensure_path("/b/ready");
    entering.get(patience);
    EXPECT_EQ(error_of(member.enter_async()).code(), Errc::bad_arguments);
    member.leave(soon());
    testing_support::thrown<BadArgumentsError>([&] { const DoubleBarrier none(zk(), "/b", 0); });
    testing_support::thrown<BadArgumentsError>([&] { const DoubleBarrier root(zk(), "/", 1); });
}

TEST_P(DoubleBarrierTest, TheEndOfTheObjectDeletesItsNode) {
    std::optional<DoubleBarrier> inside(std::in_place, zk(), "/b", 1);
    inside->enter(soon());
    inside.reset();
    ASSERT_TRUE(wait_until([&] { return nodes() == std::vector<std::string>{"ready"}; }, patience));
    other().delete_("/b/ready");
    std::optional<DoubleBarrier> entering(std::in_place, zk(), "/b", 2);
    const auto result = entering->enter_async();
    ASSERT_TRUE(has_members(1));
    entering.reset();
    EXPECT_EQ(error_of(result).code(), ClientErrc::cancelled);
    EXPECT_TRUE(becomes_empty());
}

TEST_P(DoubleBarrierTest, CallsEndWithTheClient) {
    std::optional<DoubleBarrier> member;
    AsyncResult<void> entering;
    {
        KazooClient client(options());
        client.start(patience);
        member.emplace(client, "/b", 2);
        entering = member->enter_async();
        ASSERT_TRUE(has_members(1));
        KazooClient moved(std::move(client));
        EXPECT_FALSE(entering.ready());
    }
    EXPECT_EQ(error_of(entering).code(), ClientErrc::connection_closed);
    EXPECT_EQ(error_of(member->enter_async()).code(), ClientErrc::connection_closed);
    EXPECT_TRUE(nodes().empty());
}

KAZOO_ON_EACH_HANDLER(DoubleBarrierTest);

}  // namespace
}  // namespace kazoo::recipe_tests
