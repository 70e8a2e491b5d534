"""A citizen in a real browser: where to tap, what is focused, how far to go."""

NEXT = "button.main"
ERRORS = "#errors"


def choose(page, **answers):
    """Tap the row of each answer, as a thumb does: the label, not the small circle."""
    for item, value in answers.items():
        for one in value if isinstance(value, list) else [value]:
            page.locator(f"label:has(input[name='{item}'][value='{one}'])").click()


def go_on(page):
    """Tap the main button and wait for the next page."""
    tap_on(page, NEXT)


def tap_on(page, selector):
    """Tap what leads to another page, and wait for it."""
    with page.expect_navigation():
        page.locator(selector).click()


def press_on(page, key="Enter"):
    """Press a key that leads to the next page, and wait for it."""
    with page.expect_navigation():
        page.keyboard.press(key)


def to_the_end(page, **answers):
    """Go forward until the last page; the first question gets a 4 unless told otherwise."""
    for _page in range(15):
        here = {name: value for name, value in ({"q00": "4"} | answers).items() if has(page, name)}
        choose(page, **here)
        if page.locator(f"{NEXT}[value='send']").count():
            return
        go_on(page)
    raise AssertionError("the questionnaire never ends")


def has(page, item):
    """Whether a question stands on the page."""
    return page.locator(f"input[name='{item}']").count() > 0


def focused(page):
    """What the keyboard is on: name and value of a field or button, else id or words."""
    return page.evaluate(
        """() => { const e = document.activeElement;
                   return [e.tagName.toLowerCase(), e.name || e.id || e.textContent.trim(), e.value || ''] }""",
    )


def tab_to(page, wanted, most=60):
    """Press Tab until the focus is on what is wanted; returns what was passed on the way."""
    passed = []
    for _step in range(most):
        page.keyboard.press("Tab")
        here = focused(page)
        if wanted(here):
            return passed
        passed.append(here)
    raise AssertionError(f"the keyboard never came there: {passed}")
