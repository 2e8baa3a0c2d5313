// SPDX-License-Identifier: Apache-2.0
#include "recipe_fixture.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::recipe_tests {
namespace {

using Names = std::vector<std::string>;

class PartyTest : public RecipeTest {
protected:
    std::int64_t session() { return zk().client_id().value().session_id; }
    template <class T>
    T value_of(const AsyncResult<T>& result) {
        EXPECT_TRUE(result.wait(patience)) << "the result does not become ready";
        return result.ready() ? result.get() : T();
    }
    template <class Group>
    bool joins(Group& group) {
        const auto joined = group.join_async();
        return joined.wait(patience) && joined.successful();
    }
    Names children() { return other().get_children("/p"); }
    bool becomes_empty() {
        return wait_until([&] { return children().empty(); }, patience);
    }
    Fault on_own(Fault fault, Request request) { return fault.on(request).session(session()); }
};

TEST_P(PartyTest, HasMembers) {
    Party one(zk(), "/p", "one");
    Party two(zk(), "/p", "two");
    EXPECT_EQ(value_of(one.members_async()), Names());
    EXPECT_FALSE(one.participating());
    EXPECT_FALSE(value_of(one.leave_async()));
    ASSERT_TRUE(joins(two));
    ASSERT_TRUE(joins(one));
    ASSERT_TRUE(joins(one)) << "it is one already";
    EXPECT_TRUE(one.participating());
    EXPECT_EQ(value_of(one.members_async()), Names({"one", "two"}));
    EXPECT_EQ(value_of(one.size_async()), 2);
    EXPECT_TRUE(value_of(two.leave_async()));
    EXPECT_FALSE(two.participating());
    EXPECT_EQ(value_of(one.members_async()), Names({"one"}));
}

TEST_P(PartyTest, HasTheLayoutOfPythonsKazoo) {
    Party party(zk(), "/p", "me");
    ASSERT_TRUE(joins(party));
    ASSERT_EQ(children().size(), 1);
    const auto name = children()[0];
    EXPECT_EQ(name.size(), 32 + 9);
    EXPECT_EQ(name.find_first_not_of("0123456789abcdef"), 32);
    EXPECT_EQ(name.substr(32), "__party__");
    const auto member = other().get("/p/" + name);
    EXPECT_EQ(member.data, "me");
    EXPECT_EQ(member.stat.ephemeral_owner, session());
    other().create("/p/other", "not a member");
    other().create("/p/x__party__y", "also");
    EXPECT_EQ(value_of(party.members_async()), Names({"also", "me"}));
    EXPECT_EQ(value_of(party.size_async()), 2);
}

TEST_P(PartyTest, ShallowPartiesHaveTheLayoutOfPythonsKazoo) {
    ShallowParty party(zk(), "/p", "host-7-x");
    ASSERT_TRUE(joins(party));
    ASSERT_EQ(children().size(), 1);
    const auto name = children()[0];
    EXPECT_EQ(name.find_first_not_of("0123456789abcdef"), 32);
    EXPECT_EQ(name.substr(32), "-host-7-x");
    EXPECT_EQ(other().get("/p/" + name).data, "host-7-x");
    other().create("/p/nodash");
    EXPECT_EQ(value_of(party.members_async()), Names({"host-7-x", "nodash"}));
    EXPECT_EQ(value_of(party.size_async()), 2);
}

TEST_P(PartyTest, MembersStayMembersInNewSessions) {
    Party party(zk(), "/p", "me", PartyOptions().retry(quick()));
    ASSERT_TRUE(joins(party));
    const auto before = children();
    expire_session();
    EXPECT_TRUE(wait_until(
        [&] {
            const auto names = children();
            if (names.size() != 1) return false;
            const auto stat = other().exists("/p/" + names[0]);
            return stat && stat->ephemeral_owner == session();
        },
        patience
    ));
    EXPECT_EQ(children(), before) << "under the same name";
    EXPECT_TRUE(wait_until([&] { return party.participating(); }, patience));
    other().delete_("/p/" + children()[0]);
    EXPECT_TRUE(wait_until([&] { return children().size() == 1; }, patience));
    EXPECT_TRUE(value_of(party.leave_async()));
    EXPECT_EQ(children(), Names());
}

TEST_P(PartyTest, MembershipEndsWithTheSessionOnRequest) {
    Party party(zk(), "/p", "me", PartyOptions().keep_joined(false));
    ASSERT_TRUE(joins(party));
    expire_session();
    EXPECT_TRUE(wait_until([&] { return !party.participating(); }, patience));
    EXPECT_TRUE(becomes_empty());
    EXPECT_FALSE(value_of(party.leave_async()));
    ASSERT_TRUE(joins(party));
    EXPECT_EQ(value_of(party.members_async()), Names({"me"}));
    other().delete_("/p/" + children()[0]);
    EXPECT_TRUE(wait_until([&] { return !party.participating(); }, patience));
}

TEST_P(PartyTest, LostRepliesMakeNoSecondMember) {
    Party party(zk(), "/p", "me", PartyOptions().retry(quick()));
    ASSERT_TRUE(other().ensure_path("/p"));
    server.inject(on_own(Fault::drop_after(), Request::create).once());
    ASSERT_TRUE(joins(party));
    EXPECT_EQ(children().size(), 1);
    server.inject(on_own(Fault::drop_after(), Request::delete_).once());
    EXPECT_TRUE(value_of(party.leave_async()));
    EXPECT_EQ(children(), Names());
}

TEST_P(PartyTest, AJoinThatIsGivenUpLeavesNoMember) {
    Party party(zk(), "/p", "me", PartyOptions().retry(quick()));
    ASSERT_TRUE(other().ensure_path("/p"));
    const auto held = server.inject(on_own(Fault::hold(), Request::create));
    const auto cancelled = party.join_async();
    ASSERT_TRUE(wait_until([&] { return !children().empty(); }, patience));
    cancelled.cancel();
    EXPECT_EQ(error_of(cancelled).code(), ClientErrc::cancelled);
    server.remove(held);
    EXPECT_TRUE(becomes_empty());
    EXPECT_FALSE(party.participating());
    const auto refused = server.inject(on_own(Fault::drop_before(), Request::create));
    EXPECT_EQ(
        error_of(party.join_async(CallOptions().timeout(200ms))).code(), Errc::operation_timeout
    );
    server.remove(refused);
    EXPECT_TRUE(becomes_empty());
    ASSERT_TRUE(joins(party));
}

TEST_P(PartyTest, AJoinFailsWithErrorsThatDoNotPass) {
    Party party(zk(), "/p", "me", PartyOptions().on_error([](const Error&) {}));
    const auto fault = server.inject(on_own(Fault::fail(Errc::no_auth), Request::create));
    EXPECT_EQ(error_of(party.join_async()).code(), Errc::no_auth);
    server.remove(fault);
    ASSERT_TRUE(joins(party));
    auto& stopped = make_client();
    Party idle(stopped, "/p", "idle");
    EXPECT_EQ(error_of(idle.join_async()).code(), ClientErrc::connection_closed);
    EXPECT_EQ(error_of(idle.members_async()).code(), ClientErrc::connection_closed);
}

TEST_P(PartyTest, LeavesWhenTheObjectIsDestroyed) {
    {
        Party party(zk(), "/p", "me");
        ASSERT_TRUE(joins(party));
        Party second(zk(), "/p", "second");
        ASSERT_TRUE(joins(second));
        party = std::move(second);
        EXPECT_TRUE(wait_until([&] { return children().size() == 1; }, patience));
        EXPECT_EQ(value_of(party.members_async()), Names({"second"}));
    }
    EXPECT_TRUE(becomes_empty());
}

TEST_P(PartyTest, RefusesBadIdentifiers) {
    EXPECT_THROW(Party(zk(), "/p", "\xFF"), BadArgumentsError);
    EXPECT_THROW(ShallowParty(zk(), "/p", "a/b"), BadArgumentsError);
    EXPECT_THROW(ShallowParty(zk(), "/p", "a\x01"), BadArgumentsError);
    EXPECT_THROW(GroupMember(zk(), "/p", ""), BadArgumentsError);
    EXPECT_THROW(GroupMember(zk(), "/p", "a/b"), BadArgumentsError);
    EXPECT_THROW(Party(zk(), "/"), BadArgumentsError);
    EXPECT_NO_THROW(Party(zk(), "/p", "a/b"));
}

TEST_P(PartyTest, StreamsShowWhoJoinsAndLeaves) {
    Party one(other(), "/p", "one");
    Party observer(zk(), "/p");
    auto stream = observer.stream();
    EXPECT_EQ(value_of(stream.next()).value().members, Names()) << "there is no party yet";
    auto next = stream.next();
    one.join();
    auto change = value_of(next).value();
    EXPECT_EQ(change.members, Names({"one"}));
    EXPECT_EQ(change.joined, Names({"one"}));
    EXPECT_EQ(change.left, Names());
    other().create("/p/not-a-member");
    Party two(other(), "/p", "two");
    two.join();
    one.leave();
    Names joined;
    Names left;
    while (left.empty()) {
        change = value_of(stream.next()).value();
        joined.insert(joined.end(), change.joined.begin(), change.joined.end());
        left.insert(left.end(), change.left.begin(), change.left.end());
    }
    EXPECT_EQ(change.members, Names({"two"}));
    EXPECT_EQ(joined, Names({"two"}));
    EXPECT_EQ(left, Names({"one"}));
    next = stream.next();
    EXPECT_EQ(error_of(stream.next()).code(), Errc::bad_arguments);
    stream.stop();
    EXPECT_EQ(value_of(next), std::nullopt);
}

TEST_P(PartyTest, StreamsLoseNoMemberToACancelledOrFailedRead) {
    ShallowParty one(other(), "/p", "one");
    one.join();
    Party two(other(), "/p", "two");
    two.join();
    auto stream = Party(zk(), "/p").stream();
    server.inject(on_own(Fault::fail(Errc::no_auth), Request::multi).once());
    EXPECT_EQ(error_of(stream.next()).code(), Errc::no_auth);
    EXPECT_EQ(value_of(stream.next()).value().members, Names({"two"}));
    const auto pending = stream.next();
    pending.cancel();
    EXPECT_EQ(error_of(pending).code(), ClientErrc::cancelled);
    two.leave();
    EXPECT_EQ(value_of(stream.next()).value().left, Names({"two"}));
    const auto last = stream.next();
    zk().stop();
    EXPECT_EQ(value_of(last), std::nullopt);
}

TEST_P(PartyTest, GroupsHaveTheLayoutOfCurator) {
    GroupMember one(zk(), "/p", "one", "data 1");
    GroupMember two(zk(), "/p", "two", "data 2");
    ASSERT_TRUE(joins(one));
    ASSERT_TRUE(joins(two));
    const auto member = other().get("/p/one");
    EXPECT_EQ(member.data, "data 1");
    EXPECT_EQ(member.stat.ephemeral_owner, session());
    using Data = std::map<std::string, std::string>;
    EXPECT_EQ(value_of(one.members_async()), Data({{"one", "data 1"}, {"two", "data 2"}}));
    const auto set = two.set_data_async("new");
    ASSERT_TRUE(set.wait(patience) && set.successful());
    EXPECT_EQ(value_of(one.members_async()), Data({{"one", "data 1"}, {"two", "new"}}));
    expire_session();
    EXPECT_TRUE(wait_until([&] { return two.participating() && one.participating(); }, patience));
    EXPECT_EQ(other().get("/p/two", ReadOptions().consistency(Consistency::latest)).data, "new");
    EXPECT_TRUE(value_of(two.leave_async()));
    auto stream = one.stream();
    EXPECT_EQ(value_of(stream.next()).value().members, Names({"one"}));
}

TEST_P(PartyTest, AGroupMemberWaitsForTheEndOfAnotherWithItsName) {
    ASSERT_TRUE(other().ensure_path("/p"));
    other().create("/p/one", "other", CreateOptions().ephemeral());
    GroupMember one(zk(), "/p", "one", "data", PartyOptions().on_error([](const Error&) {}));
    const auto joined = one.join_async();
    EXPECT_EQ(
        error_of(GroupMember(zk(), "/p", "one").join_async(CallOptions().timeout(100ms))).code(),
        Errc::operation_timeout
    );
    EXPECT_FALSE(joined.ready());
    EXPECT_EQ(other().get("/p/one").data, "other");
    other().delete_("/p/one");
    EXPECT_TRUE(joined.wait(patience) && joined.successful());
    EXPECT_EQ(other().get("/p/one").data, "data");
}

KAZOO_ON_EACH_HANDLER(PartyTest);

}  // namespace
}  // namespace kazoo::recipe_tests
