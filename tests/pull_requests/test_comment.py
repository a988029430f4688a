"""One comment on a pull request, kept up to date, against a stand-in for the API."""


def test_the_first_run_creates_and_the_next_updates_the_same_comment(api, comment):
    assert comment("### passed").returncode == 0
    assert comment("### failed").returncode == 0

    assert len(api.comments) == 1
    assert api.comments[0]["body"].endswith("### failed")
    assert [call.split()[0] for call in api.calls if "/user" not in call] == ["GET", "POST", "GET", "PATCH"]


def test_another_stack_has_a_comment_of_its_own(api, comment):
    for kind in ("infra prod", "infra dev", "infra prod"):
        assert comment(f"### {kind}", kind).returncode == 0

    assert [c["body"].partition("\n")[2] for c in api.comments] == ["### infra prod", "### infra dev"]


def test_the_own_comment_is_found_on_the_third_page_among_those_of_others(api, comment):
    comment("### old")
    mine = api.comments.pop()
    for number in range(230):
        api.add(f"comment {number}", kind="User", login="somebody")
    api.comments.append(mine | {"id": 9999})
    api.comments[3]["body"] = None
    api.comments[4]["user"] = None

    assert comment("### new").returncode == 0
    assert (len(api.comments), api.comments[-1]["body"].endswith("### new")) == (231, True)


def test_a_person_who_copies_the_mark_is_left_alone(api, comment):
    comment("### old")
    api.comments[0]["user"] = {"type": "User", "login": "mallory"}

    assert comment("### new").returncode == 0
    assert [c["user"]["type"] for c in api.comments] == ["User", "Bot"]
    assert api.comments[0]["body"].endswith("### old")


def test_with_a_personal_token_the_comment_of_that_person_is_updated(api, comment):
    api.login = "alice"
    comment("### old")
    api.comments[0]["user"] = {"type": "User", "login": "alice"}

    assert comment("### new").returncode == 0
    assert [c["body"].partition("\n")[2] for c in api.comments] == ["### new"]


def test_a_token_that_may_not_comment_fails_with_the_permission_to_give(api, comment):
    """As for a pull request from a fork."""
    api.fail["POST"] = [(403, {})]
    ran = comment("### passed")

    assert (ran.returncode, api.comments) == (3, [])
    assert "pull-requests: write" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "secret-token" not in ran.stderr + ran.stdout


def test_too_many_calls_wait_as_long_as_the_api_asks(api, comment):
    api.fail["POST"] = [(403, {"retry-after": "1"}), (429, {"retry-after": "0"})]

    assert comment("### passed").returncode == 0
    assert len(api.comments) == 1


def test_a_limit_that_lasts_longer_than_a_minute_is_given_up(api, comment):
    api.fail["POST"] = [(403, {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "99999999999"})]

    assert comment("### passed").returncode == 3
    assert api.comments == []


def test_a_server_that_fails_once_is_asked_again(api, comment):
    api.fail["PATCH"] = [(502, {})]
    comment("### old")

    assert comment("### new").returncode == 0
    assert [c["body"].partition("\n")[2] for c in api.comments] == ["### new"]


def test_no_server_at_all_is_a_message_and_no_traceback(api, comment):
    api.address = "http://127.0.0.1:9"
    ran = comment("### passed")

    assert ran.returncode == 3
    assert ran.stderr.startswith("cannot write the comment:")
    assert "Traceback" not in ran.stderr


def test_a_comment_is_never_longer_than_github_takes(api, comment):
    assert comment("x" * 70_000).returncode == 0
    assert len(api.comments[0]["body"]) == 65_536
