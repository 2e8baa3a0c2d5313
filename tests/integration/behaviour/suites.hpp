#pragma once

#include "support/handler_fixture.hpp"

#include <kazoo/kazoo.hpp>

// What the library promises to do on every handler. The suites are instantiated in suites.cpp.
namespace kazoo::behaviour {

using namespace std::chrono_literals;
using namespace testing_support;

/// The promises of kazoo's page on asynchronous use and its companions, numbered as there.
class Checklist : public HandlerTest {};
/// Results, links, errors that escape.
class Callbacks : public HandlerTest {};
/// Blocking calls where they are allowed and where they are not.
class Blocking : public HandlerTest {};
/// Giving operations up.
class Cancellation : public HandlerTest {};
/// What each operation does.
class Operations : public HandlerTest {};
class Access : public HandlerTest {};
class Chroots : public HandlerTest {};
class Watches : public HandlerTest {};
class Listening : public HandlerTest {};
/// Much at once.
class Load : public HandlerTest {};
/// Start, stop and what is between.
class Life : public HandlerTest {};

/// A watch function that records its events, without the zxid that not every server tells.
inline Watcher recording(Recorder<WatchedEvent>& events) {
    return Watcher([&events](const WatchedEvent& event) {
        events.add(WatchedEvent(event.type, event.state, event.path));
    });
}

}  // namespace kazoo::behaviour
