"""Every page people can look at, and who looks at it. A new one joins here, or its test fails."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

PROGRAMME = "programmes/year-2026"
EVENTS = f"{PROGRAMME}/events"
EMAIL, PASSWORD = "kerstin@example.org", "seven green bicycles"


def _day(day: str) -> "Callable[[Page], None]":
    """Save the form of an event with this first day."""

    def save(page: "Page") -> None:
        page.fill("[name=first_day]", day)
        page.press("[name=first_day]", "Enter")
        page.wait_for_selector("button[name=confirmed], [aria-invalid=true]")

    return save


def _give_password(page: "Page") -> None:
    page.fill("[name=email]", EMAIL)
    page.fill("[name=password]", PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url("**/sign-in/code/")


def _new_recovery_codes(page: "Page") -> None:
    page.click("form[action$='/recovery-codes/'] button")
    page.wait_for_url("**/recovery-codes/")


@dataclass(frozen=True, slots=True)
class Screen:
    """A page: its address below the language, with names of the scene; what is done there first,
    where that leads, and the status of an answer the browser itself speaks of."""

    address: str
    act: "Callable[[Page], None] | None" = None
    leads_to: str = ""
    said: str = ""

    @property
    def lands(self) -> str:
        """The address at last."""
        return self.leads_to or self.address


SCREENS: dict[str, tuple[Screen, ...]] = {
    "nobody": (
        Screen(""),
        Screen(f"{PROGRAMME}/"),
        Screen(f"{EVENTS}/june/"),
        Screen(f"{EVENTS}/called-off/"),
        Screen(f"{PROGRAMME}/subscribe/"),
        Screen("feeds/{feed}/"),
        Screen("feeds/{feed}/addresses/{feed_uuid}/revocation"),
        Screen("feeds/revoked/"),
        Screen("nothing/", said="404"),
        Screen("first-run/{first}/"),
        Screen("sign-in/"),
        Screen("sign-in/sent/"),
        Screen("sign-in/password/"),
        Screen("sign-in/links/{link}/"),
        Screen(f"sign-in/links/{'x' * 43}/", said="410"),
        Screen("talks/{time}/{picks}/"),
        Screen("answer/{asked}/{answers}/"),
        Screen("wishes/{wishes}/{wisher}/{wishing}/"),
        Screen("polls/{poll_guest}/{votes}/"),
        Screen("address/{new_address}/"),
        Screen("address/{changing}/stop/{stopping}/"),
    ),
    "mentor": (
        Screen("home/"),
        Screen("home/seen/"),
        Screen("home/calendars/"),
        Screen("home/hours/"),
        Screen("home/privacy/"),
        Screen("home/held/"),
        Screen("home/about-me/"),
        Screen("home/address/"),
        Screen("home/erasure/"),
        Screen("home/messages/{sent_message}/"),
        Screen("home/reminders/"),
        Screen("agenda/"),
        Screen("month/2026-07/"),
        Screen("wishes/{wishes}/"),
        Screen("my/events/{june}/"),
        Screen("my/events/{december}/"),
        Screen("my/polls/{poll_guest}/"),
        Screen("pairs/{pair}/"),
        Screen("pairs/{pair}/log/"),
        Screen("pairs/log/{log}/"),
        Screen("pairs/talks/{talk}/time/"),
        Screen("pairs/talks/{talk}/cancellation"),
        Screen("account/"),
    ),
    "coordinator": (
        Screen("home/"),
        Screen("outbox/"),
        Screen("outbox/{mail}/"),
        Screen("outbox/{private_mail}/"),
        Screen(f"{PROGRAMME}/"),
        Screen(f"{PROGRAMME}/desk/"),
        Screen(f"{PROGRAMME}/desk/month/2026-06/"),
        Screen(f"{PROGRAMME}/deleted-events/"),
        Screen(f"{PROGRAMME}/history/"),
        Screen(f"{PROGRAMME}/working-days/"),
        Screen(f"{PROGRAMME}/clocks/"),
        Screen(f"{PROGRAMME}/retention/"),
        Screen(f"{EVENTS}/new/"),
        Screen(f"{EVENTS}/new/", _day(""), said="422"),
        Screen(f"{EVENTS}/june/edit/"),
        Screen(f"{EVENTS}/december/edit/", _day("2026-12-03")),
        Screen(f"{EVENTS}/december/times/"),
        Screen(f"{EVENTS}/december/polls/new/"),
        Screen(f"{EVENTS}/december/polls/{{poll}}/"),
        Screen(f"{EVENTS}/december/polls/{{poll}}/slots/{{poll_slot}}/"),
        Screen(f"{EVENTS}/december/cancellation/"),
        Screen(f"{EVENTS}/december/history/"),
        Screen(f"{EVENTS}/december/copy/"),
        Screen(f"{EVENTS}/draft/deletion/"),
        Screen(f"{EVENTS}/june/agenda/"),
        Screen(f"{EVENTS}/june/agenda/{{item}}/"),
        Screen(f"{EVENTS}/june/agenda/new/"),
        Screen(f"{EVENTS}/june/agenda/{{panel}}/said/"),
        Screen(f"{EVENTS}/june/agenda/{{panel}}/said/recommendations/{{recommendation}}/"),
        Screen(f"{EVENTS}/june/agenda/{{panel}}/said/recommendations/new/"),
        Screen(f"{EVENTS}/june/agenda/{{panel}}/said/contributions/{{contribution}}/"),
        Screen(f"{EVENTS}/june/agenda/{{panel}}/said/contributions/new/"),
        Screen(f"{EVENTS}/june/agenda/{{groups}}/groups/"),
        Screen(f"{EVENTS}/june/agenda/{{groups}}/groups/?pick={{seated}}"),
        Screen(f"{EVENTS}/june/agenda/{{groups}}/groups/settings/"),
        Screen(f"{EVENTS}/june/agenda/{{groups}}/groups/{{group}}/"),
        Screen(f"{EVENTS}/june/agenda/{{groups}}/groups/meeting/"),
        Screen(f"{EVENTS}/june/agenda/{{groups}}/groups/door/"),
        Screen(f"{EVENTS}/june/agenda/{{groups}}/groups/zoom/"),
        Screen(f"{EVENTS}/june/agenda/{{groups}}/groups/notes/"),
        Screen("my/groups/{group}/notes/"),
        Screen(f"{PROGRAMME}/met/"),
        Screen(f"{PROGRAMME}/met/?person={{seated}}"),
        Screen(f"{EVENTS}/june/people/"),
        Screen(f"{EVENTS}/june/people/{{listed}}/"),
        Screen(f"{EVENTS}/december/invitations/"),
        Screen(f"{EVENTS}/december/invitations/?regions=europe"),
        Screen(f"{EVENTS}/december/invitations/{{asked_person}}/"),
        Screen(f"{EVENTS}/june/attendance/"),
        Screen(f"{EVENTS}/june/documents/"),
        Screen(f"{EVENTS}/june/documents/{{document}}/"),
        Screen(f"{PROGRAMME}/people/"),
        Screen(f"{PROGRAMME}/people/?q=nobody-at-all"),
        Screen(f"{PROGRAMME}/people/new/"),
        Screen(f"{PROGRAMME}/people/{{asked_person}}/"),
        Screen(f"{PROGRAMME}/people/{{asked_person}}/edit/"),
        Screen(f"{PROGRAMME}/people/{{asked_person}}/hours/"),
        Screen(f"{PROGRAMME}/people/{{asked_person}}/leaving/"),
        Screen(f"{PROGRAMME}/people/{{asked_person}}/alumni/"),
        Screen(f"{PROGRAMME}/people/import/"),
        Screen(f"{PROGRAMME}/people/import/{{people_draft}}/columns/"),
        Screen(f"{PROGRAMME}/people/import/{{people_draft}}/rows/"),
        Screen(f"{PROGRAMME}/people/import/{{people_draft}}/summary/"),
        Screen(f"{PROGRAMME}/people/import/{{people_saving}}/result/"),
        Screen(f"{PROGRAMME}/people/import/{{people_import}}/result/"),
        Screen(f"{PROGRAMME}/people/import/{{people_import}}/undoing/"),
        Screen(f"{PROGRAMME}/people/{{asked_person}}/joining/"),
        Screen(f"{PROGRAMME}/people/{{joined_person}}/joining/{{joined}}/undoing/"),
        Screen(f"{PROGRAMME}/people/{{asked_person}}/privacy/"),
        Screen(f"{PROGRAMME}/people/{{asked_person}}/erasure/"),
        Screen(f"{PROGRAMME}/pairs/"),
        Screen(f"{PROGRAMME}/pairs/{{pair}}/"),
        Screen(f"{PROGRAMME}/pairs/{{pair}}/nudge/"),
        Screen(f"{PROGRAMME}/pairs/{{pair}}/end/"),
        Screen(f"{PROGRAMME}/pairs/{{pair}}/members/new/"),
        Screen(f"{PROGRAMME}/pairs/{{pair}}/members/{{place}}/successor/"),
        Screen(f"{PROGRAMME}/pairs/new/"),
        Screen(f"{PROGRAMME}/pairs/matching/"),
        Screen(f"{PROGRAMME}/pairs/matching/new/"),
        Screen(f"{PROGRAMME}/pairs/matching/{{round}}/"),
        Screen(f"{PROGRAMME}/pairs/matching/{{running_round}}/"),
        Screen(f"{PROGRAMME}/pairs/matching/{{published_round}}/"),
        Screen(f"{PROGRAMME}/pairs/matching/{{round}}/people/"),
        Screen(f"{PROGRAMME}/pairs/matching/{{round}}/wishes/"),
        Screen(f"{PROGRAMME}/pairs/matching/{{round}}/weights/"),
        Screen(f"{PROGRAMME}/pairs/matching/{{round}}/publication/"),
        Screen(f"{PROGRAMME}/messages/"),
        Screen(f"{EVENTS}/december/messages/new/"),
        Screen(f"{PROGRAMME}/messages/{{message}}/"),
        Screen(f"{PROGRAMME}/messages/{{message}}/edit/"),
        Screen(f"{PROGRAMME}/messages/{{sent_message}}/"),
        Screen(f"{PROGRAMME}/reminders/"),
        Screen(f"{PROGRAMME}/reminders/rules/week/"),
        Screen(f"{EVENTS}/december/reminders/rules/new/"),
        Screen(f"{PROGRAMME}/reminders/plan/"),
        Screen(f"{EVENTS}/december/reminders/"),
        Screen(f"{EVENTS}/december/reminders/plan/"),
        Screen(f"{EVENTS}/december/reminders/people/{{reminded}}/"),
    ),
    "coordinator with codes": (
        Screen("account/"),
        Screen("account/", _new_recovery_codes, "account/recovery-codes/"),
        Screen("account/password/"),
        Screen("account/password/forgotten/"),
        Screen("account/proof/"),
        Screen("account/codes/"),
        Screen("sign-in/password/", _give_password, "sign-in/code/"),
    ),
    "mentor with codes": (Screen("account/"), Screen("account/codes/ending/")),
    "founder": (Screen("account/"), Screen("account/password/"), Screen("first-run/programme/")),
}
"""By who looks: `nobody` is signed in; `mentor` and `coordinator`; each `with codes`, that is
a password and an authenticator; the `founder`, with a password, of an installation without a
programme."""

NO_SCREENS = {
    "health.healthz": "for machines",
    "health.readyz": "for machines",
    "pages.dates": "a piece of a page",
    "pages.pair_dates": "a piece of a page",
    "pages.hold_mail": "asks once more before an act; looked at by its own tests",
    "pages.release_mail": "asks once more before an act; looked at by its own tests",
    "pages.restore_event": "asks as the cancellation does; looked at by its own tests",
    "pages.retry_mail": "asks once more before an act; looked at by its own tests",
    "pages.unsubscribe": "the secret of its reader; looked at by its own tests",
    "pages.worklist": "looked at by its own tests",
    "feeds.event_download": "a calendar file",
    "feeds.feed": "a calendar",
    "home.front": "leads to a language",
    "home.outbox_anywhere": "leads to a language",
    "pages.desk_this_month": "leads to the month of today",
    "pages.document": "a download",
    "pages.outbox_html": "the mail inside its page, looked at in its frame",
    "pages.message_html": "the mail inside its page, looked at in its frame",
    "pages.own_feed_of_addresses": "leads back to the feed's page",
    "pages.own_feed_of_calendar": "leads back to the feed's page",
    "pages.own_held_file": "a download",
    "pages.own_this_month": "leads to the month of today",
    "pages.preview_invitation_html": "the mail inside its page",
    "pages.groups_zoom_csv": "a download",
    "pages.people_csv": "a download",
    "pages.people_import": "leads to where an import was left",
    "pages.people_xlsx": "a download",
    "pages.participants_csv": "a download",
    "pages.participants_xlsx": "a download",
    "static": "style, script and icon",
}
"""What can be got but is no page, and what it is instead."""
