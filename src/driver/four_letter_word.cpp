#include "driver/four_letter_word.hpp"

#include <utility>

namespace kazoo::driver {
namespace {

constexpr std::size_t answer_limit = 64u << 20;

class Conversation final : public transport::Sink,
                           public std::enable_shared_from_this<Conversation> {
public:
    Conversation(std::shared_ptr<World> world, std::string word, WordDone done)
        : world_(std::move(world)), word_(std::move(word)), done_(std::move(done)) {}

    void begin(const base::Endpoint& server, TimePoint deadline) {
        transport_ = world_->make_transport(weak_from_this());
        transport_->connect(1, server);
        world_->set_timer(deadline, [self = shared_from_this()] {
            self->finish(std::make_error_code(std::errc::timed_out));
        });
    }

private:
    void on_resolved(std::uint64_t, std::error_code, std::vector<base::Endpoint>) override {}

    void on_connected(std::uint64_t) override {
        base::Buffer out;
        out.append(word_.data(), word_.size());
        transport_->send(out);
    }

    void on_bytes(std::uint64_t, std::span<const std::byte> bytes) override {
        if (answer_.size() + bytes.size() > answer_limit) {
            return finish(std::make_error_code(std::errc::message_size));
        }
        answer_.append(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    }

    void on_sent(std::uint64_t) override {}

    /// The end of the stream is the end of the answer; a server may also just reset it.
    void on_closed(std::uint64_t, std::error_code error) override {
        finish(answer_.empty() ? error : std::error_code());
    }

    void finish(std::error_code error) {
        if (done_) {
            world_->clear_timer();
            transport_->disconnect();
            std::exchange(done_, nullptr)(error, std::move(answer_));
        }
    }

    const std::shared_ptr<World> world_;
    const std::string word_;
    WordDone done_;
    std::unique_ptr<transport::Transport> transport_;
    std::string answer_;
};

}  // namespace

void send_four_letter_word(
    std::shared_ptr<World> world,
    base::Endpoint server,
    std::string word,
    TimePoint deadline,
    WordDone done
) {
    auto conversation = std::make_shared<Conversation>(world, std::move(word), std::move(done));
    world->post([conversation, server = std::move(server), deadline] {
        conversation->begin(server, deadline);
    });
}

}  // namespace kazoo::driver
