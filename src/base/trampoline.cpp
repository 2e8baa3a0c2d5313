#include "base/trampoline.hpp"

namespace kazoo::base {

constinit thread_local Trampoline* Trampoline::current_ = nullptr;

Trampoline::~Trampoline() {
    if (current_ == this) {
        current_ = nullptr;
    }
}

void Trampoline::run_postponed() {
    while (next_ < postponed_.size()) {
        Task step = std::move(postponed_[next_++]);
        if (next_ == postponed_.size()) {
            postponed_.clear();
            next_ = 0;
        }
        step();
    }
}

void Trampoline::run_pending() {
    if (auto* const current = current_; current != nullptr) {
        current_ = nullptr;
        current->run_postponed();
    }
}

}  // namespace kazoo::base
