// SPDX-License-Identifier: Apache-2.0
/// Requests and replies as the routes of `kazoo ui` see them, without a network library.
#pragma once

#include "ui/http/target.hpp"

#include <stdexcept>
#include <string>
#include <utility>

namespace tool::ui {

/// What precedes the body of a request. Headers that the request does not have are empty; the
/// values of one that occurs several times are joined by ", ".
struct Head {
    std::string method;
    Target target;
    std::string host;
    std::string origin;
    std::string fetch_site;  ///< Sec-Fetch-Site, which browsers send and pages cannot set.
    std::string authorization;
    std::string content_type;
};

struct Request {
    Head head;
    std::string body;
};

class Reply {
public:
    Reply() {}
    Reply(int reply_status, std::string type, std::string content)
        : status(reply_status), content_type(std::move(type)), body(std::move(content)) {}

    int status = 500;
    std::string content_type;
    std::string body;
};

/// Ends the handling of a request with an error reply. `code` is a word for programs, the message
/// is for people.
class HttpError : public std::runtime_error {
public:
    HttpError(int status, std::string code, const std::string& message)
        : std::runtime_error(message), status_(status), code_(std::move(code)) {}
    [[nodiscard]] int status() const noexcept { return status_; }
    [[nodiscard]] const std::string& code() const noexcept { return code_; }

private:
    int status_;
    std::string code_;
};

/// Returns the JSON reply {"code": ..., "error": message}.
Reply error_reply(int status, const std::string& code, const std::string& message);

}  // namespace tool::ui
