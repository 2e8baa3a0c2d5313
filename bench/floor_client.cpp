// SPDX-License-Identifier: Apache-2.0
#include "floor_client.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <utility>

namespace bench {
namespace {

constexpr std::size_t prefix_size = 4;
constexpr std::size_t reply_header_size = 16;  // xid, zxid, error
constexpr std::size_t stat_size = 68;
constexpr std::size_t password_size = 16;
constexpr std::int32_t session_timeout_ms = 30'000;  // no round is longer: there are no pings
constexpr std::int32_t close_session = -11;
constexpr int patience_ms = 60'000;

[[noreturn]] void fail(const char* what) {
    throw std::runtime_error(std::string("floor: ") + what);
}

void put(std::string& out, std::int32_t value) {
    value = static_cast<std::int32_t>(__builtin_bswap32(static_cast<std::uint32_t>(value)));
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void put(std::string& out, std::string_view text) {
    put(out, static_cast<std::int32_t>(text.size()));
    out.append(text);
}

void take(const char*& in, std::int32_t& value) {
    std::uint32_t bits = 0;
    std::memcpy(&bits, in, sizeof bits);
    value = static_cast<std::int32_t>(__builtin_bswap32(bits));
    in += sizeof bits;
}

void take(const char*& in, std::int64_t& value) {
    std::uint64_t bits = 0;
    std::memcpy(&bits, in, sizeof bits);
    value = static_cast<std::int64_t>(__builtin_bswap64(bits));
    in += sizeof bits;
}

template <class... Fields>
void take_all(const char*& in, Fields&... fields) {
    (take(in, fields), ...);
}

int open_socket(const std::string& host, std::uint16_t port) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
        fail("the host is not known");
    }
    int connected = -1;
    for (const auto* a = found; a != nullptr && connected < 0; a = a->ai_next) {
        const int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, a->ai_protocol);
        if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) == 0) {
            connected = fd;
        } else if (fd >= 0) {
            close(fd);
        }
    }
    freeaddrinfo(found);
    if (connected < 0) {
        fail("cannot connect");
    }
    const int on = 1;
    setsockopt(connected, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return connected;
}

}  // namespace

FloorClient::FloorClient(const std::string& host, std::uint16_t port)
    : socket_(open_socket(host, port)),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      in_(std::size_t{256} << 10),
      pending_(1024) {
    epoll_event interest{};
    if (epoll_ < 0 || epoll_ctl(epoll_, EPOLL_CTL_ADD, socket_, &interest) != 0) {
        fail("epoll");
    }
    begin_session();
}

FloorClient::~FloorClient() {
    try {
        out_.clear();
        sent_ = 0;
        put(out_, static_cast<std::int32_t>(2 * sizeof(std::int32_t)));
        put(out_, ++xid_);
        put(out_, close_session);
        send_some();
        if (wait_for_input()) {
            receive();
        }
    } catch (const std::exception&) {
        // The session expires; this does not affect later measurements.
    }
    close(epoll_);
    close(socket_);
}

void FloorClient::begin_session() {
    std::string body;
    put(body, 0);                             // protocol version
    body.append(sizeof(std::int64_t), '\0');  // last zxid
    put(body, session_timeout_ms);
    body.append(sizeof(std::int64_t), '\0');  // session id
    put(body, std::string(password_size, '\0'));
    body += '\0';  // read-only
    put(out_, std::string_view(body));
    send_some();
    std::int32_t size = -1;
    do {
        if (!wait_for_input()) {
            fail("no answer to the handshake");
        }
        receive();
        const char* in = in_.data();
        if (end_ >= prefix_size) {
            take(in, size);
        }
    } while (size < 0 || end_ < prefix_size + static_cast<std::size_t>(size));
    begin_ = prefix_size + static_cast<std::size_t>(size);
}

void FloorClient::begin_request(Kind kind, std::size_t body_size, Callback callback) {
    if (count_ == pending_.size()) {
        std::vector<Pending> larger(2 * count_);
        for (std::size_t i = 0; i < count_; ++i) {
            larger[i] = std::move(pending_[(first_ + i) & (count_ - 1)]);
        }
        pending_ = std::move(larger);
        first_ = 0;
    }
    pending_[(first_ + count_++) & (pending_.size() - 1)] = {++xid_, kind, std::move(callback)};
    put(out_, static_cast<std::int32_t>(2 * sizeof(std::int32_t) + body_size));
    put(out_, xid_);
    put(out_, static_cast<std::int32_t>(kind));
}

