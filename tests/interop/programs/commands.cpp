// SPDX-License-Identifier: Apache-2.0
// Carries out commands with recipes: one line from standard input is a command, one line on
// standard output its answer. Objects live as long as the program, and hold what they have
// acquired.
//
//     interop_recipes HOSTS commands
//     <command> <path> [<argument> ...]
#include "programs.hpp"
#include "services.hpp"

#include <functional>
#include <map>
#include <memory>
#include <set>
#include <sstream>

namespace interop {

namespace {

using namespace std::chrono_literals;

std::string joined(const Words& words) {
    std::string line;
    for (const auto& word : words) line += (line.empty() ? "" : ",") + word;
    return line;
}

std::string text(bool value) {
    return value ? "true" : "false";
}

class Commands {
public:
    explicit Commands(kazoo::KazooClient& zk) : zk_(zk), services_(zk) {
        add_parties();
        add_queues();
        add_locks();
        add_values();
        kinds_["services"] = [this](const std::string& what, const Words& words) {
            return services_.carry_out(what, words);
        };
    }

    std::string carry_out(const Words& words) {
        const auto& command = words.at(0);
        const auto dash = command.find('-');
        return kinds_.at(command.substr(0, dash))(command.substr(dash + 1), words);
    }

private:
    using Command = std::function<std::string(const std::string& what, const Words& words)>;

    /// Returns the object of a recipe for a path, and makes it first if necessary.
    template <class Recipe, class... Parts>
    Recipe& object(const std::string& path, Parts&&... parts) {
        static std::map<std::string, std::unique_ptr<Recipe>> objects;
        auto& made = objects[path];
        if (!made) made = std::make_unique<Recipe>(zk_, path, std::forward<Parts>(parts)...);
        return *made;
    }

    template <class Group>
    Command group() {
        return [this](const std::string& what, const Words& words) -> std::string {
            auto& group = object<Group>(words.at(1), words.size() > 2 ? words[2] : "");
            if (what == "join") {
                group.join();
                return "joined";
            }
            return what == "leave" ? text(group.leave()) : joined(group.members());
        };
    }

    void add_parties() {
        kinds_["party"] = group<kazoo::Party>();
        kinds_["shallow"] = group<kazoo::ShallowParty>();
        kinds_["member"] = [this](const std::string&, const Words& words) {
            object<kazoo::GroupMember>(words.at(1), words.at(2), words.at(3)).join(limit);
            return "joined";
        };
        kinds_["partition"] = [this](const std::string&, const Words& words) {
            const auto options =
                kazoo::SetPartitionerOptions().identifier(words.at(2)).time_boundary(300ms);
            const std::set<std::string> items(words.begin() + 3, words.end());
            auto& partitioner = object<kazoo::SetPartitioner>(words.at(1), items, options);
            return text(partitioner.wait_for_acquire(20s));
        };
    }

    void add_queues() {
        kinds_["queue"] = [this](const std::string& what, const Words& words) {
            auto& queue = object<kazoo::Queue>(words.at(1));
            if (what == "put") return queue.put(words.at(2), std::stoi(words.at(3)));
            return what == "get" ? queue.get(limit) : queue.try_get().value_or("none");
        };
        kinds_["locking"] = [this](const std::string& what, const Words& words) {
            auto& queue = object<kazoo::LockingQueue>(words.at(1));
            if (what == "put") return queue.put(words.at(2), std::stoi(words.at(3)));
            if (what == "get") return queue.get(limit);
            if (what == "try") return queue.try_get().value_or("none");
            if (what == "holds") return text(queue.holds_lock());
            return text(what == "consume" ? queue.consume() : queue.release());
        };
    }

    /// `lock-curator PATH IDENTIFIER`: acquires a lock with the names of Curator, for example.
    template <class Recipe>
    Command lock() {
        return [this](const std::string& names, const Words& words) {
            const auto format = names == "curator" ? kazoo::LockFormat::curator()
                                : names == "go"    ? kazoo::LockFormat::go()
                                                   : kazoo::LockFormat::kazoo();
            const auto options = kazoo::LockOptions().format(format).identifier(words.at(2));
            held_.push_back(Recipe(zk_, words.at(1), options).acquire(limit));
            return "acquired";
        };
    }

    void add_locks() {
        kinds_["lock"] = lock<kazoo::Lock>();
        kinds_["read"] = lock<kazoo::ReadLock>();
        kinds_["write"] = lock<kazoo::WriteLock>();
        kinds_["semaphore"] = [this](const std::string&, const Words& words) {
            const auto options = kazoo::SemaphoreOptions().identifier(words.at(2));
            kazoo::Semaphore semaphore(zk_, words.at(1), std::stoi(words.at(3)), options);
            held_.push_back(semaphore.acquire(limit));
            return "acquired";
        };
        kinds_["latch"] = [this](const std::string& what, const Words& words) {
            const auto options = kazoo::LeaderLatchOptions().identifier(words.at(2));
            auto& latch = object<kazoo::LeaderLatch>(words.at(1), options);
            latch.start();
            if (what == "lead") static_cast<void>(latch.await(limit));
            return "started";
        };
    }

    void add_values() {
        kinds_["barrier"] = [this](const std::string&, const Words& words) {
            object<kazoo::Barrier>(words.at(1)).create(limit);
            return "closed";
        };
        kinds_["double"] = [this](const std::string&, const Words& words) {
            object<kazoo::DoubleBarrier>(words.at(1), std::stoi(words.at(3)), words.at(2))
                .enter(limit);
            return "entered";
        };
        kinds_["counter"] = [this](const std::string& format, const Words& words) {
            const auto options = kazoo::CounterOptions().format(
                format == "int"    ? kazoo::CounterFormat::int32_be
                : format == "long" ? kazoo::CounterFormat::int64_be
                                   : kazoo::CounterFormat::text
            );
            object<kazoo::Counter>(words.at(1), options).add(std::stoll(words.at(2)), limit);
            return "added";
        };
        kinds_["value"] = [this](const std::string&, const Words& words) {
            object<kazoo::SharedValue>(words.at(1)).set(words.at(2), limit);
            return "set";
        };
        kinds_["lease"] = [this](const std::string&, const Words& words) {
            const auto options = kazoo::LeaseOptions().identifier(words.at(2));
            return text(object<kazoo::NonBlockingLease>(words.at(1), 600s, options).obtain(limit));
        };
    }

    kazoo::KazooClient& zk_;
    Services services_;
    std::map<std::string, Command> kinds_;
    std::vector<kazoo::LockHandle> held_;
};

}  // namespace

void carry_out_commands(const Arguments& arguments) {
    Client zk(arguments, 5s);
    Commands commands(*zk);
    try {
        for (std::string line; std::getline(std::cin, line);) {
            std::istringstream input(line);
            Words words;
            for (std::string word; input >> word;) words.push_back(word);
            say(commands.carry_out(words));
        }
    } catch (const std::exception& error) {
        say(std::string("failed: ") + error.what());
        throw;
    }
}

}  // namespace interop
