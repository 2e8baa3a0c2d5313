// SPDX-License-Identifier: Apache-2.0
// A set that is divided among members, of which one is killed; and leases. To run members by hand:
//
//     partitioner 127.0.0.1:2181 /work host-1
#include "child.hpp"
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace {

void begin_work(const std::string& name, const std::vector<std::string>& items) {
    auto line = name + ":";
    for (const auto& item : items) line += " " + item;
    std::cout << line + "\n" << std::flush;
}
void end_work() {}

//! [member]
// Works on the items of this member until the partitioner ends.
kazoo::AsyncResult<void> take_part(kazoo::SetPartitioner& partitioner, std::string name) {
    for (;;) {
        const auto waiting = partitioner.next_state_async();
        const auto change = co_await waiting;
        if (change.state == kazoo::PartitionState::acquired) {
            begin_work(name, change.items);  // partitioner.held(item)->token() guards the work
        } else if (change.state == kazoo::PartitionState::release) {
            end_work();
            const auto releasing = partitioner.release_set_async();
            co_await releasing;
        } else if (change.state == kazoo::PartitionState::failure) {
            co_return;
        }
    }
}
//! [member]

/// Takes part until the process is killed.
void partition(kazoo::KazooClient& zk, const std::string& path, const std::string& name) {
    //! [partitioner]
    kazoo::SetPartitionerOptions options;
    options.identifier(name).time_boundary(300ms);
    options.on_session_lost(kazoo::OnSessionLost::restart);
    kazoo::SetPartitioner partitioner(zk, path, {"a", "b", "c", "d"}, options);
    const auto taking_part = take_part(partitioner, name);
    //! [partitioner]
    taking_part.get();
}

/// Starts two members, and kills one of them.
void lose_one(const std::string& servers, const std::string& path) {
    Child first({servers, path, "host-1"});
    first.print_until("host-1: a b c d");
    Child second({servers, path, "host-2"});
    first.print_until("host-1: a c");
    second.print_until("host-2: b d");
    second.kill();
    first.print_until("host-1: a b c d");  // after the session timeout of the second one
}

void lease(kazoo::KazooClient& zk, const std::string& path) {
    //! [lease]
    kazoo::NonBlockingLease lease(zk, path, 10min, kazoo::LeaseOptions().identifier("host-1"));
    if (lease.obtain(kazoo::CallOptions().timeout(5s))) {
        std::cout << "this host writes the report\n";  // until lease.end()
    }
    //! [lease]
    kazoo::NonBlockingLease other(zk, path, 10min, kazoo::LeaseOptions().identifier("host-2"));
    std::cout << (other.obtain() ? "so does host-2\n" : "host-2 does not\n");
    lease.release();
    std::cout << (other.obtain() ? "now it is host-2\n" : "host-2 does not\n");
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto servers = hosts(argc, argv);
        kazoo::KazooClient zk(kazoo::ClientOptions().hosts(servers).timeout(4s));
        zk.start(10s);
        if (argc == 4) {
            partition(zk, argv[2], argv[3]);
            return 1;  // it has ended with an error
        }
        const std::string root = own_path("partitioner");
        zk.create(root);
        lose_one(servers, root + "/work");
        lease(zk, root + "/report");
        zk.delete_recursive(root);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
