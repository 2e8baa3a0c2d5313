// SPDX-License-Identifier: Apache-2.0
// Barrier, DoubleBarrier, Counter and SharedValue.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <chrono>
#include <iostream>
#include <string>

using namespace std::chrono_literals;

namespace {

void pass_a_barrier(kazoo::KazooClient& zk, const std::string& root) {
    //! [barrier]
    const kazoo::Barrier gate(zk, root + "/gate");
    gate.create();  // closed
    const auto waiting = gate.wait_async(kazoo::CallOptions().timeout(30s));
    std::cout << (waiting.ready() ? "open\n" : "closed\n");
    gate.remove();  // open
    waiting.get();
    //! [barrier]
    std::cout << "passed the barrier\n";
}

//! [together]
kazoo::AsyncResult<void> work_together(kazoo::KazooClient& zk, std::string path, std::string name) {
    const auto limit = kazoo::CallOptions().timeout(30s);
    kazoo::DoubleBarrier step(zk, path, 2, name);  // two members
    co_await step.enter_async(limit);
    // both are inside
    co_await step.leave_async(limit);
    // both have left
}
//! [together]

void count(kazoo::KazooClient& zk, const std::string& root) {
    //! [counter]
    kazoo::Counter visits(zk, root + "/visits");
    visits += 2;
    const auto change = visits.add(3);
    std::cout << change.pre_value << " became " << change.post_value << "\n";

    const auto once = kazoo::CounterOptions().exactly_once(root + "/markers");
    const kazoo::Counter orders(zk, root + "/orders", once);
    orders.add(1);  // applied exactly once, even if the reply is lost
    //! [counter]
    kazoo::DoubleCounter sum(zk, root + "/sum");
    sum += 0.1;
    sum += 0.2;
    std::cout << "as Python writes it: " << zk.get(root + "/sum").data << "\n";
}

void share(kazoo::KazooClient& zk, const std::string& root) {
    //! [shared]
    const kazoo::SharedValue limit(zk, root + "/limit", "100");
    const auto now = limit.get();  // creates the node
    if (const auto set = limit.try_set(now, "200")) {
        std::cout << now.data << " was replaced by " << set->data << "\n";
    }
    if (!limit.try_set(now, "300")) {
        std::cout << "another value was set meanwhile: " << limit.newest()->data << "\n";
    }
    //! [shared]
}

}  // namespace

int main(int argc, char** argv) {
    kazoo::KazooClient zk(kazoo::ClientOptions().hosts(hosts(argc, argv)));
    try {
        zk.start();
        const auto root = own_path("barriers");
        pass_a_barrier(zk, root);
        const auto first = work_together(zk, root + "/step", "first");
        const auto second = work_together(zk, root + "/step", "second");
        first.get();
        second.get();
        std::cout << "both have left\n";
        count(zk, root);
        share(zk, root);
        zk.delete_recursive(root);
    } catch (const kazoo::KazooException& error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
    return 0;
}
