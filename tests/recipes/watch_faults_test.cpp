// SPDX-License-Identifier: Apache-2.0
// Watches while connections, sessions and clients come and go, and while reads fail.
#include "recipe_fixture.hpp"

#include <utility>

namespace kazoo::recipe_tests {
namespace {

using Data = std::optional<std::string>;
using MaybeStat = std::optional<ZnodeStat>;

class WatchFaults : public RecipeTest {
protected:
    DataWatch recording(
        KazooClient& client, const DataWatchOptions& options = DataWatchOptions().retry(quick())
    ) {
        return DataWatch(
            client,
            "/a",
            [calls = calls](const DataChange& change) { calls->add(change); },
            DataWatchOptions(options).on_error([errors = errors](const Error& error) {
                errors->add(error);
            })
        );
    }
    Data last() const {
        const auto all = calls->all();
        return all.empty() || !all.back().node ? Data() : all.back().node->data;
    }
    bool becomes_last(const char* data) const {
        return wait_until([&] { return last() == data; }, patience);
    }

    std::shared_ptr<Recorder<DataChange>> calls = std::make_shared<Recorder<DataChange>>();
    std::shared_ptr<Recorder<Error>> errors = std::make_shared<Recorder<Error>>();
};

TEST_P(WatchFaults, TheWatchSurvivesAReconnectWithoutAnotherRead) {
    other().create("/a", "1");
    auto watch = recording(zk());
    ASSERT_TRUE(calls->wait_for(1));
    const testing_support::StateLog states(zk());
    // A second read would not be answered; nor would the reply to SetWatches, which follows it.
    const auto held =
        server.inject(Fault::hold().on(Request::get).session(zk().client_id()->session_id));
    server.drop_connection(zk().client_id()->session_id);
    ASSERT_TRUE(states.wait_for(KazooState::CONNECTED));
    EXPECT_TRUE(zk().exists("/", CallOptions().timeout(patience)));
    EXPECT_EQ(calls->size(), 1);
    server.remove(held);
    other().set("/a", "2");
    EXPECT_TRUE(becomes_last("2"));
}

TEST_P(WatchFaults, AChangeDuringAnInterruptionIsReported) {
    other().create("/a", "1");
    auto watch = recording(zk());
    ASSERT_TRUE(calls->wait_for(1));
    const testing_support::StateLog states(zk());
    server.handshakes(testing::Handshake::refuse);
    server.drop_connection(zk().client_id()->session_id);
    ASSERT_TRUE(states.wait_for(KazooState::SUSPENDED));
    other().set("/a", "2");
    server.clear_faults();
    EXPECT_TRUE(becomes_last("2"));
    EXPECT_EQ(calls->size(), 2);
}

TEST_P(WatchFaults, AChangeAcrossTheLossOfTheSessionIsReportedOnce) {
    other().create("/a", "1");
    auto watch = recording(zk());
    ASSERT_TRUE(calls->wait_for(1));
    const auto held = server.inject(
        Fault::fail(Errc::connection_loss).on(Request::get)  // until the node has changed
    );
    expire_session();
    other().set("/a", "2");
    server.remove(held);
    ASSERT_TRUE(calls->wait_for(2));
    EXPECT_FALSE(calls->all()[1].event) << "no event announced it";
    other().set("/a", "3");
    ASSERT_TRUE(calls->wait_for(3)) << "the watch is registered in the new session";
    EXPECT_EQ(calls->all()[2].event.value().type, EventType::CHANGED);
    EXPECT_EQ(calls->size(), 3);
}

TEST_P(WatchFaults, AnUnchangedNodeIsNotReportedAfterTheLossOfTheSession) {
    other().create("/a", "1");
    auto watch = recording(zk());
    ASSERT_TRUE(calls->wait_for(1));
    for (int i = 2; i <= 3; ++i) {
        expire_session();
        other().set("/a", std::to_string(i));
        ASSERT_TRUE(becomes_last(std::to_string(i).c_str()));
    }
    EXPECT_LE(calls->size(), 3) << "at most one call for each change";
    EXPECT_EQ(watch.ended(), std::nullopt);
}

TEST_P(WatchFaults, EndsWithTheSessionOnRequest) {
    other().create("/a", "1");
    auto watch = recording(zk(), DataWatchOptions().allow_session_lost(false));
    watch.first_call().get(patience);
    const testing_support::StateLog states(zk());
    server.drop_connection(zk().client_id()->session_id);
    ASSERT_TRUE(states.wait_for(2));
    EXPECT_EQ(watch.ended(), std::nullopt) << "a reconnect keeps the session";
    expire_session();
    EXPECT_TRUE(becomes(watch, WatchEnd::session_lost));
    ASSERT_TRUE(errors->wait_for(1));
    EXPECT_EQ(errors->all()[0].code(), Errc::session_expired);
    EXPECT_EQ(calls->size(), 1);
}

TEST_P(WatchFaults, ALostReplyIsRequestedAgain) {
    other().create("/a", "1");
    server.inject(
        Fault::drop_after().on(Request::get).session(zk().client_id()->session_id).times(2)
    );
    auto watch = recording(zk());
    EXPECT_TRUE(becomes_last("1"));
    EXPECT_EQ(errors->size(), 0) << "it passes with a reconnect";
}

TEST_P(WatchFaults, AnErrorThatRecursIsReportedOnceAndTheNodeReadWhenItMayBe) {
    other().create("/a", "1");
    const auto fault = server.inject(
        Fault::fail(Errc::no_auth).on(Request::get).session(zk().client_id()->session_id)
    );
    auto watch = recording(zk());
    ASSERT_TRUE(errors->wait_for(1));
    EXPECT_EQ(errors->all()[0].code(), Errc::no_auth);
    EXPECT_EQ(errors->all()[0].path(), "/a");
    server.remove(fault);
    EXPECT_TRUE(becomes_last("1"));
    EXPECT_EQ(errors->size(), 1);
    server.inject(Fault::fail(Errc::no_auth).on(Request::get).times(2));
    zk().set("/a", "2");
    EXPECT_TRUE(becomes_last("2"));
    EXPECT_EQ(errors->size(), 2) << "reported again after a success";
}

TEST_P(WatchFaults, ErrorsWithoutAFunctionAreLogged) {
    other().create("/a", "1");
    server.inject(Fault::fail(Errc::no_auth).on(Request::get).once());
    const DataWatch watch(zk(), "/a", [](const DataChange&) {});
    EXPECT_TRUE(wait_for_log("DataWatch of /a: get /a:"));
}

TEST_P(WatchFaults, EndsWhenThePolicyAllowsNoOtherTry) {
    server.inject(Fault::fail(Errc::no_auth).on(Request::get));
    auto watch = recording(zk(), DataWatchOptions().retry(quick().max_tries(3)));
    EXPECT_TRUE(becomes(watch, WatchEnd::failed));
    ASSERT_TRUE(errors->wait_for(2));
    EXPECT_EQ(errors->all()[1].code(), ClientErrc::retry_failed);
    EXPECT_EQ(error_of(watch.first_call()).code(), ClientErrc::retry_failed);
}

TEST_P(WatchFaults, WaitsForTheClientToBeStartedAndStartedAgain) {
    other().create("/a", "1");
    auto& client = make_client();
    auto watch = recording(client);
    client.start(patience);
    ASSERT_TRUE(becomes_last("1"));
    client.stop();
    other().set("/a", "2");
    client.start(patience);
    EXPECT_TRUE(becomes_last("2"));
    EXPECT_EQ(watch.ended(), std::nullopt);
}

TEST_P(WatchFaults, FollowsAClientThatIsMoved) {
    other().create("/a", "1");
    KazooClient client(options());
    client.start(patience);
    auto watch = recording(client);
    ASSERT_TRUE(becomes_last("1"));
    KazooClient moved(std::move(client));
    other().set("/a", "2");
    EXPECT_TRUE(becomes_last("2"));
}

TEST_P(WatchFaults, EndsWhenTheClientIsDestroyed) {
    other().create("/a", "1");
    std::optional<DataWatch> watch;
    {
        KazooClient client(options());
        client.start(patience);
        watch.emplace(recording(client));
        ASSERT_TRUE(becomes_last("1"));
    }
    EXPECT_TRUE(becomes(*watch, WatchEnd::client_stopped));
    other().set("/a", "2");
    EXPECT_EQ(calls->size(), 1);
    watch.reset();
}

TEST_P(WatchFaults, EndsWithAClientThatWasNeverStarted) {
    std::optional<DataWatch> watch;
    {
        KazooClient client(options());
        watch.emplace(recording(client));
    }
    EXPECT_TRUE(becomes(*watch, WatchEnd::client_stopped));
    EXPECT_EQ(error_of(watch->first_call()).code(), ClientErrc::connection_closed);
}

TEST_P(WatchFaults, AStopEndsAPause) {
    server.inject(Fault::fail(Errc::no_auth).on(Request::get));
    const auto hourly = RetryPolicy().delay(1h).max_delay(1h);
    auto first = recording(zk(), DataWatchOptions().retry(hourly));
    auto second = recording(zk(), DataWatchOptions().retry(hourly));
    ASSERT_TRUE(errors->wait_for(2));
    first.stop();
    zk().stop();  // ends the pause of the second one; TearDown checks that no work is left
    EXPECT_EQ(second.ended(), std::nullopt);
}

TEST_P(WatchFaults, ARefOutlivesItsClient) {
    std::optional<KazooClient> client(std::in_place, options());
    const ClientRef ref(*client);
    KazooClient moved(std::move(*client));
    client.reset();
    std::string chroot = "none";
    EXPECT_TRUE(ref.with([&](KazooClient& same) { chroot = same.chroot(); }));
    EXPECT_EQ(chroot, "");
    EXPECT_TRUE(ref.exists());
    moved = KazooClient(options());
    EXPECT_FALSE(ref.exists());
    EXPECT_FALSE(ref.with([&](KazooClient&) { chroot = "called"; }));
    EXPECT_EQ(chroot, "");
    const auto retried = ref.retry(RetryPolicy().delay(1h)).call_async([&] {
        return zk().get_async("/absent/" + std::string(1, '\1'));  // fails at once
    });
    EXPECT_EQ(error_of(retried).code(), Errc::bad_arguments);
}

KAZOO_ON_EACH_HANDLER(WatchFaults);

}  // namespace
}  // namespace kazoo::recipe_tests
