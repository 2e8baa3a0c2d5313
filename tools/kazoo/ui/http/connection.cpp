// SPDX-License-Identifier: Apache-2.0
// The only file that includes Boost.Beast, which takes long to compile.
#include "ui/http/connection.hpp"

#include <kazoo/asio.hpp>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <optional>
#include <string>
#include <tuple>
#include <utility>

namespace tool::ui {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using Fields = http::fields;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr std::chrono::seconds heartbeat{15};
constexpr std::chrono::seconds farewell{1};
constexpr std::size_t buffer_bytes = 256 * 1024;

std::string value_of(const Fields& fields, http::field name) {
    std::string joined;
    const auto range = fields.equal_range(name);
    for (auto field = range.first; field != range.second; ++field) {
        joined += (field == range.first ? "" : ", ") + std::string(field->value());
    }
    return joined;
}

std::optional<Head> head_of(const http::request_header<>& header) {
    auto target = parse_target({header.target().data(), header.target().size()});
    if (!target) {
        return std::nullopt;
    }
    Head head;
    head.method = std::string(header.method_string());
    head.target = std::move(*target);
    head.host = value_of(header, http::field::host);
    head.origin = value_of(header, http::field::origin);
    head.fetch_site = std::string(header["Sec-Fetch-Site"]);
    head.authorization = value_of(header, http::field::authorization);
    head.content_type = value_of(header, http::field::content_type);
    return head;
}

/// The page may load its own files only, and no script may make HTML of a text.
void add_security_headers(Fields& fields) {
    fields.set(
        "Content-Security-Policy",
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'"
    );
    fields.set(http::field::cache_control, "no-store");
    fields.set("X-Content-Type-Options", "nosniff");
    fields.set("X-Frame-Options", "DENY");
    fields.set("Referrer-Policy", "no-referrer");
    fields.set("Cross-Origin-Opener-Policy", "same-origin");
    fields.set("Cross-Origin-Resource-Policy", "same-origin");
}

/// Returns the reply to a request that cannot be read; std::nullopt if the client has gone or has
/// been too slow.
std::optional<Reply> reply_to_malformed(const error_code& error) {
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
        return error_reply(431, "header_limit", "the head of the request is too large");
    }
    if (error == http::error::body_limit) {
        return error_reply(413, "body_limit", "the body of the request is too large");
    }
    if (error == http::error::end_of_stream || error == http::error::partial_message ||
        error.category() != make_error_code(http::error::bad_target).category()) {
        return std::nullopt;
    }
    return error_reply(400, "malformed", "the request is malformed: " + error.message());
}

