// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "base/fork_guard.hpp"
#include "server/database/database.hpp"
#include "server/listener/listener.hpp"
#include "server/listener/server_loop.hpp"
#include "server/member/server_node.hpp"

#include <kazoo/testing/server_options.hpp>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <cstddef>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <type_traits>

namespace kazoo::testing {

/// The thread of a Server or an Ensemble, and the server core and listeners that run on it.
///
/// After construction everything but `Place::hosts` and `Place::port` is accessed on that thread
/// only, so there are no locks. Other threads use `call` and `with_faults`, which run a function on
/// the thread and wait for it.
class ServerThread {
public:
    /// One server: a server node and its listener.
    struct Place {
        Place(server::ServerLoop& loop, std::shared_ptr<server::ListenerTls> tls)
            : listener(loop, std::move(tls)) {}

        std::string hosts;  // constant after construction, like `port`
        std::uint16_t port = 0;
        bool cut_off = false;  // set by EnsembleServer, like `lagging`
        bool lagging = false;
        std::optional<server::ServerNode> server_node;
        server::Listener listener;  // refers to the server node: destroyed before it
    };

    /// Starts the thread. The servers listen when this returns. Throws like Server's constructor.
    ServerThread(const ServerOptions& options, std::size_t servers, bool replicas);
    /// Calls `end`. Must not run in a forked child, where the thread does not exist: the owner
    /// leaks the server thread there (see end_or_leak).
    ~ServerThread();

    /// Closes all connections and joins the thread. Does nothing if it was called before. Not while
    /// another thread uses the server thread.
    void end() noexcept;
    [[nodiscard]] bool in_forked_child() const noexcept { return fork_.in_child(); }

    /// `hosts` and `port` may be read by any thread; the rest only in a function passed to `call`.
    [[nodiscard]] Place& place(std::size_t number) { return places_[number]; }
    [[nodiscard]] server::Database& database() noexcept { return database_; }
    [[nodiscard]] server::Time now() const noexcept { return loop_.now(); }

    /// Runs `use` on the thread, sends its consequences to the clients (ServerLoop::pump), and
    /// returns its value. Thread-safe; not to be called on the thread itself. Rethrows what `use`
    /// throws. Throws ForkedError in a forked child, ConfigurationError after `end`.
    template <class Use>
    auto call(Use&& use) {
        using Value = std::invoke_result_t<Use&>;
        if constexpr (std::is_void_v<Value>) {
            run([&] { use(); });
        } else {
            std::optional<Value> value;
            run([&] { value.emplace(use()); });
            return std::move(*value);
        }
    }

    /// Like `call`, with the faults of one server, which `use` may change.
    template <class Use>
    auto with_faults(std::size_t number, Use&& use) {
        return call([&] {
            auto& server_node = *place(number).server_node;
            const auto value = use(server_node.faults());
            server_node.on_faults_changed(now());
            return value;
        });
    }

private:
    void run(const std::function<void()>& task);
    void serve() noexcept;

    // The order matters: what is declared later refers to what is declared earlier.
    const base::ForkGuard fork_;
    boost::asio::io_context io_{1};  // run by one thread
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    server::Database database_;
    server::ServerLoop loop_;
    std::deque<Place> places_;  // a deque: listeners and server nodes must not move
    std::thread thread_;
};

/// Throws AddressInUseError or ListenError if there is an error.
void require_listening(const boost::system::error_code& error, const std::string& address);

}  // namespace kazoo::testing
