"""What headers and cells may say, in English, French and Arabic."""

from functools import cache

from babel import Locale

from mmp.core.countries import folded
from mmp.models.enums import Gender, MembershipRole, StakeholderGroup

HEADERS = {
    "name": "name|full name|nom complet|nom et prénom|الاسم|الاسم الكامل",
    "first_name": "first name|given name|forename|prénom|الاسم الأول",
    "last_name": "last name|surname|family name|nom|nom de famille|اسم العائلة|اللقب",
    "name_native": "name native|native name|name in own script|nom d'origine|الاسم بالعربية|"
    "الاسم باللغة الأصلية",
    "email": "email|e mail|mail|email address|e mail address|courriel|adresse e mail|"
    "adresse électronique|البريد الإلكتروني|البريد|الإيميل",
    "country": "country|country code|nation|pays|البلد|الدولة",
    "region": "region|région|المنطقة",
    "zone": "zone|time zone|timezone|tz|fuseau horaire|fuseau|المنطقة الزمنية|التوقيت",
    "locale": "locale|paramètres régionaux",
    "organisation": "organisation|organization|institution|employer|organisme|المنظمة|المؤسسة",
    "position": "position|title|job title|job|function|poste|fonction|titre|المنصب|الوظيفة",
    "group": "group|stakeholder group|sector|groupe|secteur|المجموعة|القطاع",
    "gender": "gender|sex|genre|sexe|الجنس|النوع",
    "languages": "languages|language|langues|langue|اللغات|اللغة",
    "discreet": "discreet|discreet mode|discret|mode discret|الوضع الخفي|خفي",
    "role": "role|rôle|الدور",
}
"""Names of columns, the first being ours."""

_GENDERS = {
    Gender.WOMAN: "woman|female|f|w|femme|féminin|امرأة|أنثى|انثى",
    Gender.MAN: "man|male|m|h|homme|masculin|رجل|ذكر",
    Gender.SELF_DESCRIBED: "self described|other|autre|آخر",
    Gender.NOT_STATED: "not stated|prefer not to say|n a|non précisé|غير محدد",
}
_ROLES = {
    MembershipRole.COORDINATOR: "coordinator|coordinateur|coordinatrice|منسق|منسقة",
    MembershipRole.ASSISTANT: "assistant|assistante|مساعد|مساعدة",
    MembershipRole.MENTOR: "mentor|mentore|مرشد|مرشدة|موجه|موجهة",
    MembershipRole.SPEAKER: "speaker|intervenant|intervenante|orateur|oratrice|متحدث|متحدثة",
    MembershipRole.GUEST: "guest|invité|invitée|ضيف|ضيفة",
}
_GROUPS = {
    StakeholderGroup.GOVERNMENT: "gouvernement|حكومة",
    StakeholderGroup.INTERNATIONAL_ORGANISATION: "international organization|"
    "organisation internationale|منظمة دولية",
    StakeholderGroup.NGO: "ngos|ong|منظمة غير حكومية",
    StakeholderGroup.CIVIL_SOCIETY: "cso|société civile|مجتمع مدني|المجتمع المدني",
    StakeholderGroup.PRIVATE_SECTOR: "business|secteur privé|قطاع خاص|القطاع الخاص",
    StakeholderGroup.ACADEMIA: "academic|université|milieu universitaire|أوساط أكاديمية",
    StakeholderGroup.MEDIA: "médias|إعلام",
    StakeholderGroup.OTHER: "autre|أخرى",
}
_YES = {folded(word) for word in ["true", "yes", "y", "1", "x", "oui", "vrai", "نعم"]}
_NO = {folded(word) for word in ["false", "no", "n", "0", "non", "faux", "لا"]}


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
    for locale in ("en", "fr", "ar"):
        names: dict[str, str] = dict(Locale(locale).languages)
        for code, name in names.items():
            if len(code) <= 3 and word in (code, folded(name)):
                return code
    return None
