#include "transport/name_lookup.hpp"

#include "base/quiet_thread.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include <atomic>
#include <mutex>
#include <optional>
#include <system_error>
#include <utility>

namespace kazoo::transport {
namespace {

std::atomic<int> under_way{0};

/// One of the look-ups that may be under way, or none.
class Permit {
public:
    Permit() : granted_(under_way.fetch_add(1) < NameLookup::limit) {}
    ~Permit() { under_way.fetch_sub(1); }
    Permit(const Permit&) = delete;
    Permit& operator=(const Permit&) = delete;

    [[nodiscard]] bool granted() const noexcept { return granted_; }

private:
    const bool granted_;
};

NameLookup::Addresses look_up(const std::string& host, boost::system::error_code& error) {
    boost::asio::io_context unused;  // the resolver asks for one, though it works in the call
    return boost::asio::ip::tcp::resolver(unused).resolve(host, "", error);
}

}  // namespace

/// What the thread shares with the one who asked, who may be gone, with its executor, any time.
struct NameLookup::Question {
    using Answered = UniqueFunction<void(boost::system::error_code, Addresses)>;

    Question(boost::asio::any_io_executor on, std::string name)
        : host(std::move(name)), executor(std::move(on)) {}

    void abandon() {
        const std::lock_guard lock(mutex);
        executor.reset();
    }

    /// The executor exists as long as it is here: whoever asked abandons before it goes.
    void answer(
        const std::weak_ptr<NameLookup>& asker, boost::system::error_code error, Addresses addresses
    ) {
        const std::lock_guard lock(mutex);
        if (executor) {
            boost::asio::post(*executor, [asker, error, addresses = std::move(addresses)] {
                if (const auto self = asker.lock()) {
                    self->finish(error, addresses);
                }
            });
        }
    }

    const std::string host;
    std::mutex mutex;
    std::optional<boost::asio::any_io_executor> executor;
};

NameLookup::NameLookup(boost::asio::any_io_executor executor, std::string host)
    : question_(std::make_shared<Question>(std::move(executor), std::move(host))) {}

NameLookup::~NameLookup() {
    question_->abandon();
}

const std::string& NameLookup::host() const noexcept {
    return question_->host;
}

void NameLookup::start() {
    const auto permit = std::make_shared<Permit>();
    boost::system::error_code refused = boost::asio::error::try_again;
    if (permit->granted()) {
        try {
            base::start_quiet_thread(
                "kazoo-lookup",
                [permit, question = question_, asker = weak_from_this()] {
                    boost::system::error_code error;
                    auto addresses = look_up(question->host, error);
                    question->answer(asker, error, std::move(addresses));
                }
            ).detach();
            return;
        } catch (const std::system_error& error) {
            refused = error.code();  // no thread to be had
        }
    }
    question_->answer(weak_from_this(), refused, {});
}

void NameLookup::finish(boost::system::error_code error, const Addresses& addresses) {
    finished_ = true;
    if (done_) {
        std::exchange(done_, nullptr)(error, addresses);
    }
}

}  // namespace kazoo::transport
