// SPDX-License-Identifier: Apache-2.0
// Carries out commands with recipes, for tests with other clients: one line from standard input is
// a command, one line on standard output its answer. Objects live as long as the program.
//
//     <command> <path> [<argument> ...]
#include <kazoo/kazoo.hpp>

#include <chrono>
#include <exception>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

using namespace std::chrono_literals;

namespace {

using Words = std::vector<std::string>;

/// Returns the object of a recipe for a path, and makes it first if necessary.
template <class Recipe, class... Arguments>
Recipe& object(kazoo::KazooClient& zk, const std::string& path, Arguments&&... arguments) {
    static std::map<std::string, std::unique_ptr<Recipe>> objects;
    auto& made = objects[path];
    if (!made) made = std::make_unique<Recipe>(zk, path, std::forward<Arguments>(arguments)...);
    return *made;
}

std::string joined(const Words& words) {
    std::string line;
    for (const auto& word : words) line += (line.empty() ? "" : ",") + word;
    return line;
}

std::string text(bool value) {
    return value ? "true" : "false";
}

template <class Group>
std::string party(kazoo::KazooClient& zk, const std::string& what, const Words& words) {
    auto& group = object<Group>(zk, words.at(1), words.size() > 2 ? words[2] : "");
    if (what == "join") {
        group.join();
        return "joined";
    }
    return what == "leave" ? text(group.leave()) : joined(group.members());
}

std::string carry_out(kazoo::KazooClient& zk, const Words& words) {
    const auto limit = kazoo::CallOptions().timeout(10s);
    const auto& command = words.at(0);
    const auto& path = words.at(1);
    const auto dash = command.find('-');
    const auto kind = command.substr(0, dash);
    const auto what = command.substr(dash + 1);
    if (kind == "party") return party<kazoo::Party>(zk, what, words);
    if (kind == "shallow") return party<kazoo::ShallowParty>(zk, what, words);
    if (kind == "queue") {
        auto& queue = object<kazoo::Queue>(zk, path);
        if (what == "put") return queue.put(words.at(2), std::stoi(words.at(3)));
        return what == "get" ? queue.get(limit) : queue.try_get().value_or("none");
    }
    auto& queue = object<kazoo::LockingQueue>(zk, path);
    if (what == "put") return queue.put(words.at(2), std::stoi(words.at(3)));
    if (what == "get") return queue.get(limit);
    if (what == "try") return queue.try_get().value_or("none");
    if (what == "holds") return text(queue.holds_lock());
    return text(what == "consume" ? queue.consume() : queue.release());
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return 2;
    kazoo::KazooClient zk(kazoo::ClientOptions().hosts(argv[1]).timeout(5s));
    try {
        zk.start();
        for (std::string line; std::getline(std::cin, line);) {
            std::istringstream input(line);
            Words words;
            for (std::string word; input >> word;) words.push_back(word);
            std::cout << carry_out(zk, words) << std::endl;
        }
    } catch (const std::exception& error) {
        std::cout << "failed: " << error.what() << std::endl;
        return 1;
    }
}
