// SPDX-License-Identifier: Apache-2.0
// Counters: changes by many clients, and changes whose replies are lost.
#include "recipe_fixture.hpp"

#include <kazoo/recipes/counter.hpp>

#include <algorithm>
#include <future>
#include <limits>

namespace kazoo::recipe_tests {
namespace {

using namespace std::string_literals;

constexpr auto most = std::numeric_limits<std::int64_t>::max();

class CounterTest : public RecipeTest {
protected:
    std::int64_t session() { return zk().client_id().value().session_id; }
    std::string data() { return other().get("/c").data; }
    void lose_reply_of(Request request) {
        server.inject(Fault::drop_after().on(request).session(session()).once());
    }
    Fault hold_set() { return Fault::hold().on(Request::set).session(session()); }

    /// Blocks the thread that delivers the failure of `request`, which then delivers nothing else,
    /// until `change` is ready; at most a second.
    template <class T>
    static AsyncResult<void> block_after(
        AsyncResult<std::optional<ZnodeStat>> request, AsyncResult<T> change
    ) {
        try {
            co_await direct(std::move(request));
        } catch (const OperationTimeoutError&) {
            wait_until([&] { return change.ready(); }, 1s);
        }
    }
};

TEST_P(CounterTest, CountsFromItsDefaultValue) {
    Counter counter(zk(), "/a/c", 10);
    EXPECT_EQ(counter.value(), 10);
    EXPECT_FALSE(other().exists("/a")) << "a read creates nothing";
    const auto change = counter.add(5);
    EXPECT_TRUE(change.changed);
    EXPECT_EQ(change.pre_value, 10);
    EXPECT_EQ(change.post_value, 15);
    EXPECT_EQ(change.version, other().get("/a/c").stat.version);
    counter += 2;
    counter -= 20;
    EXPECT_EQ(counter.value(), -3);
    EXPECT_EQ(other().get("/a/c").data, "-3");
    EXPECT_EQ(counter.set(8).pre_value, -3);
    EXPECT_EQ(counter.subtract(1).post_value, 7);
}

TEST_P(CounterTest, ComparesBeforeItSets) {
    const Counter counter(zk(), "/c");
    EXPECT_TRUE(counter.compare_and_set(0, 5).changed);
    const auto refused = counter.compare_and_set(0, 6);
    EXPECT_FALSE(refused.changed);
    EXPECT_EQ(refused.pre_value, 5);
    EXPECT_EQ(refused.post_value, 5);
    EXPECT_EQ(refused.version, other().get("/c").stat.version);
    EXPECT_EQ(data(), "5");
}

TEST_P(CounterTest, FloatsAreThoseOfPython) {
    DoubleCounter counter(zk(), "/c");
    counter += 0.1;
    counter += 0.2;
    EXPECT_EQ(data(), "0.30000000000000004");
    other().set("/c", "2");
    EXPECT_EQ(counter.add(1e16).post_value, 1e16 + 2);
    EXPECT_EQ(data(), "1.0000000000000002e+16");
    EXPECT_EQ(counter.add_async(1e308).get(patience).post_value, 1e308);
    EXPECT_EQ(error_of(counter.add_async(1.5e308)).code(), Errc::bad_arguments);
}

TEST_P(CounterTest, BytesAreThoseOfCurator) {
    Counter small(zk(), "/c", 3, CounterOptions().format(CounterFormat::int32_be));
    small += 255;
    EXPECT_EQ(data(), "\0\0\x01\x02"s);
    Counter large(zk(), "/d", CounterOptions().format(CounterFormat::int64_be));
    large -= 1;
    EXPECT_EQ(other().get("/d").data, std::string(8, '\xff'));
    testing_support::thrown<BadArgumentsError>([&] {
        const auto bytes = CounterOptions().format(CounterFormat::int64_be);
        const DoubleCounter none(zk(), "/c", bytes);
    });
    testing_support::thrown<BadArgumentsError>([&] {
        const auto bytes = CounterOptions().format(CounterFormat::int32_be);
        const Counter none(zk(), "/c", most, bytes);
    });
}

TEST_P(CounterTest, OverflowsAreRefused) {
    const Counter counter(zk(), "/c");
    counter.set(most);
    const auto error = error_of(counter.add_async(1));
    EXPECT_EQ(error.code(), Errc::bad_arguments);
    EXPECT_EQ(error.outcome(), Outcome::not_applied);
    EXPECT_NE(error.detail().find(std::to_string(most)), std::string::npos) << error;
    EXPECT_EQ(counter.value(), most);
    const Counter small(zk(), "/d", CounterOptions().format(CounterFormat::int32_be));
    small.set(2147483647);
    EXPECT_EQ(error_of(small.add_async(1)).code(), Errc::bad_arguments);
}

TEST_P(CounterTest, OtherDataAreMalformed) {
    other().create("/c", "2.0");
    const Counter counter(zk(), "/c");
    EXPECT_EQ(error_of(counter.value_async()).code(), ClientErrc::malformed_data);
    const auto error = error_of(counter.add_async(1));
    EXPECT_EQ(error.code(), ClientErrc::malformed_data);
    EXPECT_EQ(error.path(), "/c");
    EXPECT_STREQ(error.operation(), "add");
    EXPECT_EQ(data(), "2.0");
}

TEST_P(CounterTest, NoChangeOfAnotherClientIsLost) {
    Counter mine(zk(), "/c");
    auto theirs = std::async(std::launch::async, [this] {
        Counter counter(other(), "/c", CounterOptions().retry(quick()));
        for (int i = 0; i < 50; ++i) counter += 1;
    });
    std::vector<AsyncResult<CounterChange<std::int64_t>>> changes;
    Counter quickly(zk(), "/c", CounterOptions().retry(quick()));
    for (int i = 0; i < 20; ++i) changes.push_back(quickly.add_async(1));
    for (const auto& change : changes) change.get(patience);
    theirs.get();
    EXPECT_EQ(mine.value(), 70);
    std::vector<std::int64_t> found;
    for (const auto& change : changes) found.push_back(change.get().pre_value);
    std::sort(found.begin(), found.end());
    EXPECT_EQ(std::adjacent_find(found.begin(), found.end()), found.end())
        << "each change has replaced a value of its own";
}

TEST_P(CounterTest, TriesAreBounded) {
    other().create("/c", "1");
    server.inject(Fault::fail(Errc::bad_version).on(Request::set).session(session()));
    const Counter counter(zk(), "/c", CounterOptions().retry(quick().max_tries(3)));
    const auto error = error_of(counter.add_async(1));
    EXPECT_EQ(error.code(), ClientErrc::retry_failed);
    EXPECT_EQ(error.outcome(), Outcome::not_applied);
    const Counter patient(zk(), "/c", CounterOptions().retry(quick()));
    const auto late = error_of(patient.add_async(1, CallOptions().timeout(30ms)));
    EXPECT_EQ(late.code(), Errc::operation_timeout);
    // Usually the time is over during a pause. A set that is in flight then may be applied.
    EXPECT_TRUE(late.outcome() == Outcome::not_applied || late.outcome() == Outcome::unknown);
    EXPECT_EQ(data(), "1");
}

TEST_P(CounterTest, ALostReplyOfACreateOrReadIsNoError) {
    const Counter counter(zk(), "/c");
    lose_reply_of(Request::create);
    EXPECT_EQ(counter.add(2).post_value, 2);
    lose_reply_of(Request::get);
    EXPECT_EQ(counter.add(2).post_value, 4);
}

TEST_P(CounterTest, AWriteThatWasNotAppliedIsSentAgain) {
    other().create("/c", "1");
    const Counter counter(zk(), "/c");
    server.inject(Fault::drop_before().on(Request::set).session(session()).once());
    EXPECT_EQ(counter.add(1).post_value, 2);
    EXPECT_EQ(data(), "2");
}

TEST_P(CounterTest, AWriteWithoutAReplyIsNeverAppliedTwice) {
    other().create("/c", "1");
    const Counter counter(zk(), "/c");
    lose_reply_of(Request::set);
    const auto error = error_of(counter.add_async(1));
    EXPECT_EQ(error.code(), Errc::connection_loss);
    EXPECT_EQ(error.outcome(), Outcome::unknown);
    EXPECT_EQ(error.path(), "/c");
    EXPECT_STREQ(error.operation(), "add");
    EXPECT_EQ(data(), "2");
}

TEST_P(CounterTest, ATimeLimitOrACancellationDuringTheWriteIsUnknown) {
    other().create("/c", "1");
    const Counter counter(zk(), "/c");
    const auto held = server.inject(hold_set());
    const auto late = error_of(counter.add_async(1, CallOptions().timeout(500ms)));
    EXPECT_EQ(late.code(), Errc::operation_timeout);
    EXPECT_EQ(late.outcome(), Outcome::unknown);
    EXPECT_EQ(data(), "2") << "it was applied";
    server.remove(held);
    server.inject(hold_set());
    const auto cancelled = counter.add_async(1);
    ASSERT_TRUE(wait_until([&] { return data() == "3"; }, patience));
    cancelled.cancel();
    EXPECT_EQ(error_of(cancelled).code(), ClientErrc::cancelled);
    EXPECT_EQ(error_of(cancelled).outcome(), Outcome::unknown);
}

/// On several threads: one may be blocked while a timer fires.
class CounterOnThreads : public CounterTest {};

TEST_P(CounterOnThreads, TheOutcomeIsThatOfTheWriteAlsoIfItIsDeliveredAfterTheTimeLimit) {
    other().create("/c", "1");
    const Counter counter(zk(), "/c");
    server.inject(hold_set());
    const auto limit = zk().handler()->now() + 500ms;
    const auto late = counter.add_async(1, CallOptions().deadline(limit));
    ASSERT_TRUE(wait_until([&] { return data() == "2"; }, patience));
    auto request = zk().exists_async("/", CallOptions().deadline(limit - 5ms));
    const auto blocked = block_after(std::move(request), late);
    EXPECT_EQ(error_of(late).code(), Errc::operation_timeout);
    EXPECT_EQ(error_of(late).outcome(), Outcome::unknown);
    EXPECT_TRUE(blocked.wait(patience));
}

TEST_P(CounterTest, TheDeadlineOfThePolicyEndsATry) {
    other().create("/c", "1");
    const Counter counter(zk(), "/c", CounterOptions().retry(quick().deadline(1s)));
    const auto held = server.inject(hold_set());
    const auto late = counter.add_async(1);
    ASSERT_TRUE(wait_until([&] { return data() == "2"; }, patience));
    EXPECT_EQ(error_of(late).code(), ClientErrc::retry_failed);
    EXPECT_EQ(error_of(late).outcome(), Outcome::unknown);
    const auto why = error_of(late).detail();
    EXPECT_NE(why.find("operation_timeout"), std::string::npos) << why;
    server.remove(held);
    server.inject(Fault::hold().on(Request::get).session(session()));
    const auto unchanged = error_of(counter.add_async(1, CallOptions().timeout(50ms)));
    EXPECT_EQ(unchanged.code(), Errc::operation_timeout);
    EXPECT_NE(unchanged.outcome(), Outcome::unknown);
    EXPECT_EQ(error_of(counter.value_async()).code(), ClientErrc::retry_failed);
}

TEST_P(CounterTest, ATryEndsAtTheTimeoutOfTheClient) {
    other().create("/c", "1");
    auto& impatient = make_client(options().call_timeout(50ms));
    impatient.start(patience);
    const auto id = impatient.client_id().value().session_id;
    server.inject(Fault::hold().on(Request::get).session(id));
    const Counter counter(impatient, "/c", CounterOptions().retry(quick().deadline(30s)));
    EXPECT_EQ(error_of(counter.value_async()).code(), Errc::operation_timeout);
    const auto failed = error_of(counter.add_async(1));
    EXPECT_EQ(failed.code(), Errc::operation_timeout);
    EXPECT_NE(failed.outcome(), Outcome::unknown);
}

TEST_P(CounterTest, AWriteThatAnotherOneHasReplacedIsRepeated) {
    other().create("/c", "1");
    const Counter counter(zk(), "/c");
    // The write does not reach the node, and another client writes before it is sent again.
    server.inject(Fault::drop_before().on(Request::set).session(session()).once());
    const auto held = server.inject(Fault::fail(Errc::connection_loss).on(Request::sync));
    const testing_support::StateLog states(zk());
    const auto change = counter.add_async(1);
    ASSERT_TRUE(states.wait_for(2));
    other().set("/c", "10");
    server.remove(held);
    EXPECT_EQ(change.get(patience).pre_value, 10);
    EXPECT_EQ(data(), "11");
}

TEST_P(CounterTest, ExactlyOnceNeedsNoReply) {
    const auto once = CounterOptions().retry(quick()).exactly_once("/markers");
    const Counter counter(zk(), "/c", once);
    EXPECT_EQ(counter.add(1).post_value, 1);
    for (int i = 0; i < 2; ++i) {
        lose_reply_of(Request::multi);
        EXPECT_EQ(counter.add(1).post_value, 2 + i);
    }
    server.inject(Fault::drop_before().on(Request::multi).session(session()).once());
    const auto change = counter.add(1);
    EXPECT_EQ(change.post_value, 4);
    EXPECT_EQ(change.version, other().get("/c").stat.version);
    EXPECT_EQ(data(), "4");
    EXPECT_TRUE(wait_until([&] { return other().get_children("/markers").empty(); }, patience))
        << "markers are deleted";
}

TEST_P(CounterTest, ExactlyOnceAcrossTheLossOfTheSession) {
    const Counter counter(zk(), "/c", CounterOptions().retry(quick()).exactly_once("/markers"));
    counter.add(1);
    const auto held = server.inject(Fault::hold().on(Request::multi).session(session()));
    const auto change = counter.add_async(1);
    ASSERT_TRUE(wait_until([&] { return data() == "2"; }, patience));
    expire_session();
    server.remove(held);
    EXPECT_EQ(change.get(patience).post_value, 2);
    EXPECT_EQ(data(), "2");
}

TEST_P(CounterTest, ExactlyOnceWithOtherClients) {
    const auto once = CounterOptions().retry(quick()).exactly_once("/markers");
    auto theirs = std::async(std::launch::async, [&] {
        const Counter counter(other(), "/c", once);
        for (int i = 0; i < 30; ++i) counter.add(1);
    });
    const Counter counter(zk(), "/c", once);
    for (int i = 0; i < 30; ++i) {
        if (i % 10 == 5) lose_reply_of(Request::multi);
        counter.add(1);
    }
    theirs.get();
    EXPECT_EQ(data(), "60");
}

TEST_P(CounterTest, ACounterThatIsDeletedBeginsAgain) {
    const Counter counter(zk(), "/c", 100);
    counter.add(1);
    other().delete_("/c");
    EXPECT_EQ(counter.value(), 100);
    EXPECT_EQ(counter.add(1).post_value, 101);
}

TEST_P(CounterTest, CallsOutliveTheObjectAndEndWithTheClient) {
    std::optional<Counter> counter;
    {
        KazooClient client(options());
        client.start(patience);
        AsyncResult<CounterChange<std::int64_t>> change;
        {
            const Counter gone(client, "/c");
            change = gone.add_async(1);
        }
        EXPECT_EQ(change.get(patience).post_value, 1);
        counter.emplace(client, "/c");
        KazooClient moved(std::move(client));
        EXPECT_EQ(counter->add_async(1).get(patience).post_value, 2);
        moved.stop();
        EXPECT_EQ(error_of(counter->add_async(1)).code(), ClientErrc::connection_closed);
    }
    EXPECT_EQ(error_of(counter->add_async(1)).code(), ClientErrc::connection_closed);
    EXPECT_EQ(error_of(counter->value_async()).code(), ClientErrc::connection_closed);
}

INSTANTIATE_TEST_SUITE_P(
    Pool, CounterOnThreads, ::testing::Values(testing_support::handler_kind("Pool")), kind_name
);
KAZOO_ON_EACH_HANDLER(CounterTest);

}  // namespace
}  // namespace kazoo::recipe_tests
