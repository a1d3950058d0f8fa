"""/approvals: a whole list at once."""

from __future__ import annotations

from post_world import PostDesk, labels_of, send_for_approval, words_of


async def test_many_are_approved_at_once_but_for_the_one_left_out(posting: PostDesk) -> None:
    desk = posting.desk
    await posting.policy(mode="internal")
    for number in range(1, 5):
        await send_for_approval(posting, f"Post number {number}")
    shown = await desk.anna.says("/approvals")
    assert "4 posts wait for approval" in words_of(shown)
    shown = await desk.anna.presses("Leave out 3")
    assert "Approve all 3" in labels_of(shown)
    assert "Take in 3" in labels_of(shown)
    await desk.anna.presses("Approve all 3")
    assert any("3 posts approved." in words_of(card) for card in desk.room("team").cards)
    left = await desk.anna.says("/approvals")
    assert "Post number 3" in words_of(left)
    assert "1 post waits for approval" in words_of(left)


async def test_what_was_decided_meanwhile_is_told_one_by_one(posting: PostDesk) -> None:
    desk = posting.desk
    await posting.policy(mode="internal")
    for number in range(1, 4):
        await send_for_approval(posting, f"Post number {number}")
    shown = await desk.anna.says("/approvals")
    await desk.vera.presses("Cancel post")
    await desk.anna.presses(shown, "Approve all 3")
    done = next(card for card in desk.room("team").cards if "2 posts approved." in words_of(card))
    assert "Post 3: This version is not waiting for an approval." in words_of(done)