class Connection {
public:
    Connection(asio::ip::tcp::socket socket, Shared& shared)
        : stream_(std::move(socket)), shared_(&shared), buffer_(buffer_bytes) {
        shared.connections.push_back(OpenConnection{[this] { stream_.close(); }, true});
        place_ = std::prev(shared.connections.end());
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() { shared_->connections.erase(place_); }

    asio::awaitable<void> run() {
        bool goes_on = true;
        while (goes_on) {
            goes_on = co_await serve_request();
        }
        co_await close_gracefully();
    }

private:
    using Parser = http::request_parser<http::string_body>;

    /// Returns whether further requests may follow.
    asio::awaitable<bool> serve_request() {
        Parser parser;
        parser.header_limit(static_cast<std::uint32_t>(shared_->limits.header_bytes));
        parser.body_limit(shared_->limits.body_bytes);
        wait_for_request();
        const auto read = co_await http::async_read_header(stream_, buffer_, parser, as_result);
        const error_code error = std::get<0>(read);
        if (error) {
            co_return co_await refuse(reply_to_malformed(error));
        }
        const std::optional<Head> head = head_of(parser.get());
        if (!head) {
            co_return co_await refuse(error_reply(400, "malformed", "the target is malformed"));
        }
        std::optional<Reply> refusal = shared_->application->refusal(*head);
        if (refusal) {
            co_return co_await refuse(std::move(refusal));
        }
        place_->waiting = false;
        if (shared_->application->is_event_stream(*head)) {
            co_return co_await send_events();
        }
        co_return co_await serve_admitted(parser, *head);
    }

    void wait_for_request() {
        auto& connections = shared_->connections;
        connections.splice(connections.end(), connections, place_);
        place_->waiting = true;
        stream_.expires_after(shared_->limits.request_time);
    }

    asio::awaitable<bool> serve_admitted(Parser& parser, Head head) {
        const auto read = co_await http::async_read(stream_, buffer_, parser, as_result);
        const error_code error = std::get<0>(read);
        if (error) {
            co_return co_await refuse(reply_to_malformed(error));
        }
        stream_.expires_never();
        const bool keep_alive = parser.get().keep_alive();
        Request request{std::move(head), std::move(parser.get().body())};
        const kazoo::AsyncResult<Reply> handling = shared_->application->handle(std::move(request));
        auto handled = co_await handling(as_result);
        if (std::get<0>(handled)) {
            std::get<1>(handled) =
                error_reply(500, "internal", "there was no memory to handle the request");
        }
        co_return co_await send(std::get<1>(handled), keep_alive);
    }

    asio::awaitable<bool> refuse(std::optional<Reply> reply) {
        if (reply) {
            co_await send(*reply, false);
        }
        co_return false;
    }

    /// Returns whether the connection may be used further.
    asio::awaitable<bool> send(const Reply& reply, bool keep_alive) {
        http::response<http::string_body> response(
            static_cast<http::status>(reply.status), 11, reply.body
        );
        response.set(http::field::content_type, reply.content_type);
        add_security_headers(response);
        response.keep_alive(keep_alive);
        response.prepare_payload();
        stream_.expires_after(shared_->limits.write_time);
        const auto written = co_await http::async_write(stream_, response, as_result);
        co_return keep_alive && !std::get<0>(written);
    }

    asio::awaitable<bool> send_events() {
        const auto subscriber = shared_->hub.subscribe(stream_.get_executor());
        if (!subscriber) {
            co_return co_await refuse(
                error_reply(503, "too_many_streams", "too many pages are open; close some of them")
            );
        }
        http::response<http::empty_body> response(http::status::ok, 11);
        response.set(http::field::content_type, "text/event-stream");
        add_security_headers(response);
        response.keep_alive(false);
        http::response_serializer<http::empty_body> serializer(response);
        stream_.expires_after(shared_->limits.write_time);
        const auto written = co_await http::async_write_header(stream_, serializer, as_result);
        if (!std::get<0>(written)) {
            notice_end(subscriber);
            co_await send_outbox(*subscriber);
        }
        co_return false;
    }

    /// A client sends nothing behind such a request: a read ends when the connection does.
    void notice_end(const std::shared_ptr<Subscriber>& subscriber) {
        stream_.socket().async_read_some(
            asio::buffer(subscriber->ignored),
            [subscriber](const error_code&, std::size_t) {
                subscriber->closed = true;
                subscriber->signal.cancel();
            }
        );
    }

    asio::awaitable<void> send_outbox(Subscriber& subscriber) {
        while (!subscriber.closed) {
            if (subscriber.outbox.empty()) {
                stream_.expires_never();
                subscriber.signal.expires_after(heartbeat);
                const auto waited = co_await subscriber.signal.async_wait(as_result);
                if (!std::get<0>(waited) && subscriber.outbox.empty()) {
                    subscriber.outbox = ":\n\n";  // a comment: the client reads on
                }
                continue;
            }
            const std::string text = std::exchange(subscriber.outbox, {});
            stream_.expires_after(shared_->limits.write_time);
            const auto written = co_await asio::async_write(stream_, asio::buffer(text), as_result);
            if (std::get<0>(written)) {
                co_return;
            }
        }
    }

    /// Closing a socket with unread input would reset the connection, and the client might not see
    /// the reply.
    asio::awaitable<void> close_gracefully() {
        place_->waiting = true;
        error_code ignored;
        stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
        stream_.expires_after(farewell);
        error_code error;
        buffer_.clear();
        for (std::size_t count = 0; !error && count < 4 * buffer_bytes;) {
            const auto read =
                co_await stream_.async_read_some(buffer_.prepare(buffer_bytes), as_result);
            error = std::get<0>(read);
            count += std::get<1>(read);
        }
    }

    beast::tcp_stream stream_;
    Shared* shared_;
    beast::flat_buffer buffer_;
    std::list<OpenConnection>::iterator place_;
};

asio::awaitable<void> serve(asio::ip::tcp::socket socket, Shared& shared) {
    Connection connection(std::move(socket), shared);
    co_await connection.run();
}

}  // namespace

void serve_connection(asio::ip::tcp::socket socket, Shared& shared) {
    const auto executor = socket.get_executor();
    asio::co_spawn(executor, serve(std::move(socket), shared), asio::detached);
}

}  // namespace tool::ui
