// SPDX-License-Identifier: Apache-2.0
#include <kazoo/state.hpp>

#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <type_traits>

namespace {

using kazoo::EventType;
using kazoo::KazooState;
using kazoo::KeeperState;
using kazoo::WatchedEvent;

template <class T>
std::string printed(const T& value) {
    std::ostringstream out;
    out << value;
    return out.str();
}

TEST(States, KeeperStatesMapToKazooStates) {
    EXPECT_EQ(kazoo_state(KeeperState::CONNECTED), KazooState::CONNECTED);
    EXPECT_EQ(kazoo_state(KeeperState::CONNECTED_RO), KazooState::CONNECTED);
    EXPECT_EQ(kazoo_state(KeeperState::CONNECTING), KazooState::SUSPENDED);
    EXPECT_EQ(kazoo_state(KeeperState::CLOSED), KazooState::LOST);
    EXPECT_EQ(kazoo_state(KeeperState::EXPIRED_SESSION), KazooState::LOST);
    EXPECT_EQ(kazoo_state(KeeperState::AUTH_FAILED), KazooState::LOST);
}

TEST(States, PrintTheirNames) {
    EXPECT_EQ(printed(KazooState::LOST), "LOST");
    EXPECT_EQ(printed(KazooState::CONNECTED), "CONNECTED");
    EXPECT_EQ(printed(KazooState::SUSPENDED), "SUSPENDED");
    EXPECT_EQ(printed(KeeperState::CONNECTED), "CONNECTED");
    EXPECT_EQ(printed(KeeperState::CONNECTED_RO), "CONNECTED_RO");
    EXPECT_EQ(printed(KeeperState::CONNECTING), "CONNECTING");
    EXPECT_EQ(printed(KeeperState::CLOSED), "CLOSED");
    EXPECT_EQ(printed(KeeperState::EXPIRED_SESSION), "EXPIRED_SESSION");
    EXPECT_EQ(printed(KeeperState::AUTH_FAILED), "AUTH_FAILED");
    EXPECT_EQ(printed(EventType::NONE), "NONE");
    EXPECT_EQ(printed(EventType::CREATED), "CREATED");
    EXPECT_EQ(printed(EventType::DELETED), "DELETED");
    EXPECT_EQ(printed(EventType::CHANGED), "CHANGED");
    EXPECT_EQ(printed(EventType::CHILD), "CHILD");
}

static_assert(!std::is_aggregate_v<WatchedEvent>);

TEST(WatchedEvents, AreAboutTheSessionByDefault) {
    const WatchedEvent event;
    EXPECT_EQ(event.type, EventType::NONE);
    EXPECT_EQ(event.path, std::nullopt);
    EXPECT_EQ(event.zxid, std::nullopt);
    EXPECT_EQ(printed(event), "WatchedEvent(type=NONE, state=CLOSED)");
}

TEST(WatchedEvents, PrintTheirFields) {
    EXPECT_EQ(
        printed(WatchedEvent(EventType::CHANGED, KeeperState::CONNECTED, "/a", 7)),
        "WatchedEvent(type=CHANGED, state=CONNECTED, path=/a, zxid=7)"
    );
}

TEST(WatchedEvents, CompareEverything) {
    const WatchedEvent event(EventType::CHILD, KeeperState::CONNECTED, "/a", 7);
    EXPECT_EQ(event, WatchedEvent(EventType::CHILD, KeeperState::CONNECTED, "/a", 7));
    EXPECT_NE(event, WatchedEvent(EventType::DELETED, KeeperState::CONNECTED, "/a", 7));
    EXPECT_NE(event, WatchedEvent(EventType::CHILD, KeeperState::CONNECTED_RO, "/a", 7));
    EXPECT_NE(event, WatchedEvent(EventType::CHILD, KeeperState::CONNECTED, "/b", 7));
    EXPECT_NE(event, WatchedEvent(EventType::CHILD, KeeperState::CONNECTED, "/a"));
}

}  // namespace
