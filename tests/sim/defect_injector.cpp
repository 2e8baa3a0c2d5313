// SPDX-License-Identifier: Apache-2.0
#include "defect_injector.hpp"

#include "codec/opcode.hpp"
#include "frame_tap.hpp"

#include <kazoo/errors.hpp>

#include <utility>

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

/// Appends a reply that has this error and no body.
void append_error(base::Buffer& out, std::span<const std::byte> frame, Errc error) {
    base::Buffer changed;
    append(changed, frame.first(length_size + reply_header_size));
    changed.patch_i32(0, reply_header_size);
    changed.patch_i32(error_offset, static_cast<std::int32_t>(error));
    append(out, changed.span());
}

/// Appends a reply without children.
void append_empty_list(base::Buffer& out, std::span<const std::byte> frame) {
    constexpr std::size_t size = reply_header_size + 4;
    base::Buffer changed;
    append(changed, frame.first(length_size + size));
    changed.patch_i32(0, size);
    changed.patch_i32(length_size + reply_header_size, 0);
    append(out, changed.span());
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
    const auto xid = FrameTap::int_at(frame, length_size);
    if (xid == 0) {
        return handshake(out, frame);
    }
    if (xid < 0) {
        return append(out, frame);
    }
    const auto op = FrameTap::int_at(frame, length_size + 4);
    asked_[xid] = {op, path_of(frame)};
    const auto opcode = static_cast<codec::Opcode>(op);
    if (defect_ == Defect::half_transactions && opcode == codec::Opcode::multi) {
        return multi_.drop_a_deletion(out, frame);
    }
    if (defect_ == Defect::mixed_reads && opcode == codec::Opcode::multi_read) {
        return multi_.note_reads(out, frame);
    }
    append(out, frame);
    if (defect_ == Defect::writes_twice && codec::is_write(opcode) && chance_.one_in(3)) {
        append(out, frame);
    }
}

/// Asks for a new session after a create has lost its reply. The servers keep the former session
/// until its timeout is over.
void DefectInjector::handshake(base::Buffer& out, std::span<const std::byte> frame) {
    constexpr std::size_t session_offset = length_size + 16;
    constexpr std::size_t session_end = session_offset + 8;
    base::Buffer changed;
    append(changed, frame);
    if (frame.size() >= session_end && std::exchange(forgets_session_, false)) {
        changed.patch_i32(session_offset, 0);
        changed.patch_i32(session_offset + 4, 0);
    }
    append(out, changed.span());
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
    successful_reply(out, frame, asked->second);
}

void DefectInjector::successful_reply(
    base::Buffer& out, std::span<const std::byte> frame, const Asked& asked
) {
    const auto op = static_cast<codec::Opcode>(asked.op);
    const bool reads = op == codec::Opcode::get_data;
    switch (defect_) {
        case Defect::half_transactions:
            if (op == codec::Opcode::multi) return multi_.hide_the_drop(out, frame);
            break;
        case Defect::other_operations:
            if (op == codec::Opcode::multi) return MultiDefects::blame_another(out, frame);
            break;
        case Defect::other_paths:
            if (op == codec::Opcode::multi) return MultiDefects::name_another_path(out, frame);
            break;
        case Defect::mixed_reads:
            if (op == codec::Opcode::multi_read) return multi_.mix_reads(out, frame);
            break;
        case Defect::hidden_markers:
            if (reads && asked.path.find("/m/") != std::string::npos) {
                return append_error(out, frame, Errc::no_node);
            }
            break;
        case Defect::false_errors:
            if (op == codec::Opcode::set_data && chance_.one_in(3)) {
                return append_error(out, frame, Errc::no_node);
            }
            break;
        case Defect::other_replies:
        case Defect::old_replies:
            if (reads) return read_reply(out, frame, asked);
            break;
        case Defect::hidden_nodes:
            if (loses_reply(asked)) return;
            if (op == codec::Opcode::get_children && asked.path.ends_with("/p")) {
                return append_empty_list(out, frame);
            }
            break;
        case Defect::silent_losses:
        case Defect::double_increments:
            if (loses_reply(asked)) return;
            break;
        case Defect::other_sessions:
        case Defect::unchecked_owners:
            if (loses_reply(asked)) {
                forgets_session_ = true;
                return;
            }
            break;
        default:
            break;
    }
    append(out, frame);
}

/// Returns whether to withhold the reply to a write that the defect is about. The client notices
/// that the next reply is not the expected one.
bool DefectInjector::loses_reply(const Asked& asked) {
    auto op = codec::Opcode::create2;
    const auto* path = "/p/";
    if (defect_ == Defect::unchecked_owners) {
        path = "/l/lock/";
    } else if (defect_ == Defect::silent_losses) {
        op = codec::Opcode::delete_;
        path = "/q/plain/";
    } else if (defect_ == Defect::double_increments) {
        op = codec::Opcode::set_data;
        path = "/n/plain";
    }
    return static_cast<codec::Opcode>(asked.op) == op &&
           asked.path.find(path) != std::string::npos && chance_.one_in(10);
}

/// Answers with the first reply for this path, or for the path of the read before.
void DefectInjector::read_reply(
    base::Buffer& out, std::span<const std::byte> frame, const Asked& asked
) {
    base::Buffer changed;
    append(changed, frame);
    const auto& source = defect_ == Defect::other_replies ? last_path_ : asked.path;
    if (const auto old = answered_.find(source); old != answered_.end()) {
        changed.clear();
        changed.append(old->second.data(), old->second.size());
        changed.patch_i32(length_size, FrameTap::int_at(frame, length_size));
    }
    last_path_ = asked.path;
    base::Buffer copy;
    append(copy, frame);
    answered_.emplace(asked.path, std::move(copy));
    append(out, changed.span());
}

}  // namespace kazoo::sim
