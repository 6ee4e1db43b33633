"""Names that different sets give to the same class, without case, spacing and punctuation."""

from __future__ import annotations

_GROUPS = (
    ("person", "people", "human", "pedestrian", "man"),
    ("bicycle", "bike", "cycle", "pushbike"),
    ("motorcycle", "motorbike", "moto"),
    ("airplane", "aeroplane", "plane", "aircraft"),
    ("car", "automobile"),
    ("couch", "sofa"),
    ("tv", "tvmonitor", "television", "tvset", "monitor"),
    ("pottedplant", "houseplant", "plantpot"),
    ("diningtable", "table", "kitchendiningroomtable"),
    ("cellphone", "mobilephone", "phone", "smartphone"),
    ("mouse", "computermouse"),
    ("keyboard", "computerkeyboard"),
    ("hairdrier", "hairdryer"),
    ("donut", "doughnut"),
    ("refrigerator", "fridge"),
    ("boat", "ship"),
    ("trafficlight", "trafficsignal", "stoplight"),
    ("firehydrant", "hydrant"),
    ("cup", "mug"),
    ("handbag", "purse"),
    ("cow", "cattle"),
    ("truck", "lorry"),
    ("bus", "coach"),
    ("train", "railway"),
    ("frisbee", "flyingdisc"),
    ("sportsball", "ball"),
    ("remote", "remotecontrol"),
    ("microwave", "microwaveoven"),
)

SYNONYMS = {
    name: tuple(other for other in group if other != name) for group in _GROUPS for name in group
}
"""Name -> its other names."""
