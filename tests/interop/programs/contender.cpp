// SPDX-License-Identifier: Apache-2.0
// A process that holds a lock again and again, until its standard input ends:
//
//     interop_recipes HOSTS contend KIND PATH IDENTIFIER JOURNAL [NAMES [LEASES]]
//
// KIND is lock, read, write, semaphore; NAMES is kazoo, curator, go, or all, which are those of
// kazoo and waits for the others. While it holds the lock there is the node
// PATH-inside/KIND-IDENTIFIER, created and deleted on condition that the lock is held. It writes
// what it finds there to JOURNAL.
#include "journal.hpp"
#include "programs.hpp"
#include "until_input_ends.hpp"

#include <functional>
#include <memory>
#include <random>

namespace interop {

namespace {

using namespace std::chrono_literals;

using Acquire = std::function<kazoo::LockHandle(const kazoo::CallOptions&)>;

template <class Recipe, class... Parts>
Acquire acquire_from(Parts&&... parts) {
    auto recipe = std::make_shared<Recipe>(std::forward<Parts>(parts)...);
    return [recipe](const kazoo::CallOptions& options) { return recipe->acquire(options); };
}

kazoo::LockOptions named(const std::string& names) {
    if (names == "curator") return kazoo::LockOptions().format(kazoo::LockFormat::curator());
    if (names == "go") return kazoo::LockOptions().format(kazoo::LockFormat::go());
    return names == "all" ? kazoo::LockOptions().also("-lock-") : kazoo::LockOptions();
}

class Contender {
public:
    explicit Contender(const Arguments& arguments)
        : arguments_(arguments),
          kind_(arguments.at(2)),
          path_(arguments.at(3)),
          inside_(path_ + "-inside"),
          marker_(inside_ + '/' + kind_ + '-' + arguments.at(4)),
          journal_(arguments.at(5), arguments.at(4)) {}

    /// Holds the lock again and again, with one session. Throws when the lock is lost.
    void live(const std::stop_token& stop) {
        Client zk(arguments_, 1s);
        const auto acquire = recipe(*zk);
        while (!stop.stop_requested()) {
            auto held = acquire(kazoo::CallOptions().stop_token(stop));
            stay_inside(*zk, held);
            held.release();
        }
    }

private:
    [[nodiscard]] std::string optional(std::size_t index, const char* otherwise) const {
        return arguments_.size() > index ? arguments_[index] : otherwise;
    }

    [[nodiscard]] Acquire recipe(kazoo::KazooClient& zk) const {
        if (kind_ == "semaphore") {
            return acquire_from<kazoo::Semaphore>(zk, path_, std::stoi(optional(7, "1")));
        }
        const auto options = named(optional(6, "kazoo")).identifier(arguments_[4]);
        if (kind_ == "read") return acquire_from<kazoo::ReadLock>(zk, path_, options);
        if (kind_ == "write") return acquire_from<kazoo::WriteLock>(zk, path_, options);
        return acquire_from<kazoo::Lock>(zk, path_, options);
    }

    void stay_inside(kazoo::KazooClient& zk, const kazoo::LockHandle& held) {
        const auto token = std::to_string(held.token());
        held.transaction().create(marker_, "", kazoo::CreateOptions().ephemeral()).commit();
        auto entered = token;
        for (const auto& name : zk.get_children(inside_)) entered += ' ' + name;
        journal_.write("enter", entered);
        std::this_thread::sleep_for(std::chrono::microseconds(random_() % 4'000));
        journal_.write("leave", token);
        held.transaction().delete_(marker_).commit();
        journal_.write("kept", token);
    }

    const Arguments arguments_;
    const std::string kind_;
    const std::string path_;
    const std::string inside_;
    const std::string marker_;
    Journal journal_;
    std::minstd_rand random_{std::random_device{}()};
};

}  // namespace

void contend(const Arguments& arguments) {
    Contender contender(arguments);
    repeat_until_input_ends([&](const std::stop_token& stop) { contender.live(stop); });
}

}  // namespace interop
