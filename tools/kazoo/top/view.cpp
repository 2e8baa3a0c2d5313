// SPDX-License-Identifier: Apache-2.0
#include "output/text.hpp"
#include "output/utf8.hpp"
#include "top/snapshot.hpp"
#include "top/table.hpp"

#include <algorithm>
#include <cstdio>

namespace tool {
namespace {

constexpr const char* bold = "1";
constexpr const char* red = "31";
constexpr const char* yellow = "33";

std::string figure(const Figure& value) {
    return value ? std::to_string(*value) : "-";
}

std::string decimal(const std::optional<double>& value, int digits) {
    if (!value) {
        return "-";
    }
    char text[64];
    std::snprintf(text, sizeof(text), "%.*f", digits, *value);
    return text;
}

std::string latencies(const ServerStatus& status) {
    return figure(status.min_latency) + "/" + decimal(status.average_latency, 2) + "/" +
           figure(status.max_latency);
}

/// The sum of a figure, or the largest, of the servers that have it.
Figure largest(const Snapshot& snapshot, Figure ServerStatus::*value) {
    Figure found;
    for (const ServerSample& sample : snapshot.servers) {
        const Figure& one = sample.status.*value;
        found = one && (!found || *one > *found) ? one : found;
    }
    return found;
}

std::string summary(const Snapshot& snapshot) {
    std::size_t up = 0;
    for (const ServerSample& sample : snapshot.servers) {
        up += sample.state == ServerSample::State::up ? 1 : 0;
    }
    const Figure zxid = largest(snapshot, &ServerStatus::zxid);
    return snapshot.time + "  " + std::to_string(up) + " of " +
           std::to_string(snapshot.servers.size()) + " servers up  zxid " +
           (zxid ? hex_text(*zxid) : "-") + "  nodes " +
           figure(largest(snapshot, &ServerStatus::nodes)) + "  sessions " +
           figure(largest(snapshot, &ServerStatus::sessions)) + "  ephemerals " +
           figure(largest(snapshot, &ServerStatus::ephemerals)) + "  data " +
           figure(largest(snapshot, &ServerStatus::data_bytes)) + " bytes";
}

std::vector<std::string> cells(const ServerSample& sample) {
    const ServerStatus& status = sample.status;
    switch (sample.state) {
        case ServerSample::State::waiting:
            return {sample.server, "..."};
        case ServerSample::State::up:
            return {
                sample.server,
                escaped(status.mode),
                status.zxid ? hex_text(*status.zxid) : "-",
                figure(status.connections),
                figure(status.outstanding),
                latencies(status),
                figure(status.received),
                figure(status.sent),
                decimal(sample.received, 1),
                decimal(sample.sent, 1),
                decimal(sample.transactions, 1),
                figure(status.nodes),
                figure(status.watches)};
        case ServerSample::State::refused:
        case ServerSample::State::down:
            break;
    }
    return {sample.server, std::string(to_string(sample.state)) + ": " + escaped(sample.problem)};
}

void add_servers(std::vector<ViewLine>& lines, const Snapshot& snapshot, std::size_t width) {
    Table table({
        {"SERVER", false, 0},
        {"MODE", false, 0},
        {"ZXID", true, 4},
        {"CONNS", true, 0},
        {"OUTST", true, 0},
        {"MIN/AVG/MAX", true, 0},
        {"RECEIVED", true, 7},
        {"SENT", true, 6},
        {"RECV/S", true, 0},
        {"SENT/S", true, 3},
        {"TXN/S", true, 2},
        {"NODES", true, 5},
        {"WATCHES", true, 1},
    });
    for (const ServerSample& sample : snapshot.servers) {
        table.add(cells(sample));
    }
    const auto rows = table.lines(width);
    lines.push_back({rows[0], bold});
    for (std::size_t i = 0; i < snapshot.servers.size(); ++i) {
        const auto state = snapshot.servers[i].state;
        lines.push_back(
            {rows[i + 1],
             state == ServerSample::State::down      ? red
             : state == ServerSample::State::refused ? yellow
                                                     : nullptr}
        );
    }
}

void add_table(std::vector<ViewLine>& lines, const Table& table, std::size_t width) {
    for (std::string& row : table.lines(width)) {
        const bool is_title = !lines.empty() && lines.back().text.empty();
        lines.push_back({std::move(row), is_title ? bold : nullptr});
    }
}

void add_clients(
    std::vector<ViewLine>& lines, const Snapshot& snapshot, std::size_t rows, std::size_t width
) {
    std::string silent;
    for (const ServerSample& sample : snapshot.servers) {
        const auto& words = sample.refused_words;
        if (std::find(words.begin(), words.end(), "cons") != words.end()) {
            silent += (silent.empty() ? "" : ", ") + sample.server;
        }
    }
    if (!silent.empty()) {
        lines.push_back({cut("connections are not shown (cons is refused): " + silent, width)});
    }
    const auto clients = busiest_clients(snapshot, rows);
    if (clients.empty()) {
        return;
    }
    Table table({
        {"CLIENT", false, 0},
        {"SERVER", false, 2},
        {"SESSION", false, 0},
        {"QUEUED", true, 3},
        {"RECV/S", true, 0},
        {"SENT/S", true, 0},
        {"AVG/MAX", true, 1},
        {"LAST", false, 0},
    });
    for (const ClientOf& entry : clients) {
        const ServerConnection& connection = entry.client->connection;
        table.add(
            {escaped(connection.address),
             *entry.server,
             hex_text(connection.session),
             std::to_string(connection.queued),
             decimal(entry.client->received, 1),
             decimal(entry.client->sent, 1),
             std::to_string(connection.average_latency) + "/" +
                 std::to_string(connection.max_latency),
             escaped(connection.last_operation)}
        );
    }
    lines.push_back({""});
    add_table(lines, table, width);
}

void add_paths(
    std::vector<ViewLine>& lines, const ActivityReport& report, std::size_t rows, std::size_t width
) {
    lines.push_back({""});
    Table table({{"CHANGES/S"}, {"CHANGES"}, {"PATH", false, 0}});
    table.add(
        {decimal(report.per_second, 1),
         std::to_string(report.changes),
         "all below " + escaped(report.root) +
             (report.gaps > 0 ? ", " + std::to_string(report.gaps) + " gaps" : "") +
             (report.problem.empty() ? "" : " (" + escaped(report.problem) + ")")}
    );
    for (std::size_t i = 0; i < std::min(rows, report.paths.size()); ++i) {
        const BusyPath& path = report.paths[i];
        table.add({decimal(path.per_second, 1), std::to_string(path.changes), escaped(path.path)});
    }
    add_table(lines, table, width);
}

}  // namespace

std::vector<ViewLine> view(const Snapshot& snapshot, std::size_t rows, std::size_t width) {
    std::vector<ViewLine> lines;
    lines.push_back({cut(summary(snapshot), width)});
    add_servers(lines, snapshot, width);
    if (snapshot.with_clients) {
        add_clients(lines, snapshot, rows, width);
    }
    if (snapshot.activity) {
        add_paths(lines, *snapshot.activity, rows, width);
    }
    return lines;
}

}  // namespace tool
