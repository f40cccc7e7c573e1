"""Twilio's error codes, as far as it matters which one it is (https://www.twilio.com/docs/api/errors).

Three kinds: the address does not work, its owner opted out, or something passes or can be mended at
our end and then the message goes.
"""

# What is wrong with the address, or with us texting it: trying again changes nothing.
_ADDRESS = {
    21211: "the number is invalid",
    21214: "the number cannot be reached",
    21216: "the number is blocked",
    21217: "the number is invalid",
    21265: "the number is a short code",
    21266: "the number is our own",
    21408: "texting is not allowed to that country",
    21421: "the number is invalid",
    21608: "a trial account may not text that number",
    21612: "the number cannot be reached from ours",
    21614: "the number is no mobile",
    21635: "the number is a landline",
    30003: "the phone is switched off or out of reach",
    30004: "the phone blocks our messages",
    30005: "the number is unknown or no longer in use",
    30006: "the number is a landline, or its carrier is out of reach",
    63003: "the number is not on WhatsApp",
    63015: "the number has not joined the WhatsApp sandbox",
    63016: "WhatsApp allows only a template, 24 hours after they last wrote",
    63024: "the number is not on WhatsApp",
    63032: "WhatsApp does not let us write to that number",
    63033: "that WhatsApp user has blocked us",
}
_OPTED_OUT = {21610: "they have opted out"}

# What the account's owner can mend while the message waits.
_OURS = {
    20003: "the credentials are wrong",
    21212: "our number is invalid",
    21603: "our number is missing",
    21606: "our number cannot text",
    21609: "the URL for reports is invalid",
    21611: "too many messages wait in our number's queue",
    21656: "a template's variables are wrong",
    21659: "our number is none of Twilio's",
    21660: "our number belongs to another account",
    21661: "our number cannot text",
    21701: "there is no such messaging service",
    21703: "the messaging service has no number",
    21704: "the messaging service has no number of ours",
    21705: "there is no such messaging service",
    63001: "the WhatsApp sender's credentials are wrong",
    63005: "WhatsApp did not accept the message",
    63007: "there is no such WhatsApp sender",
    63018: "the WhatsApp sender is over its rate",
    63027: "there is no such WhatsApp template",
    63028: "the WhatsApp template takes other variables",
    63038: "the account's messages of today are used up",
    63040: "the WhatsApp template was rejected",
    63041: "the WhatsApp template is paused",
    63042: "the WhatsApp template is disabled",
}
_KNOWN = _ADDRESS | _OPTED_OUT | _OURS
_REFUSED = 400


def permanent(code: int) -> bool:
    """Whether a report says that the address does not work."""
    return code in _ADDRESS or code in _OPTED_OUT


def opted_out(code: int) -> bool:
    """Whether its owner opted out."""
    return code in _OPTED_OUT


def final(status: int, code: int) -> bool:
    """Whether a request that was refused is refused for good; an unknown 400 is."""
    return permanent(code) or (status == _REFUSED and code not in _OURS)


def meaning(code: int, said: str) -> str:
    """Word an error for the log and the outbox: what it means, and Twilio's code of it."""
    words = _KNOWN.get(code, said)
    return f"{words} ({code})" if code else words
