// SPDX-License-Identifier: Apache-2.0
#include "ui/http/server.hpp"

#include "cli/exit_code.hpp"
#include "ui/http/connection.hpp"
#include "ui/http/wake_signal.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include <algorithm>
#include <csignal>
#include <thread>

namespace tool::ui {

namespace asio = boost::asio;
using boost::system::error_code;

namespace {

/// For changes that arrive together.
constexpr std::chrono::milliseconds gathering_time{40};
/// After an accept that has failed, such as for lack of descriptors.
constexpr std::chrono::milliseconds accept_pause{100};
/// After a handler has failed for lack of memory.
constexpr std::chrono::milliseconds memory_pause{10};

}  // namespace

struct HttpServer::Impl {
    Impl(std::uint16_t port, const HttpLimits& limits)
        : shared(limits),
          signals(loop, SIGINT, SIGTERM),
          acceptor(loop, {asio::ip::address_v4::loopback(), port}),
          pause(loop),
          changed(loop),
          gather(loop) {}

    void accept();
    void accepted(const error_code& error, asio::ip::tcp::socket socket);
    [[nodiscard]] bool make_room();
    void await_changes();
    void gather_events();
    void send_events();
    void resume_all();
    void run_loop();

    Shared shared;  // outlives the connections, which end with the loop
    asio::io_context loop{1};
    asio::signal_set signals;
    asio::ip::tcp::acceptor acceptor;
    asio::steady_timer pause;
    WakeSignal changed;
    asio::steady_timer gather;
    bool accepting = false;         // or pausing
    bool awaiting_changes = false;  // through `changed`
    bool has_changes = false;       // that have not been sent
    bool gathering = false;         // waits for `gather`
};

void HttpServer::Impl::accept() {
    acceptor.async_accept([this](const error_code& error, asio::ip::tcp::socket socket) {
        accepting = false;
        accepted(error, std::move(socket));
    });
    accepting = true;
}

void HttpServer::Impl::accepted(const error_code& error, asio::ip::tcp::socket socket) {
    if (error) {
        pause.expires_after(accept_pause);
        pause.async_wait([this](const error_code&) {
            accepting = false;
            accept();
        });
        accepting = true;
        return;
    }
    accept();
    if (make_room()) {
        error_code ignored;
        socket.set_option(asio::ip::tcp::no_delay(true), ignored);
        serve_connection(std::move(socket), shared);
    }
}

/// Returns whether there is room for a connection. Without a token a client can only wait, so that
/// it cannot keep others out.
bool HttpServer::Impl::make_room() {
    if (shared.connections.size() < shared.limits.connections) {
        return true;
    }
    const auto oldest = std::find_if(
        shared.connections.begin(),
        shared.connections.end(),
        [](const OpenConnection& connection) { return connection.waiting; }
    );
    if (oldest == shared.connections.end()) {
        return false;
    }
    oldest->waiting = false;  // it ends when the loop runs next
    oldest->close();
    return true;
}

void HttpServer::Impl::await_changes() {
    changed.async_wait([this](const error_code&) {
        awaiting_changes = false;
        has_changes = true;
        resume_all();
    });
    awaiting_changes = true;
}

void HttpServer::Impl::gather_events() {
    gather.expires_after(gathering_time);
    gather.async_wait([this](const error_code&) {
        gathering = false;
        send_events();
    });
    gathering = true;
}

/// If there is no memory, the application keeps what has happened, and has_changes stays true.
void HttpServer::Impl::send_events() {
    const std::string gap = shared.application->gap_event();
    const std::string event = shared.application->take_event();
    has_changes = false;
    if (!event.empty()) {
        shared.hub.publish(event, gap);
    }
}

/// Starts each operation that should be pending but is not.
void HttpServer::Impl::resume_all() {
    if (!accepting) {
        accept();
    }
    if (!awaiting_changes) {
        await_changes();
    }
    if (has_changes && !gathering) {
        gather_events();
    }
}

void HttpServer::Impl::run_loop() {
    while (!loop.stopped()) {
        try {
            resume_all();
            loop.run();
        } catch (const std::exception&) {
            // A handler had no memory. The others go on.
            std::this_thread::sleep_for(memory_pause);
        }
    }
}

HttpServer::HttpServer(std::uint16_t port, const HttpLimits& limits) {
    try {
        impl_ = std::make_unique<Impl>(port, limits);
    } catch (const boost::system::system_error& error) {
        throw Failure(
            ExitCode::failed,
            "cannot listen on 127.0.0.1:" + std::to_string(port) + ": " + error.code().message()
        );
    }
}

HttpServer::~HttpServer() = default;

std::uint16_t HttpServer::port() const noexcept {
    error_code ignored;
    return impl_->acceptor.local_endpoint(ignored).port();
}

void HttpServer::run(Application& application) {
    impl_->shared.application = &application;
    impl_->signals.async_wait([this](const error_code&, int) { impl_->loop.stop(); });
    impl_->run_loop();
}

void HttpServer::wake() noexcept {
    impl_->changed.raise();
}

}  // namespace tool::ui
