// SPDX-License-Identifier: Apache-2.0
// The example of Python kazoo's documentation of locks, ported:
//
//     zk = KazooClient()
//     zk.start()
//     lock = zk.Lock("/lockpath", "my-identifier")
//     with lock:  # blocks waiting for lock acquisition
//         # do something with the lock
//
// and what kazoo's lock has besides: a time limit, a try, and the list of contenders.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <chrono>
#include <iostream>
#include <string>

using namespace std::chrono_literals;

namespace {

void with_lock(kazoo::KazooClient& zk, const std::string& path) {
    //! [with]
    kazoo::Lock lock(zk, path, kazoo::LockOptions().identifier("my-identifier"));
    {
        const auto held = lock.acquire();  // blocks until the lock is acquired
        std::cout << "do something with the lock\n";
    }  // released here, in the background, also if an exception is thrown
    //! [with]
}

void contend(kazoo::KazooClient& zk, kazoo::KazooClient& other, const std::string& path) {
    kazoo::Lock lock(zk, path, kazoo::LockOptions().identifier("my-identifier"));
    auto held = lock.acquire(kazoo::CallOptions().timeout(10s));
    //! [timeout]
    kazoo::Lock second(other, path, kazoo::LockOptions().identifier("another"));
    try {
        const auto late = second.acquire(kazoo::CallOptions().timeout(200ms));  // timeout=0.2
    } catch (const kazoo::LockTimeoutError&) {                                  // LockTimeout
        std::cout << "not acquired within the time limit\n";
    }
    if (!second.try_acquire()) {  // lock.acquire(blocking=False)
        std::cout << "not free\n";
    }
    for (const auto& contender : second.contenders()) {  // lock.contenders()
        std::cout << "contender " << contender.data << '\n';
    }
    //! [timeout]
    held.release();  // lock.release()
    const auto next = second.acquire(kazoo::CallOptions().timeout(10s));
    std::cout << "acquired by the other client: " << next.is_held() << '\n';
}

}  // namespace

int main(int argc, char** argv) {
    try {
        kazoo::KazooClient zk(kazoo::ClientOptions().hosts(hosts(argc, argv)));
        zk.start(10s);
        kazoo::KazooClient other(kazoo::ClientOptions().hosts(hosts(argc, argv)));
        other.start(10s);
        const std::string path = own_path("lockpath");
        with_lock(zk, path);
        contend(zk, other, path);
        other.stop();
        zk.delete_recursive(path);
        zk.stop();
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
