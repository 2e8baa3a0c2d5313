// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "codec/decoder.hpp"
#include "codec/frame.hpp"
#include "codec/headers.hpp"
#include "session/request_queue.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

namespace kazoo::session {

/// An owner of requests that does nothing else than note that it was abandoned.
struct AnyOwner final : detail::RefCounted {
    void abandon() noexcept override { abandoned = true; }
    bool abandoned = false;
};

/// Sends what a queue may send. Returns `describe(header, decoder)` of each frame; the decoder is
/// behind the header.
template <class Describe>
auto send_queued(RequestQueue& queue, Describe&& describe) {
    base::Buffer out;
    queue.send(out);
    codec::FrameReader reader(codec::max_frame_length);
    reader.feed(out.span());
    std::vector<decltype(describe(
        std::declval<const codec::RequestHeader&>(), std::declval<codec::Decoder&>()
    ))>
        frames;
    for (auto item = reader.next(); item.kind == codec::FrameItem::Kind::frame;
         item = reader.next()) {
        codec::Decoder decoder(item.bytes);
        codec::RequestHeader header;
        EXPECT_TRUE(codec::decode(decoder, header));
        frames.push_back(describe(header, decoder));
    }
    EXPECT_EQ(reader.buffered(), 0U) << "half a frame";
    return frames;
}

/// Returns the oldest sent request and removes it, if it has this xid.
[[nodiscard]] inline std::optional<Pending> take_reply(RequestQueue& queue, std::int32_t xid) {
    auto* const answered = queue.answered(xid);
    if (answered == nullptr) {
        return std::nullopt;
    }
    std::optional<Pending> taken(std::move(*answered));
    queue.remove_answered();
    return taken;
}

}  // namespace kazoo::session
