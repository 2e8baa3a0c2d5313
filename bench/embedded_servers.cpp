// SPDX-License-Identifier: Apache-2.0
#include "embedded_servers.hpp"

#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>

namespace bench {

EmbeddedServers::EmbeddedServers(const kazoo::testing::ServerOptions& secure) {
    int pipe[2];
    if (::pipe(pipe) != 0) {
        throw std::runtime_error("cannot make a pipe");
    }
    child_ = ::fork();
    if (child_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        const kazoo::testing::Server plain;
        const kazoo::testing::Server with_tls(secure);
        const Ports ports{plain.port(), with_tls.port()};
        static_cast<void>(!::write(pipe[1], &ports, sizeof ports));
        for (;;) {
            ::pause();
        }
    }
    ::close(pipe[1]);
    const auto size = ::read(pipe[0], &ports_, sizeof ports_);
    ::close(pipe[0]);
    if (size != sizeof ports_) {
        throw std::runtime_error("the embedded servers did not start");
    }
}

EmbeddedServers::~EmbeddedServers() {
    if (child_ > 0) {
        ::kill(child_, SIGKILL);
        ::waitpid(child_, nullptr, 0);
    }
}

}  // namespace bench
