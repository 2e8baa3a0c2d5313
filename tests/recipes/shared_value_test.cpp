// SPDX-License-Identifier: Apache-2.0
// SharedValue: versions, conditional writes, and reports of newer values.
#include "recipe_fixture.hpp"

#include <kazoo/recipes/shared_value.hpp>

#include <algorithm>

namespace kazoo::recipe_tests {
namespace {

class SharedValueTest : public RecipeTest {
protected:
    std::int64_t session() { return zk().client_id().value().session_id; }
    std::string data() { return other().get("/v").data; }
};

TEST_P(SharedValueTest, BeginsWithItsSeed) {
    const SharedValue value(zk(), "/a/v", "seed");
    EXPECT_EQ(value.newest(), std::nullopt);
    const auto first = value.get();
    EXPECT_EQ(first.data, "seed");
    EXPECT_EQ(first.stat, other().get("/a/v").stat);
    EXPECT_EQ(value.newest(), first);
    const SharedValue same(other(), "/a/v", "another seed");
    EXPECT_EQ(same.get(), first);
    const auto second = value.set("x");
    EXPECT_EQ(second.data, "x");
    EXPECT_EQ(same.get(), second);
}

TEST_P(SharedValueTest, IsReplacedOnlyIfNobodyHasChangedIt) {
    const SharedValue value(zk(), "/v", "0");
    const auto first = value.get();
    const auto second = value.try_set(first, "1");
    ASSERT_TRUE(second);
    EXPECT_EQ(second->data, "1");
    EXPECT_EQ(second->stat, other().get("/v").stat);
    EXPECT_EQ(value.try_set(first, "2"), std::nullopt);
    EXPECT_EQ(value.newest(), second) << "it has been read again";
    other().set("/v", "1");
    EXPECT_EQ(value.try_set(*second, "2"), std::nullopt) << "the same data, set again";
    other().delete_("/v");
    EXPECT_EQ(value.try_set(*second, "2"), std::nullopt);
    EXPECT_EQ(data(), "0") << "a missing node is created with the seed";
}

TEST_P(SharedValueTest, AWriteWithoutAReplyIsNeverAppliedTwice) {
    const SharedValue value(zk(), "/v", "0");
    const auto first = value.get();
    server.inject(Fault::drop_before().on(Request::set).session(session()).once());
    const auto second = value.try_set(first, "1");
    ASSERT_TRUE(second) << "it was sent again";
    server.inject(Fault::drop_after().on(Request::set).session(session()).once());
    const auto error = error_of(value.try_set_async(*second, "2"));
    EXPECT_EQ(error.code(), Errc::connection_loss);
    EXPECT_EQ(error.outcome(), Outcome::unknown);
    EXPECT_EQ(other().get("/v").stat.version, 2);
}

TEST_P(SharedValueTest, ListenersReceiveNewerValues) {
    const SharedValue value(zk(), "/v", "0");
    auto values = std::make_shared<Recorder<std::string>>();
    auto watch = value.listen([values](const VersionedValue& now) { values->add(now.data); });
    watch.first_call().get(patience);
    EXPECT_EQ(values->size(), 0) << "there is no node";
    value.get();
    ASSERT_TRUE(values->wait_for(1));
    other().set("/v", "1");
    ASSERT_TRUE(values->wait_for(2));
    EXPECT_EQ(value.newest().value().data, "1");
    other().delete_("/v");
    other().create("/v", "2");
    ASSERT_TRUE(values->wait_for(3));
    expire_session();
    other().set("/v", "3");
    ASSERT_TRUE(wait_until([&] { return values->all().back() == "3"; }, patience));
    EXPECT_EQ(values->all(), (std::vector<std::string>{"0", "1", "2", "3"}));
}

TEST_P(SharedValueTest, AListenerThatReturnsFalseEnds) {
    other().create("/v", "1");
    const SharedValue value(zk(), "/v");
    const auto watch = value.listen([](const VersionedValue& now) { return now.data != "1"; });
    EXPECT_TRUE(becomes(watch, WatchEnd::function));
}

TEST_P(SharedValueTest, AStreamReturnsNewerValues) {
    std::optional<SharedValue> value(std::in_place, zk(), "/v", "0");
    auto stream = value->changes();
    value->get();
    EXPECT_EQ(stream.next().get(patience).value().data, "0");
    auto next = stream.next();
    value->set("1");
    EXPECT_EQ(next.get(patience).value().data, "1");
    next = stream.next();
    EXPECT_EQ(error_of(stream.next()).code(), Errc::bad_arguments);
    value.reset();
    other().set("/v", "2");
    EXPECT_EQ(next.get(patience).value().data, "2") << "it does not need the object";
    next = stream.next();
    stream.stop();
    EXPECT_EQ(next.get(patience), std::nullopt);
}

TEST_P(SharedValueTest, MalformedArgumentsAreRefused) {
    const char* const none = nullptr;
    testing_support::thrown<BadArgumentsError>([&] { const SharedValue root(zk(), "/"); });
    testing_support::thrown<BadArgumentsError>([&] { const SharedValue bad(zk(), "/v", none); });
    const SharedValue value(zk(), "/v");
    EXPECT_EQ(error_of(value.set_async(none)).code(), Errc::bad_arguments);
    EXPECT_EQ(error_of(value.try_set_async({}, none)).code(), Errc::bad_arguments);
    EXPECT_FALSE(other().exists("/v"));
}

TEST_P(SharedValueTest, CallsEndWithTheClient) {
    std::optional<SharedValue> value;
    {
        KazooClient client(options());
        client.start(patience);
        value.emplace(client, "/v");
        EXPECT_EQ(value->get().data, "");
    }
    EXPECT_EQ(error_of(value->get_async()).code(), ClientErrc::connection_closed);
    EXPECT_EQ(error_of(value->set_async("1")).code(), ClientErrc::connection_closed);
    const auto is_refused = [](auto&& call) {
        try {
            call();
            return false;  // the client is about to end
        } catch (const ConnectionClosedError&) {
            return true;
        }
    };
    EXPECT_TRUE(wait_until(
        [&] {
            return is_refused([&] {
                const auto watch = value->listen([](const VersionedValue&) {});
            });
        },
        patience
    ));
    EXPECT_TRUE(is_refused([&] { const auto stream = value->changes(); }));
}

KAZOO_ON_EACH_HANDLER(SharedValueTest);

}  // namespace
}  // namespace kazoo::recipe_tests
