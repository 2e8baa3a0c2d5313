// SPDX-License-Identifier: Apache-2.0
// The changes of a stream that wait: combined, bounded, and never lost without a gap.
#include "client/watch_stream.hpp"

#include "support/allocations/allocations.hpp"
#include "support/child_process.hpp"
#include "values/random.hpp"

#include <kazoo/kazoo.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

namespace kazoo::detail::client {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing_support::Exposed;
using testing_support::Shortage;
using testing_support::Spared;

class WatchStreamTest : public testing::Test {
protected:
    explicit WatchStreamTest(std::size_t limit = 4)
        : stream(detail::make_ref<StreamState>(nullptr, "/a/", limit)),
          watcher(StreamState::watcher(stream)) {}
    ~WatchStreamTest() override { stream->close(); }

    void event(EventType type, const std::string& path = "/a") {
        detail::state_of(watcher)->call(WatchedEvent(type, KeeperState::CONNECTED, path));
    }
    /// Returns what can be read at once, such as "CHANGED /a x2".
    std::vector<std::string> read() {
        std::vector<std::string> lines;
        for (;;) {
            auto next = stream->next();
            if (!next.ready()) {
                next.cancel();
                return lines;
            }
            const auto change = next.get();
            if (!change) {
                lines.emplace_back("end");
                return lines;
            }
            lines.push_back(std::string(to_string(change->type())) + " " + change->path());
            if (change->events() > 1) {
                lines.back() += " x" + std::to_string(change->events());
            }
        }
    }

