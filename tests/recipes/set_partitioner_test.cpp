// SPDX-License-Identifier: Apache-2.0
#include "recipe_fixture.hpp"

#include <kazoo/recipes/set_partitioner.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <regex>
#include <set>

namespace kazoo::recipe_tests {
namespace {

using Items = std::set<std::string>;
using Names = std::vector<std::string>;
using State = PartitionState;

const Items letters = {"a", "b", "c", "d", "e", "f", "g"};

class SetPartitionerTest : public RecipeTest {
protected:
    SetPartitionerOptions named(const std::string& identifier) {
        return SetPartitionerOptions().identifier(identifier).time_boundary(30ms);
    }
    SetPartitioner& add(KazooClient& client, const std::string& identifier) {
        return add(client, named(identifier));
    }
    SetPartitioner& add(KazooClient& client, const SetPartitionerOptions& options) {
        return members.emplace_back(client, "/jobs", letters, options);
    }
    static bool acquires(SetPartitioner& member) {
        return member.wait_for_acquire_async(CallOptions().timeout(patience)).get();
    }
    static bool becomes_state(SetPartitioner& member, State state) {
        return wait_until([&] { return member.state() == state; }, patience);
    }
    /// Releases what is to be released until all members have acquired their items, and each item
    /// has one holder.
    [[nodiscard]] bool becomes_stable(std::vector<SetPartitioner*> all) {
        return wait_until(
            [&] {
                std::multiset<std::string> held;
                bool acquired = true;
                for (auto* member : all) {
                    if (member->release()) static_cast<void>(member->release_set_async());
                    acquired = acquired && member->acquired();
                    for (const auto& item : member->items()) held.insert(item);
                }
                return acquired &&
                       held == std::multiset<std::string>(letters.begin(), letters.end());
            },
            patience
        );
    }
    Names party() { return other().get_children("/jobs/party"); }
    std::size_t lock_nodes(const std::string& item) {
        try {
            return other().get_children("/jobs/locks/" + item).size();
        } catch (const NoNodeError&) {
            return 0;
        }
    }
    [[nodiscard]] bool all_locks_become_free() {
        return wait_until(
            [&] {
                return std::all_of(letters.begin(), letters.end(), [&](const auto& item) {
                    return lock_nodes(item) == 0;
                });
            },
            patience
        );
    }

    std::list<SetPartitioner> members;
    void TearDown() override {
        members.clear();
        RecipeTest::TearDown();
    }
};

TEST_P(SetPartitionerTest, OneMemberGetsAllItems) {
    auto& member = add(zk(), named("host-1").time_boundary(200ms));
    EXPECT_EQ(member.next_state_async().get(patience).state, State::allocating);
    const auto change = member.next_state_async().get(patience);
    EXPECT_EQ(change.state, State::acquired);
    EXPECT_EQ(change.items, Names(letters.begin(), letters.end()));
    EXPECT_EQ(change.id, member.state_id());
    EXPECT_EQ(member.items(), change.items);
    const auto names = party();
    ASSERT_EQ(names.size(), 1);
    EXPECT_TRUE(std::regex_match(names[0], std::regex("[0-9a-f]{32}-host-1"))) << names[0];
    const auto node = other().get("/jobs/party/" + names[0]);
    EXPECT_EQ(node.data, "host-1");
    EXPECT_EQ(node.stat.ephemeral_owner, zk().client_id().value().session_id);
    const auto locks = other().get_children("/jobs/locks/a");
    ASSERT_EQ(locks.size(), 1);
    EXPECT_TRUE(std::regex_match(locks[0], std::regex("[0-9a-f]{32}__lock__[0-9]{10}")));
    ASSERT_TRUE(member.held("a"));
    EXPECT_EQ(member.held("a")->token(), other().exists("/jobs/locks/a/" + locks[0])->czxid);
    EXPECT_FALSE(member.held("x"));
    member.finish_async().get(patience);
    EXPECT_TRUE(member.failed());
    EXPECT_EQ(member.error()->code(), ClientErrc::cancelled);
    EXPECT_EQ(party(), Names());
    EXPECT_EQ(lock_nodes("a"), 0U);
}

TEST_P(SetPartitionerTest, ThreeMembersComeAndGo) {
    auto& first = add(zk(), "1");
    ASSERT_TRUE(acquires(first));
    auto& second = add(start_client(), "2");
    ASSERT_TRUE(becomes_state(first, State::release));
    EXPECT_TRUE(first.items().empty());
    EXPECT_TRUE(first.held("a")) << "its work is being ended";
    EXPECT_TRUE(second.allocating());
    ASSERT_TRUE(becomes_stable({&first, &second}));
    EXPECT_EQ(first.items(), (Names{"a", "c", "e", "g"}));
    auto& third = add(start_client(), "3");
    ASSERT_TRUE(becomes_stable({&first, &second, &third}));
    EXPECT_EQ(third.items(), (Names{"c", "f"}));
    const auto token = second.held("b")->token();
    second.finish_async().get(patience);
    ASSERT_TRUE(becomes_stable({&first, &third}));
    EXPECT_EQ(third.items(), (Names{"b", "d", "f"}));
    EXPECT_GT(third.held("b")->token(), token);
}

/// Who works on which item, and in which session of its lock.
struct Crowd {
    explicit Crowd(Server& the_server) : server(the_server) {}

