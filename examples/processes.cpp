// SPDX-License-Identifier: Apache-2.0
// The snippets of docs/threads-fork-signals.md: a program that ends cleanly on a signal, and a
// child process with a client of its own.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <iostream>
#include <string>
#include <thread>

using namespace std::chrono_literals;

namespace {

//! [block]
/// Call it first in main: the threads that the program starts later inherit the mask.
sigset_t block_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    return signals;
}
//! [block]

void serve(const std::string& servers, const sigset_t& signals) {
    //! [serve]
    kazoo::KazooClient zk(kazoo::ClientOptions().hosts(servers));
    zk.start(10s);
    const std::string path =
        zk.create("/server-", "", kazoo::CreateOptions().ephemeral().sequence());
    //! [serve]
    ::kill(::getpid(), SIGTERM);  // in place of an administrator
    //! [wait]
    int signal = 0;
    sigwait(&signals, &signal);  // the main thread waits; the client runs on threads of its own
    zk.stop();                   // the ephemeral node is gone when this returns
    //! [wait]
    std::cout << "stopped by signal " << signal << '\n';
}

int in_child(const std::string& servers) {
    //! [child]
    kazoo::KazooClient zk(kazoo::ClientOptions().hosts(servers));  // the child's own session
    zk.start(10s);
    return zk.exists("/") ? 0 : 1;
    //! [child]
}

void fork_with_client(const std::string& servers) {
    //! [fork]
    kazoo::KazooClient zk(kazoo::ClientOptions().hosts(servers));
    zk.start(10s);
    const pid_t child = ::fork();
    if (child == 0) {
        try {
            zk.exists("/");  // the parent's client
        } catch (const kazoo::ForkedError&) {
            ::_exit(in_child(servers));
        }
        ::_exit(2);
    }
    //! [fork]
    int status = -1;
    ::waitpid(child, &status, 0);
    std::cout << "the child ended with " << WEXITSTATUS(status) << '\n';
    std::cout << "the parent is connected: " << zk.exists("/").has_value() << '\n';
}

void share_between_threads(const std::string& servers) {
    //! [threads]
    kazoo::KazooClient zk(kazoo::ClientOptions().hosts(servers));
    zk.start(10s);
    std::jthread one([&] { zk.exists("/"); });  // all members are thread-safe
    std::jthread two([&] { zk.exists("/"); });  // one connection serves both
    //! [threads]
    one.join();
    two.join();
    std::cout << "two threads share a client\n";
}

}  // namespace

int main(int argc, char** argv) {
    const sigset_t signals = block_signals();
    try {
        const std::string servers = hosts(argc, argv);
        share_between_threads(servers);
        fork_with_client(servers);
        serve(servers, signals);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
