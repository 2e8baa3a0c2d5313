// SPDX-License-Identifier: Apache-2.0
#include "multi_defects.hpp"

#include "codec/decoder.hpp"
#include "codec/encoder.hpp"
#include "frame_tap.hpp"

#include <algorithm>
#include <iterator>
#include <variant>

namespace kazoo::sim {
namespace {

using codec::MultiRequest;
using codec::MultiResponse;
using codec::MultiResult;
using codec::Opcode;

constexpr std::size_t length_size = 4;
constexpr std::size_t request_header_size = 8;
constexpr std::size_t reply_header_size = 16;

template <class Record>
std::optional<Record> decoded(std::span<const std::byte> frame, std::size_t header_size) {
    Record record;
    if (frame.size() >= length_size + header_size) {
        codec::Decoder in(frame.subspan(length_size + header_size));
        if (codec::decode(in, record)) {
            return record;
        }
    }
    return std::nullopt;
}

/// Appends a frame with the header of this one and another body.
template <class Record>
void append_with(
    base::Buffer& out,
    std::span<const std::byte> frame,
    std::size_t header_size,
    const Record& record
) {
    base::Buffer body;
    codec::Encoder encoder(body);
    codec::encode(encoder, record);
    std::byte length[length_size];
    base::store_be32(length, static_cast<std::uint32_t>(header_size + body.size()));
    out.append(length, length_size);
    out.append(frame.data() + length_size, header_size);
    out.append(body.data(), body.size());
}

void append(base::Buffer& out, std::span<const std::byte> frame) {
    out.append(frame.data(), frame.size());
}

std::int32_t xid_of(std::span<const std::byte> frame) {
    return FrameTap::int_at(frame, length_size);
}

}  // namespace

void MultiDefects::drop_a_deletion(base::Buffer& out, std::span<const std::byte> frame) {
    auto request = decoded<MultiRequest>(frame, request_header_size);
    if (!request) {
        return append(out, frame);
    }
    for (std::size_t i = 0; i < request->ops.size(); ++i) {
        if (const auto* gone = std::get_if<codec::DeleteRequest>(&request->ops[i].request)) {
            dropped_[xid_of(frame)] = i;
            const codec::CheckRequest check{gone->path, gone->version};
            request->ops[i] = {Opcode::check, check};
            break;
        }
    }
    append_with(out, frame, request_header_size, *request);
}

void MultiDefects::hide_the_drop(base::Buffer& out, std::span<const std::byte> frame) {
    const auto dropped = dropped_.find(xid_of(frame));
    auto response = decoded<MultiResponse>(frame, reply_header_size);
    if (dropped == dropped_.end() || !response) {
        return append(out, frame);
    }
    if (dropped->second < response->results.size() &&
        response->results[dropped->second].type == Opcode::check) {
        response->results[dropped->second].type = Opcode::delete_;
    }
    dropped_.erase(dropped);
    append_with(out, frame, reply_header_size, *response);
}

void MultiDefects::blame_another(base::Buffer& out, std::span<const std::byte> frame) {
    auto response = decoded<MultiResponse>(frame, reply_header_size);
    if (!response) {
        return append(out, frame);
    }
    auto& results = response->results;
    const auto failed = std::find_if(results.begin(), results.end(), [](const auto& result) {
        return result.err != 0;
    });
    if (failed != results.begin() && failed != results.end()) {
        *std::prev(failed) = *failed;
        *failed = MultiResult::error(-2);  // not tried
    }
    append_with(out, frame, reply_header_size, *response);
}

void MultiDefects::name_another_path(base::Buffer& out, std::span<const std::byte> frame) {
    auto response = decoded<MultiResponse>(frame, reply_header_size);
    if (!response) {
        return append(out, frame);
    }
    for (auto& result : response->results) {
        if (auto* const made = std::get_if<codec::CreateReply>(&result.body)) {
            made->path.insert(0, "/other");
        }
    }
    append_with(out, frame, reply_header_size, *response);
}

void MultiDefects::note_reads(base::Buffer& out, std::span<const std::byte> frame) {
    append(out, frame);
    auto& paths = reads_[xid_of(frame)];
    paths.clear();
    if (const auto request = decoded<MultiRequest>(frame, request_header_size)) {
        for (const auto& op : request->ops) {
            std::visit([&](const auto& read) { paths.emplace_back(read.path); }, op.request);
        }
    }
}

void MultiDefects::mix_reads(base::Buffer& out, std::span<const std::byte> frame) {
    const auto paths = std::exchange(reads_[xid_of(frame)], {});
    auto response = decoded<MultiResponse>(frame, reply_header_size);
    if (!response || response->results.size() != paths.size()) {
        return append(out, frame);
    }
    const auto old = chance_.below(paths.size() + 1);
    for (std::size_t i = 0; i < paths.size(); ++i) {
        auto& result = response->results[i];
        const auto first = first_results_.emplace(Subject(paths[i], result.type), result).first;
        if (i == old) {
            result = first->second;
        }
    }
    append_with(out, frame, reply_header_size, *response);
}

}  // namespace kazoo::sim
