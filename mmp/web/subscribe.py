"""Subscribe pages: a programme's public feed, and the page on which a person manages their own."""

from uuid import UUID

from flask import flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mmp.adapters.translations import locale_for
from mmp.core.errors import NotFound, UserError
from mmp.core.subscribing import subscribe_links
from mmp.models import Feed, Person
from mmp.models.enums import CalendarDelivery, DeclinedEvents
from mmp.services import feeds as service
from mmp.services.programmes import public_programme
from mmp.web import languages, texts
from mmp.web.context import context, session
from mmp.web.forms import AddressForm, CalendarForm, ConfirmForm, faulty, refuse
from mmp.web.guards import public
from mmp.web.headers import keep_secret
from mmp.web.pages import pages

_OWN = "/feeds/<token:token>/"


@pages.get("/programmes/<handle:slug>/subscribe/")
@public
def subscribe(slug: str) -> Response:
    """How to subscribe to a programme's public feed."""
    programme = public_programme(session(), slug)
    address = service.public_feed_address(context().base_url, slug, g.language)
    return keep_secret(
        make_response(
            render_template(
                "subscribe/public.html",
                programme=programme,
                links=subscribe_links(address, texts.plain(programme.name)),
            )
        )
    )


@pages.get(_OWN)
@public
def own_feed(token: str) -> Response:
    """A person's own page: links, choices, addresses."""
    feed, person = _feed(token)
    return _page(feed, person, _calendar_form(person), AddressForm(formdata=None))


@pages.get(_OWN + "calendar", endpoint="own_feed_of_calendar")
@pages.get(_OWN + "addresses", endpoint="own_feed_of_addresses")
@public
def back_to_own_feed(token: str) -> Response:
    """What these two take is only posted; a reload or a bookmark means the page itself."""
    _feed(token)
    return keep_secret(redirect(url_for("pages.own_feed", token=token)))


@pages.post(_OWN + "calendar")
@public
def choose_calendar(token: str) -> Response:
    """Take the choices of how events reach the calendar."""
    feed, person = _feed(token)
    form = CalendarForm()
    if form.validate():
        service.choose_calendar(
            session(),
            now=context().clock.now(),
            person=person,
            delivery=CalendarDelivery(form.delivery.data),
            declined_events=DeclinedEvents(form.declined_events.data),
            alarm_minutes=form.alarm_minutes.data,
        )
        session().commit()
        flash(_("Your choice is saved."))
        return _to(token)
    return _page(feed, person, form, AddressForm(formdata=None), status=422)


@pages.post(_OWN + "addresses")
@public
def add_address(token: str) -> Response:
    """Give the person one more address, and show it."""
    feed, person = _feed(token)
    form = AddressForm()
    if form.validate():
        try:
            added = service.add_feed(
                session(),
                now=context().clock.now(),
                secret=context().feed_secret,
                person=person,
                name=form.name.data,
                programme=feed.programme,
                kind=feed.kind,
            )
        except UserError as error:
            refuse(form, error)
        else:
            session().commit()
            flash(_("“%(name)s” has its own address now. Subscribe with it here.", name=added.name))
            return _to(_page_token(added))
    return _page(feed, person, _calendar_form(person), form, status=422)


@pages.route(_OWN + "addresses/<uuid:uuid>/revocation", methods=["GET", "POST"])
@public
def revoke_address(token: str, uuid: UUID) -> Response:
    """Ask once, then revoke one of the person's addresses."""
    _own, person = _feed(token)
    live = service.live_feeds(session(), person)
    named = next((feed for feed in live if feed.uuid == uuid), None)
    if named is None:
        raise NotFound("This address does not exist any more.")
    form = ConfirmForm()
    if request.method == "GET":
        html = render_template(
            "subscribe/revoke.html", token=token, name=_name(named), last=len(live) == 1, form=form
        )
        return keep_secret(make_response(html))
    service.revoke_feed(session(), now=context().clock.now(), feed=named)
    session().commit()
    left = [feed for feed in live if feed is not named]
    if not left:
        return keep_secret(redirect(url_for("pages.all_revoked"), 303))
    flash(_("“%(name)s” leads nowhere from now on.", name=_name(named)))
    return _to(token if _own is not named else _page_token(left[0]))


@pages.get("/feeds/revoked/")
@public
def all_revoked() -> Response:
    """Where one lands after revoking one's last address."""
    return keep_secret(make_response(render_template("subscribe/revoked.html")))


def _feed(token: str) -> tuple[Feed, Person]:
    """The feed of this page and its owner, in whose regional formats the page is written."""
    feed = service.feed_of_page(session(), token)
    if feed.person is None:
        raise NotFound("This page does not exist, or its address was revoked.")
    languages.use(g.language, locale_for(feed.person))
    return feed, feed.person


def _calendar_form(person: Person) -> CalendarForm:
    return CalendarForm(
        formdata=None,
        delivery=person.calendar_delivery.value,
        declined_events=person.declined_events.value,
        alarm_minutes=person.alarm_minutes,
    )


def _name(feed: Feed) -> str:
    """What the owner called the address; of the first one, nobody did."""
    return str(_("Calendar")) if feed.name == service.DEFAULT_NAME else feed.name


def _page_token(feed: Feed) -> str:
    return service.token_of(context().feed_secret, feed, "page")


def _to(token: str) -> Response:
    return keep_secret(redirect(url_for("pages.own_feed", token=token), 303))


def _page(
    feed: Feed, person: Person, calendar: CalendarForm, address: AddressForm, status: int = 200
) -> Response:
    secret, base_url = context().feed_secret, context().base_url
    name = texts.plain(feed.programme.name) if feed.programme else _("My meetings")
    html = render_template(
        "subscribe/own.html",
        feed=feed,
        person=person,
        token=_page_token(feed),
        links=subscribe_links(service.feed_address(base_url, secret, feed), name),
        feeds=[
            (other, _name(other), _page_token(other))
            for other in service.live_feeds(session(), person)
        ],
        calendar=calendar,
        address=address,
        wrong=faulty(calendar, address),
    )
    return keep_secret(make_response(html, status))
