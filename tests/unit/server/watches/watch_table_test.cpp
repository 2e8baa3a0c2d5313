// SPDX-License-Identifier: Apache-2.0
#include "server/watches/watch_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <vector>

namespace kazoo::server {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr Profile new_profile{9, 5};
constexpr Profile old_profile{8, 0};

using Told = std::vector<std::string>;

std::string line(ConnectionId connection, WatchEvent event, std::string_view path) {
    static const std::map<WatchEvent, std::string> names{
        {WatchEvent::created, "created"},
        {WatchEvent::deleted, "deleted"},
        {WatchEvent::data_changed, "changed"},
        {WatchEvent::children_changed, "children"}};
    return std::to_string(connection) + " " + names.at(event) + " " + std::string(path);
}

class WatchTableTest : public testing::Test {
protected:
    Told trigger(const Change& change) {
        Told told;
        table.trigger(
            change,
            [&](ConnectionId connection, WatchEvent event, std::string_view path) {
                told.push_back(line(connection, event, path));
            },
            [&](ConnectionId connection, const AclList&) { return connection != blind; }
        );
        return told;
    }
    Told create(const std::string& path) { return trigger({ChangeType::created, path, acl, acl}); }
    Told remove(const std::string& path) { return trigger({ChangeType::deleted, path, acl, acl}); }
    Told set(const std::string& path) {
        return trigger({ChangeType::data_changed, path, acl, acl});
    }

