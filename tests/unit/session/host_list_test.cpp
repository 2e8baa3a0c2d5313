// SPDX-License-Identifier: Apache-2.0
#include "session/host_list.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace kazoo::session {
namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

std::vector<HostPort> hosts(std::initializer_list<const char*> names) {
    std::vector<HostPort> all;
    for (const auto* name : names) {
        all.emplace_back(name, 2181);
    }
    return all;
}

std::vector<std::string> round(HostList& list) {
    std::vector<std::string> names;
    do {
        names.push_back(list.next().host);
    } while (!list.round_over());
    return names;
}

TEST(HostListTest, KeepsTheGivenOrder) {
    HostList list(hosts({"a", "b", "c"}), false, 1);
    EXPECT_TRUE(list.round_over());
    EXPECT_THAT(round(list), ElementsAre("a", "b", "c"));
    EXPECT_THAT(round(list), ElementsAre("a", "b", "c"));
}

TEST(HostListTest, ShufflesEveryRound) {
    HostList list(hosts({"a", "b", "c", "d", "e"}), true, 1);
    std::set<std::vector<std::string>> orders;
    for (int i = 0; i < 20; ++i) {
        const auto order = round(list);
        EXPECT_THAT(order, UnorderedElementsAre("a", "b", "c", "d", "e"));
        orders.insert(order);
    }
    EXPECT_GT(orders.size(), 10U);
}

TEST(HostListTest, DependsOnTheSeed) {
    HostList one(hosts({"a", "b", "c", "d", "e"}), true, 7);
    HostList same(hosts({"a", "b", "c", "d", "e"}), true, 7);
    HostList other(hosts({"a", "b", "c", "d", "e"}), true, 8);
    std::vector<std::vector<std::string>> orders;
    for (int i = 0; i < 3; ++i) {
        orders.push_back(round(one));
        EXPECT_EQ(orders.back(), round(same));
    }
    EXPECT_NE(orders, (std::vector{round(other), round(other), round(other)}));
}

TEST(HostListTest, ARoundCanStartEarly) {
    HostList list(hosts({"a", "b", "c"}), false, 1);
    EXPECT_EQ(list.next().host, "a");
    EXPECT_FALSE(list.round_over());
    list.begin_round();
    EXPECT_TRUE(list.round_over());
    EXPECT_THAT(round(list), ElementsAre("a", "b", "c"));
}

TEST(HostListTest, NewHostsStartARound) {
    HostList list(hosts({"a", "b", "c"}), false, 1);
    EXPECT_EQ(list.next().host, "a");
    list.set_hosts(hosts({"x", "y"}), false);
    EXPECT_EQ(list.size(), 2U);
    EXPECT_THAT(round(list), ElementsAre("x", "y"));
}

TEST(HostListTest, AFailedHostComesLastInTheNextRound) {
    for (const bool randomize : {false, true}) {
        for (std::uint64_t seed = 1; seed < 20; ++seed) {
            HostList list(hosts({"a", "b", "c"}), randomize, seed);
            round(list);
            list.put_last(HostPort("a", 2181), {"10.0.0.1", 2181}, HostList::Failure::silent);
            EXPECT_EQ(round(list).back(), "a");
        }
    }
    HostList fixed(hosts({"a", "b", "c"}), false, 1);
    round(fixed);
    fixed.put_last(HostPort("b", 2181), {}, HostList::Failure::silent);
    fixed.put_last(HostPort("a", 2181), {}, HostList::Failure::silent);
    EXPECT_THAT(round(fixed), ElementsAre("c", "a", "b"));
    EXPECT_THAT(round(fixed), ElementsAre("a", "b", "c")) << "in that round alone";
    fixed.put_last(HostPort("a", 2181), {}, HostList::Failure::silent);
    fixed.put_last(HostPort("b", 2181), {}, HostList::Failure::closed);
    EXPECT_THAT(round(fixed), ElementsAre("c", "b", "a")) << "silence is the last resort";
    for (const auto* name : {"a", "b", "c"}) {
        fixed.put_last(HostPort(name, 2181), {}, HostList::Failure::silent);
    }
    EXPECT_THAT(round(fixed), ElementsAre("a", "b", "c"));
}

TEST(HostListTest, SilentHostsGetNoShareOfTheTime) {
    HostList list(hosts({"a", "b", "c"}), false, 1);
    static_cast<void>(list.next());
    EXPECT_EQ(list.to_try(), 2U);
    list.put_last(HostPort("b", 2181), {}, HostList::Failure::silent);
    list.begin_round();
    EXPECT_EQ(list.next().host, "a");
    EXPECT_EQ(list.to_try(), 1U);
    EXPECT_EQ(list.next().host, "c");
    EXPECT_EQ(list.to_try(), 0U);
    EXPECT_EQ(list.next().host, "b");
    EXPECT_EQ(list.to_try(), 0U);
    EXPECT_TRUE(list.round_over());
    list.put_last(HostPort("a", 2181), {}, HostList::Failure::closed);
    EXPECT_EQ(list.next().host, "b");
    EXPECT_EQ(list.to_try(), 2U) << "a server that closed a connection may have recovered";
}

TEST(HostListTest, AFailedAddressComesLastAmongThoseOfItsName) {
    HostList list(hosts({"a"}), false, 1);
    static_cast<void>(list.next());
    list.put_last(HostPort("a", 2181), {"1", 1}, HostList::Failure::silent);
    list.put_last(HostPort("a", 2181), {"3", 1}, HostList::Failure::silent);
    list.begin_round();
    static_cast<void>(list.next());
    std::vector<Endpoint> addresses{{"1", 1}, {"2", 1}, {"3", 1}, {"4", 1}};
    list.arrange(addresses);
    EXPECT_THAT(
        addresses,
        ElementsAre(Endpoint{"2", 1}, Endpoint{"4", 1}, Endpoint{"1", 1}, Endpoint{"3", 1})
    );
}

TEST(HostListTest, AddressesAreShuffledLikeHosts) {
    const std::vector<Endpoint> given{{"1", 1}, {"2", 1}, {"3", 1}, {"4", 1}, {"5", 1}};
    HostList fixed(hosts({"a"}), false, 1);
    auto kept = given;
    fixed.arrange(kept);
    EXPECT_EQ(kept, given);

    HostList random(hosts({"a"}), true, 1);
    std::set<std::string> first;
    for (int i = 0; i < 50; ++i) {
        auto mixed = given;
        random.arrange(mixed);
        EXPECT_THAT(mixed, testing::UnorderedElementsAreArray(given));
        first.insert(mixed.front().address);
    }
    EXPECT_EQ(first.size(), 5U);
}

TEST(HostListDeathTest, AnEmptyListHasNoNext) {
    EXPECT_DEATH(
        {
            HostList list({}, true, 1);
            static_cast<void>(list.next());
        },
        "empty"
    );
}

}  // namespace
}  // namespace kazoo::session
