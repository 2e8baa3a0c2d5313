// SPDX-License-Identifier: Apache-2.0
// An election with failover: two processes stand for it, the leader is killed, the other one leads.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <string>
#include <thread>

using namespace std::chrono_literals;

namespace {

kazoo::ClientOptions options(const std::string& hosts) {
    return kazoo::ClientOptions().hosts(hosts).timeout(4s);  // that of the failover
}

/// Leads until the process is killed. Announces the leadership in `ready`.
[[noreturn]] void lead_until_killed(const std::string& hosts, const std::string& path, int ready) {
    try {
        kazoo::KazooClient zk(options(hosts));
        zk.start(10s);
        kazoo::Election election(zk, path, kazoo::LockOptions().identifier("first"));
        election.run([&] {
            std::cout << "first: I lead" << std::endl;
            static_cast<void>(!write(ready, "!", 1));
            std::this_thread::sleep_for(60s);
        });
    } catch (const std::exception& error) {
        std::cerr << "first: " << error.what() << '\n';
    }
    std::_Exit(1);
}

/// Stands for election, and kills the leader while it waits.
void take_over(const std::string& hosts, const std::string& path, pid_t leader) {
    kazoo::KazooClient zk(options(hosts));
    zk.start(10s);
    kazoo::Election election(zk, path, kazoo::LockOptions().identifier("second"));
    const auto led = election.run_async(
        [](const kazoo::Leadership& leading) {
            std::cout << "second: I lead" << (leading.is_held() ? "" : " no more") << std::endl;
        },
        kazoo::CallOptions().timeout(60s)
    );
    while (election.contenders().size() < 2) {
        std::this_thread::sleep_for(10ms);
    }
    std::cout << "second: " << election.leader()->data << " leads, and is killed now" << std::endl;
    kill(leader, SIGKILL);
    waitpid(leader, nullptr, 0);
    led.get();
    zk.delete_recursive(path);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string servers = hosts(argc, argv);
    const std::string path = own_path("failover");
    int ready[2];
    if (pipe(ready) != 0) {
        return 1;
    }
    const pid_t leader = fork();  // before there is a client
    if (leader == 0) {
        lead_until_killed(servers, path, ready[1]);
    }
    close(ready[1]);
    char announced = 0;
    if (leader < 0 || read(ready[0], &announced, 1) != 1) {
        return 1;
    }
    try {
        take_over(servers, path, leader);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        kill(leader, SIGKILL);
        return 1;
    }
}
