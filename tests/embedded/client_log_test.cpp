// SPDX-License-Identifier: Apache-2.0
// The log of a whole client: every line begins with the name of the client and, once it has a
// session, the id of the session; no line contains a secret.
#include "embedded_fixture.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdio>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::embedded_tests {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

/// A Logger's sink that keeps the lines.
class Lines {
public:
    void add(LogLevel level, std::string_view text) {
        const std::lock_guard lock(mutex_);
        lines_.push_back(std::string(to_string(level)) + " " + std::string(text));
    }
    [[nodiscard]] std::vector<std::string> all() const {
        const std::lock_guard lock(mutex_);
        return lines_;
    }
    [[nodiscard]] bool wait_for(const std::string& part) const {
        return becomes_true([&] {
            const auto lines = all();
            return std::any_of(lines.begin(), lines.end(), [&](const std::string& line) {
                return line.find(part) != std::string::npos;
            });
        });
    }

private:
    mutable std::mutex mutex_;
    std::vector<std::string> lines_;  // guarded by mutex_
};

std::string hexadecimal(std::int64_t session) {
    char text[32];
    std::snprintf(text, sizeof text, "0x%llx", static_cast<unsigned long long>(session));
    return text;
}

class ClientLines : public ::testing::Test {
protected:
    ClientOptions logged(LogLevel level) {
        return to(server.hosts())
            .timeout(300ms)
            .client_name("inventory")
            .auth_data({AuthData("digest", "configured:secret")})
            .logger([this](LogLevel of, std::string_view line) { lines.add(of, line); }, level);
    }

    Lines lines;  // outlives the client and the server
    Server server{short_sessions()};
};

TEST_F(ClientLines, CarryTheNameOfTheClientAndItsSession) {
    StartedClient zk(logged(LogLevel::trace));
    const auto session = "[inventory " + hexadecimal(zk.session()) + "] ";
    zk.create("/a", "data");
    ASSERT_TRUE(lines.wait_for("ping answered"));
    server.drop_connections();
    ASSERT_TRUE(lines.wait_for("reconnected to "));
    zk.get("/a");
    zk.stop();
    EXPECT_THAT(
        lines.all(),
        AllOf(
            Each(HasSubstr(" [inventory")),
            Contains(StartsWith("debug [inventory] connecting to 127.0.0.1:")),
            Contains(StartsWith("info " + session + "connected to 127.0.0.1:")),
            Contains(StartsWith("trace " + session + "request: create")),
            Contains(StartsWith("trace " + session + "reply to create: xid ")),
            Contains(StartsWith("debug " + session + "ping sent")),
            Contains(StartsWith("debug " + session + "ping answered")),
            Contains(StartsWith("warning " + session + "connection to 127.0.0.1:")),
            Contains(StartsWith("debug " + session + "connecting to 127.0.0.1:")),
            Contains(StartsWith("info " + session + "reconnected to 127.0.0.1:")),
            Contains(StartsWith("trace " + session + "request: get_data")),
            Contains("info " + session + "stopped")
        )
    );
}

TEST_F(ClientLines, CarryTheIdOfTheSessionThatExpiredAndThenOfTheNextOne) {
    StartedClient zk(logged(LogLevel::info));
    const auto first = zk.session();
    StateLog states(zk);
    ASSERT_TRUE(server.expire_session(first));
    ASSERT_TRUE(lines.wait_for("reconnected to "));
    ASSERT_TRUE(states.wait_for(CONNECTED));
    const auto second = zk.session();
    ASSERT_NE(first, second);
    EXPECT_THAT(
        lines.all(),
        AllOf(
            Contains(StartsWith("warning [inventory " + hexadecimal(first) + "] session expired")),
            Contains(StartsWith("info [inventory " + hexadecimal(second) + "] reconnected to "))
        )
    );
}

TEST_F(ClientLines, AreOnlyThoseOfTheLevelThatWasAskedFor) {
    StartedClient zk(logged(LogLevel::debug));
    ASSERT_TRUE(lines.wait_for("ping answered"));
    zk.create("/a", "data");
    EXPECT_THAT(lines.all(), Each(Not(StartsWith("trace"))));
}

/// In a line, a secret could be text or, if it is binary, hexadecimal digits.
void expect_no_secrets(const std::vector<std::string>& lines, const std::string& password) {
    std::string digits;
    for (const char byte : password) {
        char two[3];
        std::snprintf(two, sizeof two, "%02x", static_cast<unsigned>(byte) & 0xff);
        digits += two;
    }
    ASSERT_THAT(password, SizeIs(16));
    EXPECT_THAT(
        lines,
        AllOf(
            Not(IsEmpty()),
            Each(Not(HasSubstr("secret"))),
            Each(Not(HasSubstr("configured"))),
            Each(Not(HasSubstr(password))),
            Each(Not(HasSubstr(digits)))
        )
    );
}

TEST_F(ClientLines, ContainNoSecrets) {
    std::string password;
    {
        StartedClient zk(logged(LogLevel::trace));
        password = zk.client_id()->password;
        zk.add_auth("digest", "user:added-secret");
        zk.create("/a", "data", CreateOptions().acl(creator_all_acl()));
        zk.set_acls("/a", {make_digest_acl("reader", "reader-secret", Permissions::read)});
        server.drop_connections();
        ASSERT_TRUE(lines.wait_for("reconnected to "));
        const auto id = zk.client_id();
        StartedClient other(logged(LogLevel::trace).client_id(*id));  // takes the session over
        EXPECT_EQ(other.session(), id->session_id);
    }
    expect_no_secrets(lines.all(), password);
}

TEST_F(ClientLines, ContainNoSecretsWhenCredentialsAreRefused) {
    StartedClient zk(logged(LogLevel::trace));
    const auto password = zk.client_id()->password;
    thrown<AuthFailedError>([&] { zk.add_auth("unknown-scheme", "user:added-secret"); });
    ASSERT_TRUE(lines.wait_for("refused the credentials"));
    expect_no_secrets(lines.all(), password);
}

}  // namespace
}  // namespace kazoo::embedded_tests
