// SPDX-License-Identifier: Apache-2.0
// A service that registers itself: in every session again, and without leaving a node behind.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <chrono>
#include <iostream>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <utility>

using namespace std::chrono_literals;

namespace {

//! [registration]
class Registration {
public:
    // Construct it before zk.start(), so that the listener receives the first session.
    Registration(kazoo::KazooClient& zk, std::string path) : zk_(zk), path_(std::move(path)) {
        listener_ = zk_.add_listener([this](const kazoo::StateChange& change) {
            if (change.new_session) enter();  // not after a reconnect: the node still exists
        });
    }
    Registration(const Registration&) = delete;
    Registration& operator=(const Registration&) = delete;
    ~Registration() { zk_.remove_listener_and_wait(listener_); }

    // Waits until the node exists; returns it.
    kazoo::CreatedNode wait() const {
        if (!current_->registered.wait(10s)) throw std::runtime_error("not registered");
        const std::lock_guard lock(current_->mutex);
        return current_->node;
    }
    // Deletes the node now, not at the end of the session.
    void leave() {
        zk_.remove_listener_and_wait(listener_);
        const auto node = wait();
        zk_.delete_guaranteed(node.path, node.stat.czxid, kazoo::CallOptions().timeout(5s));
    }

private:
    struct Current {
        std::mutex mutex;
        kazoo::CreatedNode node;  // guarded by mutex
        kazoo::Event registered;
    };

    void enter() {
        current_->registered.clear();
        const auto own = kazoo::CreateOptions().ephemeral().sequence().makepath().protect();
        const auto created = zk_.create_with_stat_async(path_, "host:port", own);
        created.rawlink([current = current_](const kazoo::AsyncResult<kazoo::CreatedNode>& done) {
            if (const auto result = done.result()) {
                const std::lock_guard lock(current->mutex);
                current->node = result.value();
                current->registered.set();
            } else {  // after SessionExpiredError the listener is called with the next session
                std::cerr << "not registered: " << result.failure().message() << '\n';
            }
        });
    }

    kazoo::KazooClient& zk_;
    const std::string path_;
    const std::shared_ptr<Current> current_ = std::make_shared<Current>();  // also of callbacks
    kazoo::ListenerId listener_ = 0;
};
//! [registration]

void run(const std::string& servers) {
    const auto root = own_path("registration");
    kazoo::KazooClient zk(kazoo::ClientOptions().hosts(servers));
    Registration registration(zk, root + "/member-");
    zk.start(10s);
    std::cout << "registered: " << registration.wait().path << '\n';
    registration.leave();
    std::cout << "members: " << zk.get_children(root).size() << '\n';
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
