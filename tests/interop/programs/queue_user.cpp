// SPDX-License-Identifier: Apache-2.0
// A process that puts items into a queue or takes them from it, until its standard input ends:
//
//     interop_recipes HOSTS use-queue KIND PATH IDENTIFIER JOURNAL
//
// KIND is put or take (Queue), locking-put or locking-take (LockingQueue).
#include "journal.hpp"
#include "programs.hpp"
#include "until_input_ends.hpp"

#include <random>
#include <thread>

namespace interop {

namespace {

using namespace std::chrono_literals;

/// The number of items at which producers wait for the consumers.
constexpr int enough = 30;

class QueueUser {
public:
    explicit QueueUser(const Arguments& arguments)
        : arguments_(arguments),
          kind_(arguments.at(2)),
          path_(arguments.at(3)),
          journal_(arguments.at(5), arguments.at(4)) {}

    void live(const std::stop_token& stop) {
        Client zk(arguments_, 1s);
        try {
            if (kind_.starts_with("locking-")) {
                use(kazoo::LockingQueue(*zk, path_), stop);
            } else {
                use(kazoo::Queue(*zk, path_), stop);
            }
        } catch (const kazoo::CancelledError&) {
        } catch (const kazoo::KazooException& error) {
            journal_.write("failed", error.what());
        }
    }

private:
    template <class AnyQueue>
    void use(AnyQueue queue, const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            kind_.ends_with("put") ? put(queue) : take(queue, stop);
        }
    }

    template <class AnyQueue>
    void put(AnyQueue& queue) {
        if (queue.size() >= enough) {
            std::this_thread::sleep_for(1ms);
            return;
        }
        const auto item = arguments_[4] + ':' + std::to_string(++items_);
        journal_.write("putting", item);
        queue.put(item);
        journal_.write("put", item);
    }

    void take(kazoo::Queue& queue, const std::stop_token& stop) {
        journal_.write("done", queue.get(kazoo::CallOptions().stop_token(stop)));
        work();  // lets others take the next
    }

    void take(kazoo::LockingQueue& queue, const std::stop_token& stop) {
        const auto item = queue.get(kazoo::CallOptions().stop_token(stop));
        journal_.write("working", item);
        work();
        journal_.write(queue.consume() ? "done" : "again", item);
    }

    void work() { std::this_thread::sleep_for(std::chrono::microseconds(random_() % 6'000)); }

    const Arguments arguments_;
    const std::string kind_;
    const std::string path_;
    Journal journal_;
    int items_ = 0;
    std::minstd_rand random_{std::random_device{}()};
};

}  // namespace

void use_queue(const Arguments& arguments) {
    QueueUser user(arguments);
    repeat_until_input_ends([&](const std::stop_token& stop) { user.live(stop); });
}

}  // namespace interop
