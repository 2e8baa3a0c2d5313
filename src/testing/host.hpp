#pragma once

#include "base/fork_guard.hpp"
#include "server/listener.hpp"
#include "server/listener_hub.hpp"
#include "server/member.hpp"
#include "server/state.hpp"

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

/// The thread of a Server or an Ensemble, and everything that happens on it. Once made, all of it
/// is touched by tasks on that thread alone.
class Host {
public:
    /// One server as its clients see it.
    struct Place {
        Place(server::ListenerHub& hub, std::shared_ptr<server::ListenerTls> tls)
            : listener(hub, std::move(tls)) {}

        std::string hosts;
        std::uint16_t port = 0;
        bool cut_off = false;
        bool lagging = false;
        std::optional<server::Member> member;
        server::Listener listener;  // ends before the member does
    };

    /// Listens when it returns. Throws as Server's constructor does.
    Host(const ServerOptions& options, std::size_t servers, bool replicas);
    /// Ends the thread, if `end` was not called. In a forked child nothing may be touched: the
    /// owner leaks a Host then.
    ~Host();

    /// Closes all connections and ends the thread.
    void end() noexcept;
    [[nodiscard]] bool in_forked_child() const noexcept { return fork_.in_child(); }

    /// `hosts` and `port` never change and may be read from any thread.
    [[nodiscard]] Place& place(std::size_t number) { return places_[number]; }
    [[nodiscard]] server::State& state() noexcept { return state_; }
    [[nodiscard]] server::Time now() const noexcept { return hub_.now(); }

    /// Runs `use` on the thread, sees to what follows from it for clients, and gives its value.
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

    /// The same with the faults of one server, which may be changed.
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

    const base::ForkGuard fork_;
    boost::asio::io_context io_{1};
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    server::State state_;
    server::ListenerHub hub_;
    std::deque<Place> places_;
    std::thread thread_;
};

/// Throws ListenError, AddressInUseError if that is why.
void require_listening(const boost::system::error_code& error, const std::string& address);

}  // namespace kazoo::testing
