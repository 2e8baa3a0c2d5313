#pragma once

#include "history/caller.hpp"
#include "sim/chance.hpp"
#include "tape.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/client.hpp>

#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace kazoo::chaos {

/// One of the clients that a program has, one after the other, and all that it calls and sees,
/// which goes onto the tape. From any thread.
class Life : public std::enable_shared_from_this<Life>, public history::Caller<Life> {
public:
    Life(Tape& tape, int number, const ClientOptions& options, std::uint64_t seed);

    void start();
    /// Ends the client: by its destruction, or it is stopped before.
    void end(bool stops);
    void stop_and_start();
    [[nodiscard]] bool connected();
    [[nodiscard]] KazooState state();
    /// The present one, or the last.
    [[nodiscard]] std::int64_t session();
    /// Whether a session was lost since the last question, not by the will of the program.
    [[nodiscard]] bool has_lost();

    /// Cancels all that was called with the present stop token.
    void request_stop();

private:
    friend Caller;

    template <class T, class Make>
    AsyncResult<T> call(Act act, const std::string& path, Make make);
    void set_ending(bool ending);
    void mark_events(Call& call);
    void on_state(KazooState state);

    // Under the tape's lock:
    template <class T>
    void take_result(Call& call, detail::ResultState<T>& state);
    [[nodiscard]] KazooClient& zk() noexcept { return *zk_; }
    [[nodiscard]] CallOptions call_options();
    [[nodiscard]] Watcher watcher(Call& call, bool watches);
    [[nodiscard]] std::int64_t present_session();

    Tape& tape_;
    const int number_;
    const std::shared_ptr<Handler> handler_;

    sim::Chance chance_;
    std::unique_ptr<KazooClient> zk_;
    std::weak_ptr<detail::client::Core> core_;
    std::stop_source stops_;
    std::int64_t session_ = 0;  // the last one known
    std::uint64_t events_ = 0;
    bool lost_ = false;    // a session, not by the program's own will
    bool ending_ = false;  // by that
};

}  // namespace kazoo::chaos

/// In life.cpp, where calls are known.
extern template class kazoo::history::Caller<kazoo::chaos::Life>;
