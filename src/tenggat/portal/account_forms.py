"""The forms of signing in, recovering and changing an address: up to three questions, mistakes in plain words."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from tenggat.accounts.addresses import Address, AddressUnreadable, read_address
from tenggat.accounts.recovering import KkRefused, read_kk
from tenggat.foundation.refusals import Refusal
from tenggat.pages import words
from tenggat.registry.actions import NikRefused, read_nik
from tenggat.rules.programme import Programme

_SENTENCES: dict[str, "str | Promise"] = {
    "address_unreadable": _("This is no mobile number and no email address. Check it, and write it again."),
    "too_many_tries": _("Five codes were wrong. You can try again on %(until)s."),
    "asked_too_often": _("Too many requests from your network. You can try again on %(until)s."),
    "code_over": _("The time for this is over. Please start again."),
    "not_here": _("This NIK does not belong to the phone or email you have just proven. Check its digits."),
    "nik_length": _("A NIK has 16 digits. Copy it from your KTP."),
    "nik_date": _("The birth date inside this NIK does not exist. Copy it from your KTP."),
    "kk_length": _("A KK number has 16 digits. It stands at the top of your family card."),
    "same_address": _("This is the one we already have. Nothing was changed."),
    "no_other_address": _("Add your other contact first, or come to the office with your KTP."),
    "change_waits": _("A change is already waiting for its time. Cancel it first."),
    "identity_invalid": _("This number is not right. Copy it from your card again."),
}


def sentence(refusal: Refusal, programme: Programme) -> str:
    """What a refusal says to a person."""
    if refusal.code == "code_wrong":
        left = refusal.facts["left"]
        said = ngettext(
            "This code is not right. Use the newest one. You have %(left)s try left.",
            "This code is not right. Use the newest one. You have %(left)s tries left.",
            int(str(left)),
        )
        return said % {"left": left}
    until: Any = refusal.facts.get("until")
    facts = {"until": words.moment(until, programme.zone)} if until else {}
    return str(_SENTENCES[refusal.code]) % facts if refusal.code in _SENTENCES else gettext("That is not possible.")


class AddressForm(forms.Form):
    """A phone or an email, in any spelling."""

    address = forms.CharField(
        label=_("Mobile number or email"),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}),
        error_messages={"required": _("Write your mobile number or your email.")},
    )

    def __init__(self, *arguments: Any, programme: Programme, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.programme = programme

    def clean_address(self) -> Address:
        """The address in one spelling."""
        try:
            return read_address(self.cleaned_data["address"], programme=self.programme)
        except AddressUnreadable as refusal:
            raise forms.ValidationError(sentence(refusal, self.programme)) from None


class NewContactForm(AddressForm):
    """The same, for an address that one does not have yet here."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.fields["address"].label = _("New mobile number or new email")
        self.fields["address"].widget.attrs["autocomplete"] = "off"


class CodeForm(forms.Form):
    """A code."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(
            attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autocapitalize": "none", "class": "code"}
        ),
        error_messages={"required": _("Write the code from the message.")},
    )


class SignInCodeForm(CodeForm):
    """A code, and whose device it is typed on."""

    elsewhere = forms.BooleanField(
        label=_("This is somebody else's phone (sign me out after 20 minutes)"), required=False
    )


class NikForm(forms.Form):
    """Who it is, of those who share a phone."""

    nik = forms.CharField(
        label="NIK",
        help_text=_("The 16 digits on your KTP."),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Write your NIK.")},
    )


class RecoveryForm(NikForm):
    """Three things that only the person, and their family, have at hand."""

    kk = forms.CharField(
        label=_("Family card number (KK)"),
        help_text=_("The 16 digits at the top of your family card."),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        error_messages={"required": _("Write the number of your family card.")},
    )
    birth_date = forms.DateField(
        label=_("Birth date"),
        help_text=_("Day, month, year, such as 17-08-1995."),
        input_formats=("%d-%m-%Y", "%d/%m/%Y", "%d.%m.%Y", "%d %m %Y", "%d%m%Y", "%Y-%m-%d"),
        widget=forms.TextInput(attrs={"autocomplete": "bday", "inputmode": "text"}),
        error_messages={
            "required": _("Write your birth date."),
            "invalid": _("Write the date as day, month, year, such as 17-08-1995."),
        },
    )

    def __init__(self, *arguments: Any, programme: Programme, now: datetime, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.programme, self.now = programme, now

    def clean_nik(self) -> str:
        """A NIK: what is wrong with each of the three is said at once."""
        nik: str = self.cleaned_data["nik"]
        try:
            return read_nik(nik=nik, programme=self.programme, now=self.now)
        except NikRefused as refusal:
            raise forms.ValidationError(sentence(refusal, self.programme)) from None

    def clean_kk(self) -> str:
        """A KK."""
        kk: str = self.cleaned_data["kk"]
        try:
            return read_kk(kk=kk, programme=self.programme)
        except KkRefused as refusal:
            raise forms.ValidationError(sentence(refusal, self.programme)) from None

    def clean_birth_date(self) -> date:
        """A day that has been."""
        born: date = self.cleaned_data["birth_date"]
        if not born.year >= 1900 or born > self.now.astimezone(self.programme.zone).date():
            raise forms.ValidationError(gettext("Write the date as day, month, year, such as 17-08-1995."))
        return born


class WayForm(forms.Form):
    """Where a code shall go."""

    channel = forms.ChoiceField(
        label=_("Where shall the code go?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one.")},
    )

    def __init__(self, *arguments: Any, ways: list[Address], **named: Any) -> None:
        super().__init__(*arguments, **named)
        said = {"sms": gettext("SMS to %(to)s"), "email": gettext("Email to %(to)s")}
        field: Any = self.fields["channel"]
        field.choices = [(way.channel, said[way.channel] % {"to": way.masked}) for way in ways]
