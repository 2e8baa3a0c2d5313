// SPDX-License-Identifier: Apache-2.0
// Work that several processes share: a Queue, a LockingQueue whose items survive their consumers,
// and a Party of the workers. One of two workers is killed. To run workers by hand, which need 5 s
// for a job, say:
//
//     work_queue 127.0.0.1:2181 /jobs first 5
#include "child.hpp"
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <chrono>
#include <iostream>
#include <string>
#include <thread>

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
bool work(kazoo::LockingQueue& queue, const std::string& name, std::chrono::seconds time) {
    const auto job = queue.get();  // waits for a job, and locks it
    std::cout << name + " works on " + job + "\n" << std::flush;
    std::this_thread::sleep_for(time);
    return queue.consume();
}
//! [worker]

/// Starts a slow worker, kills it, and starts another one.
void lose_one(kazoo::KazooClient& zk, const std::string& servers, const std::string& path) {
    kazoo::LockingQueue queue(zk, path);
    queue.put_all({"job 1", "job 2"});
    Child first({servers, path, "first", "60"});
    first.print_until("first works on job 1");
    first.kill();
    Child second({servers, path, "second", "0"});
    second.print_until("second works on job 1");  // after the session timeout of the first one
    while (queue.size() > 0) std::this_thread::sleep_for(10ms);
    std::cout << "no jobs are left\n";
}

void meet(kazoo::KazooClient& zk, const std::string& path) {
    //! [party]
    kazoo::Party workers(zk, path, "host-7");
    workers.join();
    for (const auto& who : workers.members()) std::cout << who << " is there\n";
    workers.leave();  // or the destructor, in the background
    //! [party]
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto servers = hosts(argc, argv);
        kazoo::KazooClient zk(kazoo::ClientOptions().hosts(servers).timeout(4s));
        zk.start(10s);
        if (argc == 5) {
            kazoo::LockingQueue queue(zk, argv[2]);
            for (;;) {
                if (!work(queue, argv[3], std::chrono::seconds(std::stoi(argv[4])))) {
                    std::cout << "too slow\n";
                }
            }
        }
        const auto root = own_path("work-queue");
        take(zk, root + "/queue");
        lose_one(zk, servers, root + "/jobs");
        meet(zk, root + "/workers");
        zk.delete_recursive(root);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
