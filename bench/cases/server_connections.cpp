// SPDX-License-Identifier: Apache-2.0
// The embedded server with a hundred connections, beside the same load from one. The client is a
// bare socket for both.
#include "cases.hpp"
#include "codec/frame.hpp"
#include "codec/headers.hpp"
#include "codec/requests.hpp"
#include "meter.hpp"
#include "raw_connection.hpp"
#include "server_process.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {
namespace {

/// Connections that one thread serves, with gets of one node in flight on each.
class Connections {
public:
    Connections(const Target& target, std::size_t count) : epoll_(epoll_create1(EPOLL_CLOEXEC)) {
        kazoo::codec::GetDataRequest request;
        request.path = target.path;
        kazoo::codec::RequestHeader header;
        header.xid = 1;
        header.type = kazoo::codec::GetDataRequest::opcode;
        for (std::size_t i = 0; i < target.window; ++i) {
            frame_size_ = kazoo::codec::append_frame(frames_, header, request).size;
        }
        for (std::size_t i = 0; i < count; ++i) {
            connections_.push_back(std::make_unique<RawConnection>(target.server));
            epoll_event event{};
            event.events = EPOLLIN;
            event.data.ptr = connections_.back().get();
            const int descriptor = connections_.back()->descriptor();
            if (epoll_ctl(epoll_, EPOLL_CTL_ADD, descriptor, &event) != 0) {
                throw std::runtime_error("epoll_ctl has failed");
            }
        }
    }
    Connections(const Connections&) = delete;
    Connections& operator=(const Connections&) = delete;
    ~Connections() { close(epoll_); }

    /// Performs about `count` operations. Returns operations per second.
    double perform(std::size_t count) {
        const auto begin = Clock::now();
        std::size_t sent = 0;
        std::size_t answered = 0;
        const auto window = frames_.size() / frame_size_;
        for (const auto& connection : connections_) {
            connection->send_all(frames_.span());
            sent += window;
        }
        while (answered < sent) {
            std::array<epoll_event, 128> ready{};
            const int number = epoll_wait(
                epoll_, ready.data(), ready.size(), patience / std::chrono::milliseconds(1)
            );
            if (number <= 0) {
                throw std::runtime_error("no reply in time");
            }
            for (std::size_t i = 0; i < static_cast<std::size_t>(number); ++i) {
                auto& connection = *static_cast<RawConnection*>(ready[i].data.ptr);
                const auto replies = connection.receive_replies();
                answered += replies;
                if (sent < count) {
                    connection.send_all(frames_.span().first(replies * frame_size_));
                    sent += replies;
                }
            }
        }
        const std::chrono::duration<double> took = Clock::now() - begin;
        return static_cast<double>(answered) / took.count();
    }

private:
    int epoll_;
    kazoo::base::Buffer frames_;
    std::size_t frame_size_ = 0;
    std::vector<std::unique_ptr<RawConnection>> connections_;
};

}  // namespace

void run_server_connections(const Context& context) {
    const auto many = context.options.scaled(100, 3);
    const auto count = context.options.scaled(1'000'000, 1'000);
    const ServerProcess server;
    const auto target = target_on(server.address(), context.options.window);
    const Node node(target);
    const auto name = [](std::size_t connections) {
        return with_variant("server-connections", std::to_string(connections));
    };
    constexpr auto measure = "throughput";
    for (std::size_t round = 0; round < context.options.rounds; ++round) {
        for (const auto connections : {std::size_t{1}, many}) {
            Connections clients(target, connections);
            static_cast<void>(clients.perform(count / 10));
            const auto rate = clients.perform(count);
            context.results.add({name(connections), "raw", measure}, "op/s", rate);
        }
    }
    context.results.compare(
        name(many), {name(many), "raw", measure}, {name(1), "raw", measure}, "one-connection"
    );
}

}  // namespace bench
