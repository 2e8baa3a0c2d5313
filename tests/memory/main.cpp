// SPDX-License-Identifier: Apache-2.0
// Starts an embedded server in a child process: it is not affected by the failing allocations of
// the tests, nor counted with their memory.
#include "server_process.hpp"

#include <kazoo/testing/server.hpp>

#include <gtest/gtest.h>
#include <sys/prctl.h>
#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>

namespace kazoo::memory_tests {
namespace {

/// A server in a process of its own, whose memory does not run out.
class ServerProcess {
public:
    ServerProcess() {
        std::array<int, 2> pipe{};
        if (::pipe(pipe.data()) != 0) {
            std::abort();
        }
        const auto parent = ::getpid();
        child_ = ::fork();
        if (child_ == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            if (::getppid() != parent) {
                ::_exit(0);
            }
            const testing::Server server(testing::ServerOptions().sasl_user("bob", "bobsecret"));
            const auto hosts = server.hosts() + "\n";
            static_cast<void>(!::write(pipe[1], hosts.data(), hosts.size()));
            for (;;) {
                ::pause();
            }
        }
        ::close(pipe[1]);
        for (char c = 0; ::read(pipe[0], &c, 1) == 1 && c != '\n';) {
            hosts_ += c;
        }
        ::close(pipe[0]);
    }

    [[nodiscard]] const std::string& hosts() const { return hosts_; }

private:
    pid_t child_ = -1;
    std::string hosts_;
};

}  // namespace

std::string server_hosts;

}  // namespace kazoo::memory_tests

int main(int argc, char** argv) {
    ::testing::InitGoogleTest(&argc, argv);
    if (::testing::GTEST_FLAG(list_tests)) {
        return RUN_ALL_TESTS();
    }
    const kazoo::memory_tests::ServerProcess server;
    kazoo::memory_tests::server_hosts = server.hosts();
    return RUN_ALL_TESTS();
}
