// SPDX-License-Identifier: Apache-2.0
#include "defect_injector.hpp"

#include "codec/opcode.hpp"
#include "frame_tap.hpp"

#include <kazoo/errors.hpp>

namespace kazoo::sim {
namespace {

constexpr std::size_t length_size = 4;
constexpr std::size_t reply_header_size = 16;
constexpr std::size_t error_offset = length_size + 12;

/// Calls `use` with each frame, including its length; a remainder that is no frame is passed whole.
template <class Use>
void each_frame(std::span<const std::byte> bytes, Use&& use) {
    while (!bytes.empty()) {
        auto size = bytes.size();
        if (size >= length_size) {
            size = std::min<std::size_t>(size, length_size + base::load_be32(bytes.data()));
        }
        use(bytes.first(size));
        bytes = bytes.subspan(size);
    }
}

std::string path_of(std::span<const std::byte> frame) {
    constexpr std::size_t path_offset = length_size + 12;
    const auto size = static_cast<std::size_t>(FrameTap::int_at(frame, path_offset - 4));
    if (frame.size() < path_offset + size) {
        return {};
    }
    return std::string(reinterpret_cast<const char*>(frame.data() + path_offset), size);
}

void append(base::Buffer& out, std::span<const std::byte> bytes) {
    out.append(bytes.data(), bytes.size());
}

}  // namespace

base::Buffer DefectInjector::requests(std::span<const std::byte> frames) {
    base::Buffer out;
    if (!changes_frames()) {
        append(out, frames);
    } else {
        each_frame(frames, [&](std::span<const std::byte> frame) { request(out, frame); });
    }
    return out;
}

base::Buffer DefectInjector::replies(std::span<const std::byte> frames) {
    base::Buffer out;
    if (!changes_frames()) {
        append(out, frames);
    } else {
        each_frame(frames, [&](std::span<const std::byte> frame) { reply(out, frame); });
    }
    return out;
}

void DefectInjector::request(base::Buffer& out, std::span<const std::byte> frame) {
    append(out, frame);
    const auto xid = FrameTap::int_at(frame, length_size);
    if (xid <= 0) {
        return;
    }
    const auto op = FrameTap::int_at(frame, length_size + 4);
    asked_[xid] = {op, path_of(frame)};
    const bool writes = codec::is_write(static_cast<codec::Opcode>(op));
    if (defect_ == Defect::writes_twice && writes && chance_.one_in(3)) {
        append(out, frame);
    }
}

void DefectInjector::reply(base::Buffer& out, std::span<const std::byte> frame) {
    const auto xid = FrameTap::int_at(frame, length_size);
    if (defect_ == Defect::no_events && xid == codec::watch_xid && chance_.one_in(3)) {
        return;
    }
    const auto asked = asked_.find(xid);
    if (xid <= 0 || asked == asked_.end() || frame.size() < length_size + reply_header_size ||
        FrameTap::int_at(frame, error_offset) != 0) {
        return append(out, frame);
    }
    const auto op = static_cast<codec::Opcode>(asked->second.op);
    const auto& path = asked->second.path;
    base::Buffer changed;
    append(changed, frame);
    if (defect_ == Defect::false_errors && op == codec::Opcode::set_data && chance_.one_in(3)) {
        changed.patch_i32(error_offset, static_cast<std::int32_t>(Errc::no_node));
    } else if (op == codec::Opcode::get_data) {
        const auto& source = defect_ == Defect::other_replies ? last_path_ : path;
        if (const auto old = answered_.find(source); old != answered_.end()) {
            changed.clear();
            changed.append(old->second.data(), old->second.size());
            changed.patch_i32(length_size, xid);
        }
        last_path_ = path;
        base::Buffer copy;
        append(copy, frame);
        answered_.emplace(path, std::move(copy));
    }
    const bool as_it_is = defect_ == Defect::no_events || defect_ == Defect::writes_twice;
    append(out, as_it_is ? frame : changed.span());
}

}  // namespace kazoo::sim
