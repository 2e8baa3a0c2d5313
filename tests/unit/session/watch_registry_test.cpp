// SPDX-License-Identifier: Apache-2.0
#include "session/watch_registry.hpp"

#include "codec/decoder.hpp"
#include "codec/frame.hpp"
#include "codec/headers.hpp"
#include "codec/watches.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace kazoo::session {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

struct Watcher final : detail::RefCounted {
    explicit Watcher(std::string watcher_name) : name(std::move(watcher_name)) {}
    const std::string name;
};

class WatchRegistryTest : public testing::Test {
protected:
    void add(WatchKind kind, std::string_view path, const std::string& name) {
        auto& watcher = watchers[name];
        if (!watcher) {
            watcher = detail::make_ref<Watcher>(name);
        }
        registry.add(kind, path, watcher);
    }
    static std::vector<std::string> names(const Watchers& told) {
        std::vector<std::string> all;
        for (const auto& watch : told) {
            all.push_back(static_cast<Watcher&>(*watch.owner).name);
        }
        return all;
    }
    std::size_t restore(base::Buffer& out, std::int64_t zxid, std::size_t limit) const {
        std::size_t frames = 0;
        WatchRange range;
        for (;; ++frames) {
            const auto frame = registry.restore(out, zxid, range, limit, limit);
            if (frame.paths == 0) {
                return frames;
            }
            range.from = frame.range.to;
        }
    }
    std::vector<std::string> take(EventType type, std::string_view path) {
        return names(registry.take(type, path));
    }

    std::map<std::string, detail::RefPtr<Watcher>> watchers;
    WatchRegistry registry;
};

TEST_F(WatchRegistryTest, OneShotWatchesFireOnce) {
    add(WatchKind::data, "/a", "w");
    EXPECT_EQ(registry.size(), 1U);
    EXPECT_THAT(take(EventType::CHANGED, "/b"), IsEmpty());
    EXPECT_THAT(take(EventType::CHANGED, "/a"), ElementsAre("w"));
    EXPECT_THAT(take(EventType::CHANGED, "/a"), IsEmpty());
    EXPECT_EQ(registry.size(), 0U);
    EXPECT_TRUE(watchers["w"]->sole_owner());
}

TEST_F(WatchRegistryTest, TheSameWatchIsRegisteredOnce) {
    add(WatchKind::data, "/a", "w");
    add(WatchKind::data, "/a", "w");
    EXPECT_EQ(registry.size(), 1U);
    add(WatchKind::exist, "/a", "w");
    EXPECT_EQ(registry.size(), 2U);
    WatchRegistry::Order again(WatchKind::data, "/a", watchers["w"]);
    registry.add(again);
    EXPECT_FALSE(again.take_watcher());
    EXPECT_THAT(take(EventType::CREATED, "/a"), ElementsAre("w"));
    EXPECT_EQ(registry.size(), 0U);
    EXPECT_TRUE(watchers["w"]->sole_owner());
}

TEST_F(WatchRegistryTest, FireInTheOrderOfRegistration) {
    for (const auto* name : {"c", "a", "d", "b"}) {
        add(WatchKind::data, "/a", name);
    }
    EXPECT_THAT(take(EventType::CHANGED, "/a"), ElementsAre("c", "a", "d", "b"));
}

TEST_F(WatchRegistryTest, EventsFireTheirKinds) {
    const auto fill = [this] {
        add(WatchKind::data, "/a/b", "data");
        add(WatchKind::exist, "/a/b", "exist");
        add(WatchKind::child, "/a/b", "child");
        add(WatchKind::persistent, "/a/b", "persistent");
        add(WatchKind::recursive, "/a/b", "recursive");
    };
    fill();
    EXPECT_THAT(
        take(EventType::CREATED, "/a/b"), ElementsAre("data", "exist", "persistent", "recursive")
    );
    fill();
    EXPECT_THAT(
        take(EventType::CHANGED, "/a/b"), ElementsAre("data", "exist", "persistent", "recursive")
    );
    EXPECT_THAT(take(EventType::CHILD, "/a/b"), ElementsAre("child", "persistent"));
    EXPECT_THAT(take(EventType::CHILD, "/a/b"), ElementsAre("persistent"));
    fill();
    EXPECT_THAT(
        take(EventType::DELETED, "/a/b"),
        ElementsAre("data", "exist", "child", "persistent", "recursive")
    );
    EXPECT_THAT(take(EventType::DELETED, "/a/b"), ElementsAre("persistent", "recursive"));
    EXPECT_EQ(registry.size(), 2U);
}

