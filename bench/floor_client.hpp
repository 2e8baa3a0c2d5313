// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace bench {

/// The least that a typed client can do: one thread, one epoll loop; each request is encoded with
/// its xid, each reply paired with its request, decoded into a string and a stat, and handed to a
/// std::function. It uses nothing of the library, and has none of a client's other duties: no
/// pings, reconnects, limits, deadlines or watches. Any failure throws std::runtime_error.
class FloorClient {
public:
    struct Stat {
        std::int64_t czxid, mzxid, ctime, mtime;
        std::int32_t version, cversion, aversion;
        std::int64_t ephemeral_owner;
        std::int32_t data_length, num_children;
        std::int64_t pzxid;
    };
    struct Reply {
        std::int32_t error = 0;
        std::string data;  ///< of a get
        Stat stat{};
    };
    using Callback = std::function<void(Reply&& reply)>;

    /// Connects and begins a session.
    FloorClient(const std::string& host, std::uint16_t port);
    FloorClient(const FloorClient&) = delete;
    FloorClient& operator=(const FloorClient&) = delete;
    /// Closes the session.
    ~FloorClient();

    void get(std::string_view path, Callback callback);
    void set(std::string_view path, std::string_view data, Callback callback);

    /// One turn of the loop: sends what is queued, waits for replies, and calls their functions.
    void run_once();

private:
    enum class Kind : std::int32_t { set = 5, get = 4 };
    struct Pending {
        std::int32_t xid;
        Kind kind;
        Callback callback;
    };

    void begin_session();
    void begin_request(Kind kind, std::size_t body_size, Callback callback);
    void send_some();
    void receive();
    [[nodiscard]] bool wait_for_input();
    void complete(const char* frame, std::size_t size);

    int socket_ = -1;
    int epoll_ = -1;
    std::uint32_t events_ = 0;  // that epoll reports
    std::int32_t xid_ = 0;
    std::string out_;       // encoded
    std::size_t sent_ = 0;  // of out_
    std::vector<char> in_;  // in_[begin_, end_): received, but not decoded
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    // A ring of requests without a reply; its size is a power of two.
    std::vector<Pending> pending_;
    std::size_t first_ = 0;
    std::size_t count_ = 0;
};

}  // namespace bench
