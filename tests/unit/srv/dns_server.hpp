// SPDX-License-Identifier: Apache-2.0
// A name server on the loopback interface whose answers a test defines.

#pragma once

#include "support/descriptor.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace kazoo::testing_support {

/// Composes the answer to one query; the records are of type SRV.
class DnsAnswer {
public:
    explicit DnsAnswer(std::string query) : query_(std::move(query)) {}

    DnsAnswer& record(
        std::uint16_t priority, std::uint16_t weight, std::uint16_t port, std::string_view target
    ) {
        std::string data;
        append(data, priority);
        append(data, weight);
        append(data, port);
        append_name(data, target);
        records_ += std::string("\xc0\x0c", 2);  // the name of the question
        append(records_, 33);
        append(records_, 1);
        records_ += std::string("\0\0\0\x1e", 4);  // time to live: 30 s
        append(records_, static_cast<std::uint16_t>(data.size()));
        records_ += data;
        ++count_;
        return *this;
    }
    DnsAnswer& truncated() {
        flags_ |= 0x0200;
        return *this;
    }
    DnsAnswer& code(int response_code) {
        flags_ = static_cast<std::uint16_t>((flags_ & ~0xF) | response_code);
        return *this;
    }
    /// Says that there are more records than follow.
    DnsAnswer& claim(std::uint16_t records) {
        count_ = records;
        return *this;
    }
    [[nodiscard]] std::string bytes() const {
        std::string out = query_.substr(0, 2);
        append(out, flags_);
        append(out, 1);
        append(out, count_);
        append(out, 0);
        append(out, 0);
        return out + question() + records_;
    }

private:
    static void append(std::string& out, std::uint16_t number) {
        out += static_cast<char>(number >> 8);
        out += static_cast<char>(number & 0xFF);
    }
    static void append_name(std::string& out, std::string_view name) {
        while (!name.empty()) {
            const auto label = name.substr(0, name.find('.'));
            out += static_cast<char>(label.size());
            out += label;
            name.remove_prefix(std::min(label.size() + 1, name.size()));
        }
        out += '\0';
    }
    /// The question of the query, without what follows it.
    [[nodiscard]] std::string question() const {
        std::size_t end = 12;
        while (end < query_.size() && query_[end] != '\0') {
            end += static_cast<unsigned char>(query_[end]) + 1U;
        }
        return query_.substr(12, end + 5 - 12);
    }

    std::string query_;
    std::string records_;
    std::uint16_t count_ = 0;
    std::uint16_t flags_ = 0x8580;  // an authoritative answer; recursion available
};

/// Serves UDP and TCP on one port, on a thread, until it is destroyed.
class DnsServer {
public:
    /// Returns the bytes to send; empty: no answer. `tcp` says how the query came. Called on the
    /// server's thread.
    using Script = std::function<std::string(DnsAnswer answer, bool tcp)>;

    explicit DnsServer(Script script) : script_(std::move(script)) {
        tcp_ = make_socket(SOCK_STREAM, 0);
        socklen_t size = sizeof address_;
        ::getsockname(tcp_.get(), reinterpret_cast<sockaddr*>(&address_), &size);
        udp_ = make_socket(SOCK_DGRAM, address_.sin_port);
        std::array<int, 2> ends{};
        if (::listen(tcp_.get(), 8) != 0 || ::pipe(ends.data()) != 0) {
            throw std::runtime_error("no name server");
        }
        stop_read_ = Descriptor(ends[0]);
        stop_write_ = Descriptor(ends[1]);
        thread_ = std::thread([this] { run(); });
    }
    DnsServer(const DnsServer&) = delete;
    DnsServer& operator=(const DnsServer&) = delete;
    ~DnsServer() {
        stop_write_ = Descriptor();
        thread_.join();
    }

    /// Returns "127.0.0.1:<port>".
    [[nodiscard]] std::string address() const {
        return "127.0.0.1:" + std::to_string(ntohs(address_.sin_port));
    }
    [[nodiscard]] int queries() const { return queries_.load(); }

private:
    static Descriptor make_socket(int type, in_port_t port) {
        Descriptor made(::socket(AF_INET, type | SOCK_CLOEXEC, 0));
        sockaddr_in local{};
        local.sin_family = AF_INET;
        local.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        local.sin_port = port;
        if (::bind(made.get(), reinterpret_cast<const sockaddr*>(&local), sizeof local) != 0) {
            throw std::runtime_error("no socket for a name server");
        }
        return made;
    }

    void run() {
        for (;;) {
            std::array<pollfd, 3> polled{
                {{udp_.get(), POLLIN, 0}, {tcp_.get(), POLLIN, 0}, {stop_read_.get(), POLLIN, 0}}};
            if (::poll(polled.data(), polled.size(), -1) < 0) {
                continue;
            }
            if (polled[2].revents != 0) {
                return;
            }
            if (polled[0].revents != 0) {
                answer_datagram();
            }
            if (polled[1].revents != 0) {
                answer_stream();
            }
        }
    }

    void answer_datagram() {
        std::array<char, 4096> bytes{};
        sockaddr_in from{};
        socklen_t size = sizeof from;
        const auto length = ::recvfrom(
            udp_.get(), bytes.data(), bytes.size(), 0, reinterpret_cast<sockaddr*>(&from), &size
        );
        if (length < 12) {
            return;
        }
        const auto out = reply_to({bytes.data(), static_cast<std::size_t>(length)}, false);
        if (!out.empty()) {
            ::sendto(
                udp_.get(), out.data(), out.size(), 0, reinterpret_cast<sockaddr*>(&from), size
            );
        }
    }

    void answer_stream() {
        const Descriptor peer(::accept4(tcp_.get(), nullptr, nullptr, SOCK_CLOEXEC));
        timeval limit{2, 0};
        ::setsockopt(peer.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        std::string query;
        std::array<char, 4096> bytes{};
        while (query.size() < 2 || query.size() < 2 + length_of(query)) {
            const auto length = ::recv(peer.get(), bytes.data(), bytes.size(), 0);
            if (length <= 0) {
                return;
            }
            query.append(bytes.data(), static_cast<std::size_t>(length));
        }
        const auto out = reply_to(query.substr(2), true);
        std::string framed;
        framed += static_cast<char>(out.size() >> 8);
        framed += static_cast<char>(out.size() & 0xFF);
        framed += out;
        if (!out.empty()) {
            ::send(peer.get(), framed.data(), framed.size(), MSG_NOSIGNAL);
        }
        // The client closes first, so that nothing that it has not read is discarded.
        ::recv(peer.get(), bytes.data(), bytes.size(), 0);
    }

    static std::size_t length_of(const std::string& framed) {
        return static_cast<std::size_t>(static_cast<unsigned char>(framed[0])) << 8 |
               static_cast<unsigned char>(framed[1]);
    }

    std::string reply_to(std::string query, bool tcp) {
        ++queries_;
        return script_(DnsAnswer(std::move(query)), tcp);
    }

    Script script_;
    Descriptor udp_;
    Descriptor tcp_;
    Descriptor stop_read_;
    Descriptor stop_write_;
    sockaddr_in address_{};
    std::atomic<int> queries_{0};
    std::thread thread_;
};

}  // namespace kazoo::testing_support