TEST_F(WatchRegistryTest, OneWatcherInSeveralPlacesFiresOnce) {
    for (const auto kind :
         {WatchKind::data,
          WatchKind::exist,
          WatchKind::child,
          WatchKind::persistent,
          WatchKind::recursive}) {
        add(kind, "/a", "w");
    }
    add(WatchKind::recursive, "/", "w");
    EXPECT_THAT(take(EventType::DELETED, "/a"), ElementsAre("w"));
    EXPECT_EQ(registry.size(), 3U);
}

TEST_F(WatchRegistryTest, RecursiveWatchesSeeTheirSubtree) {
    add(WatchKind::recursive, "/a/b", "ab");
    add(WatchKind::recursive, "/a", "a");
    add(WatchKind::recursive, "/", "root");
    EXPECT_THAT(take(EventType::CHANGED, "/a/b/c"), UnorderedElementsAre("ab", "a", "root"));
    EXPECT_THAT(take(EventType::CHANGED, "/a/b"), UnorderedElementsAre("ab", "a", "root"));
    EXPECT_THAT(take(EventType::CHANGED, "/a/bb"), UnorderedElementsAre("a", "root"));
    EXPECT_THAT(take(EventType::CREATED, "/ab"), ElementsAre("root"));
    EXPECT_THAT(take(EventType::CHANGED, "/"), ElementsAre("root"));
    EXPECT_THAT(take(EventType::CHILD, "/a"), IsEmpty());
}

TEST_F(WatchRegistryTest, ALongerRootIsFoundBelowAShorterOne) {
    add(WatchKind::recursive, "/a", "short");
    EXPECT_THAT(take(EventType::CHANGED, "/a/b/c/d"), ElementsAre("short"));
    add(WatchKind::recursive, "/a/b/c", "long");
    EXPECT_THAT(take(EventType::CHANGED, "/a/b/c/d"), UnorderedElementsAre("long", "short"));
}

// Paths come from the network: none may cause excessive work.
TEST_F(WatchRegistryTest, MalformedPathsAreHandled) {
    add(WatchKind::recursive, "/", "root");
    add(WatchKind::recursive, "/a", "a");
    for (const auto* path : {"", "foo", "a/b", "no slash at all"}) {
        EXPECT_THAT(take(EventType::CHANGED, path), IsEmpty()) << path;
    }
    EXPECT_THAT(take(EventType::CHANGED, std::string(2'000'000, '/')), ElementsAre("root"));
    EXPECT_THAT(take(EventType::CHANGED, "//"), ElementsAre("root"));
    EXPECT_THAT(take(EventType::CHANGED, "/a/"), UnorderedElementsAre("a", "root"));
}

