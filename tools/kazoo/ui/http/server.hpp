// SPDX-License-Identifier: Apache-2.0
/// An HTTP server on the loopback address, with limits for everything that a client can use up.
#pragma once

#include "ui/http/message.hpp"

#include <kazoo/async_result.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace tool::ui {

struct HttpLimits {
    /// If there are more, the one that has waited longest for a request is closed; if none waits,
    /// the new one.
    std::size_t connections = 64;
    std::size_t event_streams = 16;
    std::size_t header_bytes = 16 * 1024;
    std::size_t body_bytes = 2 * 1024 * 1024;
    /// For the head and the body of a request, and between two requests of a connection.
    std::chrono::milliseconds request_time{10'000};
    /// For a reply, and for each block of events.
    std::chrono::milliseconds write_time{30'000};
    /// What may wait for a reader of events. If there is more, all is replaced by one gap.
    std::size_t event_bytes = 256 * 1024;
};

/// What a server asks of the program. Called in the thread of HttpServer::run.
class Application {
public:
    Application() = default;
    Application(const Application&) = delete;
    Application& operator=(const Application&) = delete;
    virtual ~Application() = default;

    /// Returns the reply that refuses a request by its head, so that its body is not read;
    /// std::nullopt if it is admitted.
    virtual std::optional<Reply> refusal(const Head& head) = 0;
    /// Returns whether an admitted request is for the stream of events.
    virtual bool is_event_stream(const Head& head) = 0;
    virtual kazoo::AsyncResult<Reply> handle(Request request) = 0;
    /// Returns the next event as JSON, and the one that stands for events that were dropped. If
    /// `take_event` throws std::bad_alloc, it is called again a little later.
    virtual std::string take_event() = 0;
    virtual std::string gap_event() = 0;
};

/// Serves one application. Errors of a connection end that connection only.
class HttpServer {
public:
    /// Binds 127.0.0.1 and the port; 0: a free one. Throws Failure if that fails. Installs the
    /// handling of SIGINT and SIGTERM.
    HttpServer(std::uint16_t port, const HttpLimits& limits);
    HttpServer(const HttpServer&) = delete;
    HttpServer& operator=(const HttpServer&) = delete;
    /// No result of Application::handle may be pending, and `wake` may not be called any more.
    ~HttpServer();

    [[nodiscard]] std::uint16_t port() const noexcept;
    /// Serves until SIGINT or SIGTERM. Does not wait for requests under way.
    void run(Application& application);
    /// Makes `run` take an event soon and send it to all readers. Thread-safe.
    void wake() noexcept;

private:
    struct Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace tool::ui
