// SPDX-License-Identifier: Apache-2.0
// Tests of the checks of counters and shared values, on faulty histories.
#include "checks/counters.hpp"

#include "checks/shared_values.hpp"
#include "history/checks/sample_history.hpp"

#include <gmock/gmock.h>

#include <string>
#include <vector>

namespace kazoo::sim {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;

class CounterCheckTest : public testing::Test {
protected:
    CounterCheckTest() { check.add("a", CounterCheck::Format::text); }
    TimePoint now() { return SampleHistory::at(static_cast<int>(sample.chronicle.zxid()) * 10); }
    void write(const std::string& value) {
        const auto exists = sample.chronicle.of("/n/a").back().exists;
        sample.wrote(exists ? Write::Kind::set : Write::Kind::create, "/n/a", value);
    }
    /// A change by 1, 2 and so on.
    CounterCall& add(std::int64_t before) {
        auto& call = check.begin(0, "/n/a", now());
        write(std::to_string(before + call.delta));
        call.over = call.changed = true;
        call.ended = now();
        call.before = before;
        call.after = before + call.delta;
        call.version = sample.chronicle.of("/n/a").back().version;
        return call;
    }
    const std::vector<std::string>& faults() {
        check.at_end();
        return sample.verdict.faults();
    }

    SampleHistory sample;
    CounterCheck check{sample.verdict, sample.chronicle, ""};
};

TEST_F(CounterCheckTest, AcceptsEachChangeOnce) {
    add(0);
    add(1);
    auto& lost = add(3);
    lost.changed = false;
    lost.error = Error(Errc::connection_loss, Outcome::unknown);
    EXPECT_THAT(faults(), IsEmpty());
}

TEST_F(CounterCheckTest, ReportsAChangeThatIsOverwritten) {
    add(0);
    add(0);
    EXPECT_THAT(faults(), Contains(HasSubstr("the change of /n/a by 2 was applied 0 times")));
}

TEST_F(CounterCheckTest, ReportsAChangeThatIsAppliedTwiceOrInSpiteOfItsOutcome) {
    auto& call = add(0);
    write("2");
    EXPECT_THAT(faults(), Contains(HasSubstr("was applied 2 times")));
    sample.verdict = Verdict();
    write("1");
    call.changed = false;
    call.error = Error(ClientErrc::cancelled, Outcome::not_applied);
    EXPECT_THAT(faults(), Contains(HasSubstr("was applied 2 times")));
}

TEST_F(CounterCheckTest, ReportsOtherValuesAndOtherText) {
    add(0).before = 5;
    EXPECT_THAT(faults(), Contains(HasSubstr("returned other values")));
    write("many");
    EXPECT_THAT(faults(), Contains(HasSubstr("has the value 'many'")));
}

class ValueCheckTest : public testing::Test {
protected:
    ValueCheckTest() { sample.wrote(Write::Kind::create, "/v", "seed"); }
    TimePoint now() { return SampleHistory::at(static_cast<int>(sample.chronicle.zxid()) * 10); }
    [[nodiscard]] VersionedValue value(std::int64_t zxid) const {
        const auto& state = sample.chronicle.of("/v", zxid);
        VersionedValue made;
        made.data = state.data;
        made.stat.czxid = state.czxid;
        made.stat.mzxid = state.mzxid;
        made.stat.version = state.version;
        return made;
    }
    ValueCall& set(std::int64_t expected) {
        auto& call = check.begin(0, expected, now());
        sample.wrote(Write::Kind::set, "/v", call.data);
        call.over = true;
        call.ended = now();
        call.value = value(sample.chronicle.zxid());
        return call;
    }
    std::string fault() {
        check.at_end();
        return sample.fault();
    }

    SampleHistory sample;
    ValueCheck check{sample.verdict, sample.chronicle, ""};
};

TEST_F(ValueCheckTest, AcceptsValuesThatReplaceTheExpectedOnes) {
    const auto& first = set(1);
    set(first.value->stat.mzxid);
    set(0);
    EXPECT_THAT(fault(), IsEmpty());
}

TEST_F(ValueCheckTest, ReportsAValueThatReplacesAnother) {
    set(0);
    set(1);
    EXPECT_THAT(fault(), HasSubstr("has replaced the value of"));
}

TEST_F(ValueCheckTest, ReportsAValueThatWasSetInSpiteOfItsOutcome) {
    set(0).value.reset();
    EXPECT_THAT(fault(), HasSubstr("was set 1 times"));
}

TEST_F(ValueCheckTest, ReportsListenersThatGoBackOrMissTheLastValue) {
    ValueView view;
    set(0);
    check.on_value(view, value(2));
    check.check_last(view);
    EXPECT_THAT(sample.fault(), IsEmpty());
    check.on_value(view, value(1));
    EXPECT_THAT(sample.fault(), HasSubstr("after that of 2"));
    check.check_last(view);
    EXPECT_THAT(sample.verdict.faults().back(), HasSubstr("and not value1"));
}

}  // namespace
}  // namespace kazoo::sim
