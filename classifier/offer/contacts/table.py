"""The table of the kinds of contact, one file each."""

from __future__ import annotations

from classifier.offer.contacts.batchat import BATCHAT
from classifier.offer.contacts.coins import CRYPTO
from classifier.offer.contacts.groups import QQ_GROUP
from classifier.offer.contacts.jabber import JABBER
from classifier.offer.contacts.landline import LANDLINE
from classifier.offer.contacts.line import LINE
from classifier.offer.contacts.links import URL
from classifier.offer.contacts.mail import EMAIL
from classifier.offer.contacts.others import OTHER
from classifier.offer.contacts.phone import PHONE
from classifier.offer.contacts.potato import POTATO
from classifier.offer.contacts.qq import QQ
from classifier.offer.contacts.shape import Kind
from classifier.offer.contacts.signalapp import SIGNAL
from classifier.offer.contacts.skype import SKYPE
from classifier.offer.contacts.telegram import TELEGRAM
from classifier.offer.contacts.wechat import WECHAT
from classifier.offer.contacts.whatsapp import WHATSAPP

# In the order of trust: where two kinds find the same characters, the earlier holds.
CONTACTS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        WHATSAPP, POTATO, LINE, SKYPE, SIGNAL, TELEGRAM, JABBER, EMAIL, CRYPTO, URL, WECHAT, QQ_GROUP, QQ, BATCHAT,
        OTHER, PHONE, LANDLINE,
    )
}  # fmt: skip
