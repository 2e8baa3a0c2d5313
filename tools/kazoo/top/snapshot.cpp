// SPDX-License-Identifier: Apache-2.0
#include "top/snapshot.hpp"

#include "output/text.hpp"

#include <algorithm>

namespace tool {
namespace {

template <class T>
Json number(const std::optional<T>& value) {
    return value ? Json(*value) : Json(nullptr);
}

Json hexadecimal(const Figure& value) {
    return value ? Json(hex_text(*value)) : Json(nullptr);
}

Json to_json(const ServerSample& sample) {
    Json object{{"server", sample.server}, {"state", to_string(sample.state)}};
    object["problem"] = sample.problem.empty() ? Json(nullptr) : Json(sample.problem);
    object["refusedWords"] = sample.refused_words;
    if (sample.state != ServerSample::State::up) {
        return object;
    }
    const ServerStatus& status = sample.status;
    object["mode"] = status.mode;
    object["version"] = status.version;
    object["zxid"] = hexadecimal(status.zxid);
    object["connections"] = number(status.connections);
    object["outstanding"] = number(status.outstanding);
    object["latency"] = {
        {"min", number(status.min_latency)},
        {"avg", number(status.average_latency)},
        {"max", number(status.max_latency)}};
    object["received"] = number(status.received);
    object["sent"] = number(status.sent);
    object["nodes"] = number(status.nodes);
    object["watches"] = number(status.watches);
    object["sessions"] = number(status.sessions);
    object["ephemerals"] = number(status.ephemerals);
    object["dataBytes"] = number(status.data_bytes);
    object["receivedPerSecond"] = number(sample.received);
    object["sentPerSecond"] = number(sample.sent);
    object["transactionsPerSecond"] = number(sample.transactions);
    return object;
}

Json to_json(const ClientOf& entry) {
    const ServerConnection& connection = entry.client->connection;
    return {
        {"client", connection.address},
        {"server", *entry.server},
        {"session", hex_text(connection.session)},
        {"queued", connection.queued},
        {"received", connection.received},
        {"sent", connection.sent},
        {"receivedPerSecond", number(entry.client->received)},
        {"sentPerSecond", number(entry.client->sent)},
        {"latency", {{"avg", connection.average_latency}, {"max", connection.max_latency}}},
        {"lastOperation", connection.last_operation},
    };
}

Json to_json(const ActivityReport& report, std::size_t rows) {
    Json object{{"root", report.root}};
    object["problem"] = report.problem.empty() ? Json(nullptr) : Json(report.problem);
    object["changes"] = report.changes;
    object["changesPerSecond"] = report.per_second;
    object["gaps"] = report.gaps;
    Json busiest = Json::array();
    for (const BusyPath& path : report.paths) {
        if (busiest.size() == rows) {
            break;
        }
        busiest.push_back(
            {{"path", path.path}, {"changes", path.changes}, {"changesPerSecond", path.per_second}}
        );
    }
    object["busiest"] = std::move(busiest);
    return object;
}

double activity(const SampledClient& client) {
    return client.received.value_or(0) + client.sent.value_or(0);
}

bool is_busier(const ClientOf& a, const ClientOf& b) {
    const double x = activity(*a.client);
    const double y = activity(*b.client);
    const ServerConnection& first = a.client->connection;
    const ServerConnection& second = b.client->connection;
    return x != y                              ? x > y
           : first.received != second.received ? first.received > second.received
                                               : first.address < second.address;
}

}  // namespace

std::vector<ClientOf> busiest_clients(const Snapshot& snapshot, std::size_t most) {
    std::vector<ClientOf> all;
    for (const ServerSample& sample : snapshot.servers) {
        for (const SampledClient& client : sample.clients) {
            all.push_back({&sample.server, &client});
        }
    }
    const auto end = all.begin() + static_cast<std::ptrdiff_t>(std::min(most, all.size()));
    std::partial_sort(all.begin(), end, all.end(), is_busier);
    all.erase(end, all.end());
    return all;
}

Json to_json(const Snapshot& snapshot, std::size_t rows) {
    Json object{{"time", snapshot.time}, {"servers", Json::array()}};
    for (const ServerSample& sample : snapshot.servers) {
        object["servers"].push_back(to_json(sample));
    }
    if (snapshot.with_clients) {
        object["clients"] = Json::array();
        for (const ClientOf& entry : busiest_clients(snapshot, rows)) {
            object["clients"].push_back(to_json(entry));
        }
    }
    if (snapshot.activity) {
        object["paths"] = to_json(*snapshot.activity, rows);
    }
    return object;
}

}  // namespace tool
