// SPDX-License-Identifier: Apache-2.0
// A service that stays registered across sessions, and others that follow who is registered; and
// two services of which one is killed. To run such services by hand:
//
//     registration 127.0.0.1:2181 /services host-1
#include "child.hpp"
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <chrono>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace {

/// Waits until the services are as expected, as far as this client sees them.
void wait_for(kazoo::PartyStream& services, const std::vector<std::string>& expected) {
    for (;;) {
        const auto change = services.next().get(10s);
        if (!change) throw std::runtime_error("the stream has ended");
        if (change->members == expected) break;
    }
    std::cout << expected.size() << " registered\n";
}

/// Is registered, and prints who else is, until the process is killed.
[[noreturn]] void serve(kazoo::KazooClient& zk, const std::string& path, const std::string& name) {
    kazoo::GroupMember member(zk, path, name, "the address of " + name);
    member.join();
    auto services = member.stream();
    while (const auto change = services.next().get()) {
        auto line = name + " sees";
        for (const auto& service : change->members) line += " " + service;
        std::cout << line + "\n" << std::flush;
    }
    throw std::runtime_error("the stream has ended");
}

/// Starts two services, and kills one of them.
void lose_one(const std::string& servers, const std::string& path) {
    Child first({servers, path, "host-1"});
    first.print_until("host-1 sees host-1");
    Child second({servers, path, "host-2"});
    second.print_until("host-2 sees host-1 host-2");
    first.kill();
    second.print_until("host-2 sees host-2");  // after the session timeout of the first one
}

void run(const std::string& servers) {
    const auto root = own_path("registration");
    kazoo::KazooClient others(kazoo::ClientOptions().hosts(servers));
    others.start(10s);
    kazoo::GroupMember observer(others, root, "observer");  // need not join
    auto services = observer.stream();

    kazoo::KazooClient zk(kazoo::ClientOptions().hosts(servers));
    zk.start(10s);
    //! [node]
    kazoo::PersistentNode node(zk, root + "/host-7", "10.0.0.7:8080");
    node.wait_for_initial_create(kazoo::CallOptions().timeout(10s));
    //! [node]
    wait_for(services, {"host-7"});

    others.delete_(root + "/host-7");  // by mistake
    zk.restart();                      // a new session, as after an expiry
    node.set_data("10.0.0.7:8081", kazoo::CallOptions().timeout(10s));
    std::cout << "host-7 is at " << others.get(root + "/host-7").data << '\n';

    //! [member]
    kazoo::GroupMember member(zk, root, "host-8", "10.0.0.8:8080");
    member.join(kazoo::CallOptions().timeout(10s));
    for (const auto& [name, address] : member.members()) {
        std::cout << name << ": " << address << '\n';
    }
    //! [member]
    wait_for(services, {"host-7", "host-8"});
    member.leave();
    node.close();
    wait_for(services, {});
    lose_one(servers, root + "/group");
    zk.stop();
    others.delete_recursive(root);
    others.stop();
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto servers = hosts(argc, argv);
        if (argc != 4) {
            run(servers);
        } else {
            kazoo::KazooClient zk(kazoo::ClientOptions().hosts(servers).timeout(4s));
            zk.start(10s);
            serve(zk, argv[2], argv[3]);
        }
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
