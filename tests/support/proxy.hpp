#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace kazoo::testing_support {

/// A TCP proxy on 127.0.0.1 between clients and a server, to break the clients' connections without
/// affecting other users of the server. Thread-safe; each function returns when it has taken
/// effect. Runs on one thread with an io_context; see TcpProxy for one that can hold replies only.
class Proxy {
public:
    explicit Proxy(std::uint16_t server_port);
    ~Proxy();
    Proxy(const Proxy&) = delete;
    Proxy& operator=(const Proxy&) = delete;

    /// "127.0.0.1:port".
    std::string hosts() const;
    /// Number of connections accepted so far, including refused ones.
    std::size_t accepted() const;

    /// Closes all connections and, until `restore`, each new one.
    void cut();
    void restore();
    /// Keeps connections open and accepts new ones, but forwards nothing until `thaw`.
    void freeze();
    void thaw();

private:
    struct State;
    class Connection;
    std::unique_ptr<State> state_;
};

}  // namespace kazoo::testing_support
