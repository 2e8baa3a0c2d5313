// SPDX-License-Identifier: Apache-2.0
#include "session/rebalance.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

namespace kazoo::session {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

constexpr int draws = 10'000;
/// Four standard deviations of a probability that is estimated by `draws` draws, at most.
constexpr double tolerance = 0.02;

std::vector<HostPort> servers(const std::string& names) {
    std::vector<HostPort> all;
    for (const auto name : names) {
        all.emplace_back(std::string(1, name), 2181);
    }
    return all;
}

/// The share of clients that try each server first, of those connected to one server; '-': stays.
std::map<char, double> spread(const std::string& former, const std::string& next, char connected) {
    base::Random random(1);
    const auto before = servers(former);
    const auto after = servers(next);
    const bool listed = next.find(connected) != std::string::npos;
    std::map<char, double> shares;
    for (int i = 0; i < draws; ++i) {
        const auto plan = rebalance(before, after, listed, random);
        EXPECT_EQ(plan.moves, !plan.order.empty());
        shares[plan.moves ? next[plan.order.front()] : '-'] += 1.0 / draws;
    }
    return shares;
}

/// The load of each server after all clients have changed from one list to the other, if each had
/// the load 1 before.
std::map<char, double> loads(const std::string& former, const std::string& next) {
    std::map<char, double> sums;
    for (const auto connected : former) {
        for (const auto& [server, share] : spread(former, next, connected)) {
            sums[server == '-' ? connected : server] += share;
        }
    }
    return sums;
}

void expect_even(const std::string& former, const std::string& next) {
    const auto sums = loads(former, next);
    const auto each = static_cast<double>(former.size()) / static_cast<double>(next.size());
    for (const auto server : next) {
        ASSERT_EQ(sums.count(server), 1U) << former << " -> " << next << ": " << server;
        // The errors of the draws add up over the servers.
        const auto error = tolerance * static_cast<double>(former.size());
        EXPECT_NEAR(sums.at(server), each, error) << former << " -> " << next << ": " << server;
    }
    EXPECT_EQ(sums.size(), next.size()) << "no client goes to a server that is not listed";
}

TEST(RebalanceTest, TheLoadIsEvenAfterEveryKindOfChange) {
    expect_even("abc", "abcde");    // servers are added
    expect_even("abcde", "abc");    // removed
    expect_even("abcde", "cdefg");  // replaced, in part
    expect_even("abc", "xyz");      // all of them
    expect_even("abcd", "ax");      // fewer, with an added one
    expect_even("abc", "axyzw");    // more, with removed ones
    expect_even("abc", "x");        // one is left
    expect_even("a", "abcd");       // one there was
}

TEST(RebalanceTest, AClientOfAKeptServerMovesToAnAddedOneIfTheListBecomesLonger) {
    const auto shares = spread("abc", "abcde", 'a');
    EXPECT_NEAR(shares.at('-'), 3.0 / 5, tolerance);
    EXPECT_NEAR(shares.at('d'), 1.0 / 5, tolerance);
    EXPECT_NEAR(shares.at('e'), 1.0 / 5, tolerance);
}

TEST(RebalanceTest, AClientOfAKeptServerStaysIfTheListDoesNotBecomeLonger) {
    EXPECT_EQ(spread("abc", "abx", 'a').count('-'), 1U);
    EXPECT_NEAR(spread("abc", "abx", 'a').at('-'), 1, 1e-6);
    EXPECT_NEAR(spread("abc", "ab", 'b').at('-'), 1, 1e-6);
    EXPECT_NEAR(spread("abc", "abc", 'c').at('-'), 1, 1e-6) << "the same list";
    EXPECT_NEAR(spread("abc", "cba", 'c').at('-'), 1, 1e-6) << "in another order";
    EXPECT_NEAR(spread("a", "a", 'a').at('-'), 1, 1e-6) << "one server";
}

TEST(RebalanceTest, AClientOfARemovedServerMovesToAnAddedOneIfTheListBecomesLonger) {
    const auto shares = spread("abc", "abwxy", 'c');
    EXPECT_THAT(
        (std::vector{shares.count('w'), shares.count('x'), shares.count('y')}),
        ElementsAre(1U, 1U, 1U)
    );
    EXPECT_EQ(shares.size(), 3U);
    EXPECT_NEAR(shares.at('w'), 1.0 / 3, tolerance);
}

// The example of the Java client: 10 servers become 8, 6 of which are kept. A kept server has the
// load 1 already, of 10/8.
TEST(RebalanceTest, AClientOfARemovedServerIsSharedAmongKeptAndAddedServers) {
    const auto shares = spread("abcdefghij", "abcdefxy", 'j');
    double kept = 0;
    for (const auto& [server, share] : shares) {
        kept += std::string("abcdef").find(server) != std::string::npos ? share : 0;
    }
    EXPECT_NEAR(kept, 6.0 * 2 / (8 * 4), tolerance);
    EXPECT_EQ(shares.count('-'), 0U);
}

TEST(RebalanceTest, AllServersAreTriedOnceAndThoseOfTheChosenKindFirst) {
    base::Random random(3);
    const auto plan = rebalance(servers("abc"), servers("bcdxyz"), false, random);
    ASSERT_EQ(plan.order.size(), 6U);
    const std::vector<std::size_t> first(plan.order.begin(), plan.order.begin() + 4);
    const std::vector<std::size_t> last(plan.order.begin() + 4, plan.order.end());
    EXPECT_THAT(first, UnorderedElementsAre(2, 3, 4, 5)) << "the added ones";
    EXPECT_THAT(last, UnorderedElementsAre(0, 1)) << "the kept ones, in case no other works";
}

TEST(RebalanceTest, TheOrderDiffersBetweenClients) {
    std::map<std::vector<std::size_t>, int> orders;
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
        base::Random random(seed);
        ++orders[rebalance(servers("a"), servers("wxyz"), false, random).order];
    }
    EXPECT_GT(orders.size(), 15U) << "of 24";
}

