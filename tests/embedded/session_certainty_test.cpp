// SPDX-License-Identifier: Apache-2.0
// Until when the session of a real client is certain (KazooClient::session_valid_until).
#include "embedded_fixture.hpp"

#include <kazoo/detail/lease_use.hpp>

#include <optional>

namespace kazoo::embedded_tests {
namespace {

constexpr auto timeout = 1s;

class SessionCertainty : public ::testing::Test {
protected:
    ClientOptions options() { return to(server.hosts()).timeout(timeout); }
    static Duration left(const KazooClient& client) {
        return client.session_valid_until().value() - client.handler()->now();
    }

    Server server{short_sessions()};
};

TEST_F(SessionCertainty, ItBeginsAndEndsWithTheSession) {
    KazooClient zk(options());
    EXPECT_FALSE(zk.session_valid_until());
    const auto before = zk.handler()->now();
    zk.start(patience);
    EXPECT_GT(*zk.session_valid_until(), before + timeout * 9 / 10);
    EXPECT_LT(*zk.session_valid_until(), zk.handler()->now() + timeout);
    zk.stop();
    EXPECT_FALSE(zk.session_valid_until());
}

TEST_F(SessionCertainty, ItLapsesWhileNothingIsWritten) {
    StartedClient zk(options());
    ASSERT_TRUE(becomes_true([&] { return left(zk) < 0s; }));
    EXPECT_TRUE(zk.connected());
}

TEST_F(SessionCertainty, SyncsKeepItWhileItIsInUse) {
    StartedClient zk(options());
    const auto begin = zk.session_valid_until().value();
    std::optional<detail::LeaseUse> use(zk);
    // On a busy machine there may be moments without it, but it always comes back.
    ASSERT_TRUE(becomes_true([&] { return *zk.session_valid_until() > begin + 3 * timeout; }));
    const auto metrics = zk.metrics();
    EXPECT_EQ(metrics.find("sync"), nullptr) << "they are none of the user";
    use.reset();
    ASSERT_TRUE(becomes_true([&] { return left(zk) < 0s; }));
}

TEST_F(SessionCertainty, AUseOutlivesTheSessionAndTheClient) {
    std::optional<detail::LeaseUse> use;
    {
        KazooClient zk(options());
        use.emplace(zk);
        zk.start(patience);
        zk.stop();
        zk.start(patience);
        const auto begin = zk.session_valid_until().value();
        ASSERT_TRUE(becomes_true([&] { return *zk.session_valid_until() > begin + timeout; }));
    }
    use.reset();
}

TEST_F(SessionCertainty, WritesKeepItToo) {
    StartedClient zk(options());
    zk.create("/a", "");
    const auto begin = zk.session_valid_until().value();
    ASSERT_TRUE(becomes_true([&] {
        zk.set("/a", "x");
        return *zk.session_valid_until() > begin + 2 * timeout;
    }));
    EXPECT_GT(left(zk), timeout / 2);
}

}  // namespace
}  // namespace kazoo::embedded_tests
