#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace kazoo::testing_support {

/// A TCP proxy on 127.0.0.1 between clients and a server, to break their connections in every way
/// without harm to others who use the server. All members may be called from any thread and have
/// taken effect when they return.
class Proxy {
public:
    explicit Proxy(std::uint16_t server_port);
    ~Proxy();
    Proxy(const Proxy&) = delete;
    Proxy& operator=(const Proxy&) = delete;

    /// "127.0.0.1:port".
    std::string hosts() const;
    /// How many connections have been made so far.
    std::size_t accepted() const;

    /// Closes all connections; new ones are closed at once, until `restore`.
    void cut();
    void restore();
    /// Connections stay open and new ones are accepted, but nothing passes until `thaw`.
    void freeze();
    void thaw();

private:
    struct State;
    class Connection;
    std::unique_ptr<State> state_;
};

}  // namespace kazoo::testing_support
