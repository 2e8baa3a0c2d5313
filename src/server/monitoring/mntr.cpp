// SPDX-License-Identifier: Apache-2.0
#include "server/monitoring/mntr.hpp"

namespace kazoo::server {

namespace {

template <class Value>
void put(FourLetterText& out, std::string_view name, const Value& value) {
    out << "zk_" << name << '\t' << value << '\n';
}

/// The lines of every release.
void put_base(FourLetterText& out, const FourLetterContext& context) {
    const auto& statistics = context.statistics;
    put(out, "version", context.options.profile.version());
    put(out, "server_state", mode_of(context));
    out << "zk_avg_latency\t";
    put_average(out, context);
    out << '\n';
    put(out, "max_latency", statistics.latencies.max());
    put(out, "min_latency", statistics.latencies.min());
    put(out, "packets_received", statistics.received);
    put(out, "packets_sent", statistics.sent);
    put(out, "num_alive_connections", context.connection_count);
    put(out, "outstanding_requests", statistics.outstanding);
    put(out, "znode_count", context.tree.node_count());
    put(out, "watch_count", context.watches.count());
    put(out, "ephemerals_count", context.tree.ephemeral_count());
    put(out, "approximate_data_size", context.tree.approximate_data_size());
    put(out, "open_file_descriptor_count", context.process.open_descriptors);
    put(out, "max_file_descriptor_count", context.process.max_descriptors);
}

/// The lines that were added in 3.6.
void put_recent(FourLetterText& out, const FourLetterContext& context) {
    const auto& statistics = context.statistics;
    put(out, "uptime", context.now.steady - context.started);
    put(out, "global_sessions", context.sessions.size());
    put(out, "local_sessions", 0);
    put(out, "connection_drop_probability", "0.0");
    put(out, "last_client_response_size", statistics.reply_sizes.last);
    put(out, "max_client_response_size", statistics.reply_sizes.max);
    put(out, "min_client_response_size", statistics.reply_sizes.min);
    put(out, "auth_failed_count", statistics.counters.auth_failures);
    put(out, "non_mtls_remote_conn_count", 0);
    put(out, "non_mtls_local_conn_count", 0);
    put(out, "outstanding_tls_handshake", 0);
}

void put_counters(FourLetterText& out, const FourLetterContext& context) {
    const auto& counters = context.statistics.counters;
    put(out, "bytes_received_count", counters.bytes_received);
    put(out, "response_bytes", counters.response_bytes);
    put(out, "connection_request_count", counters.connection_requests);
    put(out, "connection_rejected", counters.connections_rejected);
    put(out, "connection_drop_count", counters.connections_dropped);
    put(out, "connection_revalidate_count", counters.revalidations);
    put(out, "sessionless_connections_expired", counters.handshakes_timed_out);
    put(out, "stale_sessions_expired", context.expired_sessions);
    put(out, "large_requests_rejected", counters.oversized_requests);
    put(out, "commit_count", counters.writes);
    put(out, "proposal_count", counters.writes);
    // Never happen in a server without disks, peers and garbage collection.
    for (const std::string_view name :
         {"throttled_ops",
          "request_throttle_wait_count",
          "stale_requests",
          "stale_requests_dropped",
          "stale_replies",
          "snap_count",
          "diff_count",
          "looking_count",
          "digest_mismatches_count",
          "unrecoverable_error_count",
          "unsuccessful_handshake",
          "ensemble_auth_success",
          "ensemble_auth_fail",
          "ensemble_auth_skip",
          "response_packet_cache_hits",
          "response_packet_cache_misses",
          "dead_watchers_queued",
          "dead_watchers_cleared",
          "watch_bytes"}) {
        put(out, name, 0);
    }
}

void put_summary(FourLetterText& out, std::string_view name, const LatencySummary& summary) {
    const auto part = [&](std::string_view prefix, std::int64_t value) {
        out << "zk_" << prefix << '_' << name << '\t' << value << '\n';
    };
    out << "zk_avg_" << name << '\t';
    out.decimal(summary.values().fine_average()) << '\n';
    part("min", summary.values().min());
    part("max", summary.values().max());
    part("cnt", summary.count());
    part("sum", summary.sum());
    part("p50", summary.quantile(500));
    part("p95", summary.quantile(950));
    part("p99", summary.quantile(990));
    part("p999", summary.quantile(999));
}

}  // namespace

bool is_old(const FourLetterContext& context) {
    return !context.options.profile.at_least(6);
}

std::string_view mode_of(const FourLetterContext& context) {
    return context.read_only ? "read-only" : context.mode;
}

void put_average(FourLetterText& out, const FourLetterContext& context) {
    const auto& latencies = context.statistics.latencies;
    if (is_old(context) || context.options.profile.keeper) {
        out << latencies.average();
    } else {
        out.decimal(latencies.fine_average());
    }
}

void put_mntr(FourLetterText& out, const FourLetterContext& context) {
    put_base(out, context);
    if (is_old(context)) {
        return;
    }
    put_recent(out, context);
    if (context.options.profile.keeper) {
        return;
    }
    put_counters(out, context);
    const auto& counters = context.statistics.counters;
    put_summary(out, "readlatency", counters.reads_latency);
    put_summary(out, "updatelatency", counters.updates_latency);
    const LatencySummary none;
    for (const std::string_view name : {"fsynctime", "snapshottime", "jvm_pause_time_ms"}) {
        put_summary(out, name, none);
    }
}

}  // namespace kazoo::server
