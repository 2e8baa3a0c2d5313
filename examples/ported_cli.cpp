// SPDX-License-Identifier: Apache-2.0
// The command line of ZooKeeper's C client (cli.c), ported. Each argument after the servers is a
// command, such as "create +e /a hello", "wget /a", "set /a other". Without commands it runs a
// session of its own.
#include "hosts.hpp"

#include <kazoo/kazoo.hpp>

#include <algorithm>
#include <chrono>
#include <iostream>
#include <mutex>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

using namespace std::chrono_literals;

namespace {

/// Watch functions and listeners run on other threads than main.
void say(const std::string& line) {
    static std::mutex mutex;
    const std::scoped_lock lock(mutex);
    std::cout << line << std::endl;
}

void say(const kazoo::ZnodeStat& stat) {
    say("  version " + std::to_string(stat.version) + ", " + std::to_string(stat.data_length) +
        " bytes, " + std::to_string(stat.num_children) + " children" +
        (stat.owner_session_id() ? ", ephemeral" : ""));
}

class Cli {
public:
    explicit Cli(kazoo::KazooClient& zk) : zk_(zk) {}

    /// Runs one command; a failed one is reported as the C client's return code.
    void run(const std::string& line) {
        std::istringstream words(line);
        std::string command;
        words >> command;
        say("> " + line);
        try {
            dispatch(command, words);
        } catch (const kazoo::KazooException& error) {
            const auto code = std::to_string(error.code().value());
            say("rc = " + code + " (" + kazoo::error_name(error.code()) + ")");
        }
    }

private:
    void dispatch(const std::string& command, std::istream& words) {
        std::string path;
        if (command == "create") {
            return create(words);
        }
        words >> path;
        if (command == "get" || command == "wget") {
            const auto [data, stat] = zk_.get(path, command == "wget" ? watcher() : no_watch());
            say("  value = " + data);
            say(stat);
        } else if (command == "exists" || command == "wexists") {
            const auto stat = zk_.exists(path, command == "wexists" ? watcher() : no_watch());
            stat ? say(*stat) : say("  no such node");
        } else if (command == "set") {
            std::string data;
            words >> data;
            say(zk_.set(path, data));
        } else if (command == "ls") {
            auto children = zk_.get_children(path);
            std::sort(children.begin(), children.end());
            for (const auto& child : children) say("  " + child);
        } else if (command == "delete") {
            zk_.delete_(path);
        } else if (command == "sync") {
            say("  synced " + zk_.sync(path));
        } else if (command == "wait") {  // not in cli.c, where the user waits
            say(fired_.wait(10s) ? "  the watch has fired" : "  no watch has fired");
        } else {
            say("  unknown command");
        }
    }

    /// create [+e|+s|+es] PATH [DATA]
    void create(std::istream& words) {
        std::string flags;
        std::string path;
        std::string data;
        words >> flags;
        if (flags.starts_with('+')) {
            words >> path;
        } else {
            path = std::exchange(flags, "");
        }
        words >> data;
        const auto kind = kazoo::CreateOptions()
                              .ephemeral(flags.find('e') != std::string::npos)
                              .sequence(flags.find('s') != std::string::npos);
        say("  created " + zk_.create(path, data, kind));
    }

    //! [watcher]
    kazoo::Watcher watcher() const {
        return [fired = fired_](const kazoo::WatchedEvent& event) {
            say("watcher: " + std::string(to_string(event.type)) + " " + event.path.value_or(""));
            fired.set();
        };
    }
    //! [watcher]
    static kazoo::Watcher no_watch() { return {}; }

    kazoo::KazooClient& zk_;
    kazoo::Event fired_;  // copies share the flag
};

std::vector<std::string> commands(int argc, char** argv, const std::string& path) {
    if (argc > 2) return {argv + 2, argv + argc};
    return {
        "create " + path + " hello",
        "create +e " + path + "/me x",
        "create +es " + path + "/member-",
        "ls " + path,
        "wget " + path,
        "set " + path + " goodbye",
        "wait",
        "exists " + path + "/me",
        "create " + path + " again",
        "delete " + path + "/nobody",
        "sync /",
    };
}

}  // namespace

int main(int argc, char** argv) {
    try {
        //! [init]
        kazoo::KazooClient zk(kazoo::ClientOptions().hosts(hosts(argc, argv)).timeout(30s));
        zk.add_listener([](kazoo::KazooState state) {  // the watcher of zookeeper_init
            say("session: " + std::string(to_string(state)));
        });
        zk.start(10s);
        //! [init]
        const std::string path = own_path("cli");
        Cli cli(zk);
        for (const auto& command : commands(argc, argv, path)) cli.run(command);
        if (argc <= 2) zk.delete_recursive(path);
        zk.stop();  // zookeeper_close
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
