"""The people of a story: what they click and what they see."""

from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from desktop.demo import PASSWORD

LAPTOP = {"width": 1440, "height": 900}
# Nothing fades in: a colour is judged as it stays.
STILL: dict[str, object] = {"locale": "fr-FR", "reduced_motion": "reduce"}


class Floor:
    """Brings people in, each in a fresh profile, and shows them out."""

    def __init__(self, url: str, agents: Browser, clients: Browser) -> None:
        self.url = url
        self._agents = agents
        self._clients = clients
        self._contexts: list[BrowserContext] = []

    def adviser(self, login: str, **look: object) -> "Adviser":
        """Sign somebody in on a desktop."""
        page = self._page(self._agents, **{"viewport": LAPTOP, **look})
        page.goto(f"{self.url}/desk")
        page.get_by_test_id("sign-in-login").fill(login)
        page.get_by_test_id("sign-in-password").fill(PASSWORD)
        page.get_by_test_id("sign-in-submit").click()
        expect(page.get_by_test_id("presence-button")).to_be_visible()
        return Adviser(page)

    def client(self, external: str, **look: object) -> "Client":
        """Open the insurer's site as one of its clients."""
        page = self._page(self._clients, **look)
        page.goto(f"{self.url}/demo?client={external}")
        return Client(page)

    def visit(self, path: str, **look: object) -> Page:
        """Open a page as somebody unknown."""
        page = self._page(self._agents, **look)
        page.goto(f"{self.url}{path}")
        return page

    def leave(self) -> None:
        """Close every profile."""
        for context in self._contexts:
            context.close()

    def _page(self, browser: Browser, **look: object) -> Page:
        context = browser.new_context(**{**STILL, **look})  # type: ignore[arg-type]
        self._contexts.append(context)
        return context.new_page()


class Adviser:
    """An agent or a supervisor at their desktop."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def become(self, presence: str) -> None:
        """Change presence, bottom left."""
        self.page.get_by_test_id("presence-button").click()
        self.page.get_by_test_id(f"presence-{presence}").click()

    def cases(self) -> Locator:
        """The cases in the list."""
        return self.page.get_by_test_id("case-item")

    def case_of(self, client: str) -> Locator:
        """The one case of a client in the list."""
        return self.cases().filter(has_text=client)

    def open(self, client: str) -> None:
        """Open the case of a client."""
        self.case_of(client).click()
        expect(self.page.get_by_test_id("composer-input")).to_be_visible()

    def say(self, text: str) -> None:
        """Answer in the open case."""
        self.page.get_by_test_id("composer-input").fill(text)
        self.page.get_by_test_id("composer-send").click()

    def apply(self, macro: str, *, has_text: bool = True) -> None:
        """Apply a macro by the menu; one with a text shows it first."""
        self.page.get_by_test_id("macro-menu").click()
        self.page.get_by_test_id(f"macro-macro_{macro}").click()
        if has_text:
            self.page.get_by_test_id("settle-confirm").click()

    def watch_the_floor(self) -> None:
        """Go to the floor, as supervisors do."""
        self.page.goto(self.page.url.partition("/desk")[0] + "/desk/floor")

    def look_at_cases_in_hand(self) -> None:
        """On the floor, list the cases that agents have instead of those that wait."""
        self.page.get_by_test_id("floor-list-held").click()

    def messages(self, author: str | None = None) -> Locator:
        """What was said in the open case."""
        if author is None:
            return self.page.get_by_test_id("message")
        return self.page.locator(f'[data-testid="message"][data-author="{author}"]')

    def sees(self, text: str) -> None:
        """Wait until the text was said in the open case, exactly once."""
        expect(self.messages().filter(has_text=text)).to_have_count(1)


class Client:
    """A client on the insurer's site, with the widget."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def ask(self, *choices: int) -> None:
        """Open the chat and answer the bot; the case opens with the first message."""
        self.page.get_by_test_id("widget-open").click()
        self.choose(*choices)

    def choose(self, *choices: int) -> None:
        """Answer the bot's questions."""
        for choice in choices:
            self.page.get_by_test_id(f"widget-choice-{choice}").click()
        expect(self.page.get_by_test_id("widget-input")).to_be_visible()

    def say(self, text: str) -> None:
        """Write a message."""
        self.page.get_by_test_id("widget-input").fill(text)
        self.page.get_by_test_id("widget-send").click()

    def messages(self) -> Locator:
        """What was said, both ways."""
        return self.page.get_by_test_id("widget-message")

    def sees(self, text: str) -> None:
        """Wait until the text is in the conversation, exactly once."""
        expect(self.messages().filter(has_text=text)).to_have_count(1)
