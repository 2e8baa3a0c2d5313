// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "programs.hpp"

#include <stop_token>
#include <thread>

namespace interop {

/// Calls `live(stop)` on a thread again and again until the standard input ends; then requests a
/// stop and waits for the call. Each call uses a session of its own. One that fails ends with it:
/// whatever it left behind vanishes with its session.
template <class Live>
void repeat_until_input_ends(Live live) {
    const std::jthread worker([&](const std::stop_token& stop) {
        while (!stop.stop_requested()) {
            try {
                live(stop);
            } catch (const kazoo::CancelledError&) {
            } catch (const kazoo::KazooException& error) {
                std::cerr << error.what() << std::endl;
            }
        }
    });
    std::string line;
    while (std::getline(std::cin, line)) {
    }
}

}  // namespace interop
