// SPDX-License-Identifier: Apache-2.0
// Following a node: DataWatch, ChildrenWatch, PatientChildrenWatch, and streams for coroutines.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <chrono>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>

using namespace std::chrono_literals;

namespace {

/// Prints lines, and lets the main thread wait for the next one.
class Output {
public:
    void say(const std::string& line) {
        std::cout << line + '\n' << std::flush;
        said_.set();
    }
    void wait() {
        if (!said_.wait(10s)) throw std::runtime_error("nothing was printed");
        said_.clear();
    }

private:
    kazoo::Event said_;
};
Output out;

void follow_data(kazoo::KazooClient& zk, const std::string& root) {
    const auto path = root + "/config";
    //! [data]
    kazoo::DataWatch watch(
        zk,
        path,
        [](const std::optional<std::string>& data, const std::optional<kazoo::ZnodeStat>& stat) {
            out.say(stat ? "configuration: " + data.value_or("") : "no configuration");
        }
    );
    watch.first_call().get(10s);  // only if you want to wait for it
    //! [data]
    out.wait();
    zk.create(path, "colour=green");
    out.wait();
    zk.set(path, "colour=blue");
    out.wait();
    watch.stop();
}

void follow_children(kazoo::KazooClient& zk, const std::string& root) {
    const auto path = root + "/members";
    //! [children]
    kazoo::ChildrenWatch watch(
        zk,
        path,
        [](const kazoo::ChildrenChange& change) {
            for (const auto& name : change.added) out.say(name + " has joined");
            for (const auto& name : change.removed) out.say(name + " has left");
            return change.children.size() < 2;  // false ends the watch
        },
        kazoo::ChildrenWatchOptions().wait_for_node().on_error([](const kazoo::Error& error) {
            out.say(error.message());
        })
    );
    //! [children]
    zk.create(path + "/a", {}, kazoo::CreateOptions().makepath());
    out.wait();
    zk.create(path + "/b");
    out.wait();
}

void wait_for_stable_members(kazoo::KazooClient& zk, const std::string& root) {
    const auto path = root + "/members";
    //! [patient]
    kazoo::PatientChildrenWatch watch(zk, path, 100ms);  // no change for that long
    const auto members = watch.start_async().get(10s);
    out.say(std::to_string(members.children.size()) + " members");
    members.changed.rawlink([](const kazoo::AsyncResult<void>& changed) {
        out.say(changed.successful() ? "the members have changed" : "the watch has ended");
    });
    //! [patient]
    out.wait();
    zk.delete_(path + "/a");
    out.wait();
}

//! [stream]
kazoo::AsyncResult<void> follow(kazoo::KazooClient& zk, std::string path) {
    kazoo::DataStream stream(zk, path);
    while (auto change = co_await stream.next()) {
        out.say(change->node ? "the stream has read " + change->node->data : "no configuration");
    }
    out.say("the stream has ended");  // the client was stopped
}
//! [stream]

}  // namespace

int main(int argc, char** argv) {
    try {
        kazoo::KazooClient zk(kazoo::ClientOptions().hosts(hosts(argc, argv)));
        zk.start(10s);
        const std::string root = own_path("watches");
        zk.create(root);
        follow_data(zk, root);
        follow_children(zk, root);
        wait_for_stable_members(zk, root);
        const auto following = follow(zk, root + "/config");
        out.wait();
        zk.set(root + "/config", "colour=red");
        out.wait();
        zk.delete_recursive(root);
        out.wait();
        zk.stop();
        following.get(10s);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
