// SPDX-License-Identifier: Apache-2.0
#include "servers/server_status.hpp"

#include <charconv>
#include <cstdlib>

namespace tool {
namespace {

template <class T>
struct Field {
    std::string_view name;
    T ServerStatus::*value;
};

constexpr Field<Figure> srvr_figures[] = {
    {"Received", &ServerStatus::received},
    {"Sent", &ServerStatus::sent},
    {"Connections", &ServerStatus::connections},
    {"Outstanding", &ServerStatus::outstanding},
    {"Zxid", &ServerStatus::zxid},
    {"Node count", &ServerStatus::nodes},
};

constexpr Field<Figure> mntr_figures[] = {
    {"zk_packets_received", &ServerStatus::received},
    {"zk_packets_sent", &ServerStatus::sent},
    {"zk_num_alive_connections", &ServerStatus::connections},
    {"zk_outstanding_requests", &ServerStatus::outstanding},
    {"zk_min_latency", &ServerStatus::min_latency},
    {"zk_max_latency", &ServerStatus::max_latency},
    {"zk_znode_count", &ServerStatus::nodes},
    {"zk_watch_count", &ServerStatus::watches},
    {"zk_global_sessions", &ServerStatus::sessions},
    {"zk_ephemerals_count", &ServerStatus::ephemerals},
    {"zk_approximate_data_size", &ServerStatus::data_bytes},
};

/// Removes and returns what precedes the separator, or everything if there is none.
std::string_view take_until(std::string_view& text, std::string_view separator) {
    const std::size_t end = text.find(separator);
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + separator.size());
    return part;
}

/// Parses a decimal number, or a hexadecimal one behind "0x".
Figure number_in(std::string_view text) {
    const bool hexadecimal = text.substr(0, 2) == "0x";
    text.remove_prefix(hexadecimal ? 2 : 0);
    const char* const end = text.data() + text.size();
    std::from_chars_result parsed{};
    std::int64_t number = 0;
    if (hexadecimal) {
        std::uint64_t bits = 0;
        parsed = std::from_chars(text.data(), end, bits, 16);
        number = static_cast<std::int64_t>(bits);
    } else {
        parsed = std::from_chars(text.data(), end, number);
    }
    return parsed.ec == std::errc() && parsed.ptr == end ? Figure(number) : std::nullopt;
}

std::optional<double> decimal_in(std::string_view text) {
    const std::string copy(text);
    char* end = nullptr;
    const double number = std::strtod(copy.c_str(), &end);
    return end != copy.c_str() && *end == '\0' ? std::optional<double>(number) : std::nullopt;
}

template <class T>
void add(std::optional<T>& target, const std::optional<T>& value) {
    target = target ? target : value;
}

void add_text(std::string& target, std::string_view value) {
    target = target.empty() ? std::string(value) : target;
}

void add_latencies(std::string_view value, ServerStatus& status) {
    add(status.min_latency, number_in(take_until(value, "/")));
    add(status.average_latency, decimal_in(take_until(value, "/")));
    add(status.max_latency, number_in(value));
}

/// The part of "3.8.0-5a02a05, built on ..." that numbers the release.
std::string_view release_in(std::string_view version) {
    return version.substr(0, version.find_first_of("-, "));
}

template <class Fields>
void add_figure(
    const Fields& fields, std::string_view name, std::string_view value, ServerStatus& status
) {
    for (const auto& field : fields) {
        if (field.name == name) {
            add(status.*(field.value), number_in(value));
        }
    }
}

void set_field(ServerConnection& connection, std::string_view name, std::string_view value) {
    if (name == "lop") {
        connection.last_operation = value;
        return;
    }
    std::int64_t* const target = name == "queued"   ? &connection.queued
                                 : name == "recved" ? &connection.received
                                 : name == "sent"   ? &connection.sent
                                 : name == "sid"    ? &connection.session
                                 : name == "avglat" ? &connection.average_latency
                                 : name == "maxlat" ? &connection.max_latency
                                                    : nullptr;
    if (target != nullptr) {
        *target = number_in(value).value_or(0);
    }
}

}  // namespace

void add_srvr(std::string_view answer, ServerStatus& status) {
    while (!answer.empty()) {
        std::string_view value = take_until(answer, "\n");
        const std::string_view name = take_until(value, ": ");
        if (name == "Mode") {
            add_text(status.mode, value);
        } else if (name == "Latency min/avg/max") {
            add_latencies(value, status);
        } else if (name == "Zookeeper version" || name == "ClickHouse Keeper version") {
            add_text(status.version, release_in(value));
        } else {
            add_figure(srvr_figures, name, value, status);
        }
    }
}

void add_mntr(std::string_view answer, ServerStatus& status) {
    while (!answer.empty()) {
        std::string_view value = take_until(answer, "\n");
        const std::string_view name = take_until(value, "\t");
        if (name == "zk_server_state") {
            add_text(status.mode, value);
        } else if (name == "zk_version") {
            add_text(status.version, release_in(value));
        } else if (name == "zk_avg_latency") {
            add(status.average_latency, decimal_in(value));
        } else {
            add_figure(mntr_figures, name, value, status);
        }
    }
}

std::vector<ServerConnection> parse_cons(std::string_view answer) {
    std::vector<ServerConnection> connections;
    while (!answer.empty()) {
        std::string_view line = take_until(answer, "\n");
        ServerConnection connection;
        const std::size_t slash = line.find('/');
        const std::size_t fields = line.rfind('(');
        if (slash == std::string_view::npos || fields == std::string_view::npos || slash > fields) {
            continue;
        }
        const std::string_view place = line.substr(slash + 1, fields - slash - 1);
        connection.address = place.substr(0, place.rfind('['));
        line = line.substr(fields + 1, line.rfind(')') - fields - 1);
        while (!line.empty()) {
            std::string_view value = take_until(line, ",");
            const std::string_view name = take_until(value, "=");
            set_field(connection, name, value);
        }
        if (connection.session != 0) {
            connections.push_back(std::move(connection));
        }
    }
    return connections;
}

}  // namespace tool