    detail::RefPtr<StreamState> stream;
    Watcher watcher;
};

TEST_F(WatchStreamTest, ChangesOfOneNodeAreCombinedAtThePlaceOfTheFirst) {
    event(EventType::CREATED);
    event(EventType::CREATED, "/a/b");
    event(EventType::CHANGED);
    event(EventType::CHILD);
    event(EventType::DELETED);
    event(EventType::CHILD);
    EXPECT_THAT(read(), ElementsAre("DELETED /a x3", "CREATED /a/b", "CHILD /a x2"));
    event(EventType::CREATED);
    EXPECT_THAT(read(), ElementsAre("CREATED /a"));
}

TEST_F(WatchStreamTest, TooManyChangesBecomeAGap) {
    for (const auto* path : {"/a/1", "/a/2", "/a/3", "/a/4"}) event(EventType::CREATED, path);
    event(EventType::CHANGED, "/a/4");
    event(EventType::CREATED, "/a/5");
    event(EventType::CREATED, "/a/6");
    EXPECT_THAT(read(), ElementsAre("GAP /a", "CREATED /a/6"));
}

TEST_F(WatchStreamTest, AGapReplacesWhatWaits) {
    event(EventType::CHANGED);
    event(EventType::GAP);
    event(EventType::GAP);
    event(EventType::CREATED, "/a/b");
    EXPECT_THAT(read(), ElementsAre("GAP /a", "CREATED /a/b"));
}

TEST_F(WatchStreamTest, AWaitingReaderGetsTheChange) {
    const auto next = stream->next();
    EXPECT_FALSE(next.ready());
    EXPECT_EQ(stream->next().result().error(), Errc::bad_arguments);
    event(EventType::CHANGED);
    ASSERT_TRUE(next.ready());
    EXPECT_EQ(next.get()->type(), EventType::CHANGED);
    EXPECT_THAT(read(), IsEmpty());
}

TEST_F(WatchStreamTest, ACancelledReaderTakesNothing) {
    auto next = stream->next();
    EXPECT_TRUE(next.cancel());
    event(EventType::CHANGED);
    event(EventType::CHILD);
    EXPECT_THAT(read(), ElementsAre("CHANGED /a", "CHILD /a"));
    next = stream->next();
    next.cancel();
    event(EventType::GAP);
    EXPECT_THAT(read(), ElementsAre("GAP /a"));
}

TEST_F(WatchStreamTest, TheEndFollowsTheChanges) {
    event(EventType::CHANGED);
    event(EventType::NONE);
    event(EventType::CHANGED, "/a/b");
    EXPECT_THAT(read(), ElementsAre("CHANGED /a", "end"));
    EXPECT_THAT(read(), ElementsAre("end"));
    ASSERT_TRUE(stream->end());
    EXPECT_EQ(stream->end()->type, EventType::NONE);
}

TEST_F(WatchStreamTest, ClosingEndsTheReaderAndDropsTheChanges) {
    event(EventType::CHANGED);
    stream->close();
    EXPECT_THAT(read(), ElementsAre("end"));
    EXPECT_FALSE(stream->end());
}

TEST_F(WatchStreamTest, AForkedChildReadsNothing) {
    event(EventType::CHANGED);
    const auto report = testing_support::in_forked_child([&](std::string& said) {
        WatchStream inherited(stream);
        said += inherited.next().result().error() == ClientErrc::forked ? "refused " : "read ";
        said += inherited.end() ? "ended " : "";
    });
    EXPECT_EQ(report, "refused end");
    EXPECT_THAT(read(), ElementsAre("CHANGED /a"));
}

TEST_F(WatchStreamTest, TheLimitIsAtLeastOne) {
    const auto tiny = detail::make_ref<StreamState>(nullptr, "/a", 0);
    const auto fed = StreamState::watcher(tiny);
    detail::state_of(fed)->call(WatchedEvent(EventType::CHANGED, KeeperState::CONNECTED, "/a"));
    EXPECT_EQ(tiny->next().get()->type(), EventType::CHANGED);
    tiny->close();
}

TEST_F(WatchStreamTest, WithoutMemoryAChangeBecomesAGap) {
    const Spared test_itself;
    const std::string path = "/a/path/that/does/not/fit/into/the/string/itself";
    for (long nth = 1;; ++nth) {
        const WatchedEvent changed(EventType::CHANGED, KeeperState::CONNECTED, path);
        bool met = false;
        {
            const Shortage shortage(nth);
            const Exposed client;
            detail::state_of(watcher)->call(changed);
            met = shortage.met();
        }
        EXPECT_THAT(read(), ElementsAre(met ? "GAP /a" : "CHANGED " + path));
        if (!met) {
            return;
        }
    }
}

// Whatever is written and read: each change is read, or followed by a gap.
TEST_F(WatchStreamTest, RandomUseLosesNothing) {
    for (std::uint64_t seed = 1; seed <= 200; ++seed) {
        base::Random random(seed);
        const auto limit = 1 + random.below(5);
        stream = detail::make_ref<StreamState>(nullptr, "/a", limit);
        watcher = StreamState::watcher(stream);
        std::set<std::string> missing;
        std::vector<AsyncResult<std::optional<WatchChange>>> waiting;
        const auto take = [&](const AsyncResult<std::optional<WatchChange>>& next) {
            const auto& change = next.get();
            change->gap() ? missing.clear() : void(missing.erase(change->path()));
        };
        const auto settle = [&] {
            if (!waiting.empty() && waiting.back().ready()) {
                if (waiting.back().successful()) take(waiting.back());
                waiting.clear();
            }
        };
        for (int step = 0; step < 200; ++step) {
            const auto path = "/a/" + std::to_string(random.below(8));
            switch (random.below(5)) {
                case 0:
                    if (waiting.empty()) waiting.push_back(stream->next());
                    break;
                case 1:
                    if (!waiting.empty() && random.below(2) == 0) waiting.back().cancel();
                    break;
                case 2:
                    if (random.below(10) == 0) event(EventType::GAP);
                    break;
                default:
                    missing.insert(path);
                    event(EventType::CHANGED, path);
            }
            settle();
        }
        if (!waiting.empty()) {
            waiting.back().cancel();
            settle();
        }
        for (;;) {
            auto next = stream->next();
            if (!next.ready()) {
                next.cancel();
                break;
            }
            take(next);
        }
        EXPECT_THAT(missing, IsEmpty()) << "seed " << seed;
        stream->close();
    }
}

}  // namespace
}  // namespace kazoo::detail::client