void FloorClient::get(std::string_view path, Callback callback) {
    begin_request(Kind::get, prefix_size + path.size() + 1, std::move(callback));
    put(out_, path);
    out_ += '\0';  // no watch
}

void FloorClient::set(std::string_view path, std::string_view data, Callback callback) {
    const auto size = 2 * prefix_size + path.size() + data.size() + sizeof(std::int32_t);
    begin_request(Kind::set, size, std::move(callback));
    put(out_, path);
    put(out_, data);
    put(out_, -1);  // any version
}

void FloorClient::run_once() {
    if (sent_ < out_.size()) {
        send_some();
    }
    if (count_ == 0) {
        return;
    }
    if (!wait_for_input()) {
        fail("no reply in time");
    }
    receive();
    for (;;) {
        if (end_ - begin_ < prefix_size) {
            return;
        }
        const char* in = in_.data() + begin_;
        std::int32_t length = 0;
        take(in, length);
        const auto size = static_cast<std::size_t>(length);
        if (end_ - begin_ < prefix_size + size) {
            if (prefix_size + size > in_.size()) {
                in_.resize(prefix_size + size);
            }
            return;
        }
        begin_ += prefix_size + size;
        complete(in, size);
    }
}

void FloorClient::complete(const char* frame, std::size_t size) {
    if (size < reply_header_size || count_ == 0) {
        fail("an unexpected frame");
    }
    auto request = std::move(pending_[first_]);
    first_ = (first_ + 1) & (pending_.size() - 1);
    --count_;
    const char* const end = frame + size;
    Reply reply;
    std::int32_t xid = 0;
    std::int64_t zxid = 0;
    take_all(frame, xid, zxid, reply.error);
    if (xid != request.xid) {
        fail("a reply to another request");
    }
    if (reply.error == 0) {
        if (request.kind == Kind::get) {
            std::int32_t length = 0;
            take(frame, length);
            if (length > end - frame) {
                fail("a short reply");
            }
            if (length > 0) {
                reply.data.assign(frame, static_cast<std::size_t>(length));
                frame += length;
            }
        }
        if (static_cast<std::size_t>(end - frame) < stat_size) {
            fail("a short reply");
        }
        auto& s = reply.stat;
        take_all(frame, s.czxid, s.mzxid, s.ctime, s.mtime, s.version, s.cversion, s.aversion);
        take_all(frame, s.ephemeral_owner, s.data_length, s.num_children, s.pzxid);
    }
    request.callback(std::move(reply));
}

void FloorClient::send_some() {
    const auto size =
        send(socket_, out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (size < 0 && errno != EAGAIN && errno != EWOULDBLOCK) {
        fail("send");
    }
    sent_ += size > 0 ? static_cast<std::size_t>(size) : 0;
    if (sent_ == out_.size()) {
        out_.clear();
        sent_ = 0;
    }
}

bool FloorClient::wait_for_input() {
    for (;;) {
        const std::uint32_t events = sent_ < out_.size() ? EPOLLIN | EPOLLOUT : EPOLLIN;
        epoll_event event{};
        if (events != events_) {
            event.events = events_ = events;
            epoll_ctl(epoll_, EPOLL_CTL_MOD, socket_, &event);
        }
        const int ready = epoll_wait(epoll_, &event, 1, patience_ms);
        if (ready == 0 || (ready < 0 && errno != EINTR)) {
            return false;
        }
        if (ready > 0 && (event.events & EPOLLOUT) != 0) {
            send_some();
        }
        if (ready > 0 && (event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) != 0) {
            return true;
        }
    }
}

void FloorClient::receive() {
    std::memmove(in_.data(), in_.data() + begin_, end_ - begin_);
    end_ -= begin_;
    begin_ = 0;
    const auto size = recv(socket_, in_.data() + end_, in_.size() - end_, 0);
    if (size <= 0) {
        fail("the connection is lost");
    }
    end_ += static_cast<std::size_t>(size);
}

}  // namespace bench