    void begin(const SetPartitioner& member, const Names& items) {
        const std::lock_guard lock(mutex);
        const auto alive = server.sessions();
        for (const auto& item : items) {
            const auto held = member.held(item);
            for (const auto& [other, session] : owners[item]) {
                conflicts += std::count(alive.begin(), alive.end(), session);
            }
            owners[item][&member] = held ? held->session() : 0;
        }
    }
    void end(const SetPartitioner& member, const Names& items) {
        const std::lock_guard lock(mutex);
        for (const auto& item : items) owners[item].erase(&member);
    }

    Server& server;
    std::mutex mutex;
    // Guarded by mutex:
    std::map<std::string, std::map<const SetPartitioner*, std::int64_t>> owners;
    std::ptrdiff_t conflicts = 0;  // items of two members whose sessions are alive
};

AsyncResult<void> work(std::shared_ptr<Crowd> crowd, SetPartitioner& member) {
    Names items;
    for (;;) {
        const auto waiting = member.next_state_async();
        const PartitionChange change = co_await waiting;
        crowd->end(member, items);
        items = change.items;
        crowd->begin(member, items);
        if (change.state == State::release) {
            const auto releasing = member.release_set_async();
            co_await releasing;
        }
        if (change.state == State::failure) co_return;
    }
}

TEST_P(SetPartitionerTest, NoItemIsHeldTwiceInACrowd) {
    const auto crowd = std::make_shared<Crowd>(server);
    std::vector<AsyncResult<void>> workers;
    std::vector<SetPartitioner*> all;
    const std::vector<KazooClient*> clients = {&zk(), &start_client(), &start_client()};
    for (std::size_t i = 0; i < clients.size(); ++i) {
        const auto options = named(std::to_string(i)).on_session_lost(OnSessionLost::restart);
        all.push_back(&add(*clients[i], options));
        workers.push_back(work(crowd, *all.back()));
    }
    const auto all_items_are_held = [&] {
        std::multiset<std::string> held;
        for (const auto* member : all) {
            for (const auto& item : member->items()) held.insert(item);
        }
        return held == std::multiset<std::string>(letters.begin(), letters.end());
    };
    for (std::size_t i = 0; i < clients.size(); ++i) {
        ASSERT_TRUE(wait_until(all_items_are_held, patience)) << "round " << i;
        const auto state = all[i]->state_id();
        ASSERT_TRUE(server.expire_session(clients[i]->client_id().value().session_id));
        ASSERT_TRUE(wait_until([&] { return all[i]->state_id() > state; }, patience));
    }
    EXPECT_TRUE(wait_until(all_items_are_held, patience));
    for (auto* member : all) member->finish_async().get(patience);
    for (const auto& worker : workers) worker.get(patience);
    EXPECT_EQ(crowd->conflicts, 0);
}

TEST_P(SetPartitionerTest, TheItemsStayUntilTheyAreReleased) {
    auto& first = add(zk(), "1");
    ASSERT_TRUE(acquires(first));
    auto& second = add(start_client(), "2");
    ASSERT_TRUE(becomes_state(first, State::release));
    ASSERT_TRUE(wait_until([&] { return lock_nodes("b") == 2; }, patience)) << "2 waits for it";
    EXPECT_TRUE(second.allocating());
    EXPECT_TRUE(first.held("b")->is_held());
    first.release_set_async().get(patience);
    EXPECT_FALSE(first.held("b"));
    EXPECT_TRUE(acquires(first));
    EXPECT_TRUE(acquires(second));
}

TEST_P(SetPartitionerTest, TheLossOfTheSessionIsAFailure) {
    auto& member = add(zk(), "1");
    ASSERT_TRUE(acquires(member));
    expire_session();
    ASSERT_TRUE(becomes_state(member, State::failure));
    EXPECT_EQ(member.error()->code(), Errc::session_expired);
    EXPECT_TRUE(member.items().empty());
    const auto change = member.next_state_async().get(patience);
    EXPECT_EQ(change.state, State::failure);
    ASSERT_TRUE(change.error);
    EXPECT_FALSE(acquires(member));
    member.finish_async().get(patience);
    EXPECT_EQ(party(), Names());
}

TEST_P(SetPartitionerTest, AMemberMayContinueInTheNextSession) {
    auto& member = add(zk(), named("1").on_session_lost(OnSessionLost::restart));
    ASSERT_TRUE(acquires(member));
    expire_session();
    ASSERT_TRUE(becomes_state(member, State::release));
    member.release_set_async().get(patience);
    ASSERT_TRUE(acquires(member));
    EXPECT_EQ(member.held("a")->session(), zk().client_id().value().session_id);
    EXPECT_EQ(party().size(), 1);
}

TEST_P(SetPartitionerTest, AMemberWhoseNodeIsDeletedJoinsAgain) {
    auto& member = add(zk(), "1");
    ASSERT_TRUE(acquires(member));
    other().delete_("/jobs/party/" + party().at(0));
    ASSERT_TRUE(becomes_state(member, State::release));
    member.release_set_async().get(patience);
    EXPECT_TRUE(acquires(member));
    EXPECT_EQ(party().size(), 1);
}

TEST_P(SetPartitionerTest, TheSetMayChange) {
    auto& first = add(zk(), "1");
    auto& second = add(start_client(), "2");
    ASSERT_TRUE(becomes_stable({&first, &second}));
    first.set_items({"x", "y", "z"});
    second.set_items({"x", "y", "z"});
    ASSERT_TRUE(becomes_state(first, State::release));
    ASSERT_TRUE(becomes_state(second, State::release));
    static_cast<void>(first.release_set_async());
    static_cast<void>(second.release_set_async());
    ASSERT_TRUE(wait_until(
        [&] {
            return first.items() == Names{"x", "z"} && second.items() == Names{"y"};
        },
        patience
    ));
    EXPECT_THROW(first.set_items({"a/b"}), BadArgumentsError);
}

TEST_P(SetPartitionerTest, DifferentSetsAreReported) {
    auto errors = std::make_shared<Recorder<std::string>>();
    auto& first = add(zk(), "1");
    ASSERT_TRUE(acquires(first));
    auto options = named("2").max_reaction_time(0ms).on_error([=](const Error& error) {
        errors->add(std::string(error_name(error.code())) + " " + error.path());
    });
    auto& second = members.emplace_back(start_client(), "/jobs", Items{"0", "a", "g"}, options);
    ASSERT_TRUE(errors->wait_for(1)) << "a belongs to both";
    EXPECT_EQ(errors->all().at(0), "lock_timeout /jobs/locks/a");
    EXPECT_FALSE(second.acquired());
    first.finish_async().get(patience);
    EXPECT_TRUE(wait_until(
        [&] {
            // It may acquire its items before the change of the members is noticed.
            if (second.release()) static_cast<void>(second.release_set_async());
            return second.items().size() == 3;
        },
        patience
    )) << "it has continued to try";
}

TEST_P(SetPartitionerTest, MembersWithOneIdentifierAreReported) {
    auto errors = std::make_shared<Recorder<std::string>>();
    const auto options =
        named("1").on_error([=](const Error& error) { errors->add(error_name(error.code())); });
    auto& first = add(zk(), options);
    auto& second = add(start_client(), options);
    ASSERT_TRUE(errors->wait_for(1));
    EXPECT_EQ(errors->all().at(0), "configuration");
    if (first.release()) first.release_set_async().get(patience);
    first.finish_async().get(patience);
    EXPECT_TRUE(becomes_stable({&second}));
}

TEST_P(SetPartitionerTest, APartitionFunctionMayBeGiven) {
    const auto last = [](const std::string& identifier, const Names& all, const Items& items) {
        return identifier == all.back() ? Names(items.begin(), items.end()) : Names();
    };
    auto& first = add(zk(), named("1").partition(last));
    auto& second = add(start_client(), named("2").partition(last));
    ASSERT_TRUE(becomes_stable({&first, &second}));
    EXPECT_TRUE(first.items().empty());
    EXPECT_EQ(second.items().size(), letters.size());
}

TEST_P(SetPartitionerTest, AnUnknownItemIsAFailure) {
    auto& member = add(zk(), named("1").partition([](const auto&, const auto&, const auto&) {
        return Names{"unknown"};
    }));
    ASSERT_TRUE(becomes_state(member, State::failure));
    EXPECT_EQ(member.error()->code(), Errc::bad_arguments);
}

TEST_P(SetPartitionerTest, AnInterruptedConnectionIsAReleaseAsInKazoo) {
    auto& member = add(zk(), "1");
    ASSERT_TRUE(acquires(member));
    server.drop_connection(zk().client_id().value().session_id);
    ASSERT_TRUE(becomes_state(member, State::release));
    member.release_set_async().get(patience);
    EXPECT_TRUE(acquires(member));
}

TEST_P(SetPartitionerTest, WaitsHaveLimits) {
    auto& member = add(zk(), named("1").time_boundary(1h));
    EXPECT_EQ(member.next_state_async().get(patience).state, State::allocating);
    const auto limit = CallOptions().timeout(10ms);
    EXPECT_FALSE(member.wait_for_acquire_async(limit).get(patience));
    EXPECT_EQ(error_of(member.next_state_async(limit)).code(), Errc::operation_timeout);
    const auto waiting = member.next_state_async();
    waiting.cancel();
    EXPECT_EQ(error_of(waiting).code(), ClientErrc::cancelled);
}

TEST_P(SetPartitionerTest, EndsWithItsObjectAndItsClient) {
    {
        SetPartitioner member(zk(), "/jobs", letters, named("1"));
        ASSERT_TRUE(acquires(member));
    }
    EXPECT_TRUE(all_locks_become_free());
    EXPECT_TRUE(wait_until([&] { return party().empty(); }, patience));
    auto& client = start_client();
    auto& member = add(client, "2");
    ASSERT_TRUE(acquires(member));
    client.stop();
    ASSERT_TRUE(becomes_state(member, State::failure));
    member.finish_async().get(patience);
}

TEST_P(SetPartitionerTest, BadArgumentsAreRefused) {
    EXPECT_THROW(static_cast<void>(SetPartitioner(zk(), "/", letters)), BadArgumentsError);
    EXPECT_THROW(static_cast<void>(SetPartitioner(zk(), "/jobs", {""})), BadArgumentsError);
    EXPECT_THROW(static_cast<void>(SetPartitioner(zk(), "/jobs", {".."})), BadArgumentsError);
    EXPECT_THROW(
        static_cast<void>(SetPartitioner(zk(), "/jobs", letters, named("a/b"))), BadArgumentsError
    );
}

KAZOO_ON_EACH_HANDLER(SetPartitionerTest);

}  // namespace
}  // namespace kazoo::recipe_tests
