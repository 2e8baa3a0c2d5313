// SPDX-License-Identifier: Apache-2.0
// Work that several processes share: a Queue, a LockingQueue whose items survive their consumers,
// and a Party of the workers.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <chrono>
#include <iostream>
#include <string>

using namespace std::chrono_literals;

namespace {

void take(kazoo::KazooClient& zk, const std::string& path) {
    //! [queue]
    kazoo::Queue queue(zk, path);
    queue.put("resize 4711");
    queue.put("mail 12", 10);                                       // lower values are served first
    const auto job = queue.get(kazoo::CallOptions().timeout(10s));  // waits for an item
    const auto next = queue.try_get();                              // std::nullopt if there is none
    //! [queue]
    std::cout << job << ", " << next.value_or("nothing") << '\n';
}

//! [worker]
// Returns false if another worker may have got the job meanwhile.
bool work(kazoo::LockingQueue& queue, const std::string& name) {
    const auto job = queue.get(kazoo::CallOptions().timeout(10s));  // locks the job
    std::cout << name << " works on " << job << '\n';
    return queue.consume();
}
//! [worker]

void lock(kazoo::KazooClient& zk, const std::string& servers, const std::string& path) {
    kazoo::LockingQueue queue(zk, path);
    queue.put_all({"job 1", "job 2"});
    {
        kazoo::KazooClient unlucky(kazoo::ClientOptions().hosts(servers));
        unlucky.start(10s);
        kazoo::LockingQueue its_queue(unlucky, path);
        std::cout << "locked " << its_queue.get() << '\n';
        unlucky.stop();  // its session ends, and with it the lock
    }
    for (int i = 0; i < 2; ++i) {
        if (!work(queue, "the other worker")) std::cout << "too slow\n";
    }
    std::cout << queue.size() << " jobs are left\n";
}

void meet(kazoo::KazooClient& zk, const std::string& path) {
    //! [party]
    kazoo::Party workers(zk, path, "host-7");
    workers.join();
    for (const auto& who : workers.members()) std::cout << who << " is there\n";
    workers.leave();  // or the destructor, in the background
    //! [party]
}

void run(const std::string& servers) {
    const auto root = own_path("work-queue");
    kazoo::KazooClient zk(kazoo::ClientOptions().hosts(servers));
    zk.start(10s);
    take(zk, root + "/queue");
    lock(zk, servers, root + "/jobs");
    meet(zk, root + "/workers");
    zk.delete_recursive(root);
    zk.stop();
}

}  // namespace

int main(int argc, char** argv) {
    try {
        run(hosts(argc, argv));
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
