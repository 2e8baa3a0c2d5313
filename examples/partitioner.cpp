// SPDX-License-Identifier: Apache-2.0
// A set that is divided among members, and leases.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace {

void show(const std::string& who, const std::vector<std::string>& items) {
    std::cout << who << ':';
    for (const auto& item : items) std::cout << ' ' << item;
    std::cout << '\n';
}

void begin_work(const std::vector<std::string>& items) {
    static_cast<void>(items);
}
void end_work() {}

//! [member]
// Works on the items of this member until the partitioner ends.
kazoo::AsyncResult<void> take_part(kazoo::SetPartitioner& partitioner) {
    for (;;) {
        const auto waiting = partitioner.next_state_async();
        const auto change = co_await waiting;
        if (change.state == kazoo::PartitionState::acquired) {
            begin_work(change.items);
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

void partition(kazoo::KazooClient& zk, kazoo::KazooClient& other, const std::string& path) {
    //! [partitioner]
    const auto options = kazoo::SetPartitionerOptions().identifier("host-1").time_boundary(300ms);
    kazoo::SetPartitioner partitioner(zk, path, {"a", "b", "c", "d"}, options);
    const auto taking_part = take_part(partitioner);
    //! [partitioner]
    partitioner.wait_for_acquire(10s);
    show("host-1", partitioner.items());
    kazoo::SetPartitioner second(
        other,
        path,
        {"a", "b", "c", "d"},
        kazoo::SetPartitionerOptions(options).identifier("host-2")
    );
    second.wait_for_acquire(10s);  // host-1 has released its items
    partitioner.wait_for_acquire(10s);
    show("host-1", partitioner.items());
    show("host-2", second.items());
    //! [token]
    const auto token = second.held("b")->token();  // larger than that of every earlier holder
    //! [token]
    std::cout << (token > 0 ? "the token guards the work on b\n" : "");
    partitioner.finish(kazoo::CallOptions().timeout(10s));
    second.finish(kazoo::CallOptions().timeout(10s));
    taking_part.get(10s);
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
        kazoo::KazooClient zk(kazoo::ClientOptions().hosts(hosts(argc, argv)));
        kazoo::KazooClient other(kazoo::ClientOptions().hosts(hosts(argc, argv)));
        zk.start(10s);
        other.start(10s);
        const std::string root = own_path("partitioner");
        zk.create(root);
        partition(zk, other, root + "/work");
        lease(zk, root + "/report");
        zk.delete_recursive(root);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
