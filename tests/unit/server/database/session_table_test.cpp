// SPDX-License-Identifier: Apache-2.0
#include "server/database/session_table.hpp"

#include "unit/server/rules/server_times.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace kazoo::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Milliseconds tick{2000};

Time at(std::int64_t steady_ms) {
    return Time{steady_at(steady_ms), {}};
}

TEST(SessionTableTest, TheServersNumberIsTheTopByteOfIds) {
    for (const std::int64_t server : {0, 1, 5, 128, 254}) {
        SessionTable table(tick, server, 1);
        const auto id = static_cast<std::uint64_t>(table.create(Milliseconds(4000), at(0)).id);
        EXPECT_EQ(id >> 56U, static_cast<std::uint64_t>(server));
        EXPECT_EQ(static_cast<std::uint64_t>(table.create(Milliseconds(4000), at(0)).id), id + 1);
    }
}

TEST(SessionTableTest, DependsOnTheSeed) {
    SessionTable one(tick, 1, 7);
    SessionTable same(tick, 1, 7);
    SessionTable other(tick, 1, 8);
    const Session& session = one.create(Milliseconds(4000), at(0));
    const Session& twin = same.create(Milliseconds(6000), at(5));
    EXPECT_EQ(twin.id, session.id);
    EXPECT_EQ(twin.password, session.password);
    const Session& stranger = other.create(Milliseconds(4000), at(0));
    EXPECT_NE(stranger.id, session.id);
    EXPECT_NE(stranger.password, session.password);
}

TEST(SessionTableTest, EverySessionHasItsOwnPassword) {
    SessionTable table(tick, 1, 7);
    std::set<std::string> passwords;
    for (int i = 0; i < 100; ++i) {
        const Session& session = table.create(Milliseconds(4000), at(0));
        EXPECT_EQ(session.password.size(), 16U);
        passwords.insert(session.password);
    }
    EXPECT_EQ(passwords.size(), 100U);
}

TEST(SessionTableTest, ComparesPasswords) {
    SessionTable table(tick, 1, 7);
    const Session& session = table.create(Milliseconds(4000), at(0));
    EXPECT_TRUE(table.password_fits(session, session.password));
    EXPECT_FALSE(table.password_fits(session, std::string(16, '\0')));
    EXPECT_FALSE(table.password_fits(session, session.password.substr(1)));
    EXPECT_FALSE(table.password_fits(session, ""));
}

TEST(SessionTableTest, ExpiresAtTheEndOfTheTickAfterTheTimeout) {
    SessionTable table(tick, 1, 7);
    EXPECT_EQ(table.next_deadline(), no_deadline);
    EXPECT_EQ(table.create(Milliseconds(4000), at(0)).expires, steady_at(6000));
    EXPECT_EQ(table.create(Milliseconds(4000), at(1999)).expires, steady_at(6000));
    const Session& last = table.create(Milliseconds(4000), at(2000));
    EXPECT_EQ(last.expires, steady_at(8000));
    EXPECT_EQ(table.next_deadline(), steady_at(6000));
    EXPECT_THAT(table.expired(at(5999)), IsEmpty());
    EXPECT_THAT(table.expired(at(6000)), ElementsAre(last.id - 2, last.id - 1));
    EXPECT_THAT(table.expired(at(8000)), ElementsAre(last.id - 2, last.id - 1, last.id));
    EXPECT_EQ(table.size(), 3U);
}

TEST(SessionTableTest, TouchingPostponesTheExpiry) {
    SessionTable table(tick, 1, 7);
    const Session& session = table.create(Milliseconds(4000), at(0));
    table.touch(session.id, at(1500));
    EXPECT_EQ(session.expires, steady_at(6000));
    table.touch(session.id, at(2500));
    EXPECT_EQ(session.expires, steady_at(8000));
    EXPECT_EQ(table.next_deadline(), steady_at(8000));
    table.touch(session.id + 1, at(2500));
    EXPECT_EQ(table.size(), 1U);
}

TEST(SessionTableTest, ANewTimeoutMayAdvanceTheExpiry) {
    SessionTable table(tick, 1, 7);
    const Session& session = table.create(Milliseconds(40'000), at(0));
    table.set_timeout(session.id, Milliseconds(4000), at(100));
    EXPECT_EQ(session.timeout, Milliseconds(4000));
    EXPECT_EQ(table.next_deadline(), steady_at(6000));
}

TEST(SessionTableTest, ErasedSessionsAreRemoved) {
    SessionTable table(tick, 1, 7);
    const std::int64_t first = table.create(Milliseconds(4000), at(0)).id;
    const std::int64_t second = table.create(Milliseconds(4000), at(0)).id;
    EXPECT_TRUE(table.erase(first));
    EXPECT_FALSE(table.erase(first));
    EXPECT_EQ(table.find(first), nullptr);
    EXPECT_THAT(table.expired(at(6000)), ElementsAre(second));
    EXPECT_TRUE(table.erase(second));
    EXPECT_EQ(table.next_deadline(), no_deadline);
    EXPECT_EQ(table.size(), 0U);
}

TEST(SessionTableTest, ListsTheBuckets) {
    SessionTable table(tick, 1, 7);
    std::vector<std::int64_t> ids;
    for (int i = 0; i < 6; ++i) {
        ids.push_back(table.create(Milliseconds(4000), at(0)).id);
    }
    table.touch(ids[0], at(2000));
    table.touch(ids[4], at(2000));
    table.touch(ids[2], at(2000));
    table.erase(ids[1]);
    EXPECT_THAT(
        table.buckets(),
        ElementsAre(
            std::pair(steady_at(6000), std::vector{ids[3], ids[5]}),
            std::pair(steady_at(8000), std::vector{ids[0], ids[2], ids[4]})
        )
    );
}

TEST(SessionTableTest, AZeroTickIsOneMillisecond) {
    SessionTable table(Milliseconds(0), 1, 7);
    EXPECT_EQ(table.create(Milliseconds(10), at(5)).expires, steady_at(16));
}

}  // namespace
}  // namespace kazoo::server
