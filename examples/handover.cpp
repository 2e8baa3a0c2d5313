// SPDX-License-Identifier: Apache-2.0
// A session that one client hands over to another. The snippets of docs/sessions.md.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <chrono>
#include <iostream>
#include <string>

using namespace std::chrono_literals;

namespace {

/// Returns whether the session exists for at least this long.
bool is_certain(const kazoo::KazooClient& zk, std::chrono::milliseconds time) {
    //! [certain]
    const auto until = zk.session_valid_until();
    return until && *until > zk.handler()->now() + time;
    //! [certain]
}

std::string leave_lock(kazoo::LockHandle held) {
    //! [detach_lock]
    std::string name = held.detach();  // stop the work before, and call zk.detach() next
    //! [detach_lock]
    return name;
}

void continue_lock(kazoo::KazooClient& zk, const std::string& root, const std::string& name) {
    //! [resume_lock]
    kazoo::Lock lock(zk, root + "/lock");
    try {
        const auto held = lock.resume(name, kazoo::CallOptions().timeout(10s));
        std::cout << "same lock, for "
                  << (held.remaining() > 1s ? "more than 1 s\n" : "a moment\n");
    } catch (const kazoo::LockLostError&) {
        std::cout << "the lock was lost meanwhile\n";
    }
    //! [resume_lock]
}

std::string leave(kazoo::KazooClient& zk) {
    //! [detach]
    const kazoo::SessionHandover session = zk.detach();  // stops the client, keeps the session
    const std::string bytes = session.to_bytes();        // contains a secret: the password
    //! [detach]
    return bytes;
}

void continue_session(
    const std::string& servers,
    const std::string& root,
    const std::string& bytes,
    const std::string& lock
) {
    kazoo::Event changed;
    //! [resume]
    const auto session = kazoo::SessionHandover::from_bytes(bytes).value();
    const kazoo::Watcher on_event([&](const kazoo::WatchedEvent& event) {
        if (event.type == kazoo::EventType::CHANGED) {
            std::cout << "changed meanwhile\n";
            changed.set();
        }
    });
    kazoo::KazooClient zk(kazoo::ClientOptions().hosts(servers).resume(session, on_event));
    zk.start();
    //! [resume]
    changed.wait(10s);
    std::cout << "same session: " << (zk.client_id()->session_id == session.session_id()) << '\n';
    std::cout << "node: " << zk.exists(root + "/worker").has_value() << '\n';
    continue_lock(zk, root, lock);
    zk.delete_recursive(root);
}

}  // namespace

int main(int argc, char** argv) {
    const auto servers = hosts(argc, argv);
    const auto root = own_path("handover");
    try {
        kazoo::KazooClient other(kazoo::ClientOptions().hosts(servers));
        other.start();
        kazoo::KazooClient zk(kazoo::ClientOptions().hosts(servers));
        zk.start();
        zk.create(root);
        zk.create(root + "/worker", "", kazoo::CreateOptions().ephemeral());
        zk.get(root, [](const kazoo::WatchedEvent&) {});
        if (!is_certain(zk, 1s)) {
            std::cout << "the session may expire\n";
        }
        kazoo::Lock lock(zk, root + "/lock");
        const auto name = leave_lock(lock.acquire());
        const auto bytes = leave(zk);
        other.set(root, "new");
        continue_session(servers, root, bytes, name);
    } catch (const kazoo::KazooException& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
