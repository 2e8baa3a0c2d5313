// SPDX-License-Identifier: Apache-2.0
// One transaction changes many nodes, each of which is watched: how many notifications per second
// reach the watch functions, beside a bare socket that counts them.
#include "cases.hpp"
#include "codec/frame.hpp"
#include "codec/headers.hpp"
#include "codec/requests.hpp"
#include "our_client.hpp"
#include "pipeline.hpp"
#include "raw_connection.hpp"
#include "server_process.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <stdexcept>
#include <string>

namespace bench {
namespace {

constexpr std::size_t in_flight = 1'000;

std::string path_of(std::size_t index) {
    return "/node-" + std::to_string(index);
}

/// The nodes, and the client that changes them.
class Nodes {
public:
    Nodes(const std::string& hosts, std::size_t count)
        : count_(count), keeper_(unlimited(hosts).timeout(std::chrono::minutes(1))) {
        keeper_.start(patience);
        auto transaction = keeper_.transaction();
        for (std::size_t i = 0; i < count_; ++i) {
            transaction.create(path_of(i), "x");
        }
        transaction.commit();
    }

    [[nodiscard]] kazoo::AsyncResult<kazoo::TransactionResults> change_all() {
        auto transaction = keeper_.transaction();
        for (std::size_t i = 0; i < count_; ++i) {
            transaction.set_data(path_of(i), "y");
        }
        return transaction.commit_async();
    }

private:
    std::size_t count_;
    kazoo::KazooClient keeper_;
};

/// Counts from the first to the last notification.
class Count {
public:
    explicit Count(std::size_t expected) : expected_(expected) {}

    /// Called in one thread at a time.
    void add(std::size_t notifications) {
        const auto now = Clock::now();
        const std::lock_guard lock(mutex_);
        if (seen_ == 0) {
            first_ = now;
            at_first_ = notifications;
        }
        seen_ += notifications;
        if (seen_ == expected_) {
            last_ = now;
            complete_.notify_one();
        }
    }
    [[nodiscard]] bool complete() {
        const std::lock_guard lock(mutex_);
        return seen_ >= expected_;
    }
    /// Returns notifications per second, after the last one.
    [[nodiscard]] double wait() {
        std::unique_lock lock(mutex_);
        if (!complete_.wait_for(lock, 6 * patience, [&] { return seen_ >= expected_; })) {
            throw std::runtime_error("notifications are missing");
        }
        // Those of the first read had arrived before; a few may arrive all at once.
        const auto later = std::max<std::size_t>(expected_ - at_first_, 1);
        const Duration least = std::chrono::microseconds(1);
        const std::chrono::duration<double> took = std::max<Duration>(last_ - first_, least);
        return static_cast<double>(later) / took.count();
    }

private:
    const std::size_t expected_;
    std::mutex mutex_;
    std::condition_variable complete_;
    std::size_t seen_ = 0;
    std::size_t at_first_ = 0;  // how many came with the first
    Clock::time_point first_;
    Clock::time_point last_;
};

void send_watching_get(RawConnection& connection, std::size_t index) {
    const auto path = path_of(index);
    kazoo::codec::GetDataRequest request;
    request.path = path;
    request.watch = true;
    kazoo::codec::RequestHeader header;
    header.xid = 1;
    header.type = kazoo::codec::GetDataRequest::opcode;
    kazoo::base::Buffer frame;
    kazoo::codec::append_frame(frame, header, request);
    connection.send_all(frame.span());
}

double measure_raw(const kazoo::HostPort& server, Nodes& nodes, std::size_t count) {
    RawConnection connection(server);
    std::size_t answered = 0;
    for (std::size_t sent = 0; answered < count;) {
        for (; sent < count && sent < answered + in_flight; ++sent) {
            send_watching_get(connection, sent);
        }
        answered += connection.receive_replies();
    }
    Count counted(count);
    const auto changed = nodes.change_all();
    while (!counted.complete()) {
        if (const auto frames = connection.receive_replies(); frames > 0) {
            counted.add(frames);
        }
    }
    changed.wait();
    return counted.wait();
}

double measure_ours(
    const HandlerKind& kind, const std::string& hosts, Nodes& nodes, std::size_t count
) {
    Count counted(count);  // outlives the client, which calls the watch functions at its end
    OurClient client(kind.variant, unlimited(hosts));
    const kazoo::Watcher watch([&counted](const kazoo::WatchedEvent& event) {
        if (event.type == kazoo::EventType::CHANGED) {
            counted.add(1);
        }
    });
    const auto get = [&](Window& window, std::size_t index) {
        client->get_async(path_of(index), watch)
            .rawlink([&window, index](const kazoo::AsyncResult<kazoo::NodeData>& result) {
                window.completed(index, result.successful() ? nullptr : "a get has failed");
            });
    };
    static_cast<void>(pipeline(get, in_flight, count));
    nodes.change_all().get();
    return counted.wait();
}

}  // namespace

void run_notifications(const Context& context) {
    const auto count = context.options.scaled(100'000, 100);
    const auto name = with_variant("notifications", std::to_string(count));
    const ServerProcess server;
    Nodes nodes(server.hosts(), count);
    constexpr auto measure = "throughput";
    for (std::size_t round = 0; round < context.options.rounds; ++round) {
        const auto raw = measure_raw(server.address(), nodes, count);
        context.results.add({name, "raw", measure}, "notifications/s", raw);
        for (const auto& kind : handler_kinds) {
            const auto rate = measure_ours(kind, server.hosts(), nodes, count);
            context.results.add({name, std::string(kind.name), measure}, "notifications/s", rate);
        }
    }
    for (const auto& kind : handler_kinds) {
        context.results.compare(
            with_variant(name, kind.variant),
            {name, std::string(kind.name), measure},
            {name, "raw", measure},
            "raw"
        );
    }
}

}  // namespace bench
