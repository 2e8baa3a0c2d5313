// SPDX-License-Identifier: Apache-2.0
#include "cli/values.hpp"
#include "commands/commands.hpp"
#include "commands/holder.hpp"
#include "output/json.hpp"
#include "output/text.hpp"

#include <kazoo/recipes/non_blocking_lease.hpp>

#include <memory>

namespace tool {
namespace {

struct LeaseArguments {
    HolderOptions holder;
    std::string path;
    std::string duration;
    bool release = false;
};

std::string end_text(const kazoo::NonBlockingLease& lease) {
    const auto end = lease.end();
    if (!end) {
        return "-";
    }
    using Milliseconds = std::chrono::milliseconds;
    return time_text(std::chrono::duration_cast<Milliseconds>(end->time_since_epoch()).count());
}

/// Keeps a lease while a program runs: renews it three times in its duration.
class Renewal {
public:
    Renewal(kazoo::NonBlockingLease& lease, Output& out, std::chrono::milliseconds duration)
        : lease_(&lease), out_(&out), duration_(duration) {}

    [[nodiscard]] std::stop_token lost() const { return lost_.get_token(); }

    /// Renews in the background, and looks whether the last time has succeeded.
    void step() {
        if (running_.valid() && running_.ready()) {
            const auto result = running_.result();
            running_ = {};
            if (!result) {
                out_->note("the lease was not renewed: " + result.failure().message());
            } else if (!result.value()) {
                lost_.request_stop();  // another process has taken it, or the record is gone
                return;
            }
        }
        if (!lease_->obtained()) {
            lost_.request_stop();
        } else if (!running_.valid()) {
            running_ = lease_->renew_async(kazoo::CallOptions().timeout(duration_));
        }
    }

    /// Waits for a renewal in progress, which would replace the record that is to be released.
    /// Returns false if the lease was lost before.
    bool finish() {
        if (running_.valid()) {
            running_.wait();
            const auto result = running_.result();
            running_ = {};
            return !result || result.value();
        }
        return true;
    }

private:
    kazoo::NonBlockingLease* lease_;
    Output* out_;
    std::chrono::milliseconds duration_;
    kazoo::AsyncResult<bool> running_;
    std::stop_source lost_;
};

void run_with_lease(
    Session& session,
    kazoo::NonBlockingLease& lease,
    const LeaseArguments& arguments,
    std::chrono::milliseconds duration
) {
    Guard guard(session, grace_of(arguments.holder));
    Renewal renewal(lease, session.out(), duration);
    guard.repeat(duration / 3, [&renewal] { renewal.step(); });
    const bool kept = run_holding(session, guard, lease.token(), lease.path(), renewal.lost());
    const bool renewed = renewal.finish();
    // Bounded: without a connection, the lease ends by itself.
    const bool released = lease.release(kazoo::CallOptions().timeout(duration));
    if (kept && (!renewed || !released)) {
        session.exit_with(static_cast<int>(ExitCode::lost));
    }
}

void lease(Session& session, const LeaseArguments& arguments) {
    const std::chrono::milliseconds duration = parse_time(arguments.duration);
    if (duration < std::chrono::seconds(1)) {
        throw UsageError("the end of a lease is written in whole seconds: allow one or more");
    }
    kazoo::NonBlockingLease recipe(
        session.zk(),
        arguments.path,
        duration,
        kazoo::LeaseOptions().identifier(identifier(arguments.holder))
    );
    if (!recipe.obtain()) {
        throw Failure(ExitCode::failed, arguments.path + " is leased to another process");
    }
    if (arguments.release) {
        recipe.release();
        return;
    }
    if (!session.program().empty()) {
        run_with_lease(session, recipe, arguments, duration);
    } else if (session.out().is_json()) {
        session.out().json(
            {{"path", recipe.path()}, {"token", recipe.token()}, {"end", end_text(recipe)}}
        );
    } else {
        session.out().line(std::to_string(recipe.token()) + " " + end_text(recipe));
    }
}

}  // namespace

void add_lease(Grammar& grammar) {
    auto options = std::make_shared<LeaseArguments>();
    Command command = grammar.add_runner(
        "lease", "obtain a lease for a time, or run a program with it: lease PATH 30s -- PROGRAM"
    );
    command.path("PATH", options->path, "of the recipe's node")
        .argument("TIME", options->duration, "of the lease, which lasts without a session")
        .option("--id", options->holder.identifier, "TEXT: who has the lease; default host:pid")
        .option("--grace", options->holder.grace, "TIME between SIGTERM and SIGKILL after a loss")
        .flag("--release", options->release, "give back the lease of --id");
    command.runs([options](Session& session) { lease(session, *options); });
}

}  // namespace tool