    std::shared_ptr<const AclList> acl = std::make_shared<AclList>();
    ConnectionId blind = 0;  // has no read permission
    WatchTable table{new_profile};
};

class OldWatchTableTest : public WatchTableTest {
protected:
    OldWatchTableTest() { table = WatchTable{old_profile}; }
};

TEST_F(WatchTableTest, ADataWatchFiresOnceForItsNode) {
    table.add_data(1, "/a");
    EXPECT_THAT(create("/a/b"), IsEmpty());
    EXPECT_THAT(set("/a/b"), IsEmpty());
    EXPECT_THAT(create("/a"), ElementsAre("1 created /a"));
    EXPECT_THAT(set("/a"), IsEmpty());
    table.add_data(1, "/a");
    EXPECT_THAT(set("/a"), ElementsAre("1 changed /a"));
    table.add_data(1, "/a");
    EXPECT_THAT(remove("/a"), ElementsAre("1 deleted /a"));
    EXPECT_EQ(table.count(), 0U);
}

TEST_F(WatchTableTest, AChildWatchFiresForChildrenAndForDeletion) {
    table.add_child(1, "/a");
    EXPECT_THAT(create("/a"), IsEmpty());
    EXPECT_THAT(set("/a"), IsEmpty());
    EXPECT_THAT(set("/a/b"), IsEmpty());
    EXPECT_THAT(create("/a/b/c"), IsEmpty());
    EXPECT_THAT(create("/a/b"), ElementsAre("1 children /a"));
    EXPECT_THAT(create("/a/c"), IsEmpty());
    table.add_child(1, "/a");
    EXPECT_THAT(remove("/a/b"), ElementsAre("1 children /a"));
    table.add_child(1, "/a");
    EXPECT_THAT(remove("/a"), ElementsAre("1 deleted /a"));
    EXPECT_EQ(table.count(), 0U);
}

TEST_F(WatchTableTest, APersistentWatchStays) {
    table.add(1, "/a", WatchMode::persistent);
    for (int round = 0; round < 2; ++round) {
        EXPECT_THAT(create("/a"), ElementsAre("1 created /a"));
        EXPECT_THAT(set("/a"), ElementsAre("1 changed /a"));
        EXPECT_THAT(create("/a/b"), ElementsAre("1 children /a"));
        EXPECT_THAT(set("/a/b"), IsEmpty());
        EXPECT_THAT(create("/a/b/c"), IsEmpty());
        EXPECT_THAT(remove("/a/b"), ElementsAre("1 children /a"));
        EXPECT_THAT(remove("/a"), ElementsAre("1 deleted /a"));
    }
}

TEST_F(WatchTableTest, ARecursiveWatchFiresForTheSubtreeButNotForChildLists) {
    table.add(1, "/a", WatchMode::recursive);
    for (int round = 0; round < 2; ++round) {
        EXPECT_THAT(create("/a"), ElementsAre("1 created /a"));
        EXPECT_THAT(set("/a"), ElementsAre("1 changed /a"));
        EXPECT_THAT(create("/a/b/c"), ElementsAre("1 created /a/b/c"));
        EXPECT_THAT(set("/a/b/c"), ElementsAre("1 changed /a/b/c"));
        EXPECT_THAT(remove("/a/b/c"), ElementsAre("1 deleted /a/b/c"));
        EXPECT_THAT(remove("/a"), ElementsAre("1 deleted /a"));
        EXPECT_THAT(create("/ab"), IsEmpty());
    }
}

TEST_F(WatchTableTest, TheRootCanBeWatched) {
    table.add(1, "/", WatchMode::recursive);
    table.add_child(2, "/");
    table.add_data(3, "/");
    EXPECT_THAT(create("/a"), ElementsAre("1 created /a", "2 children /"));
    EXPECT_THAT(create("/a/b"), ElementsAre("1 created /a/b"));
    EXPECT_THAT(set("/"), ElementsAre("1 changed /", "3 changed /"));
}

TEST_F(WatchTableTest, OneEventIsOnePacketForAConnection) {
    table.add_data(1, "/a/b");
    table.add_data(1, "/a/b");
    table.add_child(1, "/a/b");
    table.add(1, "/a/b", WatchMode::persistent);
    for (const auto* path : {"/", "/a", "/a/b"}) table.add(1, path, WatchMode::recursive);
    EXPECT_THAT(set("/a/b"), ElementsAre("1 changed /a/b"));
    EXPECT_THAT(remove("/a/b"), ElementsAre("1 deleted /a/b"));
    EXPECT_THAT(create("/a/b"), ElementsAre("1 created /a/b"));
}

TEST_F(WatchTableTest, EventsComeInOrder) {
    for (const ConnectionId connection : {3, 1, 2}) {
        table.add(connection, "/a/b", WatchMode::persistent);
        table.add_child(connection, "/a");
    }
    table.add_child(4, "/a/b");
    EXPECT_THAT(
        remove("/a/b"),
        ElementsAre(
            "1 deleted /a/b",
            "2 deleted /a/b",
            "3 deleted /a/b",
            "4 deleted /a/b",
            "1 children /a",
            "2 children /a",
            "3 children /a"
        )
    );
}

TEST_F(WatchTableTest, ADeletionRemovesTheChildWatchThatItDoesNotFire) {
    table.add_data(1, "/a");
    table.add_child(1, "/a");
    EXPECT_THAT(remove("/a"), ElementsAre("1 deleted /a"));
    EXPECT_FALSE(table.contains(1, "/a", WatcherType::any));
}

TEST_F(WatchTableTest, UnreadableChangesRemoveWatchesWithoutFiring) {
    blind = 1;
    table.add_data(1, "/a");
    table.add_data(2, "/a");
    table.add_child(1, "/");
    EXPECT_THAT(create("/a"), ElementsAre("2 created /a"));
    blind = 0;
    EXPECT_THAT(set("/a"), IsEmpty());
    EXPECT_THAT(create("/b"), IsEmpty());
}

TEST_F(WatchTableTest, NothingIsFilteredWithoutAnAcl) {
    blind = 1;
    acl = nullptr;
    table.add_data(1, "/a");
    EXPECT_THAT(create("/a"), ElementsAre("1 created /a"));
}

TEST_F(OldWatchTableTest, OldProfilesFilterNothing) {
    blind = 1;
    table.add_data(1, "/a");
    EXPECT_THAT(create("/a"), ElementsAre("1 created /a"));
}

TEST_F(WatchTableTest, ModesCoexist) {
    table.add(1, "/a", WatchMode::persistent);
    table.add(1, "/a", WatchMode::recursive);
    table.add_data(1, "/a");
    EXPECT_THAT(set("/a"), ElementsAre("1 changed /a"));
    EXPECT_FALSE(table.contains(1, "/a", WatcherType::data));
    EXPECT_TRUE(table.contains(1, "/a", WatcherType::persistent));
    EXPECT_TRUE(table.contains(1, "/a", WatcherType::recursive));
    EXPECT_EQ(table.data().count(), 1U);
}

TEST_F(OldWatchTableTest, TheLastModeReplacesTheOthersOfItsTable) {
    table.add(1, "/a", WatchMode::persistent);
    table.add_data(1, "/a");
    EXPECT_THAT(set("/a"), ElementsAre("1 changed /a"));
    EXPECT_THAT(set("/a"), IsEmpty());
    EXPECT_THAT(create("/a/b"), ElementsAre("1 children /a"));
    EXPECT_THAT(create("/a/c"), ElementsAre("1 children /a"));
    table.add(1, "/a", WatchMode::recursive);
    EXPECT_THAT(create("/a/d"), ElementsAre("1 created /a/d"));
    table.add_data(1, "/a");
    EXPECT_THAT(set("/a/d"), IsEmpty());
    EXPECT_THAT(remove("/a/d"), ElementsAre("1 deleted /a/d")) << "the child table still has it";
}

TEST_F(WatchTableTest, RemovingAffectsOnlyTheGivenMode) {
    table.add_data(1, "/a");
    table.add_child(1, "/a");
    table.add(1, "/a", WatchMode::persistent);
    table.add(1, "/a", WatchMode::recursive);
    for (const auto type :
         {WatcherType::children,
          WatcherType::data,
          WatcherType::persistent,
          WatcherType::recursive}) {
        EXPECT_TRUE(table.contains(1, "/a", type));
        EXPECT_FALSE(table.contains(2, "/a", type));
        EXPECT_FALSE(table.remove(2, "/a", type));
        EXPECT_FALSE(table.remove(1, "/b", type));
        EXPECT_TRUE(table.contains(1, "/a", WatcherType::any));
        EXPECT_TRUE(table.remove(1, "/a", type));
        EXPECT_FALSE(table.contains(1, "/a", type));
        EXPECT_FALSE(table.remove(1, "/a", type));
    }
    EXPECT_EQ(table.count(), 0U);
}

TEST_F(WatchTableTest, AnyRemovesEverything) {
    table.add_child(1, "/a");
    table.add(1, "/a", WatchMode::persistent);
    table.add(1, "/a", WatchMode::recursive);
    EXPECT_TRUE(table.remove(1, "/a", WatcherType::any));
    EXPECT_FALSE(table.remove(1, "/a", WatcherType::any));
    EXPECT_EQ(table.count(), 0U);
    EXPECT_THAT(remove("/a"), IsEmpty());
}

TEST_F(OldWatchTableTest, RemovingRemovesHalfOfAPersistentWatch) {
    table.add(1, "/a", WatchMode::persistent);
    EXPECT_FALSE(table.contains(1, "/a", WatcherType::persistent));
    EXPECT_FALSE(table.remove(1, "/a", WatcherType::recursive));
    EXPECT_TRUE(table.remove(1, "/a", WatcherType::data));
    EXPECT_FALSE(table.remove(1, "/a", WatcherType::data));
    EXPECT_THAT(set("/a"), IsEmpty());
    EXPECT_THAT(create("/a/b"), ElementsAre("1 children /a"));
    EXPECT_TRUE(table.remove(1, "/a", WatcherType::children));
    EXPECT_EQ(table.count(), 0U);
}

TEST_F(WatchTableTest, AnyTypeFromTheNetworkIsHandled) {
    table.add(1, "/a", WatchMode::persistent);
    EXPECT_FALSE(table.contains(1, "/a", static_cast<WatcherType>(0)));
    EXPECT_FALSE(table.remove(1, "/a", static_cast<WatcherType>(77)));
}

TEST_F(WatchTableTest, AnyPathIsHandled) {
    for (const auto* path : {"", "foo", "//", "/a/", "a/b"}) {
        table.add(1, path, WatchMode::recursive);
        table.add_child(1, path);
        EXPECT_TRUE(table.contains(1, path, WatcherType::recursive));
    }
    EXPECT_THAT(create("/b"), IsEmpty());
    table.remove_all(1);
    EXPECT_EQ(table.count(), 0U);
}

TEST_F(WatchTableTest, AClosedConnectionGetsNoEvents) {
    for (const ConnectionId connection : {1, 2}) {
        table.add_data(connection, "/a");
        table.add_child(connection, "/a");
        table.add(connection, "/a", WatchMode::recursive);
        table.add(connection, "/b", WatchMode::persistent);
    }
    table.remove_all(1);
    table.remove_all(1);
    EXPECT_THAT(remove("/a"), ElementsAre("2 deleted /a"));
    EXPECT_THAT(set("/b"), ElementsAre("2 changed /b"));
    table.remove_all(2);
    EXPECT_EQ(table.count(), 0U);
    EXPECT_EQ(table.data().path_count(), 0U);
    EXPECT_EQ(table.data().connection_count(), 0U);
}

TEST_F(WatchTableTest, CallbacksMayChangeTheTable) {
    table.add(1, "/a", WatchMode::persistent);
    table.add_child(2, "/");
    table.add_child(3, "/");
    Told told;
    table.trigger(
        {ChangeType::deleted, "/a", nullptr, nullptr},
        [&](ConnectionId connection, WatchEvent event, std::string_view path) {
            told.push_back(line(connection, event, path));
            table.remove_all(connection);
            table.remove_all(2);
            table.add_data(4, "/a");
        },
        [](ConnectionId, const AclList&) { return true; }
    );
    EXPECT_THAT(told, ElementsAre("1 deleted /a", "3 children /"));
    EXPECT_EQ(table.count(), 1U);
}

TEST_F(WatchTableTest, CountsPairsOfConnectionAndPath) {
    table.add_data(2, "/a");
    table.add(2, "/a", WatchMode::persistent);
    table.add_data(1, "/a");
    table.add(1, "/b", WatchMode::recursive);
    table.add_child(3, "/c");
    EXPECT_EQ(table.count(), 5U);
    EXPECT_EQ(table.data().count(), 3U);
    EXPECT_EQ(table.data().path_count(), 2U);
    EXPECT_EQ(table.data().connection_count(), 2U);
    EXPECT_THAT(
        table.data().by_path(),
        ElementsAre(testing::Pair("/a", ElementsAre(1, 2)), testing::Pair("/b", ElementsAre(1)))
    );
    EXPECT_THAT(
        table.data().by_connection(),
        ElementsAre(testing::Pair(1, ElementsAre("/a", "/b")), testing::Pair(2, ElementsAre("/a")))
    );
}

// Takes milliseconds unless an operation is quadratic.
TEST_F(WatchTableTest, ManyWatchOnePath) {
    constexpr ConnectionId many = 100'000;
    for (ConnectionId connection = many; connection > 0; --connection) {
        table.add_data(connection, "/a");
        table.add_child(connection, "/a");
    }
    EXPECT_EQ(remove("/a").size(), many);
    EXPECT_EQ(table.count(), 0U);
    for (ConnectionId connection = many; connection > 0; --connection) {
        table.add(connection, "/a", WatchMode::persistent);
    }
    for (ConnectionId connection = 1; connection <= many; ++connection) {
        table.remove_all(connection);
    }
    EXPECT_EQ(table.count(), 0U);
}

TEST_F(WatchTableTest, OneWatchesManyPaths) {
    constexpr std::size_t many = 100'000;
    const auto path = [](std::size_t number) { return "/n" + std::to_string(number); };
    for (std::size_t i = 0; i < many; ++i) table.add_data(1, path(i));
    for (ConnectionId connection = 2; connection < many; ++connection) {
        table.add_data(connection, path(connection));
        table.remove_all(connection);
    }
    EXPECT_EQ(table.count(), many);
    EXPECT_THAT(set(path(7)), ElementsAre("1 changed /n7"));
    table.remove_all(1);
    EXPECT_EQ(table.count(), 0U);
}

/// A model: the tables as plain sets, with the rules implemented literally.
class Model {
public:
    void add(bool in_data, ConnectionId connection, const std::string& path, WatchMode mode) {
        tables_[in_data].insert({path, connection, mode});
    }
    void remove_all(ConnectionId connection) {
        for (auto& table : tables_) {
            std::erase_if(table, [&](const auto& w) { return std::get<1>(w) == connection; });
        }
    }
    Told trigger(ChangeType type, const std::string& path) {
        Told told;
        const auto event = static_cast<WatchEvent>(type);
        const auto first = take(true, path, true);
        for (const auto connection : first) told.push_back(line(connection, event, path));
        if (type == ChangeType::data_changed) return told;
        if (type == ChangeType::deleted) {
            for (const auto connection : take(false, path, true)) {
                if (first.count(connection) == 0) told.push_back(line(connection, event, path));
            }
        }
        const auto slash = path.rfind('/');
        const auto parent = slash == 0 ? "/" : path.substr(0, slash);
        for (const auto connection : take(false, parent, false)) {
            told.push_back(line(connection, WatchEvent::children_changed, parent));
        }
        return told;
    }
    [[nodiscard]] std::size_t count() const {
        std::set<std::tuple<bool, std::string, ConnectionId>> pairs;
        for (const bool in_data : {false, true}) {
            for (const auto& [path, connection, mode] : tables_[in_data]) {
                pairs.insert({in_data, path, connection});
            }
        }
        return pairs.size();
    }

private:
    std::set<ConnectionId> take(bool in_data, const std::string& path, bool with_recursive) {
        std::set<ConnectionId> told;
        for (const auto& [watched, connection, mode] : tables_[in_data]) {
            const auto below = watched == "/" ? "/" : watched + "/";
            const bool is_under = path == watched || path.substr(0, below.size()) == below;
            const bool is_recursive = mode == WatchMode::recursive;
            if (is_recursive ? with_recursive && is_under : path == watched) {
                told.insert(connection);
            }
        }
        std::erase_if(tables_[in_data], [&](const auto& watch) {
            return std::get<0>(watch) == path && std::get<2>(watch) == WatchMode::standard;
        });
        return told;
    }

