// The input of the four-letter words: a snapshot of the member.

#include "server/member/member_core.hpp"
#include "server/monitoring/four_letter_words.hpp"

#include <string>
#include <vector>

namespace kazoo::server {

namespace {

std::uint64_t outstanding(const Connection& connection) noexcept {
    return connection.owed.size();
}

}  // namespace

ConnectionFigures Member::Impl::figures(const Connection& connection, bool asks) const {
    ConnectionFigures figures;
    figures.id = connection.id;
    figures.address = connection.address;
    figures.port = connection.port;
    figures.reading = !asks && connection.reading(options.pause_output);
    figures.writing = connection.outbox.ready() != 0;
    figures.established_wall_ms = connection.opened.wall_ms;
    figures.statistics = connection.statistics;
    figures.statistics.outstanding = outstanding(connection);
    const SessionTable& sessions = connection.local_session ? local_sessions : state.sessions();
    if (const Session* session = sessions.find(connection.session)) {
        figures.session = session->id;
        figures.session_timeout_ms = session->timeout_ms;
        figures.expires_ms = session->expires_ms;
    }
    return figures;
}

std::optional<std::string> Member::Impl::answer_word(
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
        std::vector<ConnectionFigures> figures_of_all;
        for (const Connection* connection : all) {
            if (!connection->ended) {
                figures_of_all.push_back(figures(*connection, connection == &by));
            }
        }
        return figures_of_all;
    };
    const WordContext context{
        state.options(),
        tree(),
        state.sessions(),
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
        state.expired_sessions(),
        options.process != nullptr ? options.process() : ProcessFigures{}};
    auto text = server::answer_word(word, context);
    const WordEffect effect = effect_of_word(word);
    if (effect == WordEffect::reset_server) {
        statistics.reset();
    } else if (effect == WordEffect::reset_connections) {
        for (Connection* connection : all) {
            connection->statistics.reset();
        }
    }
    return text;
}

}  // namespace kazoo::server
