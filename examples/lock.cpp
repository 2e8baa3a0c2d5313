// SPDX-License-Identifier: Apache-2.0
// Locks: a handle with a token and a signal of loss, writes that are guarded by the lock, mutexes,
// readers and writers; and two processes of which one is killed. To run such processes by hand:
//
//     lock 127.0.0.1:2181 /printer alice
#include "child.hpp"
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <chrono>
#include <cstdint>
#include <iostream>
#include <mutex>
#include <shared_mutex>
#include <stop_token>
#include <string>
#include <thread>

using namespace std::chrono_literals;

namespace {

void work(std::int64_t token, const std::stop_token& lost) {
    std::cout << (token > 0 && !lost.stop_requested() ? "working\n" : "not working\n");
}

void print_page() {
    std::this_thread::sleep_for(50ms);
}

/// Prints while it has the lock, until the process is killed.
[[noreturn]] void take_turns(
    kazoo::KazooClient& zk, const std::string& path, const std::string& name
) {
    //! [turns]
    kazoo::Lock lock(zk, path, kazoo::LockOptions().identifier(name));
    for (;;) {
        const auto held = lock.acquire();
        std::cout << name + " has the lock\n" << std::flush;
        while (held.is_held()) {
            if (held.remaining() > 500ms) {
                print_page();  // takes less than 500 ms
            } else {
                std::this_thread::sleep_for(10ms);  // until it is certain again, or lost
            }
        }
    }
    //! [turns]
}

/// Starts two processes, and kills the one that has the lock.
void take_over(kazoo::KazooClient& zk, const std::string& servers, const std::string& path) {
    Child first({servers, path, "first"});
    first.print_until("first has the lock");
    Child second({servers, path, "second"});
    kazoo::Lock lock(zk, path);
    while (lock.contenders().size() < 2) std::this_thread::sleep_for(10ms);
    first.kill();
    second.print_until("second has the lock");  // after the session timeout of the first one
}

void acquire(kazoo::KazooClient& zk, const std::string& root) {
    //! [acquire]
    kazoo::Lock lock(zk, root + "/printer", kazoo::LockOptions().identifier("host-7"));
    try {
        auto held = lock.acquire(kazoo::CallOptions().timeout(5s));
        work(held.token(), held.lost());
        held.release();  // or the destructor, in the background
    } catch (const kazoo::LockTimeoutError& error) {
        std::cerr << error.what() << '\n';  // says behind which node it has waited
    }
    if (auto held = lock.try_acquire()) {
        std::cout << "the lock was free\n";
    }
    //! [acquire]
}

void guard(kazoo::KazooClient& zk, const std::string& root) {
    zk.create(root + "/job", "none");
    kazoo::Lock lock(zk, root + "/printer");
    auto held = lock.acquire(kazoo::CallOptions().timeout(5s));
    //! [guard]
    const auto take_job = [&] {
        try {
            held.transaction().set_data(root + "/job", "7").commit();
            std::cout << "written while the lock was held\n";
        } catch (const kazoo::LockLostError&) {
            std::cout << "the lock is lost, and nothing was written\n";
        }
    };
    //! [guard]
    take_job();
    lock.break_lock();
    take_job();
}

void mutexes(kazoo::KazooClient& zk, const std::string& root) {
    //! [mutex]
    kazoo::Lock source(zk, root + "/a");
    kazoo::Lock target(zk, root + "/b");
    {
        const std::scoped_lock both(source, target);
        std::cout << "both are locked\n";
    }
    kazoo::ReadLock reader(zk, root + "/table");
    kazoo::WriteLock writer(zk, root + "/table");
    {
        const std::shared_lock reading(reader);
        std::cout << "a writer must wait: " << !writer.try_lock() << '\n';
    }
    //! [mutex]
}

//! [coroutine]
kazoo::AsyncResult<void> print(kazoo::KazooClient& zk, std::string path) {
    kazoo::Lock lock(zk, path);
    auto held = co_await lock.acquire_async(kazoo::CallOptions().timeout(5s));
    std::cout << "held in a coroutine\n";
    co_await held.release_async();
}
//! [coroutine]

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto servers = hosts(argc, argv);
        kazoo::KazooClient zk(kazoo::ClientOptions().hosts(servers).timeout(4s));
        zk.start(10s);
        if (argc == 4) take_turns(zk, argv[2], argv[3]);
        const std::string root = own_path("locks");
        zk.create(root);
        acquire(zk, root);
        guard(zk, root);
        mutexes(zk, root);
        print(zk, root + "/printer").get(10s);
        take_over(zk, servers, root + "/printer");
        zk.delete_recursive(root);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