    std::set<std::tuple<std::string, ConnectionId, WatchMode>> tables_[2];
};

TEST_F(WatchTableTest, BehavesLikeTheModel) {
    Model model;
    std::mt19937 random{20240611};  // NOLINT: the same every time
    const std::vector<std::string> paths{"/", "/a", "/b", "/a/a", "/a/b", "/b/a", "/a/a/a"};
    const auto pick = [&](std::size_t n) { return random() % n; };
    for (int step = 0; step < 50'000; ++step) {
        const auto connection = static_cast<ConnectionId>(pick(5) + 1);
        const auto& path = paths[pick(paths.size())];
        switch (pick(8)) {
            case 0:
                table.add_data(connection, path);
                model.add(true, connection, path, WatchMode::standard);
                break;
            case 1:
                table.add_child(connection, path);
                model.add(false, connection, path, WatchMode::standard);
                break;
            case 2:
                table.add(connection, path, WatchMode::persistent);
                model.add(true, connection, path, WatchMode::persistent);
                model.add(false, connection, path, WatchMode::persistent);
                break;
            case 3:
                table.add(connection, path, WatchMode::recursive);
                model.add(true, connection, path, WatchMode::recursive);
                break;
            case 4:
                table.remove_all(connection);
                model.remove_all(connection);
                break;
            default:
                const auto type = static_cast<ChangeType>(pick(3) + 1);
                if (path == "/" && type != ChangeType::data_changed) break;
                ASSERT_EQ(trigger({type, path, nullptr, nullptr}), model.trigger(type, path))
                    << "step " << step;
        }
        ASSERT_EQ(table.count(), model.count()) << "step " << step;
    }
}

}  // namespace
}  // namespace kazoo::server
