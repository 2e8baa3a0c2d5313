// SPDX-License-Identifier: Apache-2.0
// An election with failover: two processes stand for it, the leader is killed, the other one leads.
// To run such processes by hand:
//
//     failover 127.0.0.1:2181 /election first
#include "child.hpp"
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <thread>

using namespace std::chrono_literals;

namespace {

/// Leads as often as it is elected, until the process is killed.
[[noreturn]] void stand(kazoo::KazooClient& zk, const std::string& path, const std::string& name) {
    kazoo::Election election(zk, path, kazoo::LockOptions().identifier(name));
    for (;;) {
        election.run([&](const kazoo::Leadership& leading) {
            std::cout << name + " leads\n" << std::flush;
            while (!leading.lost().stop_requested()) std::this_thread::sleep_for(10ms);
        });
    }
}

/// Starts two processes, and kills the leader.
void fail_over(kazoo::KazooClient& zk, const std::string& servers, const std::string& path) {
    Child first({servers, path, "first"});
    first.print_until("first leads");
    Child second({servers, path, "second"});
    kazoo::Election election(zk, path);
    while (election.contenders().size() < 2) std::this_thread::sleep_for(10ms);
    std::cout << election.leader()->data << " is killed now" << std::endl;
    first.kill();
    second.print_until("second leads");  // after the session timeout of the first one
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto servers = hosts(argc, argv);
        kazoo::KazooClient zk(kazoo::ClientOptions().hosts(servers).timeout(4s));
        zk.start(10s);
        if (argc == 4) stand(zk, argv[2], argv[3]);
        const auto path = own_path("failover");
        fail_over(zk, servers, path);
        zk.delete_recursive(path);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
