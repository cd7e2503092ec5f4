"""Generating the tenant's users."""

from datetime import datetime, timedelta
from random import Random

from reconciler.simulator.tenant.names import DOMAIN, GIVEN, JOBS, OFFICES, ORGANISATION, SURNAMES, chance, digits, guid
from reconciler.simulator.tenant.records import User, stamp


def make_user(number: int, rng: Random, now: datetime) -> User:
    """Make the tenant's user `number` (from 0): about 4 % disabled, 3 % guests, 5 % without an office."""
    given, surname = _name(number)
    nickname = _nickname(number, given, surname)
    guest = chance(rng, 0.03)
    department = rng.choice(tuple(JOBS))
    office = None if chance(rng, 0.05) else rng.choices(tuple(OFFICES), (50, 30, 20))[0]
    city, street, postcode = OFFICES[office] if office else (None, None, None)
    mail = f"{nickname}@fabrikam.example" if guest else f"{nickname}@{DOMAIN}"
    return User(
        id=guid(rng),
        userPrincipalName=f"{nickname}_fabrikam.example#EXT#@{DOMAIN}" if guest else mail,
        displayName=f"{given} {surname}",
        givenName=given,
        surname=surname,
        accountEnabled=not chance(rng, 0.04),
        mail=mail,
        employeeId=None if guest else f"E{number + 10_000}",
        employeeType="Contractor" if guest else "Employee",
        department=department,
        officeLocation=office,
        companyName="Fabrikam" if guest else ORGANISATION,
        jobTitle=rng.choice(JOBS[department]),
        streetAddress=street,
        city=city,
        state="England" if city else None,
        country="United Kingdom",
        postalCode=postcode,
        usageLocation="GB",
        preferredLanguage="en-GB",
        mobilePhone=f"+44 7700 900{digits(number, 3)}" if chance(rng, 0.4) else None,
        mailNickname=nickname,
        createdDateTime=stamp(now - timedelta(days=rng.randrange(200, 3000))),
        onPremisesSamAccountName=None if guest else nickname[:20],
        userType="Guest" if guest else "Member",
    )


def _name(number: int) -> tuple[str, str]:
    turn, given = divmod(number, len(GIVEN))
    return GIVEN[given], SURNAMES[(given * 7 + turn) % len(SURNAMES)]


def _nickname(number: int, given: str, surname: str) -> str:
    """Make the part before the @; a name's second bearer gets a number."""
    namesakes = number // (len(GIVEN) * len(SURNAMES))
    plain = f"{given}.{surname}".lower().replace("'", "")
    return f"{plain}{namesakes + 1}" if namesakes else plain
