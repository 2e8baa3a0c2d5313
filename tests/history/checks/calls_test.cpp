// SPDX-License-Identifier: Apache-2.0
// Tests of the checks of single calls and of their order, on faulty histories.
#include "history/checks/errors.hpp"
#include "history/checks/once.hpp"
#include "history/checks/order.hpp"
#include "history/checks/sample_history.hpp"

#include <gmock/gmock.h>

namespace kazoo::history {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

TEST(OnceCheckTest, ACallCompletesOnceAndSoDoesItsCallback) {
    SampleHistory sample;
    auto& call = sample.call(Act::get, "/a");
    check_once(call, sample.verdict);
    EXPECT_THAT(sample.fault(), IsEmpty());
    call.completions = 0;
    check_once(call, sample.verdict);
    EXPECT_THAT(sample.fault(), HasSubstr("completed 0 times"));
}

TEST(OnceCheckTest, ACallbackThatRunsTwice) {
    SampleHistory sample;
    sample.call(Act::get, "/a").callbacks = 2;
    check_once(sample.calls.front(), sample.verdict);
    EXPECT_THAT(sample.fault(), HasSubstr("its callback ran 2 times"));
}

TEST(OrderCheckTest, AReplyThatOvertakes) {
    SampleHistory sample;
    auto& first = sample.call(Act::get, "/a");
    auto& second = sample.call(Act::set, "/a", "d2");
    OrderCheck order(sample.verdict);
    order.on_over(second);
    EXPECT_THAT(sample.fault(), IsEmpty());
    order.on_over(first);
    EXPECT_THAT(sample.fault(), HasSubstr("answered after call 2"));
}

TEST(OrderCheckTest, ClientsAndTheirLivesAreIndependent) {
    SampleHistory sample;
    auto& first = sample.call(Act::get, "/a");
    auto& second = sample.call(Act::get, "/a");
    auto& third = sample.call(Act::get, "/a", "", 1);
    second.life = 1;
    OrderCheck order(sample.verdict);
    order.on_over(third);
    order.on_over(second);
    order.on_over(first);
    EXPECT_THAT(sample.fault(), IsEmpty());
}

TEST(ErrorCheckTest, AnImpossibleError) {
    SampleHistory sample;
    SampleHistory::failed(sample.call(Act::get, "/a"), Errc::node_exists, Outcome::not_applied);
    check_error(sample.calls.back(), sample.chronicle, sample.verdict);
    EXPECT_THAT(sample.fault(), HasSubstr("not an error of this call"));
}

TEST(ErrorCheckTest, AReadWhoseOutcomeIsUnknown) {
    SampleHistory sample;
    SampleHistory::failed(sample.call(Act::get, "/a"), Errc::connection_loss, Outcome::unknown);
    check_error(sample.calls.back(), sample.chronicle, sample.verdict);
    EXPECT_THAT(sample.fault(), HasSubstr("not an outcome of this error"));
}

TEST(ErrorCheckTest, AnUnjustifiedRefusal) {
    SampleHistory sample;
    sample.wrote(Write::Kind::create, "/a", "d1");
    auto& call = SampleHistory::failed(
        sample.call(Act::set, "/a", "d9"), Errc::no_node, Outcome::not_applied
    );
    check_error(call, sample.chronicle, sample.verdict);
    EXPECT_THAT(sample.fault(), IsEmpty());  // before it was created
    call.called = SampleHistory::at(20);
    check_error(call, sample.chronicle, sample.verdict);
    EXPECT_THAT(sample.fault(), HasSubstr("refused without justification"));
}

TEST(ErrorCheckTest, AVersionThatWasRight) {
    SampleHistory sample;
    sample.wrote(Write::Kind::create, "/a", "d1");
    auto& call = SampleHistory::failed(
        sample.call(Act::remove, "/a"), Errc::bad_version, Outcome::not_applied
    );
    call.version = 3;
    check_error(call, sample.chronicle, sample.verdict);
    EXPECT_THAT(sample.fault(), IsEmpty());
    call.version = 0;
    check_error(call, sample.chronicle, sample.verdict);
    EXPECT_THAT(sample.fault(), HasSubstr("refused without justification"));
}

}  // namespace
}  // namespace kazoo::history
