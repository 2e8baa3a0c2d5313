// SPDX-License-Identifier: Apache-2.0
#include "codec/frame.hpp"
#include "codec/headers.hpp"
#include "codec/requests.hpp"
#include "raw_connection.hpp"
#include "subject.hpp"

#include <algorithm>
#include <vector>

namespace bench {
namespace {

using kazoo::base::Buffer;

/// The same frame `count` times, so that a slice of it is any number of requests. All have the same
/// xid, which servers only copy to the reply.
struct Frames {
    template <class Request>
    Frames(const Request& request, std::size_t count) {
        kazoo::codec::RequestHeader header;
        header.xid = 1;
        header.type = Request::opcode;
        for (std::size_t i = 0; i < count; ++i) {
            size = kazoo::codec::append_frame(bytes, header, request).size;
        }
    }
    Buffer bytes;
    std::size_t size = 0;  // bytes per frame
};

Frames get_frames(const Target& target) {
    kazoo::codec::GetDataRequest request;
    request.path = target.path;
    return {request, target.window};
}

Frames set_frames(const Target& target) {
    kazoo::codec::SetDataRequest request;
    request.path = target.path;
    request.data = target.data;
    return {request, target.window};
}

class RawSubject final : public Subject {
public:
    explicit RawSubject(const Target& target)
        : connection_(target.server),
          window_(target.window),
          gets_(get_frames(target)),
          sets_(set_frames(target)) {}

    void pipelined(Operation operation, std::span<Duration> latencies) override {
        const auto& frames = operation == Operation::get ? gets_ : sets_;
        const auto total = latencies.size();
        std::vector<Clock::time_point> started(total, Clock::now());
        std::size_t issued = std::min(window_, total);
        std::size_t sent_bytes = 0;
        for (std::size_t answered = 0; answered < total;) {
            if (const auto unsent = issued * frames.size - sent_bytes; unsent > 0) {
                // The rest is sent later. Must not block: the server may be waiting for this side
                // to read replies.
                const auto offset = sent_bytes % frames.size;
                sent_bytes += connection_.send_some(frames.bytes.span().subspan(offset, unsent));
            }
            for (auto replies = connection_.receive_replies(); replies > 0; --replies) {
                const auto now = Clock::now();
                latencies[answered] = now - started[answered];
                ++answered;
                if (issued < total) {
                    started[issued++] = now;
                }
            }
        }
    }

    void blocking_get(std::span<Duration> latencies) override {
        const auto frame = gets_.bytes.span().first(gets_.size);
        for (auto& latency : latencies) {
            const auto start = Clock::now();
            connection_.send_all(frame);
            while (connection_.receive_replies() == 0) {
            }
            latency = Clock::now() - start;
        }
    }

private:
    RawConnection connection_;
    const std::size_t window_;
    const Frames gets_;
    const Frames sets_;
};

}  // namespace

std::unique_ptr<Subject> connect_raw(const Target& target) {
    return std::make_unique<RawSubject>(target);
}

}  // namespace bench
