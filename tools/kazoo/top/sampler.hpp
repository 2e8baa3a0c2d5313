// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cli/session.hpp"
#include "servers/four_letter.hpp"
#include "servers/server_status.hpp"

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace tool {

/// Per second, between the last two samples; std::nullopt if the server was not up at both, or was
/// restarted between them.
using Rate = std::optional<double>;

/// A connection of a server, with its rates.
struct SampledClient {
    ServerConnection connection;
    Rate received;
    Rate sent;
};

/// What is known of a server.
struct ServerSample {
    enum class State {
        waiting,  ///< The first answers have not arrived.
        up,
        refused,  ///< It answers, but executes neither srvr nor mntr.
        down,     ///< It does not answer, or is not serving; `problem` says why.
    };
    std::string server;
    State state = State::waiting;
    std::string problem;
    std::vector<std::string> refused_words;
    ServerStatus status;
    std::vector<SampledClient> clients;
    Rate received;
    Rate sent;
    Rate transactions;  ///< by the zxid
    std::chrono::steady_clock::time_point time;
};
/// Returns "up", "down" and so on.
const char* to_string(ServerSample::State state) noexcept;

/// Asks one server for its state, again and again, with the words srvr, mntr and cons.
class ServerSampler : public std::enable_shared_from_this<ServerSampler> {
public:
    /// `clients`: whether its connections are asked for.
    ServerSampler(
        std::shared_ptr<boost::asio::io_context> loop,
        const Settings& settings,
        const kazoo::HostPort& server,
        bool clients
    );

    /// Asks for a sample, unless one is under way, and calls `done` in the loop when it is there.
    void sample(std::function<void()> done);
    [[nodiscard]] bool busy() const noexcept { return open_words_ > 0; }
    /// Returns the last sample.
    [[nodiscard]] const ServerSample& last() const noexcept { return sample_; }

private:
    void ask_word(const std::string& word);
    void ask_when_connected(
        const std::string& word, std::chrono::steady_clock::time_point deadline
    );
    void ask_with_tls(const std::string& word);
    void answered(const std::string& word, WordAnswer answer);
    void finish();
    [[nodiscard]] ServerSample next_sample() const;
    void add_clients(ServerSample& next) const;
    void add_rates(ServerSample& next) const;

    std::shared_ptr<boost::asio::io_context> loop_;
    kazoo::HostPort server_;
    bool with_clients_;
    std::unique_ptr<kazoo::KazooClient> tls_client_;  // null: asked without TLS
    std::size_t open_words_ = 0;
    std::map<std::string, WordAnswer> answers_;  // by their words, of the sample under way
    std::function<void()> done_;
    ServerSample sample_;
};

}  // namespace tool
