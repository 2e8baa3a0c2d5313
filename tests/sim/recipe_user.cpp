// SPDX-License-Identifier: Apache-2.0
#include "recipe_user.hpp"

#include <stop_token>
#include <utility>

namespace kazoo::sim {

void RecipeUser::run_until(TimePoint end) {
    client_.process().after(client_.chance().between(1ms, 2000ms), [this, end] { tick(end); });
}

void RecipeUser::tick(TimePoint end) {
    const std::size_t most = calm_ ? 2 : 4;
    if (client_.exists() && *under_way_ < most) {
        one();
    }
    const auto wait = client_.chance().between(100ms, calm_ ? 2500ms : 1500ms);
    if (client_.simulator().now() + wait < end) {
        client_.process().after(wait, [this, end] { tick(end); });
    }
}

void RecipeUser::at_rest() {
    if (*under_way_ != 0) {
        fail(std::to_string(*under_way_) + " programs that use a recipe hang");
    }
}

bool RecipeUser::renews() {
    if (life_ == client_.lives() && !client_.chance().one_in(15)) {
        return false;
    }
    life_ = client_.lives();
    ++objects_;
    client_.process().note("replaces its recipes");
    return true;
}

AttemptPtr RecipeUser::arrange() {
    auto& chance = client_.chance();
    auto made = std::make_shared<Attempt>();
    made->cancels = cancels_;
    made->objects = objects_;
    made->client_ends = client_.ends();
    // A client that is started again refuses requests until its former session has ended; its
    // process may be suspended meanwhile.
    constexpr auto longest_close = 11s + 13s;
    const auto now = client_.simulator().now();
    if (std::exchange(client_ends_, client_.ends()) != client_.ends()) {
        client_ended_ = now;
    }
    // A program may continue with objects of a client that has been destroyed.
    made->client_runs =
        client_.started() && life_ == client_.lives() && now - client_ended_ > longest_close;
    if (chance.one_in(3)) {
        const auto limit = chance.between(0ms, chance.of<Duration>({20ms, 1000ms, 8000ms}));
        made->deadline = client_.simulator().now() + limit;
        made->options.timeout(limit);
    }
    if (chance.one_in(6)) {
        std::stop_source stop;
        made->options.stop_token(stop.get_token());
        client_.process().after(chance.between(0ms, 3000ms), [made, stop]() mutable {
            made->cancelled = true;
            stop.request_stop();
        });
    }
    return made;
}

RecipeUser::Failure RecipeUser::classify(
    const Attempt& attempt, const char* what, const Error& error
) {
    client_.process().note("does not get", what, error.code().value());
    auto failure = Failure::other;
    bool expected = false;
    const bool ended = !attempt.client_runs || attempt.client_ends != client_.ends();
    if (error.code() == ClientErrc::lock_timeout) {
        failure = Failure::time_limit;
        expected = client_.simulator().now() >= attempt.deadline;
    } else if (error.code() == Errc::operation_timeout) {
        // A retry that would begin after the limit is not waited for.
        constexpr auto longest_pause = 2s;
        failure = Failure::time_limit;
        expected = attempt.deadline != TimePoint::max() &&
                   client_.simulator().now() + longest_pause >= attempt.deadline;
    } else if (error.code() == ClientErrc::cancelled) {
        failure = Failure::cancellation;
        expected = attempt.cancelled || attempt.cancels != cancels_ ||
                   (attempt.ends_with_object && attempt.objects != objects_);
    } else {
        expected = (error.code() == ClientErrc::connection_closed && ended) ||
                   (error.code() == Errc::connection_loss && ended) ||
                   error.code() == ClientErrc::queue_full ||
                   error.code() == ClientErrc::too_many_watches;
    }
    if (!expected) {
        fail(std::string(what) + " failed without a reason: " + error.message());
    }
    return failure;
}

void RecipeUser::on_failed_change(const Attempt& attempt, const char* what, const Error& error) {
    auto& tally = client_.simulator().tally();
    if (error.outcome() == Outcome::unknown) {
        client_.process().note("does not get, perhaps", what, error.code().value());
        return tally.add(Count::unknown_changes);
    }
    switch (classify(attempt, what, error)) {
        case Failure::time_limit:
            return tally.add(Count::recipe_timeouts);
        case Failure::cancellation:
            return tally.add(Count::cancelled_recipes);
        default:
            return tally.add(Count::failed_recipes);
    }
}

Duration RecipeUser::pause() {
    auto& chance = client_.chance();
    if (calm_) {
        return chance.between(0ms, 100ms);
    }
    return chance.one_in(6) ? chance.between(1000ms, 8000ms) : chance.between(0ms, 800ms);
}

void RecipeUser::fail(const std::string& what) {
    client_.simulator().verdict().fail(client_.process().name() + ": " + what);
}

}  // namespace kazoo::sim
