// SPDX-License-Identifier: Apache-2.0
// Service discovery: two processes register an instance each, one of them is killed, and a client
// goes on with the other one.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <iostream>
#include <string>
#include <thread>

using namespace std::chrono_literals;

namespace {

kazoo::ClientOptions options(const std::string& hosts) {
    return kazoo::ClientOptions().hosts(hosts).timeout(4s);  // a killed instance goes after it
}

//! [register]
// Registers an instance, and serves until the process is killed.
void serve(kazoo::KazooClient& zk, const std::string& path, const std::string& id, int port) {
    kazoo::ServiceDiscovery services(zk, path);
    services.register_service(
        kazoo::ServiceInstance("web")
            .id(id)  // without it: a random UUID
            .address("127.0.0.1")
            .port(port)
            .uri_spec(kazoo::UriSpec("{scheme}://{address}:{port}")),
        kazoo::CallOptions().timeout(10s)
    );
    std::this_thread::sleep_for(60s);  // in place of the service
}
//! [register]

/// Begins a process that serves. Must be called before this one has a client.
pid_t begin(const std::string& hosts, const std::string& path, const std::string& id, int port) {
    const pid_t process = fork();
    if (process == 0) {
        try {
            kazoo::KazooClient zk(options(hosts));
            zk.start(10s);
            serve(zk, path, id, port);
        } catch (const std::exception& error) {
            std::cerr << id << ": " << error.what() << '\n';
        }
        std::_Exit(1);
    }
    return process;
}

void end(pid_t process) {
    kill(process, SIGKILL);
    waitpid(process, nullptr, 0);
}

/// Waits until so many instances are registered.
void wait_for(const kazoo::ServiceProvider& web, std::size_t count) {
    while (web.get_all_instances().size() != count) {
        std::this_thread::sleep_for(10ms);
    }
    std::cout << "instances: " << count << std::endl;
}

//! [use]
// Tries instances until one of them answers.
void request(kazoo::ServiceProvider& web, const std::string& dead_id) {
    while (const auto instance = web.get_instance()) {
        const bool answers = instance->id() != dead_id;  // in place of a connection
        std::cout << instance->build_uri() << (answers ? " answers" : " fails") << std::endl;
        if (answers) return;
        web.note_error(*instance);
    }
    std::cout << "there is no instance" << std::endl;
}
//! [use]

void use(const std::string& servers, const std::string& path, pid_t first) {
    kazoo::KazooClient zk(options(servers));
    zk.start(10s);
    //! [provider]
    const auto policy = kazoo::DownInstancePolicy().threshold(1).timeout(10min);
    kazoo::ServiceProvider web(
        zk, path, "web", kazoo::ServiceProviderOptions().down_policy(policy)
    );
    web.initialized().get(10s);
    //! [provider]
    wait_for(web, 2);
    request(web, "none");
    request(web, "none");
    std::cout << "the first one is killed" << std::endl;
    end(first);
    request(web, "first");
    request(web, "first");
    //! [query]
    kazoo::ServiceDiscovery services(zk, path);
    while (services.query_for_instances("web").size() > 1) {
        std::this_thread::sleep_for(50ms);  // until the session of the killed process has expired
    }
    std::cout << services.query_for_instances("web")[0].id() << " is left" << std::endl;
    //! [query]
}

void clean_up(const std::string& servers, const std::string& path) {
    kazoo::KazooClient zk(options(servers));
    zk.start(10s);
    zk.delete_recursive(path);
}

}  // namespace

int main(int argc, char** argv) {
    const std::string servers = hosts(argc, argv);
    const std::string path = own_path("service-discovery");
    const pid_t first = begin(servers, path, "first", 8001);
    const pid_t second = begin(servers, path, "second", 8002);
    int code = 0;
    try {
        use(servers, path, first);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        end(first);
        code = 1;
    }
    end(second);
    try {
        clean_up(servers, path);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        code = 1;
    }
    return code;
}
