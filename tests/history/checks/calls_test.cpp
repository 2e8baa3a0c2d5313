// Tests of the checks of single calls and of their order, on faulty histories.
#include "history/checks/errors.hpp"
#include "history/checks/once.hpp"
#include "history/checks/order.hpp"
#include "history/checks/story.hpp"

#include <gmock/gmock.h>

namespace kazoo::history {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(OnceCheckTest, ACallCompletesOnceAndSoDoesItsCallback) {
    Story story;
    auto& call = story.call(Act::get, "/a");
    check_once(call, story.verdict);
    EXPECT_THAT(story.fault(), IsEmpty());
    call.completions = 0;
    check_once(call, story.verdict);
    EXPECT_THAT(story.fault(), HasSubstr("completed 0 times"));
}

TEST(OnceCheckTest, ACallbackThatRunsTwice) {
    Story story;
    story.call(Act::get, "/a").callbacks = 2;
    check_once(story.calls.front(), story.verdict);
    EXPECT_THAT(story.fault(), HasSubstr("its callback ran 2 times"));
}

TEST(OrderCheckTest, AnAnswerThatOvertakes) {
    Story story;
    auto& first = story.call(Act::get, "/a");
    auto& second = story.call(Act::set, "/a", "d2");
    OrderCheck order(story.verdict);
    order.on_over(second);
    EXPECT_THAT(story.fault(), IsEmpty());
    order.on_over(first);
    EXPECT_THAT(story.fault(), HasSubstr("answered after call 2"));
}

TEST(OrderCheckTest, ClientsAndTheirLivesDoNotWaitForEachOther) {
    Story story;
    auto& first = story.call(Act::get, "/a");
    auto& second = story.call(Act::get, "/a");
    auto& third = story.call(Act::get, "/a", "", 1);
    second.life = 1;
    OrderCheck order(story.verdict);
    order.on_over(third);
    order.on_over(second);
    order.on_over(first);
    EXPECT_THAT(story.fault(), IsEmpty());
}

TEST(ErrorCheckTest, AnErrorThatCannotHappen) {
    Story story;
    Story::failed(story.call(Act::get, "/a"), Errc::node_exists, Outcome::not_applied);
    check_error(story.calls.back(), story.chronicle, story.verdict);
    EXPECT_THAT(story.fault(), HasSubstr("not an error of this call"));
}

TEST(ErrorCheckTest, AReadWhoseOutcomeIsUnknown) {
    Story story;
    Story::failed(story.call(Act::get, "/a"), Errc::connection_loss, Outcome::unknown);
    check_error(story.calls.back(), story.chronicle, story.verdict);
    EXPECT_THAT(story.fault(), HasSubstr("not an outcome of this error"));
}

TEST(ErrorCheckTest, ARefusalThatWasNeverRight) {
    Story story;
    story.wrote(Write::Kind::create, "/a", "d1");
    auto& call =
        Story::failed(story.call(Act::set, "/a", "d9"), Errc::no_node, Outcome::not_applied);
    check_error(call, story.chronicle, story.verdict);
    EXPECT_THAT(story.fault(), IsEmpty());  // before it was created
    call.called = Story::at(20);
    check_error(call, story.chronicle, story.verdict);
    EXPECT_THAT(story.fault(), HasSubstr("it was never so"));
}

TEST(ErrorCheckTest, AVersionThatWasTheRightOne) {
    Story story;
    story.wrote(Write::Kind::create, "/a", "d1");
    auto& call =
        Story::failed(story.call(Act::remove, "/a"), Errc::bad_version, Outcome::not_applied);
    call.version = 3;
    check_error(call, story.chronicle, story.verdict);
    EXPECT_THAT(story.fault(), IsEmpty());
    call.version = 0;
    check_error(call, story.chronicle, story.verdict);
    EXPECT_THAT(story.fault(), HasSubstr("it was never so"));
}

}  // namespace
}  // namespace kazoo::history
