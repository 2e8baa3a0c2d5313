// The input of the four-letter words: a snapshot of the server node.

#include "server/member/server_node_impl.hpp"
#include "server/monitoring/four_letter_words.hpp"

#include <string>
#include <vector>

namespace kazoo::server {

namespace {

std::uint64_t outstanding(const Connection& connection) noexcept {
    return connection.delayed.size();
}

}  // namespace

ConnectionInfo ServerNode::Impl::connection_info(const Connection& connection, bool is_requester)
    const {
    ConnectionInfo info;
    info.id = connection.id;
    info.address = connection.address;
    info.port = connection.port;
    info.reading = !is_requester && connection.reading(options.pause_output);
    info.writing = connection.outbox.ready() != 0;
    info.established_wall_ms = connection.opened.wall_ms;
    info.statistics = connection.statistics;
    info.statistics.outstanding = outstanding(connection);
    const SessionTable& sessions = connection.local_session ? local_sessions : database.sessions();
    if (const Session* session = sessions.find(connection.session)) {
        info.session = session->id;
        info.session_timeout_ms = session->timeout_ms;
        info.expires_ms = session->expires_ms;
    }
    return info;
}

std::optional<std::string> ServerNode::Impl::answer_four_letter_word(
    std::string_view word, const Connection& by, Time now
) {
    const std::vector<Connection*> all = connections.all();
    statistics.outstanding = 0;
    for (const Connection* connection : all) {
        statistics.outstanding += outstanding(*connection);
    }
    const std::string mode = !options.mode.empty() ? options.mode
                             : replica             ? "follower"
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
        database.options(),
        tree(),
        database.sessions(),
        watches,
        statistics,
        list,
        connections.open_count(),
        options.max_connections,
        applied_zxid(),
        now,
        started_ms,
        options.client_address,
        mode,
        faults.read_only,
        options.server_id,
        trace_mask,
        database.expired_sessions(),
        options.process != nullptr ? options.process() : ProcessInfo{}};
    auto text = server::answer_four_letter_word(word, context);
    const FourLetterEffect effect = effect_of_four_letter_word(word);
    if (effect == FourLetterEffect::reset_server) {
        statistics.reset();
    } else if (effect == FourLetterEffect::reset_connections) {
        for (Connection* connection : all) {
            connection->statistics.reset();
        }
    }
    return text;
}

}  // namespace kazoo::server
