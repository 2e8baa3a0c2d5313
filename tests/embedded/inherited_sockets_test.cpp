// SPDX-License-Identifier: Apache-2.0
// A child process of the program must not inherit the embedded server's sockets.
#include "embedded_fixture.hpp"
#include "support/raw_client.hpp"

#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <string>

namespace kazoo::embedded_tests {
namespace {

using testing_support::RawClient;

/// A child process that idles until this object is destroyed.
class Child {
public:
    explicit Child(pid_t pid) : pid_(pid) {}
    Child(Child&& other) noexcept : pid_(std::exchange(other.pid_, 0)) {}
    ~Child() {
        if (pid_ > 0) {
            ::kill(pid_, SIGKILL);
            ::waitpid(pid_, nullptr, 0);
        }
    }
    [[nodiscard]] pid_t pid() const { return pid_; }

private:
    pid_t pid_;
};

Child forked() {
    const pid_t pid = ::fork();
    if (pid == 0) {
        for (;;) {
            ::pause();
        }
    }
    return Child(pid);
}

Child spawned() {
    pid_t pid = 0;
    const char* arguments[] = {"sleep", "60", nullptr};
    EXPECT_EQ(
        ::posix_spawnp(&pid, "sleep", nullptr, nullptr, const_cast<char**>(arguments), environ), 0
    );
    return Child(pid);
}

int sockets_of(pid_t pid) {
    int count = 0;
    for (const auto& entry :
         std::filesystem::directory_iterator("/proc/" + std::to_string(pid) + "/fd")) {
        std::error_code gone;
        count += std::filesystem::read_symlink(entry, gone).string().starts_with("socket:") ? 1 : 0;
    }
    return count;
}

class InheritedSockets : public ::testing::TestWithParam<bool> {
protected:
    static Child child() { return GetParam() ? spawned() : forked(); }
};

TEST_P(InheritedSockets, AStoppedServerFreesItsPortAndEndsItsConnectionsAtOnce) {
    std::optional<Server> server;
    server.emplace();
    const auto address = server->hosts();
    RawClient client(server->port());
    ASSERT_NE(client.connect(), 0);
    const Child other = child();
    server.reset();
    const auto before = std::chrono::steady_clock::now();
    EXPECT_TRUE(client.closes());
    EXPECT_LT(std::chrono::steady_clock::now() - before, 2s);
    const Server next(ServerOptions().listen(address));
    StartedClient zk(next.hosts());
    EXPECT_TRUE(zk.exists("/").has_value());
}

TEST_P(InheritedSockets, AServerThatStopsAndStartsServesAgain) {
    Server server;
    RawClient client(server.port());
    ASSERT_NE(client.connect(), 0);
    const Child other = child();
    server.stop();
    EXPECT_TRUE(client.closes());
    server.start();
    StartedClient zk(server.hosts());
    EXPECT_TRUE(zk.exists("/").has_value());
}

INSTANTIATE_TEST_SUITE_P(Children, InheritedSockets, ::testing::Bool(), [](const auto& child) {
    return child.param ? "Spawned" : "Forked";
});

TEST(InheritedSocketsTest, AProgramThatIsStartedGetsNoneOfThem) {
    const int before = sockets_of(spawned().pid());
    const Server server;
    testing_support::RawClient client(server.port());
    ASSERT_NE(client.connect(), 0);
    const Child other = spawned();
    EXPECT_TRUE(becomes_true([&] { return sockets_of(other.pid()) <= before; }));
}

}  // namespace
}  // namespace kazoo::embedded_tests
