// SPDX-License-Identifier: Apache-2.0
/// The options of the test harness.
#pragma once

#include <kazoo/client_options.hpp>
#include <kazoo/detail/export.hpp>
#include <kazoo/retry.hpp>
#include <kazoo/testing/ensemble.hpp>
#include <kazoo/testing/server_control.hpp>
#include <kazoo/testing/server_options.hpp>
#include <kazoo/time.hpp>

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

KAZOO_API_BEGIN
namespace kazoo::testing {

/// The options of a TestHarness. Each option `x` has a setter `x(value)`, which returns the options
/// for chaining, and a getter `x()`. A value type.
///
/// The servers are, in this order:
/// - those given by `server`, `ensemble`, `server_options` or `hosts`; giving more than one of them
///   is a ConfigurationError;
/// - those named by the environment variable ZOOKEEPER_HOSTS, if it is set and not empty;
/// - an embedded server that all harnesses of the process share. The first harness starts it, with
///   a tick of 100 ms, session timeouts from 200 ms to 60 s, and the superuser "super:test".
class HarnessOptions {
public:
    /// The unit of times.
    using milliseconds = std::chrono::milliseconds;
    /// See `run_loop`.
    using RunLoop = std::function<void(milliseconds)>;

    HarnessOptions() {}

#define KAZOO_OPTION(Type, name, initial)             \
public:                                               \
    HarnessOptions& name(Type value)& {               \
        name##_ = std::move(value);                   \
        return *this;                                 \
    }                                                 \
    HarnessOptions name(Type value)&& {               \
        name##_ = std::move(value);                   \
        return std::move(*this);                      \
    }                                                 \
    [[nodiscard]] const Type& name() const noexcept { \
        return name##_;                               \
    }                                                 \
                                                      \
private:                                              \
    Type name##_ = initial

    /// Servers that run elsewhere, such as an Apache ZooKeeper, as in ClientOptions::hosts. A
    /// chroot in it is the parent of the harness's own; it is created if it does not exist, and
    /// left. Default: empty, none.
    KAZOO_OPTION(std::string, hosts, "");
    /// An embedded server that this harness starts for itself, with these options, and ends with
    /// itself: for tests that need a server of their own or other options. The harness adds the
    /// superuser "super:test" unless ServerOptions::super_digest is set. Default: none.
    KAZOO_OPTION(std::optional<ServerOptions>, server_options, std::nullopt);
    /// The options of TestHarness::client() and of clients that are made without options. `hosts`
    /// is ignored. A `handler` given here is that of all clients of the harness whose own options
    /// name none. Default: those of ClientOptions, but with pauses of 10 ms to 50 ms between
    /// connection attempts, so that tests of lost connections are short.
    KAZOO_OPTION(
        ClientOptions,
        client_options,
        ClientOptions()
            .connection_retry(RetryPolicy().delay(milliseconds(10)).max_delay(milliseconds(50)))
    );
    /// Credentials with which the harness creates and deletes its chroot. They matter if the tests
    /// create nodes that not everybody may delete. Default: the superuser on embedded servers that
    /// the harness has started, none on others.
    KAZOO_OPTION(std::vector<AuthData>, auth_data, {});
    /// For event loops that the test's own thread runs: a function that runs the loop for at most
    /// the given time, a few milliseconds, and returns early after it has run something. While the
    /// harness waits it calls the function repeatedly, in the thread that called the harness, and
    /// does what blocks on a thread of its own. Without it, the functions of the harness block like
    /// those of the client, and the loop must run on another thread. Default: none.
    ///
    ///     // Boost.Asio; the work guard keeps the loop from ending when it has nothing to do:
    ///     auto work = boost::asio::make_work_guard(context);
    ///     options.run_loop([&](auto limit) { context.run_one_for(limit); });
    ///     // libuv:
    ///     options.run_loop([&](auto) { uv_run(&loop, UV_RUN_NOWAIT); });
    ///
    /// It must not be running already, as in a callback of the loop. What it throws leaves the
    /// function of the harness that waits; if that blocks on another thread, the loop is run until
    /// it has finished there, and the first exception is thrown afterwards.
    KAZOO_OPTION(RunLoop, run_loop, nullptr);
#undef KAZOO_OPTION

public:
    /// Uses an embedded server of the test's own, which must outlive the harness. Default: none.
    HarnessOptions& server(const ServerControl& one) & {
        servers_.assign(1, one);
        return *this;
    }
    HarnessOptions server(const ServerControl& one) && {
        return std::move(server(one));
    }
    /// Uses an ensemble of the test's own, which must outlive the harness. Default: none.
    HarnessOptions& ensemble(const Ensemble& all) & {
        servers_.clear();
        for (std::size_t i = 0; i < all.size(); ++i) {
            servers_.push_back(all[i]);
        }
        return *this;
    }
    HarnessOptions ensemble(const Ensemble& all) && {
        return std::move(ensemble(all));
    }
    /// Returns the servers given by `server` or `ensemble`; empty if there are none.
    [[nodiscard]] const std::vector<ServerControl>& servers() const noexcept {
        return servers_;
    }

    /// The time limit of each function of the harness that waits, where the call does not name
    /// another; more than zero. Default: 15 s.
    HarnessOptions& timeout(AnyMilliseconds value) & {
        timeout_ = value;
        return *this;
    }
    HarnessOptions timeout(AnyMilliseconds value) && {
        return std::move(timeout(value));
    }
    [[nodiscard]] milliseconds timeout() const noexcept {
        return timeout_;
    }

private:
    std::vector<ServerControl> servers_;
    milliseconds timeout_{15'000};
};

}  // namespace kazoo::testing
KAZOO_API_END
