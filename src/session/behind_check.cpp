// SPDX-License-Identifier: Apache-2.0
#include "session/behind_check.hpp"

#include <algorithm>
#include <charconv>

namespace kazoo::session {

std::optional<std::int64_t> zxid_in_answer(std::string_view answer) {
    constexpr std::string_view name = "Zxid: 0x";
    constexpr int hexadecimal = 16;
    const auto at = answer.find(name);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    answer.remove_prefix(at + name.size());
    std::int64_t zxid = 0;
    const auto read =
        std::from_chars(answer.data(), answer.data() + answer.size(), zxid, hexadecimal);
    if (read.ec != std::errc() || zxid < 0) {
        return std::nullopt;
    }
    return zxid;
}

void BehindCheck::begin_round() noexcept {
    failed_ = refused_ = 0;
    answered_ = false;
    refusing_.clear();
}

void BehindCheck::reset() noexcept {
    begin_round();
    rounds_ = 0;
    asking_.clear();
    confirmed_ = false;
    furthest_ = 0;
}

void BehindCheck::refused(const HostPort& host, const Endpoint& endpoint) {
    if (refusing_.size() < most_asked) {
        refusing_.push_back({host, endpoint});
    }
    ++refused_;
}

const BehindCheck::Server* BehindCheck::end_round(TimePoint now) noexcept {
    const bool is_refused = !answered_ && refused_ * 2 > failed_;
    asking_.swap(refusing_);
    begin_round();
    if (!is_refused) {
        rounds_ = 0;
        return nullptr;
    }
    if (rounds_++ == 0) {
        since_ = now;
    }
    if (rounds_ < least_rounds || now < later(since_, patience)) {
        return nullptr;
    }
    next_ = 0;
    furthest_ = 0;
    confirmed_ = false;
    return &asking_.front();
}

const BehindCheck::Server* BehindCheck::answer(
    std::string_view answer, std::int64_t floor, TimePoint now
) noexcept {
    if (next_ >= asking_.size()) {
        return nullptr;  // reset meanwhile
    }
    const auto zxid = zxid_in_answer(answer);
    if (!zxid || *zxid >= floor) {
        rounds_ = 1;
        since_ = now;
        return nullptr;
    }
    furthest_ = std::max(furthest_, *zxid);
    if (++next_ < asking_.size()) {
        return &asking_[next_];
    }
    confirmed_ = true;
    return nullptr;
}

}  // namespace kazoo::session
