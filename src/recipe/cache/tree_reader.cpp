// SPDX-License-Identifier: Apache-2.0
#include "recipe/cache/tree_reader.hpp"

#include "recipe/cache/caching.hpp"

#include <kazoo/exceptions.hpp>

#include <utility>

namespace kazoo::detail::recipe {

/// The turn of a caller who asks for the next event.
class TreeReader::Turn {
public:
    explicit Turn(std::shared_ptr<TreeReader> reader) : reader_(std::move(reader)) {
        if (!reader_->caching_->begin_next(*reader_)) {
            throw_error(Error(
                Errc::bad_arguments,
                Outcome::not_sent,
                "next",
                {},
                "the result of an earlier call of next is still pending"
            ));
        }
    }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn() { reader_->caching_->end_next(*reader_); }

private:
    const std::shared_ptr<TreeReader> reader_;
};

TreeReader::TreeReader(std::shared_ptr<Caching> caching, StreamFrom from)
    : caching_(std::move(caching)), woken_(caching_->handler()) {
    caching_->add_reader(*this, from);
}

TreeReader::~TreeReader() {
    close();
}

void TreeReader::close() noexcept {
    caching_->remove_reader(*this);
    woken_.set();
}

AsyncResult<std::optional<TreeEvent>> TreeReader::next(std::shared_ptr<TreeReader> reader) {
    if (!reader) {
        co_return std::nullopt;  // moved from
    }
    const Turn turn(reader);
    for (;;) {
        reader->woken_.clear();  // before the queue: an event that comes later sets it again
        auto event = reader->caching_->take(*reader);
        if (event || reader->caching_->is_over(*reader)) {
            co_return event;
        }
        const auto woken = reader->woken_.wait_async();
        co_await direct(woken);
    }
}

}  // namespace kazoo::detail::recipe

namespace kazoo {

AsyncResult<std::optional<TreeEvent>> TreeStream::next() {
    return detail::recipe::TreeReader::next(reader_);
}

void TreeStream::close() noexcept {
    if (reader_) {
        reader_->close();
    }
}

}  // namespace kazoo