TEST_F(WatchRegistryTest, ManyWatchersOfOnePath) {
    for (int i = 0; i < 5'000; ++i) {
        add(WatchKind::data, "/a", std::to_string(i));
        add(WatchKind::exist, "/a", std::to_string(i));
    }
    EXPECT_EQ(take(EventType::DELETED, "/a").size(), 5'000U);
}

TEST_F(WatchRegistryTest, TakeAllReturnsEveryWatcherOnce) {
    add(WatchKind::data, "/a", "x");
    add(WatchKind::data, "/b", "x");
    add(WatchKind::child, "/b", "y");
    add(WatchKind::recursive, "/", "x");
    EXPECT_THAT(names(registry.take_all()), UnorderedElementsAre("x", "y"));
    EXPECT_EQ(registry.size(), 0U);
    EXPECT_THAT(registry.take_all(), IsEmpty());
    EXPECT_THAT(take(EventType::CHANGED, "/a"), IsEmpty());
    base::Buffer out;
    EXPECT_EQ(restore(out, 0, 100), 0U);
    EXPECT_TRUE(out.empty());
}

TEST_F(WatchRegistryTest, TakeAllShowsWhereEachWatchWas) {
    add(WatchKind::data, "/a", "x");
    add(WatchKind::data, "/b", "x");
    add(WatchKind::child, "/b", "y");
    add(WatchKind::recursive, "/", "x");
    const auto all = registry.take_all();
    EXPECT_EQ(all.size(), 2U);
    std::vector<std::string> places;
    all.each_place([&](const Watch& watch) {
        places.push_back(
            std::to_string(static_cast<int>(watch.kind())) + " " + std::string(watch.path())
        );
    });
    EXPECT_THAT(places, UnorderedElementsAre("0 /a", "0 /b", "2 /b", "4 /"));
}

TEST_F(WatchRegistryTest, CountsEachPathOnceForEachKind) {
    for (const auto* name : {"x", "y", "z"}) {
        add(WatchKind::data, "/a", name);
        add(WatchKind::child, "/a", name);
        add(WatchKind::data, "/b", name);
    }
    EXPECT_EQ(registry.size(), 9U);
    EXPECT_EQ(registry.paths(), 3U);
    std::vector<std::string> shown;
    registry.each([&](WatchKind kind, std::string_view path, std::size_t functions) {
        shown.push_back(std::to_string(static_cast<int>(kind)) + " " + std::string(path));
        return functions == 3;
    });
    EXPECT_THAT(shown, ElementsAre("0 /a", "0 /b", "2 /a"));
    EXPECT_THAT(take(EventType::CHANGED, "/a"), ElementsAre("x", "y", "z"));
    EXPECT_EQ(registry.paths(), 2U);
    static_cast<void>(registry.take_all());
    EXPECT_EQ(registry.paths(), 0U);
}

TEST_F(WatchRegistryTest, RemovesTheKindsThatAreAskedFor) {
    const auto remove = [this](WatchKinds kinds, std::string_view path) {
        WatchRegistry::Order order(kinds, path);
        registry.remove(order);
        const auto removed = order.take_watcher();
        return removed ? names(static_cast<RemovedWatches&>(*removed).watchers)
                       : std::vector<std::string>();
    };
    const auto all = {
        WatchKind::data,
        WatchKind::exist,
        WatchKind::child,
        WatchKind::persistent,
        WatchKind::recursive};
    for (const auto kind : all) {
        const auto name = std::to_string(static_cast<int>(kind));
        add(kind, "/a", name);
        add(kind, "/a", "everywhere");
        add(kind, "/b", name);
    }
    EXPECT_THAT(remove(data_kinds, "/a"), UnorderedElementsAre("0", "1", "everywhere"));
    EXPECT_FALSE(registry.has(data_kinds, "/a"));
    EXPECT_TRUE(registry.has(data_kinds, "/b"));
    EXPECT_TRUE(registry.has(only(WatchKind::child), "/a"));
    EXPECT_THAT(remove(only(WatchKind::recursive), "/a"), ElementsAre("4", "everywhere"));
    EXPECT_THAT(remove(only(WatchKind::recursive), "/a"), IsEmpty());
    EXPECT_THAT(remove(all_kinds, "/c"), IsEmpty());
    EXPECT_THAT(take(EventType::CHANGED, "/a"), UnorderedElementsAre("3", "everywhere"));
    EXPECT_EQ(registry.size(), 4U + 5U);
    EXPECT_TRUE(registry.has_lasting());
    remove(lasting_kinds, "/a");
    remove(lasting_kinds, "/b");
    EXPECT_FALSE(registry.has_lasting());
    EXPECT_EQ(registry.size(), 2U + 3U);
    static_cast<void>(registry.take_all());
    for (const auto& [name, watcher] : watchers) {
        EXPECT_TRUE(watcher->sole_owner()) << name;
    }
}

TEST_F(WatchRegistryTest, LastingWatchersAreBehindTheOthers) {
    add(WatchKind::recursive, "/", "recursive");
    add(WatchKind::persistent, "/a", "persistent");
    add(WatchKind::data, "/a", "data");
    auto told = registry.take(EventType::CHANGED, "/a");
    EXPECT_THAT(names(told), ElementsAre("data", "persistent", "recursive"));
    EXPECT_TRUE(told.has_lasting());
    const auto lasting = told.extract_if([](const Watch& watch) { return watch.is_lasting(); });
    EXPECT_THAT(names(told), ElementsAre("data"));
    EXPECT_THAT(names(lasting), UnorderedElementsAre("persistent", "recursive"));
    EXPECT_FALSE(told.has_lasting());
    add(WatchKind::child, "/a", "child");
    EXPECT_FALSE(registry.take(EventType::CHILD, "/b").has_lasting());
}

TEST_F(WatchRegistryTest, EachWatcherHasThePathOfTheEvent) {
    add(WatchKind::recursive, "/", "recursive");
    add(WatchKind::persistent, "/a/b", "persistent");
    add(WatchKind::data, "/a/b", "data");
    const auto told = registry.take(EventType::CHANGED, "/a/b");
    EXPECT_EQ(told.size(), 3U);
    for (const auto& watch : told) {
        EXPECT_EQ(watch.path(), "/a/b");
    }
}

/// The registry begins each search at the place of the last change.
TEST_F(WatchRegistryTest, FindsWatchersInAnyOrderOfChanges) {
    std::map<std::string, std::multiset<std::string>> expected;
    std::uint32_t state = 1;
    const auto random = [&](std::uint32_t below) {
        state = state * 1664525 + 1013904223;
        return (state >> 16) % below;
    };
    for (int step = 0; step < 20'000; ++step) {
        const auto path = "/" + std::to_string(random(40));
        const auto name = std::to_string(random(4));
        if (random(2) == 0) {
            add(WatchKind::data, path, name);
            if (expected[path].count(name) == 0) {
                expected[path].insert(name);
            }
        } else {
            const auto told = take(EventType::CHANGED, path);
            EXPECT_EQ(std::multiset<std::string>(told.begin(), told.end()), expected[path])
                << path << " in step " << step;
            expected[path].clear();
        }
        std::size_t registrations = 0;
        std::size_t paths = 0;
        for (const auto& [watched, names] : expected) {
            registrations += names.size();
            paths += names.empty() ? 0 : 1;
        }
        ASSERT_EQ(registry.size(), registrations);
        ASSERT_EQ(registry.paths(), paths);
    }
}

TEST_F(WatchRegistryTest, TheWatchersOfAnEventAreInTheOrderOfRegistration) {
    std::vector<std::string> expected;
    for (int i = 0; i < 1000; ++i) {
        expected.push_back(std::to_string(i * 7919 % 1000));
        add(WatchKind::data, "/a", expected.back());
    }
    EXPECT_EQ(take(EventType::CHANGED, "/a"), expected);
}

// --- SetWatches ---

struct Restored {
    codec::Opcode op;
    std::size_t bytes;
    codec::SetWatches2Request record;
};

/// Decodes what restore() wrote; the records are views of `out`.
std::vector<Restored> decode_all(const base::Buffer& out) {
    std::vector<Restored> frames;
    codec::FrameReader reader(codec::max_frame_length);
    reader.feed(out.span());
    for (auto item = reader.next(); item.kind == codec::FrameItem::Kind::frame;
         item = reader.next()) {
        codec::Decoder decoder(item.bytes);
        codec::RequestHeader header;
        EXPECT_TRUE(codec::decode(decoder, header));
        EXPECT_EQ(header.xid, codec::set_watches_xid);
        Restored frame{header.type, item.bytes.size(), {}};
        if (header.type == codec::Opcode::set_watches2) {
            EXPECT_TRUE(codec::decode(decoder, frame.record));
        } else {
            codec::SetWatchesRequest plain;
            EXPECT_TRUE(codec::decode(decoder, plain));
            frame.record = {
                plain.relative_zxid,
                plain.data_watches,
                plain.exist_watches,
                plain.child_watches,
                {},
                {}};
        }
        EXPECT_FALSE(decoder.saw_null());
        EXPECT_EQ(decoder.remaining(), 0U);
        frames.push_back(std::move(frame));
    }
    return frames;
}

TEST_F(WatchRegistryTest, RestoresByKind) {
    add(WatchKind::data, "/d", "w");
    add(WatchKind::exist, "/e", "w");
    add(WatchKind::child, "/c", "w");
    add(WatchKind::child, "/c", "v");
    base::Buffer out;
    ASSERT_EQ(restore(out, 0x77, 1000), 1U);
    const auto frames = decode_all(out);
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].op, codec::Opcode::set_watches);
    EXPECT_EQ(frames[0].record.relative_zxid, 0x77);
    EXPECT_THAT(frames[0].record.data_watches, ElementsAre("/d"));
    EXPECT_THAT(frames[0].record.exist_watches, ElementsAre("/e"));
    EXPECT_THAT(frames[0].record.child_watches, ElementsAre("/c"));
    EXPECT_EQ(registry.size(), 4U);
}

