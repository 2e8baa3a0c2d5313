// SPDX-License-Identifier: Apache-2.0
#include "server/member/four_letter_service.hpp"

#include <string>
#include <vector>

namespace kazoo::server {

namespace {

std::uint64_t outstanding(const Connection& connection) noexcept {
    return connection.delayed.size();
}

}  // namespace

ConnectionInfo FourLetterService::connection_info(const Connection& connection, bool is_requester)
    const {
    ConnectionInfo info;
    info.id = connection.id;
    info.address = connection.address;
    info.port = connection.port;
    info.reading = !is_requester && connection.reading(state_.options.pause_output);
    info.writing = connection.outbox.ready() != 0;
    info.established = connection.opened.wall;
    info.statistics = connection.statistics;
    info.statistics.outstanding = outstanding(connection);
    const SessionTable& sessions =
        connection.local_session ? state_.local_sessions : state_.database.sessions();
    if (const Session* session = sessions.find(connection.session)) {
        info.session = session->id;
        info.session_timeout = session->timeout;
        info.expires = session->expires;
    }
    return info;
}

std::optional<std::string> FourLetterService::answer(
    std::string_view word, const Connection& by, Time now
) {
    const std::vector<Connection*> all = state_.connections.all();
    state_.statistics.outstanding = 0;
    for (const Connection* connection : all) {
        state_.statistics.outstanding += outstanding(*connection);
    }
    const std::string mode = !state_.options.mode.empty() ? state_.options.mode
                             : state_.replica             ? "follower"
                                                          : "standalone";
    const auto list = [&] {
        std::vector<ConnectionInfo> connection_infos;
        for (const Connection* connection : all) {
            if (!connection->ended) {
                connection_infos.push_back(connection_info(*connection, connection == &by));
            }
        }
        return connection_infos;
    };
    const FourLetterContext context{
        state_.database.options(),
        state_.tree(),
        state_.database.sessions(),
        state_.watches,
        state_.statistics,
        list,
        state_.connections.open_count(),
        state_.options.max_connections,
        state_.applied_zxid(),
        now,
        started_.value_or(now.steady),
        state_.options.client_address,
        mode,
        state_.faults.read_only,
        state_.options.server_id,
        trace_mask_,
        state_.database.expired_sessions(),
        state_.options.process != nullptr ? state_.options.process() : ProcessInfo{}};
    auto text = server::answer_four_letter_word(word, context);
    const FourLetterEffect effect = effect_of_four_letter_word(word);
    if (effect == FourLetterEffect::reset_server) {
        state_.statistics.reset();
    } else if (effect == FourLetterEffect::reset_connections) {
        for (Connection* connection : all) {
            connection->statistics.reset();
        }
    }
    return text;
}

}  // namespace kazoo::server
