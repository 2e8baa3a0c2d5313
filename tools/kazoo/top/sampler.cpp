// SPDX-License-Identifier: Apache-2.0
#include "top/sampler.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include <unordered_map>
#include <utility>

namespace tool {
namespace {

using State = ServerSample::State;

/// Words of servers that hang are given up before the next samples are late by much.
constexpr std::chrono::seconds sample_limit{3};

constexpr std::chrono::milliseconds connection_poll{20};

Rate rate(const Figure& before, const Figure& now, double seconds) {
    if (!before || !now || *now < *before || seconds <= 0) {
        return std::nullopt;
    }
    return static_cast<double>(*now - *before) / seconds;
}

/// Transactions are counted by the lower half of the zxid; the upper one numbers the leaders.
Rate transaction_rate(const Figure& before, const Figure& now, double seconds) {
    const bool same_leader = before && now && (*before >> 32) == (*now >> 32);
    return same_leader ? rate(before, now, seconds) : std::nullopt;
}

double seconds_between(const ServerSample& before, const ServerSample& now) {
    return std::chrono::duration<double>(now.time - before.time).count();
}

std::string first_line(const std::string& text) {
    return text.substr(0, text.find('\n'));
}

}  // namespace

const char* to_string(State state) noexcept {
    static constexpr const char* names[] = {"waiting", "up", "refused", "down"};
    return names[static_cast<std::size_t>(state)];
}

ServerSampler::ServerSampler(
    std::shared_ptr<boost::asio::io_context> loop,
    const Settings& settings,
    const kazoo::HostPort& server,
    bool clients
)
    : loop_(std::move(loop)), server_(server), with_clients_(clients) {
    sample_.server = to_string(server);
    if (!is_plain(settings, server)) {
        Settings quiet = settings;
        quiet.quiet = true;  // the log would be in the way on the screen
        tls_client_ = std::make_unique<kazoo::KazooClient>(client_options(quiet, sample_.server));
        tls_client_->start_async();
    }
}

void ServerSampler::sample(std::function<void()> done) {
    if (busy()) {
        return;
    }
    answers_.clear();
    done_ = std::move(done);
    std::vector<std::string> words{"srvr", "mntr"};
    if (with_clients_) {
        words.emplace_back("cons");
    }
    open_words_ = words.size();
    for (const std::string& word : words) {
        ask_word(word);
    }
}

void ServerSampler::ask_word(const std::string& word) {
    if (tls_client_) {
        ask_when_connected(word, std::chrono::steady_clock::now() + sample_limit);
        return;
    }
    ask_async(
        *loop_,
        server_,
        word,
        sample_limit,
        [weak = weak_from_this(), word](WordAnswer answer) {
            if (const auto self = weak.lock()) {
                self->answered(word, std::move(answer));
            }
        }
    );
}

/// Without a connection the word fails at once, also while the first one is being made.
void ServerSampler::ask_when_connected(
    const std::string& word, std::chrono::steady_clock::time_point deadline
) {
    if (tls_client_->connected() || std::chrono::steady_clock::now() >= deadline) {
        ask_with_tls(word);
        return;
    }
    const auto timer = std::make_shared<boost::asio::steady_timer>(*loop_, connection_poll);
    timer->async_wait(
        [weak = weak_from_this(), timer, word, deadline](boost::system::error_code error) {
            const auto self = weak.lock();
            if (self && !error) {
                self->ask_when_connected(word, deadline);
            }
        }
    );
}

void ServerSampler::ask_with_tls(const std::string& word) {
    auto result = tls_client_->command_async(word, kazoo::CallOptions().timeout(sample_limit));
    result.rawlink([weak = weak_from_this(),
                    loop = loop_,
                    word](const kazoo::AsyncResult<std::string>& found) {
        WordAnswer answer;
        const auto text = found.result();
        if (text) {
            answer.text = text.value();
        } else {
            answer.problem = text.error().message();
        }
        boost::asio::post(*loop, [weak, word, answer = std::move(answer)] {
            if (const auto self = weak.lock()) {
                self->answered(word, answer);
            }
        });
    });
}

void ServerSampler::answered(const std::string& word, WordAnswer answer) {
    answers_[word] = std::move(answer);
    if (--open_words_ == 0) {
        finish();
    }
}

void ServerSampler::finish() {
    ServerSample next = next_sample();
    if (next.state == State::up) {
        add_rates(next);
        add_clients(next);
    }
    sample_ = std::move(next);
    answers_.clear();
    const auto done = std::exchange(done_, nullptr);
    done();
}

ServerSample ServerSampler::next_sample() const {
    ServerSample next;
    next.server = sample_.server;
    next.time = std::chrono::steady_clock::now();
    for (const auto& [word, answer] : answers_) {
        if (is_refused(answer)) {
            next.refused_words.push_back(word);
        }
    }
    const WordAnswer& srvr = answers_.at("srvr");
    const WordAnswer& mntr = answers_.at("mntr");
    add_srvr(srvr.text, next.status);
    add_mntr(mntr.text, next.status);
    if (!next.status.mode.empty()) {
        next.state = State::up;
    } else if (is_refused(srvr)) {
        next.state = State::refused;
        next.problem = "srvr and mntr are not on its 4lw.commands.whitelist";
    } else {
        next.state = State::down;
        next.problem = srvr.problem.empty() ? first_line(srvr.text) : srvr.problem;
    }
    return next;
}

void ServerSampler::add_rates(ServerSample& next) const {
    if (sample_.state != State::up) {
        return;
    }
    const double seconds = seconds_between(sample_, next);
    const ServerStatus& before = sample_.status;
    next.received = rate(before.received, next.status.received, seconds);
    next.sent = rate(before.sent, next.status.sent, seconds);
    next.transactions = transaction_rate(before.zxid, next.status.zxid, seconds);
}

void ServerSampler::add_clients(ServerSample& next) const {
    const auto cons = answers_.find("cons");
    if (cons == answers_.end()) {
        return;
    }
    std::unordered_map<std::string, const ServerConnection*> before;
    for (const SampledClient& client : sample_.clients) {
        before.emplace(client.connection.address, &client.connection);
    }
    const double seconds = seconds_between(sample_, next);
    for (ServerConnection& connection : parse_cons(cons->second.text)) {
        SampledClient client{std::move(connection), std::nullopt, std::nullopt};
        const auto earlier = before.find(client.connection.address);
        if (earlier != before.end() && earlier->second->session == client.connection.session) {
            client.received = rate(earlier->second->received, client.connection.received, seconds);
            client.sent = rate(earlier->second->sent, client.connection.sent, seconds);
        }
        next.clients.push_back(std::move(client));
    }
}

}  // namespace tool
