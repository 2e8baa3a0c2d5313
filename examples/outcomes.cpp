// SPDX-License-Identifier: Apache-2.0
// The snippets of docs/outcomes.md: what a failed operation means for the data.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <chrono>
#include <iostream>
#include <string>

using namespace std::chrono_literals;

namespace {

//! [outcome]
/// Writes the data once, whatever happens to the connection; returns false if it must be repeated.
bool write_once(kazoo::KazooClient& zk, const std::string& path, int version) {
    try {
        zk.set(path, "new", version, kazoo::CallOptions().timeout(5s));
        return true;
    } catch (const kazoo::BadVersionError&) {
        return zk.get(path).data == "new";  // an earlier try may have been applied
    } catch (const kazoo::KazooException& error) {
        if (error.outcome() == kazoo::Outcome::unknown) {
            std::cout << "may have been applied\n";  // the version makes a repetition harmless
        } else {
            std::cout << "nothing has changed: " << error.outcome() << '\n';
        }
        return false;
    }
}
//! [outcome]

void without_exceptions(kazoo::KazooClient& zk, const std::string& path) {
    //! [result]
    const auto made = zk.create_async(path, "old").result();  // blocks; does not throw the error
    if (!made && made.error() == kazoo::Errc::node_exists) {
        std::cout << made.failure().path() << " exists\n";
    }
    //! [result]
}

void conditions(kazoo::KazooClient& zk, const std::string& path) {
    //! [condition]
    try {
        zk.delete_(path + "/missing");
    } catch (const kazoo::KazooException& error) {
        if (error.code() == kazoo::Condition::session_lost) {
            std::cout << "ephemeral nodes and watches are gone\n";
        } else if (error.code() == kazoo::Condition::retryable) {
            std::cout << "the same call may succeed later\n";
        } else {
            std::cout << "the same call would fail again\n";
        }
    }
    //! [condition]
}

void retries(const std::string& servers, const std::string& path) {
    //! [retry]
    const auto policy = kazoo::RetryPolicy().max_tries(5).deadline(10s).retry_unknown(false);
    kazoo::KazooClient zk(kazoo::ClientOptions().hosts(servers).command_retry(policy));
    zk.start(10s);
    const auto stat = zk.retry([&] { return zk.set(path, "again"); });
    //! [retry]
    std::cout << "version " << stat.version << '\n';
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const std::string servers = hosts(argc, argv);
        kazoo::KazooClient zk(kazoo::ClientOptions().hosts(servers));
        zk.start(10s);
        const std::string path = own_path("outcomes");
        zk.create(path, "old");
        without_exceptions(zk, path);
        std::cout << "written: " << write_once(zk, path, 0) << '\n';
        conditions(zk, path);
        retries(servers, path);
        zk.delete_(path);
        zk.stop();
        write_once(zk, path, 0);
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