TEST_F(WatchRegistryTest, TheNewerRequestIsForPersistentWatchesOnly) {
    add(WatchKind::data, "/d", "w");
    add(WatchKind::persistent, "/p", "w");
    add(WatchKind::recursive, "/r", "w");
    base::Buffer out;
    ASSERT_EQ(restore(out, 1, 1000), 1U);
    const auto frames = decode_all(out);
    ASSERT_EQ(frames.size(), 1U);
    EXPECT_EQ(frames[0].op, codec::Opcode::set_watches2);
    EXPECT_THAT(frames[0].record.data_watches, ElementsAre("/d"));
    EXPECT_THAT(frames[0].record.persistent_watches, ElementsAre("/p"));
    EXPECT_THAT(frames[0].record.persistent_recursive_watches, ElementsAre("/r"));
}

TEST_F(WatchRegistryTest, FramesRespectTheLimit) {
    constexpr std::size_t limit = 1000;
    std::set<std::string> paths;
    for (int i = 0; i < 500; ++i) {
        const auto path = "/node-" + std::to_string(i);
        paths.insert(path);
        add(i % 2 == 0 ? WatchKind::data : WatchKind::recursive, path, "w");
    }
    base::Buffer out;
    const auto count = restore(out, 9, limit);
    const auto frames = decode_all(out);
    EXPECT_EQ(frames.size(), count);
    EXPECT_GT(count, 6U);
    for (const auto& frame : frames) {
        EXPECT_LE(frame.bytes, limit + 36);  // header, zxid and the five counts
        EXPECT_EQ(frame.record.relative_zxid, 9);
        const auto& recursive = frame.record.persistent_recursive_watches;
        EXPECT_EQ(frame.op == codec::Opcode::set_watches2, !recursive.empty());
        for (const auto& list : {frame.record.data_watches, recursive}) {
            for (const auto path : list) {
                EXPECT_EQ(paths.erase(std::string(path)), 1U) << path;
            }
        }
    }
    EXPECT_THAT(paths, IsEmpty());
}

TEST_F(WatchRegistryTest, APathBeyondTheLimitGetsItsOwnFrame) {
    add(WatchKind::data, "/" + std::string(50, 'x'), "w");
    add(WatchKind::data, "/" + std::string(50, 'y'), "w");
    base::Buffer out;
    EXPECT_EQ(restore(out, 1, 10), 2U);
    EXPECT_EQ(decode_all(out).size(), 2U);
}

}  // namespace
}  // namespace kazoo::session