TEST(RebalanceTest, DuplicatesCountOnce) {
    base::Random random(1);
    int moves = 0;
    for (int i = 0; i < draws; ++i) {
        moves += rebalance(servers("ab"), servers("aabbb"), true, random).moves ? 1 : 0;
    }
    EXPECT_EQ(moves, 0) << "these are the same servers";
    const auto plan = rebalance(servers("aab"), servers("xxy"), false, random);
    EXPECT_THAT(plan.order, UnorderedElementsAre(0, 1, 2));
}

TEST(RebalanceTest, AServerThatIsInNeitherListIsLeft) {
    base::Random random(1);
    const auto plan = rebalance(servers("abc"), servers("abc"), false, random);
    EXPECT_TRUE(plan.moves);
    EXPECT_THAT(plan.order, UnorderedElementsAre(0, 1, 2));
}

TEST(RebalanceTest, EmptyListsMoveNobody) {
    base::Random random(1);
    EXPECT_FALSE(rebalance(servers("abc"), {}, false, random).moves);
    EXPECT_FALSE(rebalance({}, {}, false, random).moves);
    EXPECT_THAT(rebalance(servers("a"), {}, false, random).order, IsEmpty());
    EXPECT_TRUE(rebalance({}, servers("a"), false, random).moves);
}

TEST(RebalanceTest, AServerIsRecognisedByNameOrAddress) {
    const std::vector<HostPort> hosts{{"zk1", 2181}, {"10.0.0.2", 2182}};
    EXPECT_TRUE(lists_server(hosts, {"zk1", 2181}, {"10.0.0.1", 2181}));
    EXPECT_TRUE(lists_server(hosts, {"zk2", 2182}, {"10.0.0.2", 2182}));
    EXPECT_FALSE(lists_server(hosts, {"zk1", 2182}, {"10.0.0.1", 2182})) << "another port";
    EXPECT_FALSE(lists_server(hosts, {"zk2", 2181}, {"10.0.0.2", 2181})) << "another port";
    EXPECT_FALSE(lists_server({}, {"zk1", 2181}, {"10.0.0.1", 2181}));
}

TEST(RebalanceTest, AServerWithAnotherSchemeIsAnother) {
    const std::vector<HostPort> hosts{
        {"zk1", 2181, HostScheme::tls}, {"10.0.0.2", 2182, HostScheme::tls}};
    EXPECT_TRUE(lists_server(hosts, hosts[0], {"10.0.0.1", 2181}));
    EXPECT_FALSE(lists_server(hosts, {"zk1", 2181}, {"10.0.0.1", 2181}));
    EXPECT_FALSE(lists_server(hosts, {"zk2", 2182}, {"10.0.0.2", 2182}));
}

}  // namespace
}  // namespace kazoo::session
