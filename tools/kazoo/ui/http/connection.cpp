// SPDX-License-Identifier: Apache-2.0
// The only file that includes Boost.Beast, which takes long to compile.
#include "ui/http/connection.hpp"

#include <kazoo/asio.hpp>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace tool::ui {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::system::error_code;
using Fields = http::fields;

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

/// A connection and what it does at present. Each operation has a completion handler, which owns
/// the connection; without one, it is closed. If a handler fails for lack of memory, the exception
/// leaves the loop (HttpServer::run) and the connection is closed. With coroutines that would end
/// the process: their destructor allocates memory.
class Connection : public std::enable_shared_from_this<Connection> {
public:
    Connection(asio::ip::tcp::socket socket, Shared& shared)
        : stream_(std::move(socket)), shared_(&shared), buffer_(buffer_bytes) {
        shared.connections.push_back(OpenConnection{[this] { stream_.close(); }, true});
        place_ = std::prev(shared.connections.end());
    }
    Connection(const Connection&) = delete;
    Connection& operator=(const Connection&) = delete;
    ~Connection() { shared_->connections.erase(place_); }

    void read_request() {
        parser_.emplace();
        parser_->header_limit(static_cast<std::uint32_t>(shared_->limits.header_bytes));
        parser_->body_limit(shared_->limits.body_bytes);
        wait_for_request();
        http::async_read_header(stream_, buffer_, *parser_, then(&Connection::read_body));
    }

private:
    using Step = void (Connection::*)(const error_code& error);

    struct Then {
        std::shared_ptr<Connection> self;
        Step step;
        void operator()(const error_code& error, std::size_t /*bytes*/ = 0) const {
            (self.get()->*step)(error);
        }
    };
    [[nodiscard]] Then then(Step step) { return Then{shared_from_this(), step}; }

    void wait_for_request() {
        auto& connections = shared_->connections;
        connections.splice(connections.end(), connections, place_);
        place_->waiting = true;
        stream_.expires_after(shared_->limits.request_time);
    }

    /// The head has been read.
    void read_body(const error_code& error) {
        if (error) {
            return refuse(reply_to_malformed(error));
        }
        head_ = head_of(parser_->get());
        if (!head_) {
            return refuse(error_reply(400, "malformed", "the target is malformed"));
        }
        std::optional<Reply> refusal = shared_->application->refusal(*head_);
        if (refusal) {
            return refuse(std::move(refusal));
        }
        place_->waiting = false;
        if (shared_->application->is_event_stream(*head_)) {
            return send_event_head();
        }
        http::async_read(stream_, buffer_, *parser_, then(&Connection::handle_request));
    }

    void handle_request(const error_code& error) {
        if (error) {
            return refuse(reply_to_malformed(error));
        }
        stream_.expires_never();
        keep_alive_ = parser_->get().keep_alive();
        Request request{*std::move(head_), std::move(parser_->get().body())};
        const kazoo::AsyncResult<Reply> handling = shared_->application->handle(std::move(request));
        handling(asio::bind_executor(
            stream_.get_executor(),
            [self = shared_from_this()](const std::exception_ptr& failed, const Reply& reply) {
                self->send(
                    failed
                        ? error_reply(500, "internal", "there was no memory to handle the request")
                        : reply
                );
            }
        ));
    }

    /// Ends the connection, with a reply or without one.
    void refuse(const std::optional<Reply>& reply) {
        keep_alive_ = false;
        if (reply) {
            send(*reply);
        } else {
            close_gracefully();
        }
    }

    void send(const Reply& reply) {
        response_.emplace(static_cast<http::status>(reply.status), 11, reply.body);
        response_->set(http::field::content_type, reply.content_type);
        add_security_headers(*response_);
        response_->keep_alive(keep_alive_);
        response_->prepare_payload();
        stream_.expires_after(shared_->limits.write_time);
        http::async_write(stream_, *response_, then(&Connection::after_reply));
    }

    void after_reply(const error_code& error) {
        if (error || !keep_alive_) {
            close_gracefully();
        } else {
            read_request();
        }
    }

    void send_event_head() {
        subscriber_ = shared_->hub.subscribe(stream_.get_executor());
        if (!subscriber_) {
            return refuse(
                error_reply(503, "too_many_streams", "too many pages are open; close some of them")
            );
        }
        event_head_.emplace(http::status::ok, 11);
        event_head_->set(http::field::content_type, "text/event-stream");
        add_security_headers(*event_head_);
        event_head_->keep_alive(false);
        event_serializer_.emplace(*event_head_);
        stream_.expires_after(shared_->limits.write_time);
        http::async_write_header(stream_, *event_serializer_, then(&Connection::begin_events));
    }

    void begin_events(const error_code& error) {
        if (error) {
            return close_gracefully();
        }
        notice_end();
        send_outbox();
    }

    /// A client sends nothing behind such a request: a read ends when the connection does.
    void notice_end() {
        stream_.socket().async_read_some(
            asio::buffer(subscriber_->ignored),
            [subscriber = subscriber_](const error_code&, std::size_t) {
                subscriber->closed = true;
                subscriber->signal.cancel();
            }
        );
    }

    void send_outbox() {
        if (subscriber_->closed) {
            return close_gracefully();
        }
        if (subscriber_->outbox.empty()) {
            stream_.expires_never();
            subscriber_->signal.expires_after(heartbeat);
            subscriber_->signal.async_wait(then(&Connection::after_wait));
            return;
        }
        events_ = std::exchange(subscriber_->outbox, {});
        stream_.expires_after(shared_->limits.write_time);
        asio::async_write(stream_, asio::buffer(events_), then(&Connection::after_events));
    }

    /// The wait ends with an error if the subscriber has changed.
    void after_wait(const error_code& error) {
        if (!error && subscriber_->outbox.empty()) {
            subscriber_->outbox = ":\n\n";  // a comment: the client reads on
        }
        send_outbox();
    }

    void after_events(const error_code& error) {
        if (error) {
            close_gracefully();
        } else {
            send_outbox();
        }
    }

    /// Closing a socket with unread input would reset the connection, and the client might not see
    /// the reply.
    void close_gracefully() {
        place_->waiting = true;
        error_code ignored;
        stream_.socket().shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
        stream_.expires_after(farewell);
        buffer_.clear();
        drain();
    }

    void drain() {
        stream_.async_read_some(
            buffer_.prepare(buffer_bytes),
            [self = shared_from_this()](const error_code& error, std::size_t size) {
                self->drained_ += size;
                if (!error && self->drained_ < 4 * buffer_bytes) {
                    self->drain();
                }
            }
        );
    }

    beast::tcp_stream stream_;
    Shared* shared_;
    beast::flat_buffer buffer_;
    std::list<OpenConnection>::iterator place_;
    std::size_t drained_ = 0;

    // Of the present request.
    std::optional<http::request_parser<http::string_body>> parser_;
    std::optional<Head> head_;
    bool keep_alive_ = false;
    std::optional<http::response<http::string_body>> response_;

    // Of a stream of events.
    std::shared_ptr<Subscriber> subscriber_;
    std::optional<http::response<http::empty_body>> event_head_;
    std::optional<http::response_serializer<http::empty_body>> event_serializer_;
    std::string events_;  // that are being written
};

}  // namespace

void serve_connection(asio::ip::tcp::socket socket, Shared& shared) {
    std::make_shared<Connection>(std::move(socket), shared)->read_request();
}

}  // namespace tool::ui
