"""What headers and cells may say, in English, French, Arabic and Swedish."""

from functools import cache

from babel import Locale

from mmp.core.countries import folded
from mmp.models.enums import Gender, MembershipRole, StakeholderGroup

HEADERS = {
    "name": "name|full name|participant|participant name|nom complet|nom et prénom|participants|"
    "الاسم|الاسم الكامل|اسم المشارك|namn|fullständigt namn|deltagare",
    "first_name": "first name|first names|given name|given names|forename|prénom|prénoms|"
    "الاسم الأول|förnamn",
    "last_name": "last name|surname|family name|nom|nom de famille|اسم العائلة|اللقب|efternamn",
    "name_native": "name native|native name|name in own script|name in arabic|arabic name|"
    "nom d'origine|nom en arabe|الاسم بالعربية|الاسم باللغة الأصلية|namn på arabiska",
    "email": "email|e mail|mail|email address|e mail address|mail address|courriel|adresse e mail|"
    "adresse mail|adresse électronique|البريد الإلكتروني|البريد|الإيميل|بريد إلكتروني|e post|epost|"
    "e postadress|mejl",
    "country": "country|country code|nation|country of residence|pays|pays de résidence|البلد|"
    "الدولة|بلد الإقامة|land",
    "region": "region|région|المنطقة",
    "zone": "zone|time zone|timezone|tz|fuseau horaire|fuseau|المنطقة الزمنية|التوقيت|tidszon",
    "locale": "locale|paramètres régionaux|språkinställning",
    "organisation": "organisation|organization|institution|employer|company|organisme|structure|"
    "المنظمة|المؤسسة|جهة العمل|الجهة|arbetsgivare",
    "position": "position|title|job title|job|function|poste|fonction|titre|المنصب|الوظيفة|"
    "المسمى الوظيفي|befattning|titel|yrke",
    "group": "group|stakeholder group|sector|groupe|secteur|المجموعة|القطاع|sektor|grupp",
    "gender": "gender|sex|genre|sexe|الجنس|النوع|kön",
    "languages": "languages|language|spoken languages|langues|langue|اللغات|اللغة|språk",
    "discreet": "discreet|discreet mode|discret|mode discret|الوضع الخفي|خفي|diskret",
    "role": "role|rôle|الدور|roll",
    "partner": "partner|paired with|pair|mentor partner|partenaire|binôme|الشريك|الشريكة|شريك|"
    "par med",
    "invite_to": "invite to|invited to|events|event|inviter à|invité à|événement|événements|"
    "دعوة إلى|الفعالية|الفعاليات|bjud in till|evenemang",
}
"""Names of columns, the first being ours."""

_GENDERS = {
    Gender.WOMAN: "woman|female|f|w|femme|féminin|امرأة|أنثى|انثى|kvinna|k",
    Gender.MAN: "man|male|m|h|homme|masculin|رجل|ذكر|man",
    Gender.SELF_DESCRIBED: "self described|other|autre|آخر",
    Gender.NOT_STATED: "not stated|prefer not to say|n a|non précisé|غير محدد",
}
_ROLES = {
    MembershipRole.COORDINATOR: "coordinator|coordinateur|coordinatrice|منسق|منسقة|samordnare",
    MembershipRole.ASSISTANT: "assistant|assistante|مساعد|مساعدة",
    MembershipRole.MENTOR: "mentor|mentore|mentors|مرشد|مرشدة|موجه|موجهة",
    MembershipRole.SPEAKER: "speaker|intervenant|intervenante|orateur|oratrice|متحدث|متحدثة|talare",
    MembershipRole.GUEST: "guest|invité|invitée|ضيف|ضيفة|gäst",
}
_GROUPS = {
    StakeholderGroup.GOVERNMENT: "gouvernement|حكومة|regering|myndighet",
    StakeholderGroup.INTERNATIONAL_ORGANISATION: "international organization|"
    "organisation internationale|منظمة دولية",
    StakeholderGroup.NGO: "ngos|ong|non governmental organisation|منظمة غير حكومية",
    StakeholderGroup.CIVIL_SOCIETY: "cso|société civile|مجتمع مدني|المجتمع المدني|"
    "civilsamhälle|civilsamhället",
    StakeholderGroup.PRIVATE_SECTOR: "business|private|secteur privé|قطاع خاص|القطاع الخاص|"
    "näringsliv|privat sektor",
    StakeholderGroup.ACADEMIA: "academic|université|universities|university|milieu universitaire|"
    "أوساط أكاديمية|akademi|universitet",
    StakeholderGroup.MEDIA: "médias|إعلام",
    StakeholderGroup.OTHER: "autre|أخرى",
}
_YES = {folded(word) for word in ["true", "yes", "y", "1", "x", "oui", "vrai", "نعم", "ja"]}
_NO = {folded(word) for word in ["false", "no", "n", "0", "non", "faux", "لا", "nej"]}


def _lookup(*tables: dict[str, str]) -> dict[str, str]:
    return {
        folded(word): name
        for table in tables
        for name, words in table.items()
        for word in (*words.split("|"), name)
    }


HEADER_NAMES = _lookup(HEADERS)
GENDERS = _lookup({kind.value: words for kind, words in _GENDERS.items()})
ROLES = _lookup({kind.value: words for kind, words in _ROLES.items()})
GROUPS = _lookup(
    {kind.value: kind.value for kind in StakeholderGroup},
    {kind.value: words for kind, words in _GROUPS.items()},
)


def yes_or_no(text: str) -> bool | None:
    """Whether a cell says yes or no; None if neither."""
    word = folded(text)
    return True if word in _YES else False if word in _NO else None


@cache
def language_named(text: str) -> str | None:
    """The code of a language from its code or its name in English, French or Arabic."""
    word = folded(text)
    for locale in ("en", "fr", "ar", "sv"):
        names: dict[str, str] = dict(Locale(locale).languages)
        for code, name in names.items():
            if len(code) <= 3 and word in (code, folded(name)):
                return code
    return None
