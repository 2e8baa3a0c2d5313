#pragma once

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
class Life : public std::enable_shared_from_this<Life> {
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

    // Calls. When the client has ended nothing is called, and the result refers to nothing.

    AsyncResult<std::string> create(const std::string& path, const CreateOptions& create);
    AsyncResult<CreatedNode> create_with_stat(const std::string& path, const CreateOptions& create);
    AsyncResult<ZnodeStat> set(const std::string& path, std::int32_t version = -1);
    AsyncResult<void> remove(const std::string& path, std::int32_t version = -1);
    AsyncResult<NodeData> get(const std::string& path, bool watches);
    AsyncResult<std::optional<ZnodeStat>> look(const std::string& path, bool watches);
    AsyncResult<std::vector<std::string>> children(const std::string& path, bool watches);
    AsyncResult<ChildrenAndStat> children_with_stat(const std::string& path, bool watches);
    AsyncResult<std::string> sync(const std::string& path);
    AsyncResult<bool> ensure_path(const std::string& path);
    AsyncResult<void> remove_tree(const std::string& path);

    /// Cancels all that was called with the present stop token.
    void request_stop();

private:
    template <class T, class Make>
    AsyncResult<T> call(Act act, const std::string& path, Make make);
    void set_ending(bool ending);
    void mark_events(Call& call);
    void on_state(KazooState state);

    // Under the tape's lock:
    template <class T>
    void take_result(Call& call, detail::ResultState<T>& state);
    [[nodiscard]] CallOptions options();
    [[nodiscard]] Watcher watcher(Call& call, bool watches);
    [[nodiscard]] std::int64_t present_session();

    Tape& tape_;
    const int number_;
    const std::shared_ptr<Handler> handler_;

    sim::Chance chance_;
    std::unique_ptr<KazooClient> zk_;
    std::weak_ptr<client::Core> core_;
    std::stop_source stops_;
    std::int64_t session_ = 0;  // the last one known
    std::uint64_t events_ = 0;
    bool lost_ = false;    // a session, not by the program's own will
    bool ending_ = false;  // by that
};

}  // namespace kazoo::chaos
