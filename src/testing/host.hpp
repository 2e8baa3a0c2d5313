#pragma once

#include "base/fork_guard.hpp"
#include "server/database/state.hpp"
#include "server/listener/listener.hpp"
#include "server/listener/listener_hub.hpp"
#include "server/member/member.hpp"

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
class Host {
public:
    /// One server of the host: a member and its listener.
    struct Place {
        Place(server::ListenerHub& hub, std::shared_ptr<server::ListenerTls> tls)
            : listener(hub, std::move(tls)) {}

        std::string hosts;  // constant after construction, like `port`
        std::uint16_t port = 0;
        bool cut_off = false;  // set by EnsembleServer, like `lagging`
        bool lagging = false;
        std::optional<server::Member> member;
        server::Listener listener;  // refers to the member: destroyed before it
    };

    /// Starts the thread. The servers listen when this returns. Throws like Server's constructor.
    Host(const ServerOptions& options, std::size_t servers, bool replicas);
    /// Calls `end`. Must not run in a forked child, where the thread does not exist: the owner
    /// leaks the host there (see give_up).
    ~Host();

    /// Closes all connections and joins the thread. Does nothing if it was called before. Not while
    /// another thread uses the host.
    void end() noexcept;
    [[nodiscard]] bool in_forked_child() const noexcept { return fork_.in_child(); }

    /// `hosts` and `port` may be read by any thread; the rest only in a function passed to `call`.
    [[nodiscard]] Place& place(std::size_t number) { return places_[number]; }
    [[nodiscard]] server::State& state() noexcept { return state_; }
    [[nodiscard]] server::Time now() const noexcept { return hub_.now(); }

    /// Runs `use` on the thread, sends its consequences to the clients (ListenerHub::pump), and
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
            auto& member = *place(number).member;
            const auto value = use(member.faults());
            member.on_faults_changed(now());
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
    server::State state_;
    server::ListenerHub hub_;
    std::deque<Place> places_;  // a deque: listeners and members must not move
    std::thread thread_;
};

/// Throws AddressInUseError or ListenError if there is an error.
void require_listening(const boost::system::error_code& error, const std::string& address);

}  // namespace kazoo::testing
