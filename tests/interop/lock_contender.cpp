// SPDX-License-Identifier: Apache-2.0
// A process that acquires a lock again and again, for python_kazoo_lock_test.py.
//
//     interop_lock_contender <hosts> <lock> <holder> <identifier>
//
// While it holds <lock> it creates and deletes the node <holder>, in transactions that are guarded
// by the lock, and prints "held <token>". If <holder> exists, another process holds the lock as
// well: it prints "overlap". Ends when its standard input ends.
#include <kazoo/kazoo.hpp>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <stop_token>
#include <string>
#include <thread>

namespace {

using namespace std::chrono_literals;

/// Returns whether the holder's node was created. Ends the process if another one has created it.
bool enter(const kazoo::LockHandle& held, const std::string& holder) {
    try {
        held.transaction().create(holder, "", kazoo::CreateOptions().ephemeral()).commit();
        return true;
    } catch (const kazoo::LockLostError&) {
        return false;
    } catch (const kazoo::TransactionFailedError& error) {
        if (error.transaction().reason().code() == kazoo::Errc::node_exists) {
            std::cout << "overlap" << std::endl;
            std::_Exit(1);
        }
        throw;
    }
}

void contend(kazoo::Lock& lock, const std::string& holder, const std::stop_token& stop) {
    auto held = lock.acquire(kazoo::CallOptions().stop_token(stop));
    if (!enter(held, holder)) {
        return;
    }
    std::cout << "held " << held.token() << std::endl;
    std::this_thread::sleep_for(2ms);
    try {
        held.transaction().delete_(holder).commit();
    } catch (const kazoo::LockLostError&) {
    }
    held.release();
}

}  // namespace

int main(int, char** arguments) {
    kazoo::KazooClient zk(kazoo::ClientOptions().hosts(arguments[1]).timeout(1s));
    zk.start();
    kazoo::Lock lock(zk, arguments[2], kazoo::LockOptions().identifier(arguments[4]));
    const std::jthread worker([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            try {
                contend(lock, arguments[3], stop);
            } catch (const kazoo::CancelledError&) {
            } catch (const kazoo::KazooException& error) {
                std::cerr << error.what() << std::endl;
            }
        }
    });
    std::string line;
    while (std::getline(std::cin, line)) {
    }
    return 0;  // the worker is asked to stop
}
