// SPDX-License-Identifier: Apache-2.0
// The snippets of docs/quick-start.md: connect, write, read, watch, lock.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <chrono>
#include <iostream>
#include <string>

using namespace std::chrono_literals;

namespace {

void nodes(kazoo::KazooClient& zk, const std::string& app) {
    //! [nodes]
    zk.create(app + "/config", "v1", kazoo::CreateOptions().makepath());
    auto [data, stat] = zk.get(app + "/config");
    std::cout << data << ", version " << stat.version << '\n';

    zk.set(app + "/config", "v2", stat.version);  // fails if another client has changed it
    for (const auto& child : zk.get_children(app)) {
        std::cout << "child " << child << '\n';
    }
    //! [nodes]
}

void errors(kazoo::KazooClient& zk, const std::string& app) {
    //! [errors]
    try {
        zk.create(app + "/config", "v3");
    } catch (const kazoo::NodeExistsError& error) {
        std::cout << error.path() << " exists\n";
    } catch (const kazoo::KazooException& error) {
        std::cerr << error.what() << '\n';  // what happened, to which node, and what to do
    }
    //! [errors]
}

void asynchronous(kazoo::KazooClient& zk, const std::string& app) {
    kazoo::Event done;
    //! [async]
    zk.get_async(app + "/config").rawlink([&](const kazoo::AsyncResult<kazoo::NodeData>& result) {
        std::cout << "callback: " << result.get().data << '\n';
        done.set();
    });
    //! [async]
    done.wait(10s);
}

void follow(kazoo::KazooClient& zk, const std::string& app) {
    kazoo::Event changed;
    //! [watch]
    const kazoo::DataWatch watch(
        zk,
        app + "/config",
        [&](const std::optional<std::string>& data, const std::optional<kazoo::ZnodeStat>& stat) {
            if (stat && stat->version == 2) {
                std::cout << "changed to " << data.value_or("") << '\n';
                changed.set();
            }
        }
    );
    //! [watch]
    zk.set(app + "/config", "v3");
    changed.wait(10s);
}

void exclude(kazoo::KazooClient& zk, const std::string& app) {
    //! [lock]
    kazoo::Lock lock(zk, app + "/lock");
    {
        const auto held = lock.acquire(kazoo::CallOptions().timeout(10s));
        std::cout << "only one process at a time\n";
    }  // released here
    //! [lock]
}

}  // namespace

int main(int argc, char** argv) {
    try {
        //! [connect]
        kazoo::KazooClient zk(kazoo::ClientOptions().hosts(hosts(argc, argv)));
        zk.start(10s);  // throws KazooTimeoutError if not connected by then
        //! [connect]
        const std::string app = own_path("quick");
        nodes(zk, app);
        errors(zk, app);
        asynchronous(zk, app);
        follow(zk, app);
        exclude(zk, app);
        zk.delete_recursive(app);
        //! [stop]
        zk.stop();  // ends the session; the destructor does it as well
        //! [stop]
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
