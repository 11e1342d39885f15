"""What an alert type is called says how far the machine can be believed."""

from models.codes import CODES


def test_what_is_only_a_proxy_is_called_suspected_in_both_languages() -> None:
    suspected = {code.code for code in CODES.values() if code.zh.startswith("疑似")}
    in_english = {code.code for code in CODES.values() if code.en.startswith("Suspected")}

    assert suspected == in_english == {code.code for code in CODES.values() if code.capability == "B"}
    assert suspected == {"ABANDON", "FALL"}
    assert (CODES["FALL"].zh, CODES["FALL"].en) == ("疑似人员倒地", "Suspected: person down")
