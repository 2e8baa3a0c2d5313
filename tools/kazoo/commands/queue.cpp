// SPDX-License-Identifier: Apache-2.0
// The commands queue and barrier.
#include "cli/values.hpp"
#include "commands/commands.hpp"
#include "commands/holder.hpp"
#include "output/json.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/recipes/barrier.hpp>
#include <kazoo/recipes/double_barrier.hpp>
#include <kazoo/recipes/queue.hpp>

#include <memory>
#include <sstream>

namespace tool {
namespace {

struct QueueArguments {
    HolderOptions holder;
    std::string path;
    std::string data;
    std::optional<std::int64_t> priority;
    bool lines = false;
};

void print_entry(Output& out, const std::string& name) {
    if (out.is_json()) {
        out.json({{"entry", name}});
    } else {
        out.line(name);
    }
}

void put(Session& session, const QueueArguments& arguments) {
    kazoo::Queue queue(session.zk(), arguments.path);
    const auto priority =
        static_cast<int>(arguments.priority.value_or(kazoo::default_queue_priority));
    const std::string data = data_of(arguments.data);
    if (!arguments.lines) {
        print_entry(session.out(), queue.put(data, priority));
        return;
    }
    std::istringstream in(data);
    std::string line;
    while (std::getline(in, line)) {
        print_entry(session.out(), queue.put(line, priority));
    }
}

void print_item(Output& out, const std::string& item) {
    if (out.is_json()) {
        Json object = Json::object();
        add_data(object, item);
        out.json(object);
    } else {
        out.data(item);
    }
}

void get(Session& session, const QueueArguments& arguments) {
    kazoo::Queue queue(session.zk(), arguments.path);
    if (!arguments.holder.no_wait) {
        print_item(session.out(), queue.get(wait_options(session, arguments.holder)));
        return;
    }
    const auto item = queue.try_get(session.call());
    if (!item) {
        throw Failure(ExitCode::failed, arguments.path + " has no item");
    }
    print_item(session.out(), *item);
}

void describe_queue(Grammar& grammar) {
    Command queue = grammar.add("queue", "put items into a queue, and take them");
    auto item = std::make_shared<QueueArguments>();
    Command putting = queue.command("put", "add an item, and write the name of its entry");
    putting.path("PATH", item->path, "of the queue")
        .argument("DATA", item->data, "the text; - is standard input, @FILE a file")
        .number(
            "-p,--priority", item->priority, "N: lower ones are served first; default 100", 0, 999
        )
        .flag("--lines", item->lines, "each line of the data is an item");
    putting.runs([item](Session& session) { put(session, *item); });

    auto taken = std::make_shared<QueueArguments>();
    Command taking = queue.command("get", "take the first item, and write it byte for byte");
    taking.path("PATH", taken->path, "of the queue")
        .option("-w,--wait", taken->holder.wait, "TIME to wait for an item; default: no limit")
        .flag("-t,--try", taken->holder.no_wait, "do not wait");
    taking.runs([taken](Session& session) { get(session, *taken); });

    auto counted = std::make_shared<QueueArguments>();
    Command counting = queue.command("size", "write the number of items");
    counting.path("PATH", counted->path, "of the queue");
    counting.runs([counted](Session& session) {
        session.out().line(std::to_string(kazoo::Queue(session.zk(), counted->path).size()));
    });
}

struct BarrierArguments {
    HolderOptions holder;
    std::string path;
    std::optional<std::int64_t> members;
};

void wait_at_barrier(Session& session, const BarrierArguments& arguments) {
    Guard guard(session, std::chrono::milliseconds(0));
    const kazoo::Barrier barrier(session.zk(), arguments.path);
    guard.wait_for(
        [&](const kazoo::CallOptions& call) { return barrier.wait_async(call); },
        wait_options(session, arguments.holder)
    );
}

/// Enters a double barrier, runs the program, and leaves.
void enter(Session& session, const BarrierArguments& arguments) {
    if (!arguments.members) {
        throw UsageError("--members is missing");
    }
    Guard guard(session, grace_of(arguments.holder));
    kazoo::DoubleBarrier barrier(
        session.zk(),
        arguments.path,
        static_cast<int>(*arguments.members),
        identifier(arguments.holder)
    );
    guard.wait_for(
        [&](const kazoo::CallOptions& call) { return barrier.enter_async(call); },
        wait_options(session, arguments.holder)
    );
    if (!session.program().empty()) {
        guard.run(session.program(), {}, std::stop_token());
    }
    guard.wait_for(
        [&](const kazoo::CallOptions& call) { return barrier.leave_async(call); },
        wait_options(session, arguments.holder)
    );
}

void describe_barrier(Grammar& grammar) {
    Command all = grammar.add_runner("barrier", "hold processes back, and let them begin together");
    auto created = std::make_shared<BarrierArguments>();
    Command creating = all.command("create", "close the barrier");
    creating.path("PATH", created->path, "of the barrier");
    creating.runs([created](Session& session) {
        kazoo::Barrier(session.zk(), created->path).create();
    });

    auto removed = std::make_shared<BarrierArguments>();
    Command removing = all.command("remove", "open the barrier; exit code 3 if it was open");
    removing.path("PATH", removed->path, "of the barrier");
    removing.runs([removed](Session& session) {
        if (!kazoo::Barrier(session.zk(), removed->path).remove()) {
            throw Failure(ExitCode::no_node, removed->path + " was open");
        }
    });

    auto waited = std::make_shared<BarrierArguments>();
    Command waiting = all.command("wait", "wait until the barrier is open");
    waiting.path("PATH", waited->path, "of the barrier")
        .option("-w,--wait", waited->holder.wait, "TIME to wait; default: no limit");
    waiting.runs([waited](Session& session) { wait_at_barrier(session, *waited); });

    auto entered = std::make_shared<BarrierArguments>();
    Command entering = all.command(
        "enter", "wait for all members, run a program, and wait until all members have ended theirs"
    );
    entering.path("PATH", entered->path, "of the barrier")
        .number("-n,--members", entered->members, "N members", 1, 1'000'000)
        .option("--id", entered->holder.identifier, "TEXT that other processes see")
        .option("-w,--wait", entered->holder.wait, "TIME for each wait; default: no limit");
    entering.runs([entered](Session& session) { enter(session, *entered); });
}

}  // namespace

void add_queue(Grammar& grammar) {
    describe_queue(grammar);
    describe_barrier(grammar);
}

}  // namespace tool
