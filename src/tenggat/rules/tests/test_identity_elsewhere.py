"""How the numbers of other countries are read, through python-stdnum."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenggat.rules.identity import Identity, IdentityError, UnknownScheme, scheme

NIK = scheme("id.nik")
RUT = scheme("stdnum:cl.rut")
ON = date(2020, 9, 24)


@pytest.mark.parametrize("written", ["5126663-3", "5.126.663-3", "CL 5126663-3", "05126663-3", " 51266633"])
def test_a_rut_has_one_spelling(written: str) -> None:
    for each in (RUT, scheme("stdnum:cl.vat")):  # the same number under its other name
        assert each.read(written, birth_date=None, on=ON) == Identity("51266633")


@pytest.mark.parametrize("written", ["", "5126663-4", "512", "５126663-3", "abc"])
def test_a_wrong_rut_is_refused(written: str) -> None:
    with pytest.raises(IdentityError, match="no valid number") as caught:
        RUT.read(written, birth_date=None, on=ON)
    assert caught.value.code == "identity_invalid"


def test_a_country_whose_number_has_a_birth_date_gets_it_compared() -> None:
    danish = scheme("stdnum:dk.cpr")
    assert danish.read("211062-5629", birth_date=date(1862, 10, 21), on=ON) == Identity(
        "2110625629", date(1862, 10, 21)
    )
    assert danish.read("211062-5629", birth_date=date(1962, 10, 22), on=ON).warnings == ("birth_date_differs",)


@pytest.mark.parametrize(
    "name", ["", "id", "id.ktp", "stdnum:", "stdnum:cl", "stdnum:zz.rut", "stdnum:cl.os", "stdnum:../x.y"]
)
def test_an_unknown_scheme_is_said_to_be_so(name: str) -> None:
    with pytest.raises(UnknownScheme, match="no known numbering"):
        scheme(name)


@given(text=st.text(max_size=24))
def test_any_text_is_read_or_refused_and_never_breaks(text: str) -> None:
    for each in (NIK, RUT):
        try:
            found = each.read(text, birth_date=None, on=ON)
        except IdentityError:
            continue
        assert each.read(found.number, birth_date=None, on=ON) == found
