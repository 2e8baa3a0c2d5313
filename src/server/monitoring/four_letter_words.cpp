// SPDX-License-Identifier: Apache-2.0
#include "server/monitoring/four_letter_words.hpp"

#include "server/monitoring/four_letter_text.hpp"
#include "server/monitoring/mntr.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <unordered_map>
#include <utility>

namespace kazoo::server {
namespace {

std::vector<ConnectionInfo> connections_of(const FourLetterContext& context) {
    auto all = context.connections ? context.connections() : std::vector<ConnectionInfo>{};
    std::sort(all.begin(), all.end(), [](const auto& left, const auto& right) {
        return left.id < right.id;
    });
    return all;
}

void put_address(FourLetterText& out, const ConnectionInfo& connection) {
    const bool is_v6 = connection.address.find(':') != std::string_view::npos;
    out << '/' << (is_v6 ? "[" : "") << connection.address << (is_v6 ? "]:" : ":");
    out << connection.port;
}

void put_connection(FourLetterText& out, const ConnectionInfo& connection, bool is_brief) {
    const auto& statistics = connection.statistics;
    out << ' ';
    put_address(out, connection);
    // Java's SelectionKey.OP_READ and OP_WRITE.
    out << '[' << (connection.reading ? 1 : 0) + (connection.writing ? 4 : 0);
    out << "](queued=" << statistics.outstanding << ",recved=" << statistics.received;
    out << ",sent=" << statistics.sent;
    if (!is_brief && connection.session != 0) {
        (out << ",sid=").hex(connection.session) << ",lop=" << statistics.last_op;
        out << ",est=" << connection.established;
        out << ",to=" << connection.session_timeout;
        if (statistics.last_cxid >= 0) (out << ",lcxid=").hex(statistics.last_cxid);
        (out << ",lzxid=").hex(statistics.last_zxid) << ",lresp=" << statistics.last_response;
        out << ",llat=" << statistics.last_latency << ",minlat=" << statistics.latencies.min();
        out << ",avglat=" << statistics.latencies.average();
        out << ",maxlat=" << statistics.latencies.max();
    }
    out << ")\n";
}

void put_server(FourLetterText& out, const FourLetterContext& context, bool with_clients) {
    const auto& profile = context.options.profile;
    const auto& statistics = context.statistics;
    out << (profile.keeper ? "ClickHouse Keeper version: " : "Zookeeper version: ");
    out << profile.version() << '\n';
    if (context.read_only) out << "READ-ONLY mode; serving only read-only clients\n";
    if (with_clients) {
        out << "Clients:\n";
        for (const auto& connection : connections_of(context))
            put_connection(out, connection, true);
        out << '\n';
    }
    out << "Latency min/avg/max: " << statistics.latencies.min() << '/';
    put_average(out, context);
    out << '/' << statistics.latencies.max() << '\n';
    out << "Received: " << statistics.received << '\n';
    out << "Sent: " << statistics.sent << '\n';
    out << "Connections: " << context.connection_count << '\n';
    out << "Outstanding: " << statistics.outstanding << '\n';
    (out << "Zxid: ").hex(context.zxid) << '\n';
    out << "Mode: " << mode_of(context) << '\n';
    out << "Node count: " << context.tree.node_count() << '\n';
    if (mode_of(context) == "leader") out << "Proposal sizes last/min/max: -1/-1/-1\n";
}

void srvr(FourLetterText& out, const FourLetterContext& context) {
    put_server(out, context, false);
}
void stat(FourLetterText& out, const FourLetterContext& context) {
    put_server(out, context, true);
}

void cons(FourLetterText& out, const FourLetterContext& context) {
    for (const auto& connection : connections_of(context)) put_connection(out, connection, false);
    out << '\n';
}

void conf(FourLetterText& out, const FourLetterContext& context) {
    const auto put = [&](std::string_view name, const auto& value) {
        out << name << '=' << value << '\n';
    };
    const auto& options = context.options;
    const auto or_ticks = [&](Milliseconds timeout, std::int64_t ticks) {
        return timeout == Milliseconds(0) ? ticks * options.tick : timeout;
    };
    const auto& address = context.client_address;
    const bool has_sizes = options.profile.at_least(5);
    put("clientPort", address.substr(address.rfind(':') + 1));
    if (has_sizes) put("secureClientPort", -1);
    put("dataDir", "");
    if (has_sizes) put("dataDirSize", 0);
    put("dataLogDir", "");
    if (has_sizes) put("dataLogSize", 0);
    put("tickTime", options.tick);
    put("maxClientCnxns", context.max_connections);
    put("minSessionTimeout", or_ticks(options.min_session_timeout, 2));
    put("maxSessionTimeout", or_ticks(options.max_session_timeout, 20));
    if (!is_old(context)) put("clientPortListenBacklog", -1);
    put("serverId", context.server_id);
}

void envi(FourLetterText& out, const FourLetterContext& context) {
    const auto& address = context.client_address;
    out << "Environment:\nzookeeper.version=" << context.options.profile.version() << '\n';
    out << "host.name=" << address.substr(0, address.rfind(':')) << '\n';
    for (const std::string_view name :
         {"java.version",
          "java.vendor",
          "java.home",
          "java.class.path",
          "java.library.path",
          "java.io.tmpdir",
          "java.compiler",
          "os.name",
          "os.arch",
          "os.version",
          "user.name",
          "user.home",
          "user.dir",
          "os.memory.free",
          "os.memory.max",
          "os.memory.total"}) {
        out << name << "=<NA>\n";
    }
}

/// Prints sets of elements that expire at the same time.
template <typename Put, typename Element>
void put_sets(
    FourLetterText& out,
    const FourLetterContext& context,
    const std::map<SteadyTime, std::vector<Element>>& sets,
    Put put
) {
    std::size_t total = 0;
    for (const auto& set : sets) total += set.second.size();
    out << "Sets (" << sets.size() << ")/(" << total << "):\n";
    for (const auto& [time, members] : sets) {
        (out << members.size() << " expire at ")
            .date(context.now.wall + (time - context.now.steady));
        out << ":\n";
        for (const auto& member : members) {
            out << '\t';
            put(member);
            out << '\n';
        }
    }
}

void dump(FourLetterText& out, const FourLetterContext& context) {
    out << "SessionTracker dump:\nSession ";
    put_sets(out, context, context.sessions.buckets(), [&](std::int64_t id) { out.hex(id); });

    const auto owners = context.tree.ephemeral_owners();
    out << "ephemeral nodes dump:\nSessions with Ephemerals (" << owners.size() << "):\n";
    for (const auto owner : owners) {
        out.hex(owner) << ":\n";
        for (const auto& path : context.tree.ephemerals(owner)) out << '\t' << path << '\n';
    }

    // The interval at which Apache's server checks for idle connections.
    constexpr Milliseconds step{10'000};
    std::map<SteadyTime, std::vector<ConnectionInfo>> sets;
    for (const auto& connection : connections_of(context)) {
        const auto steps = connection.expires.time_since_epoch() / step + 1;
        sets[SteadyTime(steps * step)].push_back(connection);
    }
    out << "Connections dump:\nConnections ";
    put_sets(out, context, sets, [&](const ConnectionInfo& connection) {
        out << "ip: ";
        put_address(out, connection);
        (out << " sessionId: ").hex(connection.session);
    });
}

void wchs(FourLetterText& out, const FourLetterContext& context) {
    const auto& watches = context.watches.data();
    out << watches.connection_count() << " connections watching " << watches.path_count();
    out << " paths\nTotal watches:" << watches.count() << '\n';
}

std::unordered_map<ConnectionId, std::int64_t> sessions_by_connection(
    const FourLetterContext& context
) {
    std::unordered_map<ConnectionId, std::int64_t> sessions;
    for (const auto& connection : connections_of(context)) {
        sessions.emplace(connection.id, connection.session);
    }
    return sessions;
}

void wchc(FourLetterText& out, const FourLetterContext& context) {
    auto sessions = sessions_by_connection(context);
    for (const auto& [connection, paths] : context.watches.data().by_connection()) {
        out.hex(sessions[connection]) << '\n';
        for (const auto path : paths) out << '\t' << path << '\n';
    }
    out << '\n';
}

void wchp(FourLetterText& out, const FourLetterContext& context) {
    auto sessions = sessions_by_connection(context);
    for (const auto& [path, connections] : context.watches.data().by_path()) {
        out << path << '\n';
        for (const auto connection : connections) (out << '\t').hex(sessions[connection]) << '\n';
    }
    out << '\n';
}

void ruok(FourLetterText& out, const FourLetterContext&) {
    out << "imok";
}
void isro(FourLetterText& out, const FourLetterContext& context) {
    out << (context.read_only ? "ro" : "rw");
}
void srst(FourLetterText& out, const FourLetterContext&) {
    out << "Server stats reset.\n";
}
void crst(FourLetterText& out, const FourLetterContext&) {
    out << "Connection stats reset.\n";
}
void dirs(FourLetterText& out, const FourLetterContext&) {
    out << "datadir_size: 0\nlogdir_size: 0\n";
}

/// Answers `stmk` as well, for which the caller has set the mask before.
void gtmk(FourLetterText& out, const FourLetterContext& context) {
    out << context.trace_mask;
}
/// Apache's server prints the digests of its tree, a list that is empty during the first 128
/// transactions. No digests are kept here, so the list is always empty.
void hash(FourLetterText&, const FourLetterContext&) {}

struct Word {
    std::string_view name;
    void (*print)(FourLetterText&, const FourLetterContext&);
    bool in_keeper = true;  // on the default list of ClickHouse Keeper
};
constexpr Word words[] = {
    {"conf", conf},
    {"cons", cons},
    {"crst", crst},
    {"dirs", dirs},
    {"dump", dump, false},
    {"envi", envi},
    {"gtmk", gtmk, false},
    {"hash", hash, false},
    {"isro", isro},
    {"mntr", put_mntr},
    {"ruok", ruok},
    {"srst", srst},
    {"srvr", srvr},
    {"stat", stat},
    {"stmk", gtmk, false},
    {"wchc", wchc, false},
    {"wchp", wchp, false},
    {"wchs", wchs},
};

}  // namespace

std::optional<std::string> answer_four_letter_word(
    std::string_view word, const FourLetterContext& context
) {
    const auto* at = std::find_if(std::begin(words), std::end(words), [&](const Word& known) {
        return known.name == word;
    });
    if (at == std::end(words) || (context.options.profile.keeper && !at->in_keeper)) return {};
    if (word == "hash" && is_old(context)) return {};
    FourLetterText out;
    at->print(out, context);
    return std::move(out.text);
}

FourLetterEffect effect_of_four_letter_word(std::string_view word) noexcept {
    if (word == "srst") return FourLetterEffect::reset_server;
    if (word == "crst") return FourLetterEffect::reset_connections;
    return FourLetterEffect::none;
}

}  // namespace kazoo::server
