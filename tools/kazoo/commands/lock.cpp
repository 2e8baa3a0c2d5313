// SPDX-License-Identifier: Apache-2.0
// The commands that run a program while something is held: lock, elect and semaphore.
#include "cli/values.hpp"
#include "commands/commands.hpp"
#include "commands/holder.hpp"
#include "output/json.hpp"
#include "output/text.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/recipes/lock.hpp>
#include <kazoo/recipes/semaphore.hpp>

#include <memory>

namespace tool {
namespace {

struct LockArguments {
    HolderOptions holder;
    std::string path;
    std::string names = "kazoo";
    std::optional<std::int64_t> leases;
    bool in_doubt = false;
    bool list = false;
    bool again = false;
};

kazoo::LockFormat format_of(const std::string& names) {
    return names == "curator" ? kazoo::LockFormat::curator()
           : names == "go"    ? kazoo::LockFormat::go()
                              : kazoo::LockFormat::kazoo();
}

kazoo::LostWhen lost_when(const LockArguments& arguments) {
    return arguments.in_doubt ? kazoo::LostWhen::in_doubt : kazoo::LostWhen::gone;
}

kazoo::Lock make_lock(Session& session, const LockArguments& arguments) {
    return kazoo::Lock(
        session.zk(),
        arguments.path,
        kazoo::LockOptions()
            .identifier(identifier(arguments.holder))
            .format(format_of(arguments.names))
            .lost_when(lost_when(arguments))
    );
}

/// Writes the contenders, the holder first.
void list_contenders(Session& session, const LockArguments& arguments) {
    const auto contenders = make_lock(session, arguments).contenders();
    for (const kazoo::LockContender& contender : contenders) {
        if (session.out().is_json()) {
            session.out().json(
                {{"path", contender.path},
                 {"token", contender.czxid},
                 {"session", hex_text(contender.session)},
                 {"data", contender.data}}
            );
        } else {
            session.out().line(
                contender.path + " " + hex_text(contender.session) + " " + contender.data
            );
        }
    }
}

/// Acquires, runs the program, and releases. Returns whether it was held until then.
template <class Recipe>
bool run_once(Session& session, Guard& guard, Recipe& recipe, const HolderOptions& options) {
    kazoo::LockHandle held;
    if (options.no_wait) {
        auto tried = recipe.try_acquire();
        if (!tried) {
            throw Failure(ExitCode::failed, recipe.path() + " is held by another process");
        }
        held = std::move(*tried);
    } else {
        held = guard.acquire(
            [&](const kazoo::CallOptions& call) { return recipe.acquire_async(call); },
            wait_options(session, options)
        );
    }
    const bool kept = run_holding(session, guard, held.token(), held.path(), held.lost());
    const bool released = held.release();
    if (kept && !released) {
        session.exit_with(static_cast<int>(ExitCode::lost));
    }
    return kept && released;
}

void lock(Session& session, const LockArguments& arguments) {
    if (arguments.list) {
        list_contenders(session, arguments);
        return;
    }
    Guard guard(session, grace_of(arguments.holder));
    kazoo::Lock recipe = make_lock(session, arguments);
    while (!run_once(session, guard, recipe, arguments.holder) && arguments.again) {
        session.exit_with(0);
    }
}

void semaphore(Session& session, const LockArguments& arguments) {
    Guard guard(session, grace_of(arguments.holder));
    kazoo::Semaphore recipe(
        session.zk(),
        arguments.path,
        static_cast<std::int32_t>(arguments.leases.value_or(1)),
        kazoo::SemaphoreOptions()
            .identifier(identifier(arguments.holder))
            .lost_when(lost_when(arguments))
    );
    if (!arguments.list) {
        run_once(session, guard, recipe, arguments.holder);
        return;
    }
    for (const std::string& holder : recipe.lease_holders()) {
        if (session.out().is_json()) {
            session.out().json(holder);
        } else {
            session.out().line(holder);
        }
    }
}

void describe_common(Command& command, LockArguments& arguments) {
    command.path("PATH", arguments.path, "of the recipe's node");
    add_holder_options(command, arguments.holder);
    command.flag("--in-doubt", arguments.in_doubt, "an interrupted connection is a loss already")
        .flag("-l,--list", arguments.list, "write who holds it and waits for it, and do no more");
}

}  // namespace

void add_lock(Grammar& grammar) {
    const std::vector<std::string> formats{"kazoo", "curator", "go"};
    auto options = std::make_shared<LockArguments>();
    Command command = grammar.add_runner(
        "lock", "run a program while this process holds a lock: lock PATH -- PROGRAM ARGUMENTS"
    );
    describe_common(command, *options);
    command.choice("--names", options->names, formats, "the client whose locks it excludes");
    command.runs([options](Session& session) { lock(session, *options); });

    auto elected = std::make_shared<LockArguments>();
    Command second = grammar.add_runner(
        "elect", "run a program while this process is the leader: elect PATH -- PROGRAM ARGUMENTS"
    );
    describe_common(second, *elected);
    second.choice("--names", elected->names, formats, "the client whose elections it takes part in")
        .flag("--again", elected->again, "after a loss, stand for election again");
    second.runs([elected](Session& session) { lock(session, *elected); });

    auto counted = std::make_shared<LockArguments>();
    Command third = grammar.add_runner(
        "semaphore", "run a program with one of several leases: semaphore PATH -n 5 -- PROGRAM"
    );
    describe_common(third, *counted);
    third.number("-n,--leases", counted->leases, "N leases; default 1", 1, 1'000'000'000);
    third.runs([counted](Session& session) { semaphore(session, *counted); });
}

}  // namespace tool
