#include "base/trampoline.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace {

using kazoo::base::Trampoline;
using testing::ElementsAre;

TEST(Trampoline, RunsAtOnceOutsideOfOthers) {
    int calls = 0;
    Trampoline::run([&calls] { ++calls; });
    EXPECT_EQ(calls, 1);
}

TEST(Trampoline, RunsAtOnceInsideOfAFewOthers) {
    std::vector<std::string> order;
    Trampoline::run([&order] {
        order.emplace_back("outer");
        Trampoline::run([&order] { order.emplace_back("inner"); });
        order.emplace_back("outer again");
    });
    EXPECT_THAT(order, ElementsAre("outer", "inner", "outer again"));
}

/// Goes as deep as `rounds`; notes how many are within one another at most.
struct Nest {
    int rounds;
    int depth = 0;
    int deepest = 0;

    void go_on() {
        deepest = std::max(deepest, ++depth);
        if (--rounds > 0) Trampoline::run([this] { go_on(); });
        --depth;
    }
};

TEST(Trampoline, BoundsHowDeepTheyGo) {
    Nest nest{100'000};
    Trampoline::run([&nest] { nest.go_on(); });
    EXPECT_EQ(nest.rounds, 0);  // all have run when the outermost returns
    EXPECT_LT(nest.deepest, 2000);
    EXPECT_GT(nest.deepest, 1);
}

/// Calls `then` with a stack that has grown by some more than what is given to steps.
[[gnu::noinline]] void deeper(const std::function<void()>& then) {
    char room[20'000];
    char* volatile escaped = room;  // or the compiler keeps less of it
    *escaped = 0;
    then();
    escaped[sizeof(room) - 1] = *escaped;
}

TEST(Trampoline, PostponesWhatIsTooDeepInOrder) {
    std::vector<std::string> order;
    Trampoline::run([&order] {
        deeper([&order] {
            Trampoline::run([&order] { order.emplace_back("first"); });
            Trampoline::run([&order] { order.emplace_back("second"); });
            order.emplace_back("deep");
        });
        order.emplace_back("outermost");
    });
    EXPECT_THAT(order, ElementsAre("deep", "outermost", "first", "second"));
}

TEST(Trampoline, RunsWhatIsPostponedBeforeTheThreadBlocks) {
    std::vector<std::string> order;
    Trampoline::run([&order] {
        deeper([&order] {
            Trampoline::run([&order] { order.emplace_back("postponed"); });
            order.emplace_back("deep");
            Trampoline::run_pending();
            order.emplace_back("blocked");
            Trampoline::run([&order] { order.emplace_back("later"); });
        });
        order.emplace_back("outermost");
    });
    EXPECT_THAT(order, ElementsAre("deep", "postponed", "blocked", "later", "outermost"));
    Trampoline::run_pending();
    EXPECT_EQ(order.size(), 5U);
}

// Its own life ends before what comes after it begins.
TEST(Trampoline, DestroysEachStepOnceItHasRun) {
    const auto held = std::make_shared<int>(1);
    long owners = 0;
    Trampoline::run([&] {
        deeper([&] {
            Trampoline::run([held] {});
            Trampoline::run([&owners, &held] { owners = held.use_count(); });
        });
    });
    EXPECT_EQ(owners, 1);
    EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
