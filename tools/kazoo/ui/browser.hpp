// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <string>

namespace tool::ui {

/// Opens a URL in the browser of the user. Other users can see the command lines of programs, so
/// the URL, which contains the token, is not passed to the browser itself: it opens a file that
/// only this user may read and that leads to the URL. The file is removed by the destructor.
class Browser {
public:
    /// Throws Failure if the file cannot be written or xdg-open not be run.
    explicit Browser(const std::string& url);
    Browser(const Browser&) = delete;
    Browser& operator=(const Browser&) = delete;
    ~Browser();

private:
    std::string folder_;
    std::string file_;
    pid_t opener_ = -1;
};

}  // namespace tool::ui
