"""The pages of signed-in people: the same desk as in the chat, to look at as a whole. One file for each page.

How a page is made, here `plan.py`; its address is /s/{seat}/b/{brand}/plan, its tab one line of bot/web/shell.py:

    @router.get("/plan")
    async def plan(request: Request, place: Seeing) -> Response:  # Seeing, Managing, Entered: the right it needs (place.py)
        found = await front_of(request).database.read(calendar.of_month, place.brand.id)  # a read model of smm
        stage = await set_stage(request, place, cards=[("post", 7)], buttons={"new": Button(...)})  # stage.py
        return await show(request, place, stage, "plan", found=found)  # templates/pages/plan.html, made of templates/app.html

Nothing is decided here and nothing written. Behind the pages of a brand stands a chat of every person's own, one of `Seat.pages`:

- A *card* of the stage is a view of an object (`handlers.route.view`) that stands in that chat as a message; the template shows
  it with `parts.standing`. Its buttons are sealed and pressed as in any chat, and the outbox keeps it in step. That
  the object is the brand's own, the page must check before.
- A *button* of the stage is one of the page's own: `parts.deed(stage.buttons.new, reader)` posts it to the same route.
- What a press brings (a question, a preview, a card) is said in that chat too, and app.html shows it in a dialog, or
  inline where the page puts `parts.answers(..., inline=True)`. Without script the press leads
  back to the page, which shows the same.

A form that a page draws by itself (the editor, a move in the calendar, many approvals at once) runs the same use case as the chat's
button, through acting.py: with the roles of that moment, once for each key, refusals in the audit trail.

A part of a page that should follow what others do has an id and `data-fresh`: page.js loads it again when something changes.
A page's own script and style are blocks of app.html: `more_script` and `more_style`.
"""
