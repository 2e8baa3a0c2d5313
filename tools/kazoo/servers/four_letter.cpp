// SPDX-License-Identifier: Apache-2.0
#include "servers/four_letter.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>

#include <memory>
#include <utility>

namespace tool {
namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;

/// An answer to `cons` has 200 bytes for each connection.
constexpr std::size_t longest_answer = std::size_t{16} << 20;

/// One word and its answer. Kept alive by its handlers.
class Exchange : public std::enable_shared_from_this<Exchange> {
public:
    Exchange(boost::asio::io_context& loop, std::string word, std::function<void(WordAnswer)> done)
        : resolver_(loop),
          socket_(loop),
          timer_(loop),
          word_(std::move(word)),
          done_(std::move(done)) {}

    void start(const kazoo::HostPort& server, std::chrono::milliseconds limit) {
        timer_.expires_after(limit);
        timer_.async_wait([self = shared_from_this(), limit](error_code error) {
            if (!error) {
                self->finish("no answer within " + std::to_string(limit.count()) + " ms");
            }
        });
        resolver_.async_resolve(
            server.host,
            std::to_string(server.port),
            [self = shared_from_this()](
                error_code error, const tcp::resolver::results_type& found
            ) { self->connect(error, found); }
        );
    }

private:
    void connect(error_code error, const tcp::resolver::results_type& found) {
        if (!done_) {
            return;
        }
        if (error) {
            finish(error.message());
            return;
        }
        boost::asio::async_connect(
            socket_,
            found,
            [self = shared_from_this()](error_code failed, const tcp::endpoint&) {
                self->write(failed);
            }
        );
    }
    void write(error_code error) {
        if (!done_) {
            return;
        }
        if (error) {
            finish(error.message());
            return;
        }
        boost::asio::async_write(
            socket_,
            boost::asio::buffer(word_),
            [self = shared_from_this()](error_code failed, std::size_t) { self->read(failed); }
        );
    }
    void read(error_code error) {
        if (!done_) {
            return;
        }
        if (error) {
            finish(error.message());
            return;
        }
        boost::asio::async_read(
            socket_,
            boost::asio::dynamic_buffer(text_, longest_answer),
            [self = shared_from_this()](error_code ended, std::size_t) { self->answered(ended); }
        );
    }
    void answered(error_code error) {
        if (!error) {
            finish("the answer to " + word_ + " is too long");
        } else if (!text_.empty()) {
            // A server that resets the connection behind its answer has answered.
            finish("");
        } else if (error == boost::asio::error::eof) {
            finish("the server has closed the connection without an answer to " + word_);
        } else {
            finish(error.message());
        }
    }
    void finish(std::string problem) {
        if (const auto done = std::exchange(done_, nullptr)) {
            error_code ignored;
            timer_.cancel();
            resolver_.cancel();
            socket_.close(ignored);
            done({problem.empty() ? std::move(text_) : std::string(), std::move(problem)});
        }
    }

    tcp::resolver resolver_;
    tcp::socket socket_;
    boost::asio::steady_timer timer_;
    std::string word_;
    std::string text_;
    std::function<void(WordAnswer)> done_;  // empty once it has been called
};

}  // namespace

std::vector<kazoo::HostPort> servers_of(const Settings& settings) {
    return kazoo::parse_hosts(settings.servers.value_or("127.0.0.1:2181")).value().hosts;
}

bool is_plain(const Settings& settings, const kazoo::HostPort& server) {
    return !wants_tls(settings) && server.scheme != kazoo::HostScheme::tls;
}

bool is_refused(const WordAnswer& answer) {
    return answer.text.find(" is not executed because ") != std::string::npos;
}

void ask_async(
    boost::asio::io_context& loop,
    const kazoo::HostPort& server,
    const std::string& word,
    std::chrono::milliseconds limit,
    std::function<void(WordAnswer)> done
) {
    std::make_shared<Exchange>(loop, word, std::move(done))->start(server, limit);
}

std::string ask(const Session& session, const kazoo::HostPort& server, const std::string& word) {
    if (!is_plain(session.settings(), server)) {
        return session.connect(to_string(server))->command(word);
    }
    boost::asio::io_context loop;
    WordAnswer answer;
    ask_async(loop, server, word, word_timeout, [&](WordAnswer found) {
        answer = std::move(found);
        loop.stop();
    });
    loop.run();
    if (!answer.problem.empty()) {
        throw Failure(ExitCode::not_connected, to_string(server) + ": " + answer.problem);
    }
    return answer.text;
}

}  // namespace tool
