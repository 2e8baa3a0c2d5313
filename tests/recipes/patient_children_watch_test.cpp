// SPDX-License-Identifier: Apache-2.0
// PatientChildrenWatch: children that have stopped changing.
#include "recipe_fixture.hpp"

#include <algorithm>

namespace kazoo::recipe_tests {
namespace {

using Names = std::vector<std::string>;

class PatientWatchTest : public RecipeTest {};

TEST_P(PatientWatchTest, ReturnsTheChildrenAndThenTheirChange) {
    zk().create("/a");
    zk().create("/a/1");
    PatientChildrenWatch watch(zk(), "/a", 20ms);
    const auto stable = watch.start_async().get(patience);
    EXPECT_EQ(stable.children, Names{"1"});
    EXPECT_EQ(stable.stat.value().num_children, 1);
    EXPECT_FALSE(stable.changed.ready());
    other().create("/a/2");
    stable.changed.get(patience);
    EXPECT_EQ(watch.start().children, (Names{"1", "2"})) << "it may be started again";
}

TEST_P(PatientWatchTest, EachChangeBeginsAnotherPeriod) {
    using Time = std::chrono::steady_clock;
    zk().create("/a");
    constexpr auto boundary = 600ms;
    PatientChildrenWatch watch(zk(), "/a", boundary);
    const auto begin = Time::now();
    const auto result = watch.start_async();
    Names names;
    auto last = begin;
    Time::duration longest_pause{};
    while (!result.wait(10ms) && last - begin < boundary + 100ms) {
        names.push_back(std::to_string(1000 + names.size()));
        other().create("/a/" + names.back());
        const auto now = Time::now();
        longest_pause = std::max(longest_pause, now - last);
        last = now;
    }
    const auto stable = result.get(patience);
    if (longest_pause < boundary / 2) {  // else the machine is too slow for the changes
        EXPECT_GE(Time::now() - last, boundary / 2) << "ready although there were changes";
        EXPECT_EQ(stable.children, names);
    }
}

TEST_P(PatientWatchTest, FailsIfTheNodeDoesNotExist) {
    PatientChildrenWatch watch(zk(), "/a", 1ms);
    EXPECT_EQ(error_of(watch.start_async()).code(), Errc::no_node);
    zk().create("/a");
    EXPECT_EQ(watch.start_async().get(patience).children, Names());
}

TEST_P(PatientWatchTest, FailsWithErrorsThatAreNotRetried) {
    zk().create("/a");
    server.inject(Fault::fail(Errc::no_auth).on(Request::get_children).once());
    PatientChildrenWatch watch(zk(), "/a", 1ms);
    EXPECT_EQ(error_of(watch.start_async()).code(), Errc::no_auth);
    server.inject(Fault::drop_after().on(Request::get_children).once());
    EXPECT_EQ(error_of(watch.start_async()).code(), std::error_code()) << "this one is retried";
}

TEST_P(PatientWatchTest, StopEndsBothResults) {
    zk().create("/a");
    PatientChildrenWatch slow(zk(), "/a", 1h);
    const auto waiting = slow.start_async();
    PatientChildrenWatch watch(zk(), "/a", 1ms);
    const auto stable = watch.start_async().get(patience);
    slow.stop();
    watch.stop();
    EXPECT_EQ(error_of(waiting).code(), ClientErrc::cancelled);
    EXPECT_EQ(error_of(stable.changed).code(), ClientErrc::cancelled);
}

TEST_P(PatientWatchTest, CancellingTheResultEndsTheWait) {
    zk().create("/a");
    PatientChildrenWatch watch(zk(), "/a", 1h);
    const auto waiting = watch.start_async();
    waiting.cancel();
    EXPECT_EQ(error_of(waiting).code(), ClientErrc::cancelled);
}

TEST_P(PatientWatchTest, TheEndOfTheClientEndsBothResults) {
    zk().create("/a");
    PatientChildrenWatch slow(zk(), "/a", 1h);
    const auto waiting = slow.start_async();
    PatientChildrenWatch watch(zk(), "/a", 1ms);
    const auto stable = watch.start_async().get(patience);
    zk().stop();
    EXPECT_EQ(error_of(waiting).code(), ClientErrc::connection_closed);
    EXPECT_EQ(error_of(stable.changed).code(), ClientErrc::connection_closed);
}

TEST_P(PatientWatchTest, TheLossOfTheSessionIsNotAChange) {
    zk().create("/a");
    PatientChildrenWatch watch(zk(), "/a", 1ms);
    const auto stable = watch.start_async().get(patience);
    expire_session();
    EXPECT_TRUE(zk().exists("/a"));
    EXPECT_FALSE(stable.changed.ready());
    other().create("/a/b");
    stable.changed.get(patience);
}

KAZOO_ON_EACH_HANDLER(PatientWatchTest);

}  // namespace
}  // namespace kazoo::recipe_tests
