// SPDX-License-Identifier: Apache-2.0
/// Four-letter words, over connections of their own, which need no session: a server without a
/// quorum answers as well.
#pragma once

#include "cli/session.hpp"

#include <kazoo/hosts.hpp>

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <string>
#include <vector>

namespace tool {

/// How long a server may take to answer.
inline constexpr std::chrono::seconds word_timeout{5};

/// Returns the servers of --servers. Throws ConfigurationError if it is malformed.
std::vector<kazoo::HostPort> servers_of(const Settings& settings);

/// Returns whether a server is asked without TLS.
bool is_plain(const Settings& settings, const kazoo::HostPort& server);

struct WordAnswer {
    std::string text;
    std::string problem;  ///< why there is no answer; empty if there is one
};
/// Returns whether the server does not execute this word (4lw.commands.whitelist).
bool is_refused(const WordAnswer& answer);

/// Sends the word to a server, without TLS, and calls `done` in the loop with the answer, or with a
/// problem if none has arrived in time or the answer is too long.
void ask_async(
    boost::asio::io_context& loop,
    const kazoo::HostPort& server,
    const std::string& word,
    std::chrono::milliseconds limit,
    std::function<void(WordAnswer)> done
);

/// Returns the answer of a server. Throws Failure with ExitCode::not_connected if there is none.
/// With TLS, a client is connected for it, which needs a server with a quorum.
std::string ask(const Session& session, const kazoo::HostPort& server, const std::string& word);

}  // namespace tool
